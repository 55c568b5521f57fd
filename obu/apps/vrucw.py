"""VRUCW, vulnerable road user collision warning: somebody on foot or on a bicycle comes onto our way (T/CSAE 53)."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

from obu.apps.base import Need, Part, as_sure
from obu.apps.icw import side_of
from obu.core import on_our_way
from obu.core.alert import Alert, Level, Text
from obu.core.condition import Condition, above, at_least, at_most, below, concerned, is_other, is_same, is_there
from obu.core.driving import BRAKE_MPS2, DELAY_S, ByClass
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
    """When to speak. Sources: obu/core/driving.py by class; UN R159 for moving off: 0.3 to 3.7 m before the front.

    inside_m: somebody whose middle is so far inside our outline's width stands on our way. crossing_mps: towards our
    way; slower is walking along it, where a place that errs looks like a step onto the road. apart_s: between the one's
    leaving and the other's coming; on foot half a second is a step. most_s: where somebody on foot is later nobody
    knows, and nothing is early that is less than 4 s away (ISO 15623). soon_s: so far away who is surely there with us
    is told of though we still can stop; moving off or turning we else heard of him a second before. step_m: so far
    before our road's edge somebody has stepped off the kerb. turning_mps: nobody turns faster (30 km/h, Road Traffic
    Safety Law of China, Implementation Regulations art. 46).
    moving_off_mps: UN R159 reaches to 10 km/h. stops_mps2, we_stop_mps2: who can stop for his red light with this is
    taken to do so, a cyclist and our driver (ICW takes it of others), whom RLVW tells of the light before.
    moving_off_s: until the brakes bite. standing_mps: slower we stand.
    swept_sigma_m: of whom side and rear reach in a turn; with a larger relative error nobody knows on which
    side of ours he is. max_sigma_m: at 1.5 m of relative error one of six who wait at the kerb looks like one on the
    road (docs/applications.md), visual only above; off_sigma_m: T/CSAE 53 asks no less.
    """

    delay_s: ByClass = DELAY_S
    brake_mps2: ByClass = BRAKE_MPS2
    margin_m: float = 1.0
    min_speed_mps: float = 1.0
    inside_m: float = 0.0
    crossing_mps: float = 0.4
    apart_s: float = 0.5
    most_s: float = 4.0
    soon_s: float = 3.0
    step_m: float = 0.5
    turning_mps: float = 8.3
    moving_off_mps: float = 2.8
    moving_off_m: float = 3.7
    moving_off_s: float = 2.0
    standing_mps: float = 0.3
    swept_sigma_m: float = 0.8
    stops_mps2: float = 3.0
    we_stop_mps2: float = 4.5
    max_sigma_m: float = 1.0
    off_sigma_m: float = 5.0
    max_age_s: float = 1.0


def look(view: View, parameters: Parameters) -> list[Alert]:
    """One alert per person in danger, the nearest first."""
    found = concerned(view, view.neighbours, parameters, ours, theirs)
    alerts = [_alert(view, other, parameters) for other in found]
    return sorted(alerts, key=lambda alert: (alert.distance_m, alert.subject))


def ours(view: View, parameters: Parameters) -> Iterator[Condition]:
    """Of us."""
    yield is_there("own_speed_mps", view.own.speed_mps)
    if _is_standing(view, parameters):
        yield is_same("at_stop", view.is_boarding or view.is_departing, True)


def theirs(view: View, other: Neighbour, parameters: Parameters) -> Iterator[Condition]:
    """Of somebody on our way, or coming onto it, or whom our side or rear reaches."""
    yield is_other("kind", other.kind, Kind.VEHICLE)
    yield at_most("age_s", other.age_s, parameters.max_age_s)
    yield at_most("sigma_m", other.sigma_m, parameters.off_sigma_m)
    danger = danger_of(view, other, parameters)
    if danger is Danger.FRONT:
        yield from _before_front(view, other, parameters)
    elif danger is not Danger.SIDE:
        if not on_our_way.rides_on_beside(view, other):
            yield above("along_m", other.along_m, 0.0)
        yield is_same("stops_for_light", stops_for_light(other, parameters.stops_mps2), False)
        yield from (_on_our_way if danger is Danger.THERE else _coming)(view, other, parameters)


def danger_of(view: View, other: Neighbour, parameters: Parameters) -> Danger:
    """What he is to be asked; which of it holds the conditions tell."""
    own_mps = view.own.speed_mps or 0.0
    if own_mps < parameters.min_speed_mps:
        return Danger.FRONT
    stands_s = parameters.delay_s.of(view.vehicle) + own_mps / parameters.brake_mps2.of(view.vehicle)
    if other.swept_s is not None and other.swept_s <= stands_s and other.sigma_m <= parameters.swept_sigma_m:
        return Danger.SIDE
    return Danger.THERE if on_our_way.is_on_our_way(view, other, parameters.inside_m) else Danger.COMES


def _before_front(view: View, other: Neighbour, parameters: Parameters) -> Iterator[Condition]:
    """Of who is, or walks within moving_off_s, into the zone before our front: a mark while we stand."""
    place_m, half_m = on_our_way.front_m(view, other), view.own.body.width_m / 2.0 - parameters.inside_m
    yield from _within(view, place_m, parameters.moving_off_m, parameters)
    left_m, right_m = on_our_way.walks_through_m(other, parameters.moving_off_s)
    yield below("left_m", left_m, half_m)
    yield above("right_m", right_m, -half_m)
    yield is_same("stands_before", on_our_way.stands_before(view, place_m), False)
    if other.conflict is not None and not _is_standing(view, parameters):
        yield at_most("apart_s", other.conflict.apart_s, parameters.apart_s)


def _on_our_way(view: View, other: Neighbour, parameters: Parameters) -> Iterator[Condition]:
    """Of who stands there or walks, and has not left it when we come: as we drive now, or sooner where we speed up."""
    place_m = ahead_m(view, other, Danger.THERE)
    yield is_same("kind", other.kind, Kind.PEDESTRIAN)
    yield from _within(view, place_m, _reach_m(view, parameters), parameters)
    yield is_same("goes_with_us", on_our_way.goes_with_us(view, other), False)
    yield is_same("stands_before", on_our_way.stands_before(view, place_m), False)
    spare_s = place_m / max(view.own.speed_mps or 0.0, 0.1) - on_our_way.leaves_s(view, other, parameters.crossing_mps)
    meets_s = math.inf if other.conflict is None else other.conflict.apart_s
    yield at_most("spare_s", min(spare_s, meets_s), parameters.apart_s)


def _coming(view: View, other: Neighbour, parameters: Parameters) -> Iterator[Condition]:
    conflict = other.conflict
    yield is_there("conflict", conflict)
    if conflict is None:
        return
    is_soon = conflict.own_in_s <= parameters.soon_s and conflict.apart_s <= -parameters.apart_s
    if on_our_way.rides_on_beside(view, other):
        is_soon = False  # our side meets him, a second after our front is on his way
    yield from _within(view, conflict.own_m, math.inf if is_soon else _reach_m(view, parameters), parameters)
    across_mps = other.speed_mps * math.sin(math.radians(conflict.angle_deg))
    yield at_least("across_mps", across_mps, parameters.crossing_mps)
    yield at_most("apart_s", conflict.apart_s, parameters.apart_s)
    yield at_most("in_s", max(conflict.own_in_s, conflict.other_in_s), parameters.most_s)
    yield is_same("is_flat", is_flat(other, conflict), False)
    is_waiting = on_our_way.waits_at_kerb(view, other, conflict.own_in_s, parameters.step_m)
    yield is_same("waits_at_kerb", is_waiting, False)


def _within(view: View, place_m: float, reach_m: float, parameters: Parameters) -> Iterator[Condition]:
    """Of a place before us: in reach, and not behind a line at which our light holds us."""
    yield above("ahead_m", place_m, 0.0)
    yield at_most("ahead_m", place_m, reach_m)
    line_m = view.signal.stop_m - parameters.margin_m if view.signal else math.inf
    yield is_same("light_holds_us", place_m > line_m and holds_us(view, parameters.we_stop_mps2), False)


def _is_standing(view: View, parameters: Parameters) -> bool:
    return (view.own.speed_mps or 0.0) < parameters.standing_mps


def _reach_m(view: View, parameters: Parameters) -> float:
    """As far ahead as we could not stop any more."""
    delay_s, brake_mps2 = parameters.delay_s.of(view.vehicle), parameters.brake_mps2.of(view.vehicle)
    reach_m = on_our_way.stops_within_m(view, delay_s, brake_mps2, parameters.turning_mps)
    if (view.own.speed_mps or 0.0) <= parameters.moving_off_mps:
        reach_m = max(reach_m, parameters.moving_off_m)
    return reach_m + parameters.margin_m


def _alert(view: View, other: Neighbour, parameters: Parameters) -> Alert:
    """While we stand a mark, which makes no sound."""
    (text, symbol), conflict, own_mps = TEXTS[other.kind], other.conflict, view.own.speed_mps or 0.0
    place_m, is_standing = ahead_m(view, other, danger_of(view, other, parameters)), _is_standing(view, parameters)
    return Alert(
        app=NAME, subject=other.subject, text=text, symbol=symbol, direction=side_of(other), distance_m=place_m,
        level=Level.INFORMATION if is_standing else as_sure(Level.IMMINENT, other, parameters.max_sigma_m),
        priority=MARK if is_standing else PRIORITY,
        time_s=None if is_standing else place_m / own_mps,
        why=(
            ("target", other.subject),
            ("ahead_m", round(place_m, 1)),
            ("right_m", round(other.right_m, 1)),
            ("swept_s", "no" if other.swept_s is None else round(other.swept_s, 2)),
            ("apart_s", round(min(conflict.apart_s, 99.0), 2) if conflict else "on our way"),
            ("speed_mps", round(other.speed_mps, 1)),
            ("sigma_m", round(other.sigma_m, 2)),
            ("age_s", round(other.age_s, 2)),
        ),
    )  # fmt: skip
