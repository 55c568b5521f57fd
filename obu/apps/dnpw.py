"""DNPW, do not pass warning: we are about to overtake on the side of those who come towards us (T/CSAE 53-2020)."""

import math
from dataclasses import dataclass

from obu.apps.base import Need
from obu.core.alert import Alert, Direction, Level, Text
from obu.core.driving import ByClass
from obu.core.vehicle import Light
from obu.core.world import Course, Kind, Neighbour, View, Zone

NAME = "DNPW"
TITLE = Text("超车", "Overtaking")
NEEDS = frozenset({Need.SPEED, Need.TURN_SIGNAL})
PRIORITY = 1


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
    speed_mps = view.own.speed_mps
    if speed_mps is None or speed_mps < parameters.min_speed_mps or Light.LEFT_TURN not in view.own.lights:
        return []
    if view.lanes is not None and view.lanes > 1:
        return []
    if view.signal is not None and view.signal.stop_m < parameters.crossing_m:
        return []
    ahead = [other for other in view.neighbours if _is_to_be_passed(other, speed_mps, parameters)]
    if not ahead:
        return []
    lead = min(ahead, key=lambda one: one.gap_m)
    pass_s, pass_m = passing(view, lead, speed_mps, parameters)
    found = [other for other in view.neighbours if _comes(other, pass_s, pass_m, parameters)]
    return [_alert(other, lead, speed_mps, pass_s, pass_m) for other in sorted(found, key=lambda one: one.gap_m)]


def passing(view: View, lead: Neighbour, speed_mps: float, parameters: Parameters) -> tuple[float, float]:
    """(seconds, metres) from now until we are back in our lane before him."""
    relative_m = lead.gap_m + lead.length_m + view.own.body.length_m + parameters.reserve_m
    closing_mps, accel_mps2 = speed_mps - lead.speed_mps, parameters.accel_mps2.of(view.vehicle)
    lasts_s = (-closing_mps + math.sqrt(closing_mps**2 + 2.0 * accel_mps2 * relative_m)) / accel_mps2
    return lasts_s, speed_mps * lasts_s + accel_mps2 * lasts_s**2 / 2.0


def _is_to_be_passed(other: Neighbour, speed_mps: float, parameters: Parameters) -> bool:
    is_ahead = other.along_m > 0.0 and 0.0 < other.gap_m <= parameters.ahead_m
    is_ours = other.course is Course.SAME and other.zone is Zone.SAME and other.kind is Kind.VEHICLE
    return is_ahead and is_ours and other.speed_mps < speed_mps + 1.0


def _comes(other: Neighbour, pass_s: float, pass_m: float, parameters: Parameters) -> bool:
    if other.course is not Course.ONCOMING or other.zone is not Zone.ADJACENT_LEFT or other.along_m <= 0.0:
        return False
    if other.gap_m > parameters.range_m or other.age_s > parameters.max_age_s:
        return False
    return other.gap_m <= pass_m + other.speed_mps * (pass_s + parameters.reserve_s)


def _alert(other: Neighbour, lead: Neighbour, speed_mps: float, pass_s: float, pass_m: float) -> Alert:
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
