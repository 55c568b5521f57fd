"""ICW, intersection collision warning: our way and another's meet, and both are there at a time (T/CSAE 53-2020)."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

from obu.apps.base import Need, as_sure, reasons, side_of
from obu.core.alert import Alert, Level, Reason, Text
from obu.core.condition import Condition, above, at_least, at_most, concerned, is_same, is_there
from obu.core.driving import BRAKE_MPS2, DELAY_S, ByClass, braking, stopping_m
from obu.core.right_of_way import (
    changes_lane,
    follows,
    holds_us,
    is_flat,
    own_turn,
    pass_left,
    stops_for_light,
    waits,
)
from obu.core.world import Conflict, Course, Kind, Neighbour, Turn, View, Zone

NAME = "ICW"
TITLE = Text("路口碰撞", "Crossing traffic")
NEEDS = frozenset({Need.SPEED, Need.LEVEL})
PRIORITY = 1  # imminent collision
ABOUT = "neighbours"


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameters:
    """When to speak. Sources: obu/core/driving.py by class; apart_s: intervals that overlap within 1 s are a conflict.

    margin_m: of the distance in which we stop. min_speed_mps: who crawls, stops. stops_mps2: a driver who faces a red
    light brakes so much as a rule, yields_mps2 one who turns left before us; who would have to brake harder is taken to
    drive on; at a red light of ours we are taken to stop with stops_mps2, too, and RLVW speaks while we do not.
    beside_deg: ways of one road that meet more flatly are a change of lanes, not a crossing. max_sigma_m:
    at 2 m of relative error as right as without (docs/applications.md), somewhat above it visual only; off_sigma_m:
    T/CSAE 53 asks no less.
    """

    delay_s: ByClass = DELAY_S
    brake_mps2: ByClass = BRAKE_MPS2
    apart_s: float = 1.0
    margin_m: float = 2.0
    min_speed_mps: float = 2.8
    other_min_mps: float = 2.0
    stops_mps2: float = 4.5
    yields_mps2: float = 2.5
    beside_deg: float = 30.0
    max_sigma_m: float = 2.5
    off_sigma_m: float = 5.0
    max_age_s: float = 1.0


def look(view: View, parameters: Parameters) -> list[Alert]:
    """One alert per vehicle whose way meets ours at the same time, the soonest first."""
    found = concerned(view, view.neighbours, parameters, ours, theirs)
    met = [
        (other.conflict.own_in_s, _alert(other, other.conflict, parameters))
        for other in found
        if other.conflict is not None
    ]
    return [alert for _, alert in sorted(met, key=lambda one: (one[0], one[1].subject))]


def ours(view: View, parameters: Parameters) -> Iterator[Condition]:
    """Of us."""
    yield at_least("own_speed_mps", view.own.speed_mps, parameters.min_speed_mps)
    yield is_same("is_boarding", view.is_boarding, False)
    yield is_same("light_holds_us", holds_us(view, parameters.stops_mps2), False)


def theirs(view: View, other: Neighbour, parameters: Parameters) -> Iterator[Condition]:
    """Of whose way meets ours."""
    conflict = other.conflict
    yield is_there("conflict", conflict)
    if conflict is None:
        return
    reach_m = stopping_m(view.own_mps, *braking(view.vehicle, parameters))
    yield above("own_m", conflict.own_m, 0.0)
    yield at_most("own_m", conflict.own_m, reach_m + parameters.margin_m)
    yield at_most("apart_s", conflict.apart_s, 0.0 if other.is_beside else parameters.apart_s)
    yield is_same("kind", other.kind, Kind.VEHICLE)
    yield at_most("age_s", other.age_s, parameters.max_age_s)
    yield at_most("sigma_m", other.sigma_m, parameters.off_sigma_m)
    yield at_least("speed_mps", other.speed_mps, parameters.other_min_mps)
    yield is_same("is_behind_in_lane", is_behind_in_lane(other), False)
    yield is_same("is_of_lta", own_turn(view) is Turn.LEFT and other.is_opposite, False)
    if is_along(other):
        yield at_least("angle_deg", conflict.angle_deg, parameters.beside_deg)
    yield is_same("changes_lane", changes_lane(view, other), False)
    yield is_same("is_flat", is_flat(other, conflict), False)
    yield from drives_on(view, other, conflict, parameters.stops_mps2, parameters.yields_mps2)
    yield is_same("own_stops", _is_braking(view, conflict), False)


def drives_on(
    view: View, other: Neighbour, conflict: Conflict, stops_mps2: float, yields_mps2: float
) -> Iterator[Condition]:
    """Of whose way meets ours: neither light nor law holds him, and he does not just pass before us or ahead of us."""
    yield is_same("stops_for_light", stops_for_light(other, stops_mps2), False)
    yield is_same("both_turn_left", pass_left(view, other), False)
    yield is_same("we_follow", follows(view, other, conflict), False)
    yield is_same("waits", waits(view, other, conflict, yields_mps2), False)


def is_behind_in_lane(other: Neighbour) -> bool:
    """Somebody of our own lane: FCW's, or a follower."""
    return other.course is Course.SAME and other.zone is Zone.SAME


def is_along(other: Neighbour) -> bool:
    """Somebody who drives on our road in our direction, as far as can be seen."""
    return other.is_beside or (other.course is Course.SAME and other.turn is None)


def _is_braking(view: View, conflict: Conflict) -> bool:
    """The driver already stops before the area."""
    return math.isinf(conflict.own_in_s) and view.own.vehicle.accel_long_mps2 is not None


def _alert(other: Neighbour, conflict: Conflict, parameters: Parameters) -> Alert:
    level = Level.IMMINENT if conflict.is_on_map else Level.INFORMATION
    return Alert(
        app=NAME,
        subject=other.subject,
        level=as_sure(level, other, parameters.max_sigma_m),
        priority=PRIORITY,
        text=Text("路口碰撞危险", "Crossing traffic"),
        symbol="crossing",
        direction=side_of(other),
        distance_m=conflict.own_m,
        time_s=conflict.own_in_s,
        why=why(other, conflict),
    )


def why(other: Neighbour, conflict: Conflict) -> tuple[Reason, ...]:
    """The values that decided, for whoever warns of a meeting."""
    return reasons(
        other,
        ("own_m", round(conflict.own_m, 1)),
        ("own_in_s", round(min(conflict.own_in_s, 99.0), 2)),
        ("other_in_s", round(min(conflict.other_in_s, 99.0), 2)),
        ("apart_s", round(min(conflict.apart_s, 99.0), 2)),
        ("angle_deg", round(conflict.angle_deg)),
        ("turn", other.turn.value if other.turn else "unknown"),
        ("light", other.signal.lamp.value if other.signal else "unknown"),
    )
