"""DNPW, do not pass warning: we are about to overtake on the side of those who come towards us (T/CSAE 53-2020)."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

from obu.apps.base import Need, ahead
from obu.core.alert import Alert, Direction, Level, Text
from obu.core.condition import Condition, all_hold, at_least, at_most, below, concerned, has, is_same, is_there
from obu.core.driving import ByClass
from obu.core.vehicle import Light
from obu.core.world import Course, Kind, Neighbour, View, Zone

NAME = "DNPW"
TITLE = Text("超车", "Overtaking")
NEEDS = frozenset({Need.SPEED, Need.TURN_SIGNAL})
PRIORITY = 1
ABOUT = "neighbours"
LEFT = frozenset({Light.LEFT_TURN})


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameters:
    """When to speak: left signal, somebody slower ahead in our lane, somebody oncoming on the lane to the left.

    accel_mps2: with which we pass: what a laden bus has left at 40 km/h of its 1.0 to 1.2 from a stand, and a taxi at
    half throttle (ours). reserve_m: after him before we move back, and reserve_s until the other is there.
    min_speed_mps: below it nobody passes, he turns. On a road with a second lane in our direction nobody passes on the
    other side (GB 5768.3-2009: its middle line is not to be crossed). crossing_m: as LCW. range_m: T/CSAE 53.
    """

    accel_mps2: ByClass = ByClass(taxi=1.5, bus12=0.8, bus18=0.7)
    reserve_m: float = 10.0
    reserve_s: float = 1.0
    min_speed_mps: float = 4.0
    ahead_m: float = 60.0
    crossing_m: float = 80.0
    range_m: float = 300.0
    max_age_s: float = 1.0


def look(view: View, parameters: Parameters) -> list[Alert]:
    """One alert per oncoming vehicle who is there before we have passed, nearest first."""
    found, lead = concerned(view, view.neighbours, parameters, ours, theirs), _lead(view, parameters)
    if lead is None:
        return []
    return [_alert(view, other, lead, parameters) for other in sorted(found, key=lambda one: one.gap_m)]


def ours(view: View, parameters: Parameters) -> Iterator[Condition]:
    """Of us: on the way to pass somebody."""
    yield has("own_lights", view.own.lights, LEFT)
    yield at_least("own_speed_mps", view.own.speed_mps, parameters.min_speed_mps)
    if view.lanes is not None:
        yield at_most("lanes", view.lanes, 1)
    if view.signal is not None:
        yield at_least("stop_m", view.signal.stop_m, parameters.crossing_m)
    lead = _lead(view, parameters)
    yield is_there("before", None if lead is None else lead.subject)


def theirs(view: View, other: Neighbour, parameters: Parameters) -> Iterator[Condition]:
    """Of who comes towards us."""
    yield is_same("course", other.course, Course.ONCOMING)
    yield is_same("zone", other.zone, Zone.ADJACENT_LEFT)
    yield from ahead(other, parameters.range_m, parameters.max_age_s)
    lead = _lead(view, parameters)
    if lead is not None:
        pass_s, pass_m = passing(view, lead, view.own_mps, parameters)
        yield at_most("gap_m", other.gap_m, pass_m + other.speed_mps * (pass_s + parameters.reserve_s))


def _lead(view: View, parameters: Parameters) -> Neighbour | None:
    """The nearest whom we would pass."""
    found = (other for other in view.neighbours if all_hold(_to_be_passed(view, other, parameters)))
    return min(found, key=lambda one: one.gap_m, default=None)


def passing(view: View, lead: Neighbour, speed_mps: float, parameters: Parameters) -> tuple[float, float]:
    """(seconds, metres) from now until we are back in our lane before him."""
    relative_m = lead.gap_m + lead.length_m + view.own.body.length_m + parameters.reserve_m
    closing_mps, accel_mps2 = speed_mps - lead.speed_mps, parameters.accel_mps2.of(view.vehicle)
    lasts_s = (-closing_mps + math.sqrt(closing_mps**2 + 2.0 * accel_mps2 * relative_m)) / accel_mps2
    return lasts_s, speed_mps * lasts_s + accel_mps2 * lasts_s**2 / 2.0


def _to_be_passed(view: View, other: Neighbour, parameters: Parameters) -> Iterator[Condition]:
    yield is_same("zone", other.zone, Zone.SAME)
    yield is_same("course", other.course, Course.SAME)
    yield is_same("kind", other.kind, Kind.VEHICLE)
    yield below("speed_mps", other.speed_mps, view.own_mps + 1.0)
    yield from ahead(other, parameters.ahead_m, parameters.max_age_s)


def _alert(view: View, other: Neighbour, lead: Neighbour, parameters: Parameters) -> Alert:
    speed_mps = view.own_mps
    pass_s, pass_m = passing(view, lead, speed_mps, parameters)
    return Alert(
        app=NAME,
        subject=other.subject,
        level=Level.IMMINENT,
        priority=PRIORITY,
        text=Text("禁止超车", "Do not overtake"),
        symbol="no_overtaking",
        direction=Direction.AHEAD_LEFT,
        distance_m=other.gap_m,
        time_s=other.gap_m / (speed_mps + other.speed_mps),
        why=(
            ("target", other.subject),
            ("gap_m", round(other.gap_m)),
            ("pass_s", round(pass_s, 1)),
            ("pass_m", round(pass_m)),
            ("before", lead.subject),
            ("age_s", round(other.age_s, 2)),
        ),
    )
