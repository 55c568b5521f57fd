"""AVW, abnormal vehicle warning: a vehicle ahead crawls with hazard lights, or cannot drive on (T/CSAE 53-2020)."""

from collections.abc import Iterator
from dataclasses import dataclass

from obu.apps.base import DIRECTIONS, Need, ahead
from obu.core.alert import Alert, Level, Text
from obu.core.condition import Condition, at_least, at_most, below, concerned, has, is_one_of, is_same
from obu.core.vehicle import Event, Light
from obu.core.world import Course, Neighbour, View

NAME = "AVW"
TITLE = Text("异常车辆", "Stopped vehicle")
NEEDS = frozenset({Need.SPEED})
PRIORITY = 3
ABOUT = "neighbours"
ABNORMAL = (Light.HAZARD, Event.HAZARD_LIGHTS, Event.DISABLED_VEHICLE)


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
    found = concerned(view, view.neighbours, parameters, ours, theirs)
    return [_alert(view, other) for other in sorted(found, key=lambda one: one.gap_m)]


def ours(view: View, parameters: Parameters) -> Iterator[Condition]:
    """Of us."""
    yield at_least("own_speed_mps", view.own.speed_mps, parameters.min_speed_mps)


def theirs(view: View, other: Neighbour, parameters: Parameters) -> Iterator[Condition]:
    """Of whom it is about."""
    yield has("lights", (*other.lights, *other.events), ABNORMAL)
    yield is_same("course", other.course, Course.SAME)
    yield is_one_of("zone", other.zone, DIRECTIONS)
    yield from ahead(other, parameters.range_m, parameters.max_age_s)
    yield below("speed_mps", other.speed_mps, parameters.slow_share * view.own_mps)
    yield at_most("reach_s", _reach_s(other, view.own_mps), parameters.reach_s)


def _reach_s(other: Neighbour, own_mps: float) -> float:
    return other.gap_m / max(own_mps - other.speed_mps, 0.1)


def _alert(view: View, other: Neighbour) -> Alert:
    reach_s = _reach_s(other, view.own_mps)
    return Alert(
        app=NAME,
        subject=other.subject,
        level=Level.CAUTION,
        priority=PRIORITY,
        text=Text("前方异常车辆", "Stopped vehicle"),
        symbol="disabled_vehicle",
        direction=DIRECTIONS[other.zone],
        distance_m=other.gap_m,
        time_s=reach_s,
        why=(
            ("target", other.subject),
            ("gap_m", round(other.gap_m, 1)),
            ("reach_s", round(reach_s, 1)),
            ("disabled", "yes" if Event.DISABLED_VEHICLE in other.events else "hazard lights"),
            ("age_s", round(other.age_s, 2)),
        ),
    )
