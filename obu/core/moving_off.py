"""Who is, or walks, before our front as we stand or move off (UN R159, moving off information); pure."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

from obu.core.condition import Condition, above, at_most, below, is_same
from obu.core.on_our_way import stands_before
from obu.core.world import Neighbour, View


@dataclass(frozen=True, slots=True, kw_only=True)
class MovingOff:
    """least_mps, most_mps: slower we stand, faster we drive. zone_m: of UN R159, 0.3 to 3.7 m before the front.
    within_s: until the brakes bite. apart_s: as we roll, of who comes onto our way, between the one's leaving and the
    other's coming; on foot half a second is a step.
    """

    least_mps: float = 0.3
    most_mps: float = 1.0
    zone_m: float = 3.7
    within_s: float = 2.0
    apart_s: float = 0.5


def before_front(view: View, other: Neighbour, front_m: float, how: MovingOff) -> Iterator[Condition]:
    """Of who is front_m before our front, how far to the left and right of our middle he is, or soon will be."""
    half_m = view.own.body.width_m / 2.0
    left_m, right_m = walks_through_m(other, how.within_s)
    yield below("left_m", left_m, half_m)
    yield above("right_m", right_m, -half_m)
    yield is_same("stands_before", stands_before(view, front_m), False)
    if other.conflict is not None and view.own_mps >= how.least_mps:
        yield at_most("apart_s", other.conflict.apart_s, how.apart_s)


def walks_through_m(other: Neighbour, within_s: float) -> tuple[float, float]:
    """(left, right): where beside our middle line, as we look now, somebody is from now on within_s."""
    right_m = other.offset.right_m
    then_m = right_m + within_s * other.speed_mps * math.sin(math.radians(other.heading_diff_deg))
    return min(right_m, then_m), max(right_m, then_m)
