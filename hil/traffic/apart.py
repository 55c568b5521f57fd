"""How near in time two road users came to one place, as they drove or as they had driven unbraked; pure.

Its one rule: a way is the driven one, however it is timed; only past the end of a drive it goes straight on.
"""

import dataclasses
import itertools
import math
from collections.abc import Mapping

from hil.traffic.trace import Kind, Mover
from hil.traffic.truth import Steps

AHEAD_S, STEP_S = 8.0, 0.2
SIDE_M = 0.5  # so near a body is touching it
STOOD_MPS = 0.5

Timed = list[tuple[float, Mover]]


def least_s(kinds: Mapping[str, Kind], pair: tuple[str, str], ours: Timed, theirs: Timed) -> float | None:
    """The least time between our body's and the other's being at one place; None where no place is."""
    host, foe = pair
    best = None
    for at_s, mover in ours:
        for then_s, other in theirs:
            apart_s = abs(at_s - then_s)
            if (best is None or apart_s < best) and _touch(mover, kinds[host], other, kinds[foe]):
                best = apart_s
    return best


def driven(known: Steps, name: str, from_s: float) -> Timed:
    """Where somebody was within AHEAD_S."""
    times_s = [from_s + number * STEP_S for number in range(round(AHEAD_S / STEP_S) + 1)]
    return [(at_s, mover) for at_s in times_s if (mover := known.mover(name, at_s)) is not None]


def unbraked(known: Steps, name: str, from_s: float) -> Timed:
    """Where somebody had been within AHEAD_S, never slower than at its begin; who stands moves off when he did."""
    mover = known.mover(name, from_s)
    if mover is None:
        return []
    least_mps, gone_s, found = mover.speed_mps, 0.0, [(from_s, mover)]
    for number in itertools.count(1):
        before, mover = mover, known.mover(name, from_s + number * STEP_S)
        if mover is None:
            return found + _onward(found[-1][0], before, least_mps, AHEAD_S - gone_s)
        gone_m = math.hypot(mover.x - before.x, mover.y - before.y)
        gone_s += min(STEP_S, gone_m / least_mps) if least_mps > STOOD_MPS else STEP_S
        if gone_s > AHEAD_S + STEP_S / 4.0:
            break
        if from_s + gone_s - found[-1][0] >= STEP_S / 2.0:
            found.append((from_s + gone_s, mover))
    return found


def straight_on(known: Steps, name: str, from_s: float) -> Timed:
    """Where somebody had been within AHEAD_S, straight on and as fast as at its begin."""
    mover = known.mover(name, from_s)
    return [(from_s, mover), *_onward(from_s, mover, mover.speed_mps, AHEAD_S)] if mover else []


def _onward(from_s: float, mover: Mover, speed_mps: float, lasts_s: float) -> Timed:
    heading, found = math.radians(mover.heading_deg), []
    for number in range(1, round(lasts_s / STEP_S) + 1):
        gone_m = speed_mps * number * STEP_S
        x, y = mover.x + gone_m * math.sin(heading), mover.y + gone_m * math.cos(heading)
        found.append((from_s + number * STEP_S, dataclasses.replace(mover, x=x, y=y)))
    return found


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
