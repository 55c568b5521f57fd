"""LTA, left turn assist: we are about to turn left before somebody who comes towards us (T/CSAE 53-2020)."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

from obu.apps.base import Need, as_sure, side_of
from obu.apps.icw import drives_on, why
from obu.core.alert import Alert, Level, Text
from obu.core.condition import Condition, above, at_least, at_most, below, concerned, is_other, is_same, is_there
from obu.core.driving import BRAKE_MPS2, DELAY_S, ByClass, braking
from obu.core.on_our_way import stops_within_m
from obu.core.right_of_way import own_turn
from obu.core.world import Kind, Lamp, Neighbour, Turn, View

NAME = "LTA"
TITLE = Text("左转", "Left turn")
NEEDS = frozenset({Need.SPEED})
PRIORITY = 1  # imminent collision
ABOUT = "neighbours"


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameters:
    """When to speak. gap_s: critical gap of a left turn from a stand (HCM 4.1 s, heavier vehicles 1 and 2 s more).

    Moving, as at a crossing: obu/core/driving.py by class, and who speeds up does so until he brakes; apart_s: times
    that overlap within 1 s. stops_mps2: who can stop for his red light with this is taken to do so. creeping_mps: so
    slow we wait for a gap. max_sigma_m: at 1.5 m of relative error one of ten comes too late or never
    (docs/applications.md): no sound; off_sigma_m: off.
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
    max_sigma_m: float = 1.0
    off_sigma_m: float = 2.5
    max_age_s: float = 1.0


def look(view: View, parameters: Parameters) -> list[Alert]:
    """One alert per oncoming vehicle before which we would turn, the soonest first."""
    found = concerned(view, view.neighbours, parameters, ours, theirs)
    soonest = sorted(found, key=lambda one: one.conflict.other_in_s if one.conflict else 0.0)
    return [_alert(other, parameters) for other in soonest]


def ours(view: View, _parameters: Parameters) -> Iterator[Condition]:
    """Of us: about to turn left."""
    yield is_same("own_turn", own_turn(view), Turn.LEFT)
    yield at_least("own_speed_mps", view.own.speed_mps, 0.3)
    yield is_same("is_boarding", view.is_boarding, False)
    if view.signal is not None:
        yield is_other("light", view.signal.lamp, Lamp.PROTECTED_GREEN)


def theirs(view: View, other: Neighbour, parameters: Parameters) -> Iterator[Condition]:
    """Of who comes towards us."""
    conflict = other.conflict
    yield is_there("conflict", conflict)
    if conflict is None:
        return
    yield is_same("kind", other.kind, Kind.VEHICLE)
    yield is_same("is_opposite", other.is_opposite, True)
    yield at_least("speed_mps", other.speed_mps, parameters.other_min_mps)
    yield at_most("age_s", other.age_s, parameters.max_age_s)
    yield at_most("sigma_m", other.sigma_m, parameters.off_sigma_m)
    yield above("own_m", conflict.own_m, 0.0)
    yield from drives_on(view, other, conflict, parameters.stops_mps2, parameters.yields_mps2)
    yield below("own_in_s", conflict.own_in_s, math.inf)
    if view.own_mps < parameters.creeping_mps:
        yield at_most("other_in_s", conflict.other_in_s, parameters.gap_s.of(view.vehicle))
        yield at_most("own_m", conflict.own_m, 6.0)
        return
    reach_m = stops_within_m(view, *braking(view.vehicle, parameters), math.inf)
    yield at_most("own_m", conflict.own_m, reach_m + parameters.margin_m)
    yield at_most("apart_s", conflict.apart_s, parameters.apart_s)


def _alert(other: Neighbour, parameters: Parameters) -> Alert:
    assert other.conflict is not None
    return Alert(
        app=NAME,
        subject=other.subject,
        level=as_sure(Level.IMMINENT, other, parameters.max_sigma_m),
        priority=PRIORITY,
        text=Text("左转注意对向来车", "Do not turn left"),
        symbol="left_turn",
        direction=side_of(other),
        distance_m=other.conflict.own_m,
        time_s=other.conflict.other_in_s,
        why=why(other, other.conflict),
    )
