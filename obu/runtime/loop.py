"""The main loop: waits on file descriptors and deadlines, steps the station once a turn, carries its outbox out.

No thread, no asyncio, no fixed tick. A driver's trouble is the driver's: what reaches the station are values.
"""

import select
import signal
import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol

from obu.core.credentials import ListsRefused, PoolUpdate, TrustUpdate
from obu.core.frames import (
    AirPacket,
    BoardHealth,
    BoardInputs,
    CanCounts,
    CanFrame,
    ChannelLoad,
    DiagnosticAnswer,
    DisplayAck,
    DisplayBeat,
    DisplayGone,
    DriverState,
    FeedEvent,
    GnssBytes,
    HostState,
    Inbox,
    JobResult,
    Outbox,
    PowerSense,
    PulseEdge,
    RadioCounts,
    Save,
)
from obu.core.now import NS_PER_MS, ClockMark, Now
from obu.drivers.clock import random_bytes
from obu.drivers.contract import (
    Arrival,
    Asking,
    Driver,
    Indicating,
    JobPool,
    Publisher,
    Radio,
    Sounding,
    StateStore,
    TrustWatch,
)

LONGEST_WAIT_NS = 1000 * NS_PER_MS
DRAIN_NS = 800 * NS_PER_MS  # at the end, verdicts under way get this long: a held packet waits 500 ms for its signer

# Which inbox field each kind of arrival goes to.
FIELD = {
    CanFrame: "can",
    DiagnosticAnswer: "answers",
    GnssBytes: "gnss",
    AirPacket: "air",
    ChannelLoad: "loads",
    JobResult: "results",
    DriverState: "drivers",
    DisplayAck: "acks",
    DisplayBeat: "beats",
    DisplayGone: "gone",
    HostState: "host",
    CanCounts: "buses",
    RadioCounts: "radios",
    PowerSense: "power",
    Save: "saved",
    TrustUpdate: "trust",
    ListsRefused: "refused",
    BoardInputs: "taps",
    BoardHealth: "board",
    PulseEdge: "pulses",
    PoolUpdate: "pools",
}


class Steps(Protocol):
    """The station as the loop knows it."""

    def step(self, now: Now, inbox: Inbox) -> Outbox: ...
    def pending(self) -> int: ...
    def final(self, now: Now) -> Outbox: ...


class Clock(Protocol):
    """Where Now comes from."""

    def now(self) -> Now: ...
    def follow(self, mark: ClockMark) -> None: ...


@dataclass(slots=True)
class Outer:
    """The drivers of one unit by their role; sources are what is only read: CAN, GNSS, power, host.

    board: the co-processor, where there is one. asked: a car's diagnostics socket, where it is permitted. audio: the
    driver's loudspeaker, where there is one.
    """

    clock: Clock
    sources: Sequence[Driver]
    radio: Radio
    pool: JobPool
    store: StateStore
    trust: TrustWatch
    socket: Publisher
    board: Indicating | None = None
    asked: Asking | None = None
    audio: Sounding | None = None

    def all(self) -> list[Driver]:
        """Every driver, in the order in which a turn asks them: answers of the pool first, they are urgent."""
        boards: list[Driver] = [each for each in (self.board, self.asked, self.audio) if each]
        return [self.pool, self.store, self.trust, *self.sources, *boards, self.radio, self.socket]


def inbox_of(arrivals: Sequence[Arrival], random: bytes) -> Inbox:
    """Sorts arrivals into the fields of an Inbox, each in order of arrival."""
    sorted_in: dict[str, list[Any]] = {}
    for arrival in arrivals:
        sorted_in.setdefault(FIELD[type(arrival)], []).append(arrival)
    return Inbox(random=random, **{name: tuple(values) for name, values in sorted_in.items()})


@dataclass(slots=True)
class Loop:
    """Turns until told to stop. publish: events to the local socket. observers see every (now, inbox, outbox).

    ended: why the station ended the run itself; empty when a signal did.
    """

    station: Steps
    outer: Outer
    publish: Callable[[Sequence[FeedEvent]], None]
    observers: Sequence[Callable[[Now, Inbox, Outbox], None]] = ()
    stopping: bool = False
    ended: str = ""
    _wake_at_ns: int = 0
    _want_random: int = 0
    _registered: dict[int, int] = field(default_factory=dict)
    _poller: Any = field(default_factory=select.poll)

    def run(self) -> None:
        """Until a signal or the station's own end.

        Then the radio is left, verdicts under way are waited for, and the last status goes out.
        """
        with _signals(self) as bell:
            self._poller.register(bell, select.POLLIN)
            while not self.stopping:
                self._wait()
                self.turn(self.outer.all())
        self._finish()

    def turn(self, drivers: Sequence[Driver]) -> None:
        """Everything that arrived goes in, one step, everything wanted goes out."""
        arrivals: list[Arrival] = []
        polled_ns = self.outer.clock.now().at_ns
        for driver in drivers:
            arrivals.extend(driver.poll(polled_ns))
        now = self.outer.clock.now()  # after the last arrival: nothing that is here may come from the future
        random = random_bytes(self._want_random) if self._want_random else b""
        inbox = inbox_of(arrivals, random)
        outbox = self.station.step(now, inbox)
        self._wake_at_ns, self._want_random = outbox.wake_at_ns, outbox.want_random
        self._carry_out(outbox)
        for observe in self.observers:
            observe(now, inbox, outbox)

    def _carry_out(self, outbox: Outbox) -> None:
        if outbox.sign_jobs or outbox.verify_jobs:
            self.outer.pool.submit(outbox.sign_jobs, outbox.verify_jobs)
        if self.outer.asked:
            for question in outbox.asks:
                self.outer.asked.ask(question, self.outer.clock.now().at_ns)
        if outbox.packets:
            self.outer.radio.send(outbox.packets)
        if outbox.events:
            self.publish(outbox.events)
        if outbox.indication and self.outer.board:
            self.outer.board.send(outbox.indication)
        if outbox.sound and self.outer.audio:
            self.outer.audio.play(outbox.sound)
        if outbox.saves:
            self.outer.store.save(outbox.saves)
        if outbox.lists:
            self.outer.trust.offer(outbox.lists)
        if outbox.end:
            self.stopping, self.ended = True, outbox.end
        if outbox.clock_mark:
            self.outer.clock.follow(outbox.clock_mark)

    def _wait(self) -> None:
        at_ns = self.outer.clock.now().at_ns
        wakes = [self._wake_at_ns, at_ns + LONGEST_WAIT_NS]
        wanted = set()
        for driver in self.outer.all():
            wake_at_ns = driver.wake_at_ns()
            if wake_at_ns is not None:
                wakes.append(wake_at_ns)
            if (fd := driver.fileno()) >= 0:
                wanted.add(fd)
        self._register(wanted)
        wait_ns = max(0, min(wakes) - at_ns)
        self._poller.poll(-(-wait_ns // NS_PER_MS))

    def _register(self, wanted: set[int]) -> None:
        for fd in set(self._registered) - wanted:
            self._poller.unregister(fd)
            del self._registered[fd]
        for fd in wanted - set(self._registered):
            self._poller.register(fd, select.POLLIN)
            self._registered[fd] = 1

    def _finish(self) -> None:
        self.outer.radio.close()
        end_ns = self.outer.clock.now().at_ns + DRAIN_NS
        while self.station.pending() and self.outer.clock.now().at_ns < end_ns:
            self._poller.poll(5)
            self.turn([self.outer.pool])
        now = self.outer.clock.now()
        self._carry_out(self.station.final(now))
        for driver in self.outer.all():
            driver.close()


@contextmanager
def _signals(loop: Loop) -> Iterator[int]:
    """SIGTERM and SIGINT end the loop after the present turn; the bell wakes its wait."""
    bell, hammer = socket.socketpair()
    bell.setblocking(False)
    hammer.setblocking(False)

    def stop(number: int, frame: object) -> None:
        loop.stopping = True

    old = {number: signal.signal(number, stop) for number in (signal.SIGTERM, signal.SIGINT)}
    old_fd = signal.set_wakeup_fd(hammer.fileno())
    try:
        yield bell.fileno()
    finally:
        signal.set_wakeup_fd(old_fd)
        for number, handler in old.items():
            signal.signal(number, handler)
        bell.close()
        hammer.close()
