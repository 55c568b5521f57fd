"""The same vehicles through a real socket, the real loop and the real pool, by the clock on the wall.

The load is signed beforehand, and the unit's UTC is shifted to then. Once as it comes, 2,000 a second; once, after a
second, with forged packets between, as many as the generator can send, of which a machine of two cores cannot read all.
Nothing is aimed at: the generator shares the machine.
"""

import json
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from obu.core.frames import CanFrame, FeedEvent, GnssBytes, Inbox, Outbox
from obu.core.geo import move
from obu.core.now import NS_PER_MS, NS_PER_S, Now
from obu.drivers import crypto_pool, radio_udp
from obu.runtime.loop import Loop, Outer
from tests.bench.codec import Result
from tests.bench.load import DISPLAY_MS, NEAR, PERIOD_MS, SENDERS, p99
from tests.station.crowd import FULL_EVERY, Crowd, lanes
from tests.station.frames import driving
from tests.station.unit import START, START_UTC_NS, Unit, nmea

SECONDS = 4
QUIET_S = 1  # certificates are learned before the forger begins
SPEED_MPS, HEADING_DEG = 11.0, 30.0
GOODBYE_S = 10


def results(rounds: int) -> Iterator[Result]:
    """Without and with forged packets."""
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        crowd = Crowd(Path(name) / "pki", lanes(NEAR, 3.5, 56.0) + lanes(SENDERS - NEAR, 400.0, 170.0))
        load = list(_load(crowd, SENDERS))
        for is_forged in (False, True):
            yield from _of(crowd, load, is_forged)
        yield _display(crowd)


def _of(crowd: Crowd, load: list[str], is_forged: bool) -> Iterator[Result]:
    side, port = _generator(load, is_forged)
    unit = _Heard(crowd.folder)
    unit.run(port)
    sent = json.loads(side.communicate(timeout=GOODBYE_S)[0])
    count = sent["genuine"] + sent["forged"]
    of = "socket, forged" if is_forged else "socket"
    yield Result(f"{of}: packets a second read", count / SECONDS, unit.air["received"] / SECONDS, None)
    yield Result(f"{of}: relevant judged", sent["genuine"] * NEAR / SENDERS, unit.relevant, None)
    dropped = sorted(unit.air["dropped"].items(), key=lambda item: -item[1])
    print(f"  {of}: {count} sent, {unit.air['received']} read, {unit.air['verified']} verified, {dict(dropped[:6])}")


def _display(crowd: Crowd) -> Result:
    """With those around us alone: from the radio's stamp on a message until the display's command has left."""
    load = list(_load(crowd, NEAR))
    side, port = _generator(load, False)
    unit = _Heard(crowd.folder, _names(load, crowd, NEAR))
    unit.run(port)
    side.communicate(timeout=GOODBYE_S)
    return Result(f"socket: air to display p99, {NEAR} vehicles, ms", p99(unit.shown_ms), DISPLAY_MS, None)


def _load(crowd: Crowd, senders: int) -> Iterator[str]:
    """A line for each packet of so many: ms after the start, and hex."""
    for at_ms in range(0, SECONDS * 1000, 5):
        place = _place(at_ms * NS_PER_MS)
        for number, member in enumerate(crowd.members[:senders]):
            if number * 5 % PERIOD_MS == at_ms % PERIOD_MS:
                is_full = (at_ms // PERIOD_MS + number) % FULL_EVERY == 0
                sdu = crowd.sdu(member, place, HEADING_DEG, START_UTC_NS + at_ms * NS_PER_MS, is_full)
                yield f"{at_ms} {sdu.hex()}"


def _names(load: list[str], crowd: Crowd, senders: int) -> dict[bytes, bytes]:
    """Who says each packet: all speak in turn."""
    order = [
        member.name
        for at_ms in range(0, PERIOD_MS, 5)
        for number, member in enumerate(crowd.members[:senders])
        if number * 5 % PERIOD_MS == at_ms
    ]
    return {bytes.fromhex(line.split()[1]): order[index % len(order)] for index, line in enumerate(load)}


def _place(since_ns: int) -> Any:
    return move(START, HEADING_DEG, SPEED_MPS * since_ns / NS_PER_S)


def _generator(load: list[str], is_forged: bool) -> tuple["subprocess.Popen[str]", int]:
    """The other process, waiting for a unit at the port."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    command = [sys.executable, "-m", "tests.bench.load_side"]
    side = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert side.stdin is not None and side.stdout is not None
    head = json.dumps({"port": port, "seconds": SECONDS, "forge_s": QUIET_S if is_forged else SECONDS})
    side.stdin.write("\n".join([head, *load]) + "\n")
    side.stdin.close()
    side.stdin = None
    assert side.stdout.readline() == "ready\n"
    return side, port


class _Heard:
    """A unit that drives, and what it came to hear."""

    def __init__(self, folder: Path, names: dict[bytes, bytes] | None = None) -> None:
        """names: of senders by packet, where shown_ms is asked for."""
        self._names = names or {}
        self.air: dict[str, Any] = {}
        self.relevant = 0
        self.shown_ms: list[float] = []
        self._stamps_ns: dict[bytes, int] = {}
        self._heard: list[bytes] = []
        self._unit = Unit(folder)
        warn = self._warn = self._unit.station._stages.warn
        take = warn.take
        near = {b"car-%04d" % number for number in range(NEAR)}

        def listening(heard: list[Any]) -> None:
            self.relevant += sum(each.message.id in near for each in heard)
            self._heard += [each.message.id for each in heard if self._names]
            take(heard)

        warn.take = listening

    def run(self, port: int) -> None:
        """Until the load is over."""
        began_ns = time.monotonic_ns()
        quiet = NoDriver()
        outer = Outer(
            clock=Shifted(began_ns),
            sources=[GoingStraight(began_ns)],
            radio=radio_udp.make("radio", radio_udp.Options(modem=f"127.0.0.1:{port}")),
            pool=crypto_pool.make("pool", self._unit.keys),
            store=quiet, trust=quiet, socket=quiet,
        )  # fmt: skip
        loop = Loop(self._unit.station, outer, self._told)

        def look(now: Now, inbox: Inbox, outbox: Outbox) -> None:
            loop.stopping = now.at_ns - began_ns > (SECONDS + 0.7) * NS_PER_S
            self._account(now, inbox)

        loop.observers = [look]
        loop.run()

    def _account(self, now: Now, inbox: Inbox) -> None:
        """At the end of a turn: who was heard by a look in it. A vehicle speaks each 100 ms."""
        self._stamps_ns |= {self._names[packet.sdu]: packet.at_ns for packet in inbox.air if packet.sdu in self._names}
        if self._warn.state.looked_ns == now.at_ns:
            done_ns = time.monotonic_ns()
            self.shown_ms += [(done_ns - self._stamps_ns[name]) / NS_PER_MS for name in self._heard]
            self._heard.clear()

    def _told(self, events: Sequence[FeedEvent]) -> None:
        for event in events:
            if event.kind == "status":
                self.air = event.body["air"]  # type: ignore[assignment]


class Shifted:
    """The machine's clock; it was START_UTC_NS when it began."""

    def __init__(self, began_ns: int) -> None:
        self._began_ns = began_ns

    def now(self) -> Now:
        at_ns = time.monotonic_ns()
        return Now(at_ns, START_UTC_NS + at_ns - self._began_ns, NS_PER_MS)

    def follow(self, mark: tuple[int, int]) -> None:
        """It is led by nobody."""


class GoingStraight:
    """CAN and GNSS of a vehicle that drives straight on, ten times a second. has_bus: CAN comes from here too."""

    name = "drive"

    def __init__(self, began_ns: int, *, has_bus: bool = True) -> None:
        self._began_ns = self._next_ns = began_ns
        self._has_bus = has_bus

    def fileno(self) -> int:
        return -1

    def wake_at_ns(self) -> int:
        return self._next_ns

    def poll(self, at_ns: int) -> list[CanFrame | GnssBytes]:
        if at_ns < self._next_ns:
            return []
        since_ns = self._next_ns - self._began_ns
        self._next_ns += PERIOD_MS * NS_PER_MS
        data = nmea(START_UTC_NS + since_ns, _place(since_ns), SPEED_MPS, HEADING_DEG)
        frames = driving(at_ns, speed_kph=SPEED_MPS * 3.6) if self._has_bus else ()
        return [*frames, GnssBytes(data, at_ns)]

    def close(self) -> None:
        pass


class NoDriver:
    """Every driver that has nothing to say here."""

    name = "quiet"

    def fileno(self) -> int:
        return -1

    def wake_at_ns(self) -> None:
        return None

    def poll(self, at_ns: int) -> tuple[()]:
        return ()

    def close(self) -> None:
        pass

    def take(self, values: Sequence[object]) -> None:
        pass

    save = offer = publish = greet = send = take
