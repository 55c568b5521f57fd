"""VRUCW, vulnerable road user collision warning: somebody on foot or on a bicycle comes onto our way (T/CSAE 53)."""

import dataclasses
import math
from collections.abc import Iterator
from dataclasses import dataclass

from obu.apps.base import Need, Part, as_sure
from obu.apps.icw import side_of
from obu.core.alert import Alert, Level, Text
from obu.core.condition import Condition, above, at_least, at_most, below, concerned, is_other, is_same, is_there
from obu.core.driving import BRAKE_MPS2, DELAY_S, ByClass
from obu.core.on_our_way import (
    front_m,
    is_on_our_way,
    leaves_s,
    stands_before,
    stops_within_m,
    waits_at_kerb,
    walks_through_m,
)
from obu.core.right_of_way import holds_us, is_flat, stops_for_light
from obu.core.world import Kind, Neighbour, Turn, View

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
    leaving and the other's coming; on foot half a second is a step. most_s: where somebody on foot
    is later nobody knows, and nothing is early that is less than 4 s away (ISO 15623). step_m: so far before our road's
    edge somebody has stepped off the kerb. turning_mps: nobody turns faster (30 km/h, Road Traffic Safety Law of China,
    Implementation Regulations art. 46).
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
    there = sorted(
        ((_ahead_m(view, other, parameters), other.subject, other) for other in found), key=lambda it: it[:2]
    )
    alerts = [_alert(other, ahead_m, view.own.speed_mps or 0.0, parameters) for ahead_m, _, other in there]
    if not _is_standing(view, parameters):
        return alerts
    return [dataclasses.replace(each, level=Level.INFORMATION, priority=MARK, time_s=None) for each in alerts]


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
    if _is_moving_off(view, parameters):
        yield from _before_front(view, other, parameters)
    elif not _is_swept(view, other, parameters):
        if not rides_on_beside(view, other):
            yield above("along_m", other.along_m, 0.0)
        yield is_same("stops_for_light", stops_for_light(other, parameters.stops_mps2), False)
        is_there_now = is_on_our_way(view, other, parameters.inside_m)
        yield from (_on_our_way if is_there_now else _coming)(view, other, parameters)


def _before_front(view: View, other: Neighbour, parameters: Parameters) -> Iterator[Condition]:
    """Of who is, or walks within moving_off_s, into the zone before our front: a mark while we stand."""
    ahead_m, half_m = front_m(view, other), view.own.body.width_m / 2.0 - parameters.inside_m
    yield from _within(view, ahead_m, parameters.moving_off_m, parameters)
    left_m, right_m = walks_through_m(other, parameters.moving_off_s)
    yield below("left_m", left_m, half_m)
    yield above("right_m", right_m, -half_m)
    yield is_same("stands_before", stands_before(view, ahead_m), False)
    if other.conflict is not None and not _is_standing(view, parameters):
        yield at_most("apart_s", other.conflict.apart_s, parameters.apart_s)


def _on_our_way(view: View, other: Neighbour, parameters: Parameters) -> Iterator[Condition]:
    ahead_m = _ahead_m(view, other, parameters)
    yield is_same("kind", other.kind, Kind.PEDESTRIAN)
    yield from _within(view, ahead_m, _reach_m(view, parameters), parameters)
    own_mps = view.own.speed_mps or 0.0
    is_with_us = abs(other.heading_diff_deg) < 30.0 and other.speed_mps >= own_mps - 1.0
    yield is_same("goes_with_us", is_with_us, False)
    yield is_same("stands_before", stands_before(view, ahead_m), False)
    spare_s = ahead_m / max(own_mps, 0.1) - leaves_s(view, other, parameters.crossing_mps)
    yield at_most("spare_s", spare_s, parameters.apart_s)


def _coming(view: View, other: Neighbour, parameters: Parameters) -> Iterator[Condition]:
    conflict = other.conflict
    yield is_there("conflict", conflict)
    if conflict is None:
        return
    yield from _within(view, conflict.own_m, _reach_m(view, parameters), parameters)
    across_mps = other.speed_mps * math.sin(math.radians(conflict.angle_deg))
    yield at_least("across_mps", across_mps, parameters.crossing_mps)
    yield at_most("apart_s", conflict.apart_s, parameters.apart_s)
    yield at_most("in_s", max(conflict.own_in_s, conflict.other_in_s), parameters.most_s)
    yield is_same("is_flat", is_flat(other, conflict), False)
    is_waiting = other.kind is Kind.PEDESTRIAN and waits_at_kerb(view, other, conflict.own_in_s, parameters.step_m)
    yield is_same("waits_at_kerb", is_waiting, False)


def rides_on_beside(view: View, other: Neighbour) -> bool:
    """A cyclist of our road who rides straight on over the crossing where we turn: his way is before us, not he."""
    is_turning = view.turn in (Turn.LEFT, Turn.RIGHT)
    return other.kind is Kind.CYCLIST and other.is_beside and is_turning and other.turn is Turn.STRAIGHT


def _within(view: View, ahead_m: float, reach_m: float, parameters: Parameters) -> Iterator[Condition]:
    """Of a place before us: in reach, and not behind a line at which our light holds us."""
    yield above("ahead_m", ahead_m, 0.0)
    yield at_most("ahead_m", ahead_m, reach_m)
    line_m = view.signal.stop_m - parameters.margin_m if view.signal else math.inf
    yield is_same("light_holds_us", ahead_m > line_m and holds_us(view, parameters.we_stop_mps2), False)


def _is_standing(view: View, parameters: Parameters) -> bool:
    return (view.own.speed_mps or 0.0) < parameters.standing_mps


def _is_moving_off(view: View, parameters: Parameters) -> bool:
    return (view.own.speed_mps or 0.0) < parameters.min_speed_mps


def _reach_m(view: View, parameters: Parameters) -> float:
    """As far ahead as we could not stop any more."""
    delay_s, brake_mps2 = parameters.delay_s.of(view.vehicle), parameters.brake_mps2.of(view.vehicle)
    most_mps = parameters.turning_mps if view.turn in (Turn.LEFT, Turn.RIGHT) else math.inf
    reach_m = stops_within_m(view, delay_s, brake_mps2, most_mps)
    if (view.own.speed_mps or 0.0) <= parameters.moving_off_mps:
        reach_m = max(reach_m, parameters.moving_off_m)
    return reach_m + parameters.margin_m


def _ahead_m(view: View, other: Neighbour, parameters: Parameters) -> float:
    """From our front to where we would meet."""
    if _is_moving_off(view, parameters):
        return front_m(view, other)
    if _is_swept(view, other, parameters):
        return 0.0
    if other.conflict is not None and not is_on_our_way(view, other, parameters.inside_m):
        return other.conflict.own_m
    return other.along_m - view.own.body.length_m / 2.0


def _is_swept(view: View, other: Neighbour, parameters: Parameters) -> bool:
    """Whether our side or rear reaches him before we stand."""
    if other.swept_s is None or other.sigma_m > parameters.swept_sigma_m:
        return False
    delay_s, brake_mps2 = parameters.delay_s.of(view.vehicle), parameters.brake_mps2.of(view.vehicle)
    return other.swept_s <= delay_s + (view.own.speed_mps or 0.0) / brake_mps2


def _alert(other: Neighbour, ahead_m: float, speed_mps: float, parameters: Parameters) -> Alert:
    text, symbol = TEXTS[other.kind]
    conflict = other.conflict
    return Alert(
        app=NAME,
        subject=other.subject,
        level=as_sure(Level.IMMINENT, other, parameters.max_sigma_m),
        priority=PRIORITY,
        text=text,
        symbol=symbol,
        direction=side_of(other),
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
