"""Who has to give way to whom where two ways meet, and whether he still can; pure.

Road Traffic Safety Law of China, Implementation Regulations art. 51 and 52: who turns gives way to who goes straight, a
right turn from the opposite side gives way to a left turn, who turns left keeps to the left of the crossing's middle.
"""

import math

from obu.core.world import Conflict, Lamp, Neighbour, Turn, View

JOIN_DEG = 20.0  # flatter ways join: the second follows the first and does not have to stand
FLAT_DEG = 30.0  # of no lanes that are known: a bend, a change of lane


def waits(view: View, other: Neighbour, conflict: Conflict, most_mps2: float) -> bool:
    """Whether the other has to give way to us and still can, braking with most_mps2."""
    return _is_bound(view, other, conflict) and needed_mps2(other.speed_mps, view.own.speed_mps, conflict) <= most_mps2


def follows(view: View, other: Neighbour, conflict: Conflict) -> bool:
    """Whether we join behind somebody who is no slower than we."""
    is_second = conflict.own_in_s > conflict.other_in_s
    return conflict.angle_deg < JOIN_DEG and is_second and other.speed_mps >= (view.own.speed_mps or 0.0) - 1.0


def pass_left(view: View, other: Neighbour) -> bool:
    """Whether both turn left from opposite sides: each before the other, by law, whatever their drawn ways do."""
    return view.turn is Turn.LEFT and other.turn is Turn.LEFT and other.is_opposite


def is_flat(other: Neighbour, conflict: Conflict) -> bool:
    """Whether the meeting is one of curves that nobody knows, nearly along each other."""
    return other.turn is None and conflict.angle_deg < FLAT_DEG


def stops_for_light(other: Neighbour, most_mps2: float) -> bool:
    """Whether a light before it is red, or will be, and it still can stop there with most_mps2."""
    signal = other.signal
    if signal is None or signal.lamp not in (Lamp.RED, Lamp.YELLOW) or signal.stop_m < 0.0 or signal.is_right_on_red:
        return False
    return other.speed_mps * other.speed_mps <= 2.0 * most_mps2 * max(signal.stop_m, 0.1)


def stands_before(view: View, front_m: float) -> bool:
    """Whether our driver already brakes so that we stand within front_m."""
    speed_mps, accel_mps2 = view.own.speed_mps or 0.0, view.own.vehicle.accel_long_mps2 or 0.0
    return accel_mps2 < 0.0 and speed_mps * speed_mps <= -2.0 * accel_mps2 * front_m


def leaves_s(view: View, other: Neighbour, least_mps: float) -> float:
    """When somebody on our way has walked out of it; infinite for who goes across it with less than least_mps."""
    right_mps = other.speed_mps * math.sin(math.radians(other.heading_diff_deg))
    if abs(right_mps) < least_mps:
        return math.inf
    half_m = (view.own.body.width_m + other.width_m) / 2.0
    return (half_m - math.copysign(other.right_m, other.right_m * right_mps)) / abs(right_mps)


def needed_mps2(speed_mps: float, our_mps: float | None, conflict: Conflict) -> float:
    """With how much the other has to brake: to a stand before the area, or to our speed where he joins behind us."""
    left_mps = (our_mps or 0.0) if conflict.angle_deg < JOIN_DEG else 0.0
    return max(0.0, speed_mps * speed_mps - left_mps * left_mps) / (2.0 * max(conflict.other_m, 0.1))


def _is_bound(view: View, other: Neighbour, conflict: Conflict) -> bool:
    is_second = conflict.other_in_s > conflict.own_in_s and not math.isinf(conflict.own_in_s)
    if is_second and (other.is_beside or conflict.angle_deg < JOIN_DEG):
        return True  # he comes from behind us, or joins behind us
    if other.is_opposite and other.turn is Turn.LEFT:
        return view.turn is Turn.STRAIGHT
    return other.turn is Turn.RIGHT and view.turn is Turn.STRAIGHT and not other.is_beside
