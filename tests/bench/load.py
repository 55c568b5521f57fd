"""2,000 signed messages a second of 200 vehicles against one core's time, with SM2, in simulated time.

Every turn of the station and every signature costs on the simulated core what it cost on this one; the loop goes before
the threads of the pool, which share what is left. A quarter of the vehicles drive around ours, the others in the next
street: only what comes of the former can matter. A second run has a core half as quick.
"""

import dataclasses
import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from time import process_time_ns
from typing import Any

from obu.core.frames import AirPacket, GnssBytes, Inbox, JobOutcome, JobResult, Outbox, VerifyJob
from obu.core.geo import move
from obu.core.now import NS_PER_MS, Now
from obu.drivers import libcrypto
from tests.bench.codec import Result
from tests.station.crowd import FULL_EVERY, Crowd, Member, lanes
from tests.station.frames import driving
from tests.station.unit import START_UTC_NS, Unit, nmea

NEAR, SENDERS, PERIOD_MS = 49, 200, 100
TURN_MS = 5  # between two turns of the loop, which in truth also wakes for each result
AGE_MS = 5  # of a message when it is heard
LATEST_MS = 100.0  # then a vehicle's next message is there
DISPLAY_MS = 20.0  # from the radio's stamp on a message until the display is told what comes of it
WARM_UP_S = 2  # certificates are learned
SECONDS, QUICK_SECONDS = 60, 4
SLOW, SLOW_SECONDS = 2, 10
FULL_ROUNDS = 9


def results(rounds: int) -> Iterator[Result]:
    """A core as quick as this one, then one half as quick."""
    is_full = rounds >= FULL_ROUNDS
    yield from _of(1, SECONDS if is_full else QUICK_SECONDS)
    yield from _of(SLOW, SLOW_SECONDS if is_full else QUICK_SECONDS)
    yield _display(SLOW_SECONDS if is_full else QUICK_SECONDS)


def _display(seconds: int) -> Result:
    """With those around us alone: nobody waits for the core, and what is left is ours."""
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        street = Street(Path(name) / "pki", 1, NEAR)
        street.drive(WARM_UP_S)
        street.shown_ms = {}
        street.drive(seconds)
    return Result(f"air to display p99, {NEAR} vehicles, ms", p99(street.shown_ms.values()), DISPLAY_MS, 1.0)


def p99(values: Iterable[float]) -> float:
    """What 99 of 100 do not exceed."""
    found = sorted(values)
    return found[round(0.99 * (len(found) - 1))]


def _of(slow: int, seconds: int) -> Iterator[Result]:
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        street = Street(Path(name) / "pki", slow)
        street.drive(WARM_UP_S)
        before, street.heard_ms, street.shown_ms, sent = street.air(), {}, {}, len(street.sent_ns)
        told = street.drive(seconds)
        own = len(street.sent_ns) - sent
        street.drive(1, is_silent=True)
    after = street.air()
    dropped = {reason: count - before["dropped"].get(reason, 0) for reason, count in after["dropped"].items()}
    received, verified = after["received"] - before["received"], after["verified"] - before["verified"]
    shed = {reason: count for reason, count in dropped.items() if count}
    assert received == SENDERS * seconds * 1000 // PERIOD_MS, "everything is heard"
    assert after["received"] == after["verified"] + sum(after["dropped"].values()), "and is in one counter"
    of = f"load, core 1/{slow}" if slow > 1 else "load"
    ages_ms = [age_ms for key, age_ms in street.heard_ms.items() if key in told]
    aim = 1.0 if slow == 1 else None  # what a weaker core does is told, not promised
    yield Result(f"{of}: relevant judged in {LATEST_MS:g} ms", len(told), sum(at <= LATEST_MS for at in ages_ms), aim)
    yield Result(f"{of}: oldest relevant, ms", max(ages_ms), LATEST_MS, aim)
    shown_ms = p99(late_ms for key, late_ms in street.shown_ms.items() if key in told)
    yield Result(f"{of}: air to display p99, ms", shown_ms, DISPLAY_MS, None)
    yield Result(f"{of}: own BSMs at 10 Hz", 10 * seconds, own, None if aim is None else 0.99)
    yield Result(f"{of}: all messages verified", received, verified, None)
    print(f"  {of}, {seconds} s: {received} heard, {verified} verified, the others: {shed or 'none'}")


@dataclass(slots=True)
class Core:
    """One core that does everything. free_ns: when the verifications so far are done, and the core is idle."""

    slow: int
    free_ns: int = 0
    results: list[tuple[int, JobResult]] = field(default_factory=list)

    def do(self, at_ns: int, work: Callable[[], Any]) -> tuple[Any, int]:
        """What the work gives, and how long it took; the verifications end so much later."""
        began_ns = process_time_ns()
        done = work()
        spent_ns = (process_time_ns() - began_ns) * self.slow
        self.free_ns = max(self.free_ns, at_ns) + spent_ns
        return done, spent_ns

    def take(self, at_ns: int) -> tuple[JobResult, ...]:
        """The results that are there by now."""
        ready = tuple(result for done_ns, result in self.results if done_ns <= at_ns)
        self.results = [(done_ns, result) for done_ns, result in self.results if done_ns > at_ns]
        return ready


class Street:
    """Our vehicle, those around it and those of the next street, all driving alike, each at 10 Hz.

    By who said it and when it was made (Unix ns): heard_ms, how old it was when an application could see it; shown_ms,
    from its arrival to the end of the turn in which the applications looked and the display was told.
    """

    def __init__(self, folder: Path, slow: int, senders: int = SENDERS) -> None:
        places = lanes(NEAR, 3.5, 56.0) + lanes(senders - NEAR, 400.0, 170.0)
        self.core = Core(slow)
        self.heard_ms: dict[tuple[bytes, int], float] = {}
        self.shown_ms: dict[tuple[bytes, int], float] = {}
        self._waiting: list[tuple[bytes, int]] = []
        self.sent_ns: list[int] = []
        self._crowd = Crowd(folder, places)
        self._unit = Unit(folder)  # its configuration, keys and station; the steps are ours
        self._library = libcrypto.load()
        self._turn = 0
        self._random = 0
        self._wanted = 0
        self._at_ns = self._unit.at_ns
        warn = self._warn = self._unit.station._stages.warn
        take = warn.take

        def listening(heard: list[Any]) -> None:
            for each in heard:
                age_ms = (START_UTC_NS + self._at_ns - each.generation_utc_ns) / NS_PER_MS
                self.heard_ms[each.message.id, each.generation_utc_ns] = age_ms
                self._waiting.append((each.message.id, each.generation_utc_ns))
            take(heard)

        warn.take = listening

    def air(self) -> dict[str, Any]:
        """What the unit says of all it heard."""
        bodies = [event.body for event in self._unit.station.final(self._now()).events if event.kind == "status"]
        found: dict[str, Any] = bodies[-1]["air"]
        return found

    def drive(self, seconds: int, is_silent: bool = False) -> set[tuple[bytes, int]]:
        """Goes on; who of those around us said something, and when. is_silent: nobody sends."""
        said: set[tuple[bytes, int]] = set()
        for _ in range(seconds * 1000 // TURN_MS):
            self._at_ns += TURN_MS * NS_PER_MS
            due = [] if is_silent else self._due()
            utc_ns = START_UTC_NS + self._at_ns - AGE_MS * NS_PER_MS
            said |= {(member.name, utc_ns) for number, member in due if number < NEAR}
            self._step(tuple(self._packet(number, member, utc_ns) for number, member in due))
            self._turn += 1
        return said

    def _due(self) -> list[tuple[int, Member]]:
        """Who speaks in this turn: a tenth of a second has as many turns as there are kinds."""
        kinds = PERIOD_MS // TURN_MS
        return [each for each in enumerate(self._crowd.members) if each[0] % kinds == self._turn % kinds]

    def _packet(self, number: int, member: Member, utc_ns: int) -> bytes:
        unit = self._unit
        is_full = (self._turn * TURN_MS // PERIOD_MS + number) % FULL_EVERY == 0
        return self._crowd.sdu(member, unit.place, unit.heading_deg, utc_ns, is_full)

    def _now(self) -> Now:
        return Now(self._at_ns, START_UTC_NS + self._at_ns, NS_PER_MS)

    def _step(self, sdus: tuple[bytes, ...]) -> None:
        unit, core, now = self._unit, self.core, self._now()
        inbox = Inbox(
            air=tuple(AirPacket(sdu, self._at_ns) for sdu in sdus),
            results=core.take(self._at_ns),
            random=bytes((self._turn * 31 + index * 7) % 256 for index in range(self._wanted)),
        )
        if self._turn % (PERIOD_MS // TURN_MS) == 0:
            unit.place = move(unit.place, unit.heading_deg, unit.speed_mps * PERIOD_MS / 1000)
            data = nmea(now.utc_ns or 0, unit.place, unit.speed_mps, unit.heading_deg)
            can = driving(self._at_ns, speed_kph=unit.speed_mps * 3.6)
            inbox = dataclasses.replace(inbox, can=can, gnss=(GnssBytes(data, self._at_ns),))
        outbox, step_ns = self._stepped(now, inbox)
        if self._warn.state.looked_ns == self._at_ns:
            for key in self._waiting:
                since_ns = START_UTC_NS + self._at_ns - key[1]
                self.shown_ms[key] = (since_ns + step_ns) / NS_PER_MS - AGE_MS
            self._waiting.clear()
        self._wanted = outbox.want_random
        self.sent_ns += [self._at_ns] * len(outbox.packets)
        for sign in outbox.sign_jobs:
            (r, s), sign_ns = core.do(self._at_ns, lambda: unit.keys.sign(sign.key, sign.e))  # noqa: B023 (at once)
            done_ns = self._at_ns + step_ns + 2 * sign_ns  # a thread that verifies has the other half
            core.results.append((done_ns, JobResult(sign.number, JobOutcome.OK, r, s)))
        for job in outbox.verify_jobs:
            outcome, _ = core.do(self._at_ns, lambda: self._verified(job))  # noqa: B023
            core.results.append((core.free_ns, JobResult(job.number, outcome)))

    def _stepped(self, now: Now, inbox: Inbox) -> tuple[Outbox, int]:
        outbox, step_ns = self.core.do(self._at_ns, lambda: self._unit.station.step(now, inbox))
        return outbox, step_ns

    def _verified(self, job: VerifyJob) -> JobOutcome:
        return self._library.verify(job.curve, job.point, job.e, job.r, job.s)
