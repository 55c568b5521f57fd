"""VRUCW, vulnerable road user collision warning: somebody on foot or on a bicycle comes onto our way (T/CSAE 53)."""

import dataclasses
import math
from dataclasses import dataclass

from obu.apps.base import Need
from obu.core.alert import Alert, Direction, Level, Text
from obu.core.driving import BRAKE_MPS2, DELAY_S, ByClass, stopping_m
from obu.core.right_of_way import leaves_s, stands_before, stops_for_light
from obu.core.world import Kind, Neighbour, View

NAME = "VRUCW"
TITLE = Text("行人与骑行者", "Pedestrians and cyclists")
NEEDS = frozenset({Need.SPEED})
PRIORITY, MARK = 1, 4  # imminent collision; somebody there while we stand
TEXTS = {
    Kind.PEDESTRIAN: (Text("注意行人", "Pedestrian"), "pedestrian"),
    Kind.CYCLIST: (Text("注意骑行者", "Cyclist"), "cyclist"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameters:
    """When to speak. Sources: obu/core/driving.py by class; UN R159 for moving off: 0.3 to 3.7 m before the front.

    inside_m: somebody whose middle is so far inside our outline's width stands on our way. crossing_mps: towards our
    way; slower is walking along it, where a place that errs looks like a step onto the road. apart_s: as at a crossing.
    moving_off_mps: UN R159 reaches to 10 km/h. stops_mps2: a cyclist who can stop
    for his red light with this is taken to do so. moving_off_s: until the brakes bite. standing_mps: slower we stand.
    swept_sigma_m: of whom side and rear reach in a turn; with a larger relative error nobody knows on which
    side of ours he is.
    """

    delay_s: ByClass = DELAY_S
    brake_mps2: ByClass = BRAKE_MPS2
    margin_m: float = 1.0
    min_speed_mps: float = 1.0
    inside_m: float = 0.0
    crossing_mps: float = 0.4
    apart_s: float = 0.8
    moving_off_mps: float = 2.8
    moving_off_m: float = 3.7
    moving_off_s: float = 2.0
    standing_mps: float = 0.3
    swept_sigma_m: float = 0.8
    stops_mps2: float = 3.0
    max_age_s: float = 1.0


def look(view: View, parameters: Parameters) -> list[Alert]:
    """One alert per person in danger, the nearest first."""
    speed_mps = view.own.speed_mps
    if speed_mps is None:
        return []
    if speed_mps < parameters.min_speed_mps:
        return _moving_off(view, speed_mps, parameters)
    reach_m = stopping_m(speed_mps, parameters.delay_s.of(view.vehicle), parameters.brake_mps2.of(view.vehicle))
    if speed_mps <= parameters.moving_off_mps:
        reach_m = max(reach_m, parameters.moving_off_m)
    found = [
        (ahead_m, _alert(other, ahead_m, speed_mps))
        for other in view.neighbours
        if (ahead_m := _danger_m(view, other, reach_m + parameters.margin_m, parameters)) is not None
    ]
    return [alert for _, alert in sorted(found, key=lambda one: (one[0], one[1].subject))]


def _moving_off(view: View, speed_mps: float, parameters: Parameters) -> list[Alert]:
    """Of who is before our front, or will be in a moment: a mark while we stand at a stop, a warning once we move."""
    is_moving = speed_mps >= parameters.standing_mps
    if not is_moving and not view.is_boarding and not view.is_departing:
        return []
    there = [(_front_m(view, other), other) for other in view.neighbours if _is_before_front(view, other, parameters)]
    found = [_alert(other, ahead_m, speed_mps) for ahead_m, other in sorted(there, key=lambda one: one[0])]
    if is_moving:
        return found
    return [dataclasses.replace(each, level=Level.INFORMATION, priority=MARK, time_s=None) for each in found]


def _front_m(view: View, other: Neighbour) -> float:
    return other.offset.ahead_m - view.own.body.length_m / 2.0


def _is_before_front(view: View, other: Neighbour, parameters: Parameters) -> bool:
    """Whether somebody is, or walks within moving_off_s, into the zone before our front."""
    if other.kind is Kind.VEHICLE or other.age_s > parameters.max_age_s:
        return False
    if not 0.0 < _front_m(view, other) <= parameters.moving_off_m:
        return False
    half_m, right_m = view.own.body.width_m / 2.0 - parameters.inside_m, other.offset.right_m
    then_m = right_m + parameters.moving_off_s * other.speed_mps * math.sin(math.radians(other.heading_diff_deg))
    return min(right_m, then_m) < half_m and max(right_m, then_m) > -half_m


def _danger_m(view: View, other: Neighbour, reach_m: float, parameters: Parameters) -> float | None:
    """From our front to where we would meet; None where we would not."""
    if other.kind is Kind.VEHICLE or other.age_s > parameters.max_age_s:
        return None
    if _is_swept(view, other, parameters):
        return 0.0
    if other.along_m <= 0.0 or stops_for_light(other, parameters.stops_mps2):
        return None
    half_m = view.own.body.width_m / 2.0
    front_m = other.along_m - view.own.body.length_m / 2.0
    if abs(other.right_m) < half_m - parameters.inside_m:
        is_danger = 0.0 < front_m <= reach_m and other.kind is Kind.PEDESTRIAN and not _is_with_us(view, other)
        return front_m if is_danger and not _is_over(view, other, front_m, parameters) else None
    conflict = other.conflict
    if conflict is None or conflict.own_m > reach_m or conflict.own_m <= 0.0:
        return None
    across_mps = other.speed_mps * math.sin(math.radians(conflict.angle_deg))
    return conflict.own_m if across_mps >= parameters.crossing_mps and conflict.apart_s <= parameters.apart_s else None


def _is_with_us(view: View, other: Neighbour) -> bool:
    return abs(other.heading_diff_deg) < 30.0 and other.speed_mps >= (view.own.speed_mps or 0.0) - 1.0


def _is_over(view: View, other: Neighbour, front_m: float, parameters: Parameters) -> bool:
    """Whether somebody on our way leaves it in time, or our driver already brakes to stand before him."""
    if stands_before(view, front_m):
        return True
    own_in_s = front_m / max(view.own.speed_mps or 0.0, 0.1)
    return own_in_s - leaves_s(view, other, parameters.crossing_mps) > parameters.apart_s


def _is_swept(view: View, other: Neighbour, parameters: Parameters) -> bool:
    """Whether our side or rear reaches him before we stand."""
    if other.swept_s is None or other.sigma_m > parameters.swept_sigma_m:
        return False
    delay_s, brake_mps2 = parameters.delay_s.of(view.vehicle), parameters.brake_mps2.of(view.vehicle)
    return other.swept_s <= delay_s + (view.own.speed_mps or 0.0) / brake_mps2


def _alert(other: Neighbour, ahead_m: float, speed_mps: float) -> Alert:
    text, symbol = TEXTS[other.kind]
    side = (
        Direction.AHEAD
        if abs(other.right_m) < 1.5
        else Direction.AHEAD_RIGHT
        if other.right_m > 0
        else Direction.AHEAD_LEFT
    )
    conflict = other.conflict
    return Alert(
        app=NAME,
        subject=other.subject,
        level=Level.IMMINENT,
        priority=PRIORITY,
        text=text,
        symbol=symbol,
        direction=side,
        distance_m=ahead_m,
        time_s=ahead_m / speed_mps if speed_mps > 0.0 else None,
        why=(
            ("target", other.subject),
            ("ahead_m", round(ahead_m, 1)),
            ("right_m", round(other.right_m, 1)),
            ("swept_s", "no" if other.swept_s is None else round(other.swept_s, 2)),
            ("apart_s", round(min(conflict.apart_s, 99.0), 2) if conflict else "on our way"),
            ("speed_mps", round(other.speed_mps, 1)),
            ("sigma_m", round(other.sigma_m, 2)),
            ("age_s", round(other.age_s, 2)),
        ),
    )
