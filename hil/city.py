"""The small city in one process: the bus's plant, six neighbours, an RSU, and the air; one loop, no thread.

It writes DIR/city.json when it is ready, and listens to commands at DIR/city.sock. The script begins with the first
packet that a unit sends. Started again in the same folder it is the same city at the same addresses.
"""

import json
import os
import random
import select
import signal
import socket
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hil import attack, can_line, control, pki
from hil.air import Air, Station
from hil.attack import Attacker
from hil.encode import BusTraffic
from hil.neighbour import ROLES, Neighbour, Talker
from hil.nmea import EPOCH_NS, Mount, Receiver
from hil.plant import Plant
from hil.route import bus_line
from hil.rsu import RoadsideUnit
from hil.script import Script, script_for
from hil.voice import Voice
from obu.core.now import NS_PER_MS, NS_PER_S
from obu.drivers.radio_udp import Address, Datagram

GENUINE = "genuine"
CAN_TICK_NS = 10 * NS_PER_MS  # the fastest group's period
ATTACK_NS = 5 * NS_PER_S  # an attack of the command line is made again so often
LATE_NS = 500 * NS_PER_MS  # a machine that slept: begin anew instead of catching up


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """folder: of the run. without: triggers left out. attacks: made every few seconds. can: 'multicast' or 'slcan'."""

    folder: Path
    seed: int = 1
    without: frozenset[str] = frozenset()
    attacks: tuple[str, ...] = ()
    can: str = "multicast"
    capture: Path | None = None


class City:
    """run() to the end. Everything that differs between two cities of one seed is time."""

    def __init__(self, options: Options) -> None:
        self._options = options
        folder = options.folder
        before = _before(folder)
        pki.ensure(folder / "pki", time.time_ns(), len(ROLES))
        route = bus_line()
        self._script = script_for(route, options.without)
        self._plant = Plant(route, self._script.period_s, self._script.bus_acts())
        self._mount = Mount()
        self._receiver = Receiver(self._mount, options.seed)
        self._traffic = BusTraffic()
        # Addresses are drawn fresh for each run: two runs of one seed must not meet.
        self._line = can_line.open_line(folder, random.Random(), options.can, before.get("can"))
        self._gnss_port = before["gnss"]["port"] if before else free_port()
        self._gnss = socket.socket(socket.AF_INET, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
        air_port = int(before["modem"].rpartition(":")[2]) if before else 0
        self._air = Air(port=air_port, capture=options.capture, on_packet=self._unit_spoke)
        self._control = control.Control(folder / "city.sock", self._answer)
        self._is_on = {"can": True, "gnss": True}
        self._green_ns: int | None = None
        self._unit: Address | None = None
        self._stopping = False
        self._stations(route, folder / "pki")

    def _stations(self, route: Any, folder: Path) -> None:
        seed, first_ns = self._options.seed, time.monotonic_ns() + 100 * NS_PER_MS
        self._talkers = []
        for index, role in enumerate(ROLES):
            dice = random.Random(f"neighbour {index} {seed}")
            voice = Voice(folder / "neighbours" / f"{index:02d}", dice)
            neighbour = Neighbour(route, self._script, role)
            phase_ns = index * 100 * NS_PER_MS // len(ROLES)
            self._talkers.append(Talker(neighbour, (voice,), dice, first_ns + phase_ns))
        dice = random.Random(f"rsu {seed}")
        self._rsu = RoadsideUnit(route, self._script, Voice(folder / "rsu", dice), dice, first_ns)
        self._attacker = Attacker(route, folder, random.Random(f"attacker {seed}"))
        self._attack_ns = first_ns + ATTACK_NS // 2
        self._can_ns, self._epoch_ns = first_ns, _next_epoch(time.time_ns())

    def run(self) -> None:
        """Until SIGTERM or SIGINT."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        self._announce()
        try:
            while not self._stopping:
                self._wait()
                self._turn(time.monotonic_ns(), time.time_ns())
        finally:
            self._close()

    def _turn(self, at_ns: int, utc_ns: int) -> None:
        self._air.poll(at_ns)
        self._control.poll()
        script_s = self._script_s(at_ns)
        if at_ns >= self._can_ns:
            self._drive(at_ns, script_s)
        if utc_ns >= self._epoch_ns:
            self._fix(utc_ns, script_s)
        for talker in self._talkers:
            if at_ns >= talker.due_ns:
                # Each says its own instant: while one signs, time goes on.
                at_ns, utc_ns = time.monotonic_ns(), time.time_ns()
                self._say(talker.packets(at_ns, utc_ns, self._script_s(at_ns)), GENUINE, at_ns)
        if at_ns >= self._rsu.wake_at_ns():
            at_ns, utc_ns = time.monotonic_ns(), time.time_ns()
            green_s = None if self._green_ns is None else self._script_s(at_ns)
            self._say(self._rsu.packets(at_ns, utc_ns, green_s), GENUINE, at_ns)
        if self._options.attacks and at_ns >= self._attack_ns:
            self._attack_ns = at_ns + ATTACK_NS
            for name in self._options.attacks:
                self._make_attack(name)

    def _drive(self, at_ns: int, script_s: float) -> None:
        self._can_ns = at_ns if at_ns - self._can_ns > LATE_NS else self._can_ns
        self._can_ns += CAN_TICK_NS
        frames = self._traffic.due(at_ns, self._plant.at(script_s))
        if self._is_on["can"]:
            self._line.send(frames)

    def _fix(self, utc_ns: int, script_s: float) -> None:
        epoch_ns, self._epoch_ns = utc_ns - utc_ns % EPOCH_NS, _next_epoch(utc_ns)
        truth = self._plant.at(script_s - (utc_ns - epoch_ns) / NS_PER_S)
        data = self._receiver.epoch(epoch_ns, truth)
        if self._is_on["gnss"]:
            with suppress(OSError):  # the unit is not there, or not yet
                self._gnss.sendto(data, ("127.0.0.1", self._gnss_port))

    def _say(self, packets: Any, label: str, at_ns: int) -> None:
        for packet in packets:
            self._air.say(packet, label, at_ns)

    def _make_attack(self, name: str) -> bool:
        at_ns = time.monotonic_ns()
        packet = self._attacker.packet(name, at_ns, time.time_ns(), self._rsu.last)
        if packet is not None:
            self._air.say(packet, name, at_ns)
        return packet is not None

    def _script_s(self, at_ns: int) -> float:
        return 0.0 if self._green_ns is None else (at_ns - self._green_ns) / NS_PER_S

    def _unit_spoke(self, datagram: Datagram, sender: Address) -> None:
        if self._green_ns is None:
            self._green_ns = time.monotonic_ns()
            self._attack_ns = self._green_ns + ATTACK_NS // 2  # by then it has heard what is played again
        if self._unit not in self._air.stations:
            self._unit = sender

    def _wait(self) -> None:
        at_ns, utc_ns = time.monotonic_ns(), time.time_ns()
        wakes = [self._can_ns, at_ns + self._epoch_ns - utc_ns, self._rsu.wake_at_ns()]
        wakes += [talker.due_ns for talker in self._talkers]
        wait_ns = max(0, min(wakes) - at_ns)
        poller = select.poll()
        for fd in (self._air.fileno(), self._control.fileno()):
            if fd >= 0:
                poller.register(fd, select.POLLIN)
        poller.poll(-(-wait_ns // NS_PER_MS))

    def _answer(self, words: list[str]) -> dict[str, Any]:
        match words:
            case ["truth"]:
                return self.truth()
            case [("can" | "gnss") as name, ("on" | "off") as state]:
                self._is_on[name] = state == "on"
            case ["air", ("on" | "off") as state]:
                self._air.switch(state == "on")
            case ["attack", name] if name in attack.REASONS:
                return {"ok": self._make_attack(name), "reason": attack.REASONS[name]}
            case _:
                return {"ok": False, "commands": ["truth", "can|gnss|air on|off", f"attack {'|'.join(attack.REASONS)}"]}
        return {"ok": True}

    def truth(self) -> dict[str, Any]:
        """What really happened. offered, delivered: to the unit, by label; sent: on the air, whoever was there."""
        unit = self._station()
        return {
            "ok": True,
            "script_s": self._script_s(time.monotonic_ns()) if self._green_ns is not None else None,
            "sent": dict(self._air.sent),
            "offered": dict(unit.offered) if unit else {},
            "delivered": dict(unit.delivered) if unit else {},
            "unit_sent": unit.heard if unit else 0,
        }

    def _station(self) -> Station | None:
        known = self._air.departed | self._air.stations
        if self._unit is not None:
            return known.get(self._unit)
        senders = [station for station in known.values() if not station.is_receive_only]
        return senders[0] if len(senders) == 1 else None

    def _announce(self) -> None:
        facts = {
            "modem": self._air.where,
            "can": self._line.settings,
            "gnss": {"host": "127.0.0.1", "port": self._gnss_port},
            "note": self._line.note,
            "antenna_ahead_m": self._mount.antenna_ahead_m,
            "period_s": self._script.period_s,
        }
        path = self._options.folder / "city.json"
        path.with_suffix(".new").write_text(json.dumps(facts), encoding="utf-8")
        os.replace(path.with_suffix(".new"), path)

    def _stop(self, number: int, frame: object) -> None:
        self._stopping = True

    def _close(self) -> None:
        self._air.close()
        self._line.close()
        self._gnss.close()
        self._control.close()


def windows(options_without: frozenset[str], until_s: float) -> tuple[Script, list[dict[str, Any]]]:
    """The script of a run and its windows as plain values."""
    script = script_for(bus_line(), options_without)
    found = [{"app": each.app, "from_s": each.from_s, "to_s": each.to_s} for each in script.windows(until_s)]
    return script, found


def free_port() -> int:
    """A UDP port of loopback that nobody holds now, outside the range from which the kernel gives ports away."""
    dice = random.Random()
    for _ in range(100):
        port = 20_000 + dice.randrange(10_000)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise OSError("no free UDP port between 20000 and 29999")


def _before(folder: Path) -> dict[str, Any]:
    try:
        before: dict[str, Any] = json.loads((folder / "city.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    return before


def _next_epoch(utc_ns: int) -> int:
    return utc_ns - utc_ns % EPOCH_NS + EPOCH_NS
