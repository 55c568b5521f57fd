"""The two measures that SUMO's SSM device takes of vehicles, taken of people on foot, of whom it knows nothing; pure.

Encroachment: the least time between a person's and our outline's being at one place. Time to collision: until a person
who keeps his step is within our outline, which goes our real way at the speed of the moment and brakes on as it does
(SUMO's estimateArrivalTime with the acceleration where it is negative): who stands before him meets nobody.
"""

import bisect
import dataclasses
import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from hil.traffic.trace import STEP_S, Encounter, Kind, Mover, Step, Trace

TTC_S, PET_S, AROUND_S = 3.0, 2.0, 5.0  # as SUMO's device has them: what is an encounter at all
NEAR_M = 40.0
BODY_M = 0.3  # half of a person's width, and what nobody walks through
CREEPS_MPS = 0.5
EVERY = 2  # steps between two looks ahead

Measured = tuple[float, float] | None  # (seconds, at)


@dataclass(frozen=True, slots=True)
class Course:
    """The way of one of ours: places by metres gone."""

    gone_m: Sequence[float]
    places: Sequence[Mover]

    def ahead(self, from_m: float, ahead_m: float) -> Mover:
        """The place so far ahead; straight on from the last one where the drive ended before."""
        index = bisect.bisect_left(self.gone_m, from_m + ahead_m)
        if index < len(self.places):
            return self.places[index]
        last, beyond_m = self.places[-1], from_m + ahead_m - self.gone_m[-1]
        heading = math.radians(last.heading_deg)
        x, y = last.x + beyond_m * math.sin(heading), last.y + beyond_m * math.cos(heading)
        return dataclasses.replace(last, x=x, y=y)


def encounters(trace: Trace, hosts: Sequence[str]) -> Iterator[Encounter]:
    """One of each of ours and each person, where there was one; two where the two measures lie far apart."""
    people = [name for name, kind in trace.kinds.items() if kind.name == "pedestrian"]
    for host in hosts:
        there = [(index, step) for index, step in enumerate(trace.steps) if host in step.movers]
        if not there:
            continue
        places = [step.movers[host] for _, step in there]
        lengths = (math.hypot(after.x - before.x, after.y - before.y) for before, after in itertools.pairwise(places))
        course = Course(list(itertools.accumulate(lengths, initial=0.0)), places)
        for person in people:
            both = [(number, index, step) for number, (index, step) in enumerate(there) if person in step.movers]
            if both:
                ttc = _collision(trace.kinds[host], course, [(number, step) for number, _, step in both], person)
                pet = _encroachment(trace, [(index, step) for _, index, step in both], host, person)
                yield from _met(host, person, ttc, pet)


def _met(host: str, person: str, ttc: Measured, pet: Measured) -> Iterator[Encounter]:
    if ttc and pet and abs(ttc[1] - pet[1]) <= AROUND_S:
        yield _encounter(host, person, ttc, pet)
        return
    if ttc:
        yield _encounter(host, person, ttc, None)
    if pet:
        yield _encounter(host, person, None, pet)


def _encounter(host: str, person: str, ttc: Measured, pet: Measured) -> Encounter:
    times_s = [measured[1] for measured in (ttc, pet) if measured]
    ttc_s, ttc_at_s = ttc or (None, None)
    pet_s, pet_at_s = pet or (None, None)
    return Encounter(
        ego=host, foe=person, begin_s=min(times_s) - AROUND_S, end_s=max(times_s) + AROUND_S,
        ttc_s=ttc_s, ttc_at_s=ttc_at_s, ttc_type=None, pet_s=pet_s, pet_at_s=pet_at_s, pet_type=None,
    )  # fmt: skip


def _collision(kind: Kind, course: Course, there: Sequence[tuple[int, Step]], person: str) -> Measured:
    """(least time to collision, when), None where it is never below TTC_S. there: of our course, with its step."""
    best: Measured = None
    for number, step in there[::EVERY]:
        ego, walker = course.places[number], step.movers[person]
        reach_m = ego.speed_mps * TTC_S + kind.length_m
        if ego.speed_mps < CREEPS_MPS or math.hypot(walker.x - ego.x, walker.y - ego.y) > reach_m + NEAR_M / 4.0:
            continue
        heading = math.radians(walker.heading_deg)
        vx, vy = walker.speed_mps * math.sin(heading), walker.speed_mps * math.cos(heading)
        for ticks in range(round((best[0] if best else TTC_S) / STEP_S)):
            in_s = ticks * STEP_S
            then = course.ahead(course.gone_m[number], _gone_m(ego, in_s))
            if _is_within(then, kind, walker.x + vx * in_s, walker.y + vy * in_s):
                best = in_s, step.at_s
                break
    return best


def _gone_m(ego: Mover, in_s: float) -> float:
    brakes_mps2 = max(0.0, -ego.accel_mps2)
    lasts_s = min(in_s, ego.speed_mps / brakes_mps2) if brakes_mps2 else in_s
    return ego.speed_mps * lasts_s - brakes_mps2 * lasts_s * lasts_s / 2.0


def _encroachment(trace: Trace, there: Sequence[tuple[int, Step]], host: str, person: str) -> Measured:
    """(seconds between, the later of the two instants), None where they keep PET_S apart."""
    kind, best = trace.kinds[host], None
    reach = round(PET_S / STEP_S)
    for index, step in there:
        walker, ego = step.movers[person], step.movers[host]
        if math.hypot(walker.x - ego.x, walker.y - ego.y) > NEAR_M:
            continue
        for apart in range(-reach, reach + 1):
            if best is not None and abs(apart) * STEP_S >= best[0]:
                continue
            other = trace.steps[index + apart].movers.get(host) if 0 <= index + apart < len(trace.steps) else None
            if other is not None and _is_within(other, kind, walker.x, walker.y):
                best = (abs(apart) * STEP_S, step.at_s + max(0, apart) * STEP_S)
    return best


def _is_within(ego: Mover, kind: Kind, x: float, y: float) -> bool:
    heading = math.radians(ego.heading_deg)
    dx, dy = x - ego.x, y - ego.y
    ahead_m = dx * math.sin(heading) + dy * math.cos(heading)
    right_m = dx * math.cos(heading) - dy * math.sin(heading)
    return abs(ahead_m) <= kind.length_m / 2.0 + BODY_M and abs(right_m) <= kind.width_m / 2.0 + BODY_M
