"""What was dangerous in a drive, told from the traffic alone; no warning is looked at here.

An encounter is what SUMO's SSM device calls one (time to collision below 3 s, encroachment within 2 s; 5 s around it),
and for people on foot, of whom it knows nothing, the same computed here. Critical: a time to collision below 1.5 s
(FHWA SSAM's bound) or an encroachment within 0.8 s, on following, merging or crossing ways, our vehicle at 5 m/s or
more within the 3 s before. Left out, and counted apart: a bicycle passed in its own lane, which SUMO's sublanes call a
collision (not one that rides straight on beside us while we turn over its way: SUMO calls that crossing), one that
stands waiting while we pass it by a metre or more (SUMO tells 0.05 s of such: it goes by lanes that cross, not by
places), and who follows us in our lane, who has to brake; whom nobody hears: one of ours that has stood since the
traffic began, its unit being without a course, and a bicycle or somebody on foot whom no roadside unit has seen within
the 10 s in which a warning would count; and what had its instant before the drive or after it. All of them are still
met: a warning while the encounter lasts has a ground.
"""

import itertools
import math
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from hil.traffic import beside, on_foot
from hil.traffic.net import Point
from hil.traffic.on_foot import AROUND_S
from hil.traffic.roadside import SEES_M, SENSED
from hil.traffic.trace import HOST, STEP_S, Encounter, Mover, Step, Trace

CRITICAL_TTC_S, CRITICAL_PET_S = 1.5, 0.8
LEAST_MPS, BEFORE_S = 5.0, 3.0
LEADER, FOLLOWER, COLLISION = 3, 2, 111  # SUMO's encounter types, seen from us
CROSSING = range(9, 18)  # SUMO's types from CROSSING to BOTH_LEFT_CONFLICT_AREA
IN_LANE_M = 1.75  # who is further beside us is not in our lane
SAME_DEG, ONCOMING_DEG = 30.0, 150.0
TURN_DEG = 30.0  # more within the next seconds is a turn
AHEAD_S = 3.0
STANDS_MPS, PASSED_M = 0.5, 1.0
FOLLOWS = "behind_us"
COURSE_MPS = 5.0 / 3.6
EARLIEST_S = 10.0  # a warning so long before the instant is of it


@dataclass(frozen=True, slots=True)
class Conflict:
    """One encounter of one of our vehicles. at_s: its instant. app: whose it is, "" of one that is left out.

    from_s, to_s: while the two meet; SUMO's device goes on for AROUND_S after that.
    """

    host: str
    foe: str
    app: str
    at_s: float
    from_s: float
    to_s: float
    is_critical: bool


@dataclass(frozen=True, slots=True)
class Truth:
    """left_out: encounters by the reason why they do not count."""

    conflicts: tuple[Conflict, ...]
    left_out: Mapping[str, int]


def find(trace: Trace, units: Collection[Point]) -> Truth:
    """All of a drive. units: where the roadside units are."""
    left_out: dict[str, int] = {}
    known = Steps(trace.steps)
    found = []
    hosts = [name for name in trace.kinds if name.startswith(HOST)]
    for encounter in itertools.chain(trace.encounters, on_foot.encounters(trace, hosts)):
        at_s = _instant(encounter)
        reason = "no_instant" if at_s is None else _left_out(trace, known, units, encounter, at_s)
        if reason:
            left_out[reason] = left_out.get(reason, 0) + 1
        app = "" if at_s is None or reason else _app(trace, known, encounter, at_s)
        found.append(_conflict(known, encounter, encounter.begin_s if at_s is None else at_s, app))
    return Truth(tuple(sorted(found, key=lambda each: (each.at_s, each.host, each.foe))), left_out)


class Steps:
    """The steps by their time."""

    def __init__(self, steps: tuple[Step, ...]) -> None:
        self._steps, self._begin_s = steps, steps[0].at_s

    def mover(self, name: str, at_s: float) -> Mover | None:
        """Where somebody was; None where he was not there."""
        index = round((at_s - self._begin_s) / STEP_S)
        return self._steps[index].movers.get(name) if 0 <= index < len(self._steps) else None

    def has_driven(self, name: str, until_s: float) -> bool:
        """Whether somebody was ever fast enough for a receiver to tell his course."""
        steps = itertools.takewhile(lambda step: step.at_s <= until_s, self._steps)
        return any(step.movers[name].speed_mps >= COURSE_MPS for step in steps if name in step.movers)

    def has_been_near(self, name: str, until_s: float, units: Collection[Point]) -> bool:
        """Whether a roadside unit saw somebody within the EARLIEST_S before."""
        there = self.course(name, until_s, -EARLIEST_S)
        return any(math.hypot(mover.x - x, mover.y - y) <= SEES_M for mover in there for x, y in units)

    def course(self, name: str, at_s: float, span_s: float) -> Iterator[Mover]:
        """Where somebody was from at_s on, or before it where span_s is negative, while he was there."""
        for number in range(round(abs(span_s) / STEP_S) + 1):
            mover = self.mover(name, at_s + math.copysign(number * STEP_S, span_s))
            if mover is None:
                return
            yield mover


def _instant(encounter: Encounter) -> float | None:
    """Of the least time to collision, or of the entry into the conflict area, whichever is critical or there."""
    is_ttc = encounter.ttc_s is not None and encounter.ttc_s < CRITICAL_TTC_S
    if is_ttc or encounter.pet_at_s is None:
        return encounter.ttc_at_s
    return encounter.pet_at_s


def _left_out(trace: Trace, known: Steps, units: Collection[Point], encounter: Encounter, at_s: float) -> str:
    ego, foe = known.mover(encounter.ego, at_s), known.mover(encounter.foe, at_s)
    if ego is None or foe is None:
        return "not_there"
    is_sensed = trace.kinds[encounter.foe].name in SENSED
    if is_sensed and not known.has_been_near(encounter.foe, at_s, units):
        return "unheard"
    if encounter.foe.startswith(HOST) and not known.has_driven(encounter.foe, at_s):
        return "unheard"
    kind = encounter.ttc_type if at_s == encounter.ttc_at_s else encounter.pet_type
    is_same_way = _apart_deg(ego, foe) < SAME_DEG
    if trace.kinds[encounter.foe].name == "bicycle":
        if is_same_way and kind not in CROSSING:
            return "bicycle_in_lane"
        if _waits_beside(trace, known, encounter, at_s):
            return "bicycle_waits"
    ahead_m, right_m = seen(ego, foe)
    is_hit_from_behind = kind == COLLISION and is_same_way and ahead_m < 0 and abs(right_m) < IN_LANE_M
    return FOLLOWS if kind == LEADER or is_hit_from_behind else ""


def _waits_beside(trace: Trace, known: Steps, encounter: Encounter, at_s: float) -> bool:
    """Whether the other has stood for BEFORE_S, and we keep PASSED_M from it about the instant."""
    if any(mover.speed_mps >= STANDS_MPS for mover in known.course(encounter.foe, at_s, -BEFORE_S)):
        return False
    ours, theirs = (
        (*known.course(name, at_s, -BEFORE_S), *known.course(name, at_s, AHEAD_S))
        for name in (encounter.ego, encounter.foe)
    )
    kinds = trace.kinds[encounter.ego], trace.kinds[encounter.foe]
    return all(beside.gap_m(kinds, *both) >= PASSED_M for both in zip(ours, theirs, strict=False))


def _conflict(known: Steps, encounter: Encounter, at_s: float, app: str) -> Conflict:
    is_sharp = (encounter.ttc_s is not None and encounter.ttc_s < CRITICAL_TTC_S) or (
        encounter.pet_s is not None and encounter.pet_s < CRITICAL_PET_S
    )
    return Conflict(
        encounter.ego,
        encounter.foe,
        app,
        at_s,
        encounter.begin_s,
        max(at_s, encounter.end_s - AROUND_S),
        bool(app) and is_sharp and _is_driving(known, encounter.ego, at_s),
    )


def _is_driving(known: Steps, name: str, at_s: float) -> bool:
    return max((mover.speed_mps for mover in known.course(name, at_s, -BEFORE_S)), default=0.0) >= LEAST_MPS


def _app(trace: Trace, known: Steps, encounter: Encounter, at_s: float) -> str:
    """By how the two stood to each other a while before: the ways decide, not SUMO's state of the moment."""
    ego = list(known.course(encounter.ego, at_s, -AHEAD_S))[-1]
    foe = list(known.course(encounter.foe, at_s, -AHEAD_S))[-1]
    apart_deg = _apart_deg(ego, foe)
    if trace.kinds[encounter.foe].name in ("bicycle", "pedestrian"):
        return "VRUCW"
    if encounter.ttc_type == FOLLOWER and apart_deg < SAME_DEG:
        return "FCW"
    if apart_deg > ONCOMING_DEG and _turns_left(known, encounter.ego, at_s):
        return "LTA"
    return "LCW" if apart_deg < SAME_DEG else "ICW"


def _turns_left(known: Steps, name: str, at_s: float) -> bool:
    before = list(known.course(name, at_s, -AHEAD_S))[-1]
    after = list(known.course(name, at_s, AHEAD_S))[-1]
    return _wrapped(after.heading_deg - before.heading_deg) < -TURN_DEG


def seen(ego: Mover, other: Mover) -> tuple[float, float]:
    """(ahead, right) on SUMO's plane, whose north is turned by a degree and a half: of no account within metres."""
    heading = math.radians(ego.heading_deg)
    dx, dy = other.x - ego.x, other.y - ego.y
    return dx * math.sin(heading) + dy * math.cos(heading), dx * math.cos(heading) - dy * math.sin(heading)


def _apart_deg(ego: Mover, foe: Mover) -> float:
    return abs(_wrapped(foe.heading_deg - ego.heading_deg))


def _wrapped(angle_deg: float) -> float:
    return (angle_deg + 180.0) % 360.0 - 180.0


def critical(conflicts: Iterable[Conflict]) -> list[Conflict]:
    """Those that must be warned of, one a pair and danger: what begins while another of the pair lasts is the same."""
    kept: list[Conflict] = []
    for each in sorted((one for one in conflicts if one.is_critical), key=lambda one: one.at_s):
        if not any((each.host, each.foe) == (one.host, one.foe) and each.at_s <= one.to_s for one in kept):
            kept.append(each)
    return kept
