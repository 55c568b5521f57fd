"""AVW, abnormal vehicle warning: a vehicle ahead crawls with hazard lights, or cannot drive on (T/CSAE 53-2020)."""

from dataclasses import dataclass

from obu.apps.base import Need
from obu.apps.ebw import DIRECTIONS
from obu.core.alert import Alert, Level, Text
from obu.core.vehicle import Event, Light
from obu.core.world import Course, Neighbour, View

NAME = "AVW"
TITLE = Text("异常车辆", "Stopped vehicle")
NEEDS = frozenset({Need.SPEED})
PRIORITY = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameters:
    """When to speak. slow_share: of our speed; slower is in our way. reach_s, range_m: recommended; T/CSAE 53."""

    slow_share: float = 0.3
    reach_s: float = 8.0
    range_m: float = 150.0
    min_speed_mps: float = 2.0
    max_age_s: float = 1.0


def look(view: View, parameters: Parameters) -> list[Alert]:
    """One alert per such vehicle ahead in our or a neighbouring lane, nearest first."""
    speed_mps = view.own.speed_mps
    if speed_mps is None or speed_mps < parameters.min_speed_mps:
        return []
    found = [other for other in view.neighbours if _concerns(other, speed_mps, parameters)]
    return [_alert(other, speed_mps) for other in sorted(found, key=lambda one: one.gap_m)]


def _concerns(other: Neighbour, speed_mps: float, parameters: Parameters) -> bool:
    is_abnormal = (
        Light.HAZARD in other.lights or Event.HAZARD_LIGHTS in other.events or Event.DISABLED_VEHICLE in other.events
    )
    return (
        is_abnormal
        and other.course is Course.SAME
        and other.zone in DIRECTIONS
        and other.along_m > 0.0
        and 0.0 < other.gap_m <= parameters.range_m
        and other.speed_mps < parameters.slow_share * speed_mps
        and other.gap_m / max(speed_mps - other.speed_mps, 0.1) <= parameters.reach_s
        and other.age_s <= parameters.max_age_s
    )


def _alert(other: Neighbour, speed_mps: float) -> Alert:
    return Alert(
        app=NAME,
        subject=other.subject,
        level=Level.CAUTION,
        priority=PRIORITY,
        text=Text("前方异常车辆", "Stopped vehicle ahead"),
        symbol="disabled_vehicle",
        direction=DIRECTIONS[other.zone],
        distance_m=other.gap_m,
        time_s=other.gap_m / max(speed_mps - other.speed_mps, 0.1),
        why=(
            ("target", other.subject),
            ("gap_m", round(other.gap_m, 1)),
            ("reach_s", round(other.gap_m / max(speed_mps - other.speed_mps, 0.1), 1)),
            ("disabled", "yes" if Event.DISABLED_VEHICLE in other.events else "hazard lights"),
            ("age_s", round(other.age_s, 2)),
        ),
    )
