"""VRUCW, vulnerable road user collision warning: somebody on foot or on a bicycle comes onto our way (T/CSAE 53)."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

from obu.apps.base import Need, Part, as_sure, reasons, side_of
from obu.core import on_our_way
from obu.core.alert import Alert, Level, Text
from obu.core.condition import Condition, above, at_least, at_most, concerned, is_other, is_same, is_there
from obu.core.driving import BRAKE_MPS2, DELAY_S, ByClass, braking
from obu.core.moving_off import MovingOff, before_front
from obu.core.on_our_way import Danger, ahead_m
from obu.core.right_of_way import holds_us, is_flat, stops_for_light
from obu.core.world import Kind, Neighbour, View

NAME = "VRUCW"
TITLE = Text("行人与骑行者", "Pedestrians and cyclists")
NEEDS = frozenset({Need.SPEED})
PARTS = (Part(Text("转弯时车身旁的人", "People beside us in a turn"), "swept_sigma_m", is_of_buses=True),)
PRIORITY, MARK = 1, 4  # imminent collision; somebody there while we stand
ABOUT = "neighbours"
TEXTS = {
    Kind.PEDESTRIAN: (Text("注意行人", "Pedestrian"), "pedestrian"),
    Kind.CYCLIST: (Text("注意骑行者", "Cyclist"), "cyclist"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameters:
    """When to speak. Sources: obu/core/driving.py by class.

    crossing_mps: towards our way; slower is walking along it, where a place that errs looks like a step onto the road.
    apart_s: between the one's leaving and the other's coming; on foot half a second is a step. most_s: where somebody
    on foot is later nobody knows, and nothing is early that is less than 4 s away (ISO 15623). soon_s: so far away who
    is surely there with us is told of though we still can stop; moving off or turning we else heard of him a second
    before. step_m: so far before our road's edge somebody has stepped off the kerb. turning_mps: nobody turns faster
    (30 km/h, Road Traffic Safety Law of China, Implementation Regulations art. 46). stops_mps2, we_stop_mps2: who
    can stop for his red light with this is taken to do so, a cyclist and our driver (ICW takes it of others), whom RLVW
    tells of the light before. swept_sigma_m: of whom side and rear reach in a turn; with a larger relative error nobody
    knows on which side of ours he is. max_sigma_m: at 1.5 m of relative error one of six who wait at the kerb looks
    like one on the road (docs/applications.md), visual only above; off_sigma_m: T/CSAE 53 asks no less.
    """

    delay_s: ByClass = DELAY_S
    brake_mps2: ByClass = BRAKE_MPS2
    margin_m: float = 1.0
    crossing_mps: float = 0.4
    apart_s: float = 0.5
    most_s: float = 4.0
    soon_s: float = 3.0
    step_m: float = 0.5
    turning_mps: float = 8.3
    swept_sigma_m: float = 0.8
    stops_mps2: float = 3.0
    we_stop_mps2: float = 4.5
    max_sigma_m: float = 1.0
    off_sigma_m: float = 5.0
    max_age_s: float = 1.0
    moving_off: MovingOff = MovingOff()


def look(view: View, parameters: Parameters) -> list[Alert]:
    """One alert per person in danger, the nearest first."""
    found = concerned(view, view.neighbours, parameters, ours, theirs)
    alerts = (_alert(view, other, parameters) for other in found)
    return sorted(alerts, key=lambda alert: (alert.distance_m, alert.subject))


def ours(view: View, parameters: Parameters) -> Iterator[Condition]:
    """Of us."""
    yield is_there("own_speed_mps", view.own.speed_mps)
    if _is_standing(view, parameters):
        yield is_same("at_stop", view.is_boarding or view.is_departing, True)


def theirs(view: View, other: Neighbour, parameters: Parameters) -> Iterator[Condition]:
    """Of somebody before our front, on our way or coming onto it: what makes him so, and that we would not stop before.

    Whom our side or rear reaches is in danger, whatever else he does.
    """
    yield is_other("kind", other.kind, Kind.VEHICLE)
    yield at_most("age_s", other.age_s, parameters.max_age_s)
    yield at_most("sigma_m", other.sigma_m, parameters.off_sigma_m)
    danger = danger_of(view, other, parameters)
    if danger is Danger.SIDE:
        return
    place_m = ahead_m(view, other, danger)
    if danger is Danger.FRONT:
        yield from before_front(view, other, place_m, parameters.moving_off)
    else:
        yield from (_on_our_way if danger is Danger.THERE else _coming)(view, other, parameters)
    yield above("ahead_m", place_m, 0.0)
    yield at_most("ahead_m", place_m, _reach_m(view, other, danger, parameters))
    line_m = view.signal.stop_m - parameters.margin_m if view.signal else math.inf
    yield is_same("light_holds_us", place_m > line_m and holds_us(view, parameters.we_stop_mps2), False)


def danger_of(view: View, other: Neighbour, parameters: Parameters) -> Danger:
    """What he is to be asked; which of it holds the conditions tell."""
    if view.own_mps < parameters.moving_off.most_mps:
        return Danger.FRONT
    delay_s, brake_mps2 = braking(view.vehicle, parameters)
    is_swept = other.swept_s is not None and other.swept_s <= delay_s + view.own_mps / brake_mps2
    if is_swept and other.sigma_m <= parameters.swept_sigma_m:
        return Danger.SIDE
    return Danger.THERE if on_our_way.is_on_our_way(view, other) else Danger.COMES


def _on_our_way(view: View, other: Neighbour, parameters: Parameters) -> Iterator[Condition]:
    """Of who stands there or walks, and has not left it when we come: as we drive now, or sooner where we speed up."""
    place_m = ahead_m(view, other, Danger.THERE)
    yield is_same("kind", other.kind, Kind.PEDESTRIAN)
    yield is_same("goes_with_us", on_our_way.goes_with_us(view, other), False)
    yield is_same("stands_before", on_our_way.stands_before(view, place_m), False)
    spare_s = on_our_way.spare_s(view, other, place_m, parameters.crossing_mps)
    yield at_most("spare_s", spare_s, parameters.apart_s)


def _coming(view: View, other: Neighbour, parameters: Parameters) -> Iterator[Condition]:
    """Of whose way meets ours, and who is there when we are."""
    conflict = other.conflict
    yield is_there("conflict", conflict)
    if conflict is None:
        return
    if not on_our_way.rides_on_beside(view, other):
        yield above("along_m", other.along_m, 0.0)
    across_mps = other.speed_mps * math.sin(math.radians(conflict.angle_deg))
    yield at_least("across_mps", across_mps, parameters.crossing_mps)
    yield at_most("apart_s", conflict.apart_s, parameters.apart_s)
    yield at_most("in_s", max(conflict.own_in_s, conflict.other_in_s), parameters.most_s)
    yield is_same("stops_for_light", stops_for_light(other, parameters.stops_mps2), False)
    yield is_same("is_flat", is_flat(other, conflict), False)
    is_waiting = on_our_way.waits_at_kerb(view, other, conflict.own_in_s, parameters.step_m)
    yield is_same("waits_at_kerb", is_waiting, False)


def _reach_m(view: View, other: Neighbour, danger: Danger, parameters: Parameters) -> float:
    """As far ahead as we could not stop any more; as we move off the zone before our front, at the least."""
    if danger is Danger.FRONT:
        return parameters.moving_off.zone_m
    if danger is Danger.COMES and on_our_way.meets_surely(view, other, parameters.soon_s, parameters.apart_s):
        return math.inf
    reach_m = on_our_way.stops_within_m(view, *braking(view.vehicle, parameters), parameters.turning_mps)
    return max(reach_m, parameters.moving_off.zone_m) + parameters.margin_m


def _is_standing(view: View, parameters: Parameters) -> bool:
    return view.own_mps < parameters.moving_off.least_mps


def _alert(view: View, other: Neighbour, parameters: Parameters) -> Alert:
    """While we stand a mark, which makes no sound."""
    (text, symbol), conflict = TEXTS[other.kind], other.conflict
    place_m = ahead_m(view, other, danger_of(view, other, parameters))
    is_standing = _is_standing(view, parameters)
    return Alert(
        app=NAME, subject=other.subject, text=text, symbol=symbol, direction=side_of(other), distance_m=place_m,
        level=Level.INFORMATION if is_standing else as_sure(Level.IMMINENT, other, parameters.max_sigma_m),
        priority=MARK if is_standing else PRIORITY,
        time_s=None if is_standing else place_m / view.own_mps,
        why=reasons(
            other,
            ("ahead_m", round(place_m, 1)),
            ("right_m", round(other.right_m, 1)),
            ("swept_s", "no" if other.swept_s is None else round(other.swept_s, 2)),
            ("apart_s", round(min(conflict.apart_s, 99.0), 2) if conflict else "on our way"),
            ("speed_mps", round(other.speed_mps, 1)),
        ),
    )  # fmt: skip
