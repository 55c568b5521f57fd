"""Our turn over the lanes beside us, while somebody comes up there who goes another way; pure."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

from obu.core.condition import Condition, above, at_least, at_most, below, is_other, is_same, is_there
from obu.core.driving import BRAKE_MPS2, DELAY_S, ByClass, stopping_m
from obu.core.world import Conflict, Kind, Neighbour, Turn, View


@dataclass(frozen=True, slots=True, kw_only=True)
class Turning:
    """How a driver turns who does not brake to a stand before those lanes.

    He slows down with brake_mps2 towards speed_mps (12 m of radius at 3 m/s2 aside); slower before the line he may
    still wait, behind it who crawls (least_mps, as ICW) does. As ICW has it: told when he only just can stop (delay_s,
    stop_mps2 by class, margin_m), for who brakes for his turn soon does not look back any more; apart_s, times that
    overlap within 1 s. next_m: aside, the next lane begins.
    """

    speed_mps: float = 6.0
    least_mps: float = 2.8
    brake_mps2: float = 2.5
    delay_s: ByClass = DELAY_S
    stop_mps2: ByClass = BRAKE_MPS2
    margin_m: float = 2.0
    apart_s: float = 1.0
    next_m: float = 1.75


def turned_over(view: View, other: Neighbour, sign: int, how: Turning) -> Iterator[Condition]:
    """Of somebody of whose lane we turn off to that side (1: right, -1: left), over his way, as he comes up on it."""
    meets = other.conflict
    yield is_there("conflict", meets)
    yield is_there("turn", other.turn)
    yield is_other("turn", other.turn, view.turn)
    yield is_same("own_turn", view.turn, Turn.LEFT if sign < 0 else Turn.RIGHT)
    yield above("right_m", other.right_m * sign, how.next_m)
    yield is_same("kind", other.kind, Kind.VEHICLE)
    yield is_same("is_beside", other.is_beside, True)
    yield below("along_m", other.along_m, 0.0)
    if meets is None:
        return
    speed_mps, has_begun = view.own_mps, view.signal is not None and view.signal.stop_m < 0.0
    in_s = _there_s(meets.own_m, speed_mps, how)
    yield below("own_in_s", meets.own_in_s, math.inf)
    yield at_least("own_speed_mps", speed_mps, how.least_mps if has_begun else how.speed_mps)
    yield above("own_m", meets.own_m, 0.0)
    stops_m = stopping_m(speed_mps, how.delay_s.of(view.vehicle), how.stop_mps2.of(view.vehicle))
    yield at_most("own_m", meets.own_m, stops_m + how.margin_m)
    yield at_most("apart_s", _apart_s(view, other, meets, in_s, how), how.apart_s)


def _there_s(distance_m: float, speed_mps: float, how: Turning) -> float:
    """Until we are there, slowing down for the turn as late as a driver does; infinite for who stands."""
    if speed_mps <= how.speed_mps:
        return distance_m / speed_mps if speed_mps > 0.0 else math.inf
    slowing_m = (speed_mps**2 - how.speed_mps**2) / (2.0 * how.brake_mps2)
    if distance_m <= slowing_m:
        return 2.0 * distance_m / (speed_mps + how.speed_mps)
    return (distance_m - slowing_m) / speed_mps + 2.0 * slowing_m / (speed_mps + how.speed_mps)


def _apart_s(view: View, other: Neighbour, meets: Conflict, in_s: float, how: Turning) -> float:
    """Between the one's leaving and the other's coming, he as fast as he is; negative when both are there at a time."""
    out_s = in_s + (view.own.body.length_m + other.width_m) / how.speed_mps
    other_mps = max(other.speed_mps, 0.1)
    other_out_s = (meets.other_m + other.length_m + view.own.body.width_m) / other_mps
    return max(meets.other_m / other_mps - out_s, in_s - other_out_s)
