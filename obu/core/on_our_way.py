"""Who is on our way, before our front or beside us, and whether he is off it, or we stand, before we meet; pure."""

import math
from enum import Enum

from obu.core.driving import stopping_m
from obu.core.right_of_way import is_green_at
from obu.core.world import Kind, Neighbour, Turn, View

ALONG_DEG, AS_FAST_MPS = 30.0, 1.0


class Danger(Enum):
    """How somebody may come to harm."""

    FRONT = "he is, or walks, before our front as we move off"
    SIDE = "our side or rear reaches him in a turn"
    THERE = "he is on our way"
    COMES = "he comes onto our way"


def ahead_m(view: View, other: Neighbour, danger: Danger) -> float:
    """From our front to where we would meet."""
    if danger is Danger.SIDE:
        return 0.0
    if danger is Danger.COMES and other.conflict is not None:
        return other.conflict.own_m
    his_m = other.offset.ahead_m if danger is Danger.FRONT else other.along_m
    return his_m - view.own.body.length_m / 2.0


def is_on_our_way(view: View, other: Neighbour) -> bool:
    """Whether somebody's middle is within our outline's width, along our way."""
    return abs(other.right_m) < view.own.body.width_m / 2.0


def half_across_m(other: Neighbour) -> float:
    """Half of what somebody takes of our way: who stands askew, more than his width."""
    turn = math.radians(other.askew_deg)
    return (other.width_m * abs(math.cos(turn)) + other.length_m * abs(math.sin(turn))) / 2.0


def goes_with_us(view: View, other: Neighbour) -> bool:
    """Whether somebody on our way goes on along it, about as fast as we."""
    return abs(other.askew_deg) < ALONG_DEG and other.speed_mps >= view.own_mps - AS_FAST_MPS


def rides_on_beside(view: View, other: Neighbour) -> bool:
    """A cyclist of our road who rides straight on over the crossing where we turn: his way is before us, not he."""
    is_turning = view.turn in (Turn.LEFT, Turn.RIGHT)
    return other.kind is Kind.CYCLIST and other.is_beside and is_turning and other.turn is Turn.STRAIGHT


def stands_before(view: View, within_m: float) -> bool:
    """Whether our driver already brakes so that we stand within_m."""
    speed_mps, accel_mps2 = view.own_mps, view.own.vehicle.accel_long_mps2 or 0.0
    return accel_mps2 < 0.0 and speed_mps * speed_mps <= -2.0 * accel_mps2 * within_m


def spare_s(view: View, other: Neighbour, place_m: float, least_mps: float) -> float:
    """So long before we are at place_m somebody on our way has left it: as we drive now, or as we and he speed up."""
    as_now_s = place_m / max(view.own_mps, 0.1) - _leaves_s(view, other, least_mps)
    return as_now_s if other.conflict is None else min(as_now_s, other.conflict.apart_s)


def _leaves_s(view: View, other: Neighbour, least_mps: float) -> float:
    """When somebody on our way has walked out of it; infinite for who goes across it with less than least_mps."""
    right_mps = other.speed_mps * math.sin(math.radians(other.askew_deg))
    if abs(right_mps) < least_mps:
        return math.inf
    half_m = (view.own.body.width_m + other.width_m) / 2.0
    return (half_m - math.copysign(other.right_m, other.right_m * right_mps)) / abs(right_mps)


def meets_surely(view: View, other: Neighbour, within_s: float, long_s: float) -> bool:
    """Whether we are where our ways meet within_s, and he for so long with us. Who rides on beside us meets our side,
    a second after our front."""
    conflict = other.conflict
    if conflict is None or rides_on_beside(view, other):
        return False
    return conflict.own_in_s <= within_s and conflict.apart_s <= -long_s


def waits_at_kerb(view: View, other: Neighbour, in_s: float, step_m: float) -> bool:
    """Whether somebody on foot beside our road has not stepped off the kerb and has red: we go straight on with green.

    Of a cyclist his own light tells.
    """
    if other.kind is not Kind.PEDESTRIAN or view.turn is not Turn.STRAIGHT or view.kerb_m is None:
        return False
    return view.signal is not None and other.right_m > view.kerb_m - step_m and is_green_at(view.signal, in_s)


def stops_within_m(view: View, delay_s: float, brake_mps2: float, turning_mps: float) -> float:
    """How far we go from a warning until we stand. Who accelerates does so until he brakes; who turns has slowed."""
    most_mps = turning_mps if view.turn in (Turn.LEFT, Turn.RIGHT) else math.inf
    speed_mps = min(view.own_mps, most_mps)
    gains_mps = delay_s * max(0.0, view.own.vehicle.accel_long_mps2 or 0.0)
    brakes_mps = min(speed_mps + gains_mps, most_mps)
    return stopping_m((speed_mps + brakes_mps) / 2.0, delay_s, math.inf) + stopping_m(brakes_mps, 0.0, brake_mps2)
