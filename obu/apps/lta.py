"""LTA, left turn assist: we are about to turn left before somebody who comes towards us (T/CSAE 53-2020)."""

import math
from dataclasses import dataclass

from obu.apps.base import Need
from obu.apps.icw import side_of, why
from obu.core.alert import Alert, Level, Text
from obu.core.driving import BRAKE_MPS2, DELAY_S, ByClass, stopping_m
from obu.core.right_of_way import follows, pass_left, stops_for_light, waits
from obu.core.vehicle import Light
from obu.core.world import Kind, Lamp, Neighbour, Turn, View

NAME = "LTA"
TITLE = Text("左转", "Left turn")
NEEDS = frozenset({Need.SPEED})
PRIORITY = 1  # imminent collision


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameters:
    """When to speak. gap_s: critical gap of a left turn from a stand (HCM 4.1 s, heavier vehicles 1 and 2 s more).

    Moving, as at a crossing: obu/core/driving.py by class; apart_s: intervals that overlap within 1 s. stops_mps2: who
    can stop for his red light with this is taken to do so. creeping_mps: slower we wait for a gap.
    """

    gap_s: ByClass = ByClass(taxi=4.1, bus12=5.1, bus18=6.1)
    delay_s: ByClass = DELAY_S
    brake_mps2: ByClass = BRAKE_MPS2
    apart_s: float = 1.0
    margin_m: float = 2.0
    creeping_mps: float = 2.8
    other_min_mps: float = 2.0
    stops_mps2: float = 4.5
    yields_mps2: float = 2.5
    max_age_s: float = 1.0


def look(view: View, parameters: Parameters) -> list[Alert]:
    """One alert per oncoming vehicle before which we would turn, the soonest first."""
    speed_mps = view.own.speed_mps
    is_turning = view.turn is Turn.LEFT or (view.turn is None and Light.LEFT_TURN in view.own.lights)
    if speed_mps is None or speed_mps < 0.3 or not is_turning or view.is_boarding:
        return []
    if view.signal is not None and view.signal.lamp is Lamp.PROTECTED_GREEN:
        return []
    found = [other for other in view.neighbours if _concerns(view, other, speed_mps, parameters)]
    return [_alert(other) for other in sorted(found, key=lambda one: one.conflict.other_in_s if one.conflict else 0.0)]


def _concerns(view: View, other: Neighbour, speed_mps: float, parameters: Parameters) -> bool:
    conflict = other.conflict
    if conflict is None or other.kind is not Kind.VEHICLE or not other.is_opposite:
        return False
    if other.speed_mps < parameters.other_min_mps or other.age_s > parameters.max_age_s or conflict.own_m <= 0.0:
        return False
    if stops_for_light(other, parameters.stops_mps2) or pass_left(view, other) or follows(view, other, conflict):
        return False
    if waits(view, other, conflict, parameters.yields_mps2):
        return False
    if speed_mps < parameters.creeping_mps:
        return conflict.other_in_s <= parameters.gap_s.of(view.vehicle) and conflict.own_m <= 6.0
    reach_m = stopping_m(speed_mps, parameters.delay_s.of(view.vehicle), parameters.brake_mps2.of(view.vehicle))
    is_near = conflict.own_m <= reach_m + parameters.margin_m
    return is_near and conflict.apart_s <= parameters.apart_s and not math.isinf(conflict.own_in_s)


def _alert(other: Neighbour) -> Alert:
    assert other.conflict is not None
    return Alert(
        app=NAME,
        subject=other.subject,
        level=Level.IMMINENT,
        priority=PRIORITY,
        text=Text("左转注意对向来车", "Oncoming: wait to turn"),
        symbol="left_turn",
        direction=side_of(other),
        distance_m=other.conflict.own_m,
        time_s=other.conflict.other_in_s,
        why=why(other, other.conflict),
    )
