"""Who has to give way to whom where two ways meet, and whether he still can; pure.

Road Traffic Safety Law of China, Implementation Regulations art. 51 and 52: who turns gives way to who goes straight, a
right turn from the opposite side gives way to a left turn, who turns left keeps to the left of the crossing's middle.
"""

import math

from obu.core.vehicle import Light
from obu.core.world import Conflict, Lamp, Neighbour, Signal, Turn, View

JOIN_DEG = 20.0  # flatter ways join: the second follows the first and does not have to stand
FLAT_DEG = 30.0  # of no lanes that are known: a bend, a change of lane
TURNED_DEG = 15.0  # a course so far from that of the road is a turn that has begun
SPEEDS_UP_MPS2 = 0.5
REACTION_S = 2.5  # AASHTO's of braking: who has not begun by then stops so much later
TURNING_MPS = 10.0  # who is faster before a turn will slow down for it


def waits(view: View, other: Neighbour, conflict: Conflict, most_mps2: float) -> bool:
    """Whether the other has to give way to us and still can, braking with most_mps2, and does not drive as if he did
    not: who turns left before us and speeds up so long that then he could not any more does not wait."""
    if not _is_bound(view, other, conflict) or _goes_on(other, conflict, most_mps2):
        return False
    return needed_mps2(other.speed_mps, view.own.speed_mps, conflict) <= most_mps2


def follows(view: View, other: Neighbour, conflict: Conflict) -> bool:
    """Whether we join behind somebody who is no slower than we."""
    is_second = conflict.own_in_s > conflict.other_in_s
    return conflict.angle_deg < JOIN_DEG and is_second and other.speed_mps >= view.own_mps - 1.0


def changes_lane(view: View, other: Neighbour) -> bool:
    """Whether of two on one road one would turn left over the other's way, or we right over his, and both drive beside
    each other still: who turns does so from the outermost lane, the signal means that lane first."""
    crosses = Turn.LEFT in (view.turn, other.turn) or (view.turn is Turn.RIGHT and other.right_m > 0.0)
    return other.is_beside and crosses and abs(other.heading_diff_deg) < TURNED_DEG


def own_turn(view: View) -> Turn | None:
    """Where we go at the crossing: as MAP and signal tell; without a MAP, to the left by the signal alone."""
    is_left = view.turn is None and Light.LEFT_TURN in view.own.lights
    return Turn.LEFT if is_left else view.turn


def pass_left(view: View, other: Neighbour) -> bool:
    """Whether both turn left from opposite sides: each before the other, by law, whatever their drawn ways do."""
    return view.turn is Turn.LEFT and other.turn is Turn.LEFT and other.is_opposite


def is_flat(other: Neighbour, conflict: Conflict) -> bool:
    """Whether the meeting is one of curves that nobody knows, nearly along each other."""
    return other.turn is None and conflict.angle_deg < FLAT_DEG


def stops_for_light(other: Neighbour, most_mps2: float) -> bool:
    """Whether a light before it is red, or will be, and it still can stop there with most_mps2."""
    signal = other.signal
    if signal is None or signal.lamp not in (Lamp.RED, Lamp.YELLOW) or signal.is_right_on_red:
        return False
    return _can_stop(signal, other.speed_mps, most_mps2)


def holds_us(view: View, most_mps2: float) -> bool:
    """Whether the light before us is not green when we come to its line, and we still can stop there with most_mps2."""
    signal, speed_mps = view.signal, view.own.speed_mps
    if signal is None or not speed_mps or (signal.is_right_on_red and view.turn is Turn.RIGHT):
        return False
    return _can_stop(signal, speed_mps, most_mps2) and not is_green_at(signal, signal.stop_m / speed_mps)


def is_green_at(signal: Signal, in_s: float) -> bool:
    """Whether we may pass the line then: green, or yellow that does not let us stop any more."""
    if signal.green is not None and signal.green[0] <= in_s <= signal.green[1]:
        return True
    if signal.lamp is Lamp.YELLOW:
        return signal.left_s is not None and in_s <= signal.left_s
    return signal.lamp in (Lamp.PERMISSIVE_GREEN, Lamp.PROTECTED_GREEN) and signal.left_s is None


def needed_mps2(speed_mps: float, our_mps: float | None, conflict: Conflict) -> float:
    """With how much the other has to brake: to a stand before the area, or to our speed where he joins behind us."""
    left_mps = (our_mps or 0.0) if conflict.angle_deg < JOIN_DEG else 0.0
    return max(0.0, speed_mps * speed_mps - left_mps * left_mps) / (2.0 * max(conflict.other_m, 0.1))


def _can_stop(signal: Signal, speed_mps: float, most_mps2: float) -> bool:
    return signal.stop_m >= 0.0 and speed_mps * speed_mps <= 2.0 * most_mps2 * max(signal.stop_m, 0.1)


def _goes_on(other: Neighbour, conflict: Conflict, most_mps2: float) -> bool:
    accel_mps2 = other.accel_long_mps2 or 0.0
    if other.turn is not Turn.LEFT or accel_mps2 < SPEEDS_UP_MPS2 or other.speed_mps > TURNING_MPS:
        return False
    then_mps = other.speed_mps + accel_mps2 * REACTION_S
    left_m = conflict.other_m - (other.speed_mps + then_mps) / 2.0 * REACTION_S
    return then_mps * then_mps > 2.0 * most_mps2 * left_m


def _is_bound(view: View, other: Neighbour, conflict: Conflict) -> bool:
    is_second = conflict.other_in_s > conflict.own_in_s and not math.isinf(conflict.own_in_s)
    # Who turns over our lane from beside us has to wait by law; the simulated city's drivers, off at one green, do not.
    turns_over = other.is_beside and other.turn is (Turn.RIGHT if other.right_m < 0.0 else Turn.LEFT)
    if is_second and not turns_over and (other.is_beside or conflict.angle_deg < JOIN_DEG):
        return True  # he comes from behind us, or joins behind us
    if other.is_opposite and other.turn is Turn.LEFT:
        return view.turn is Turn.STRAIGHT
    if other.turn is not Turn.RIGHT or other.is_beside:
        return False
    return view.turn is Turn.STRAIGHT or (view.turn is Turn.LEFT and other.is_opposite)
