"""Why a conflict was missed and why a warning had no ground, told from where both really drove; pure.

The first cause of a list that holds is the cause. Its one rule: what a driver could not have seen is told apart from
what our rules got wrong, and both from what SUMO's measure alone calls a conflict.
"""

import dataclasses
import itertools
import math
from collections.abc import Mapping, Sequence
from enum import Enum

from hil.traffic import braking, sideways
from hil.traffic.host import Warned
from hil.traffic.score import COLLISION
from hil.traffic.trace import Kind, Mover
from hil.traffic.truth import Conflict, Steps

AHEAD_S, STEP_S = 8.0, 0.2
BEFORE_S, AFTER_S = 10.0, 3.0  # a warning so long about an instant was of it
NEAR_S = 2.0  # as truth.py: less between two at a place is an encounter
STOOD_MPS = 0.5
SUDDEN_S = 1.5  # what begins later cannot be warned of with the wanted lead
SIDE_M = 0.5  # so near a body is touching it
UNBRAKED_S = (3.0, 2.0, 1.0)  # before the instant: what somebody would have done who did not brake from then on
FOLLOWING = "FCW"  # who follows is within 2 s of the other's place every day
ALONG = ("FCW", "LCW")  # here one can steer out of the other's way

Timed = list[tuple[float, Mover]]


class Missed(Enum):
    """Causes of a miss."""

    ALREADY = "it was warned of by another application of no collision"
    IN_TIME = "our driver braked of himself, in time and enough: no warning would have made him brake sooner"
    SHARED = "the same warning, of another ahead or on that side, was on the screen"
    LATE = "the warning came after the instant"
    RED_LIGHT = "we ran a red light, and were warned of that"
    AVERTED = "one of the two braked or steered: they would have come within 2 s of one place"
    NEVER_NEAR = "the two never came within 2 s of one place, nor would have: SUMO's measure alone"
    BLOCKED = "it stood in our way, and went on standing"
    SUDDEN = "one of the two stood until 1.5 s before"
    ITS_MOVE = "it came over to us, who told of no move of ours, which alone LCW is about"
    SCREEN = "nothing told of it, while another collision was on the screen"
    RULE = "nothing told of it, nor of another collision"


class Groundless(Enum):
    """Causes of a warning without a ground."""

    NOBODY = "its subject was not in the traffic"
    NEAR = "the two did come within 2 s of one place: SUMO's measure has no encounter"
    FOLLOWED = "we followed it, and it would have taken more than 3 s to a collision all the time"
    LIGHT = "it stopped for its light"
    GAVE_WAY = "it gave way"
    WE_BRAKED = "our driver stopped or gave way"
    WAYS = "the ways did not meet: one of them was taken wrongly"
    TIME = "the ways met, and more than 2 s lay between the two"


def of_miss(
    known: Steps, kinds: Mapping[str, Kind], conflict: Conflict, warned: Sequence[tuple[Warned, str | None]]
) -> Missed:
    """warned: all that was shown in the drive, with the names of the subjects."""
    ours = [
        (warning, foe)
        for warning, foe in warned
        if warning.host == conflict.host and -AFTER_S <= conflict.at_s - warning.at_s <= BEFORE_S
    ]
    of_it = [warning for warning, foe in ours if foe == conflict.foe]
    if any(warning.app not in COLLISION and warning.at_s <= conflict.at_s for warning in of_it):
        return Missed.ALREADY
    if braking.was_in_time(known, kinds, conflict):
        return Missed.IN_TIME
    if any(sideways.is_of_there(known, warning, conflict) for warning, _ in ours):
        return Missed.SHARED
    if of_it:
        return Missed.LATE
    if any(warning.app == "RLVW" and warning.at_s <= conflict.at_s for warning, _ in ours):
        return Missed.RED_LIGHT
    if not _is_near(least_apart_s(known, kinds, (conflict.host, conflict.foe), conflict.at_s - AFTER_S)):
        return Missed.AVERTED if is_real(known, kinds, conflict) else Missed.NEVER_NEAR
    if all(_stood(known, conflict.foe, at_s) for at_s in (conflict.at_s - SUDDEN_S, conflict.at_s)):
        return Missed.BLOCKED
    if any(_stood(known, name, conflict.at_s - SUDDEN_S) for name in (conflict.host, conflict.foe)):
        return Missed.SUDDEN
    if sideways.has_come_over(known, conflict):
        return Missed.ITS_MOVE
    is_taken = any(warning.app in COLLISION and warning.at_s <= conflict.at_s for warning, _ in ours)
    return Missed.SCREEN if is_taken else Missed.RULE


def of_groundless(known: Steps, kinds: Mapping[str, Kind], warning: Warned, foe: str | None) -> Groundless:
    """foe: the name of its subject."""
    if foe is None or known.mover(foe, warning.at_s) is None or known.mover(warning.host, warning.at_s) is None:
        return Groundless.NOBODY
    apart_s = least_apart_s(known, kinds, (warning.host, foe), warning.at_s)
    if _is_near(apart_s) and warning.app != FOLLOWING:
        return Groundless.NEAR
    if _stops(known, foe, warning.at_s):
        is_red = dict(warning.why).get("light") in ("red", "yellow")
        return Groundless.LIGHT if is_red else Groundless.GAVE_WAY
    if _stops(known, warning.host, warning.at_s):
        return Groundless.WE_BRAKED
    if _is_near(apart_s):
        return Groundless.FOLLOWED
    return Groundless.WAYS if apart_s is None else Groundless.TIME


def is_real(known: Steps, kinds: Mapping[str, Kind], conflict: Conflict) -> bool:
    """Whether the two came within NEAR_S of one place, or would have, had neither braked nor steered from then on.

    Then: one of UNBRAKED_S before the instant. Who turns steers anyway: straight on goes only who is along the other.
    Behind whom our driver braked in time with what was needed, nothing was to be warned of.
    """
    if braking.was_in_time(known, kinds, conflict):
        return False
    pair = (conflict.host, conflict.foe)
    if _is_near(least_apart_s(known, kinds, pair, conflict.at_s - AFTER_S)):
        return True
    otherwise = (_unbraked, _straight_on) if conflict.app in ALONG else (_unbraked,)
    return any(
        _is_near(_apart_s(kinds, pair, *(course(known, name, conflict.at_s - before_s) for name in pair)))
        for course in otherwise
        for before_s in UNBRAKED_S
    )


def least_apart_s(known: Steps, kinds: Mapping[str, Kind], pair: tuple[str, str], from_s: float) -> float | None:
    """The least time between our body's and the other's being at one place, within AHEAD_S; None where no place is."""
    return _apart_s(kinds, pair, *(_course(known, name, from_s) for name in pair))


def _is_near(apart_s: float | None) -> bool:
    return apart_s is not None and apart_s <= NEAR_S


def _apart_s(kinds: Mapping[str, Kind], pair: tuple[str, str], ours: Timed, theirs: Timed) -> float | None:
    host, foe = pair
    best = None
    for at_s, mover in ours:
        for then_s, other in theirs:
            apart_s = abs(at_s - then_s)
            if (best is None or apart_s < best) and _touch(mover, kinds[host], other, kinds[foe]):
                best = apart_s
    return best


def _unbraked(known: Steps, name: str, from_s: float) -> Timed:
    """The course that was driven, but never more slowly than at its begin; straight on where the drive ended."""
    course = _course(known, name, from_s)
    if not course:
        return []
    least_mps, ahead_s = course[0][1].speed_mps, 0.0
    found = [course[0]]
    for (before_s, before), (at_s, mover) in itertools.pairwise(course):
        gone_m = math.hypot(mover.x - before.x, mover.y - before.y)
        ahead_s += max(0.0, (at_s - before_s) - gone_m / least_mps) if least_mps > STOOD_MPS else 0.0
        found.append((at_s - ahead_s, mover))
    last_s, last = found[-1]
    return found + _onward(last_s, last, least_mps, from_s + AHEAD_S - last_s)


def _straight_on(known: Steps, name: str, from_s: float) -> Timed:
    mover = known.mover(name, from_s)
    return [(from_s, mover), *_onward(from_s, mover, mover.speed_mps, AHEAD_S)] if mover else []


def _onward(from_s: float, mover: Mover, speed_mps: float, lasts_s: float) -> Timed:
    heading, found = math.radians(mover.heading_deg), []
    for number in range(1, round(lasts_s / STEP_S) + 1):
        gone_m = speed_mps * number * STEP_S
        x, y = mover.x + gone_m * math.sin(heading), mover.y + gone_m * math.cos(heading)
        found.append((from_s + number * STEP_S, dataclasses.replace(mover, x=x, y=y)))
    return found


def _course(known: Steps, name: str, from_s: float) -> Timed:
    times_s = [from_s + number * STEP_S for number in range(round(AHEAD_S / STEP_S) + 1)]
    return [(at_s, mover) for at_s in times_s if (mover := known.mover(name, at_s)) is not None]


def _touch(one: Mover, kind: Kind, other: Mover, its: Kind) -> bool:
    """Whether the other's middle line, at its two ends and its middle, lies within the one's body."""
    dx, dy = other.x - one.x, other.y - one.y
    if dx * dx + dy * dy > (kind.length_m + its.length_m) ** 2:
        return False
    heading, its_heading = math.radians(one.heading_deg), math.radians(other.heading_deg)
    half_m, side_m = kind.length_m / 2.0, (kind.width_m + its.width_m) / 2.0 + SIDE_M
    for share in (-0.5, 0.0, 0.5):
        ex = dx + share * its.length_m * math.sin(its_heading)
        ey = dy + share * its.length_m * math.cos(its_heading)
        ahead_m = ex * math.sin(heading) + ey * math.cos(heading)
        right_m = ex * math.cos(heading) - ey * math.sin(heading)
        if abs(ahead_m) <= half_m + its.width_m / 2.0 and abs(right_m) <= side_m:
            return True
    return False


def _stood(known: Steps, name: str, at_s: float) -> bool:
    mover = known.mover(name, at_s)
    return mover is None or mover.speed_mps < STOOD_MPS


def _stops(known: Steps, name: str, from_s: float) -> bool:
    """Whether somebody who drives or walks comes to a stand, or slows to less than half, within AHEAD_S."""
    course = _course(known, name, from_s)
    begin_mps = course[0][1].speed_mps
    least_mps = min(mover.speed_mps for _, mover in course)
    return least_mps < max(STOOD_MPS, begin_mps / 2.0)
