"""CLW, control loss warning: a vehicle near us skids; its ABS, traction or stability control works (T/CSAE 53-2020)."""

from collections.abc import Iterator
from dataclasses import dataclass

from obu.apps.base import DIRECTIONS, Need, ahead
from obu.core.alert import Alert, Level, Text
from obu.core.condition import Condition, at_least, at_most, concerned, has, is_one_of, is_other
from obu.core.vehicle import Event
from obu.core.world import Course, Neighbour, View, Zone

NAME = "CLW"
TITLE = Text("车辆失控", "Skidding vehicle")
NEEDS = frozenset({Need.SPEED})
PRIORITY = 3  # after hard braking, of which it is often the cause
ABOUT = "neighbours"
EVENTS = frozenset({Event.ABS_ACTIVATED, Event.TRACTION_CONTROL_LOSS, Event.STABILITY_CONTROL_ACTIVATED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameters:
    """When to speak. reach_s: recommended; range_m: T/CSAE 53."""

    reach_s: float = 6.0
    range_m: float = 300.0
    min_speed_mps: float = 2.0
    max_age_s: float = 1.0


def look(view: View, parameters: Parameters) -> list[Alert]:
    """One alert per such vehicle ahead on our road, also towards us, nearest first."""
    found = concerned(view, view.neighbours, parameters, ours, theirs)
    return [_alert(other, view.own_mps) for other in sorted(found, key=lambda one: one.gap_m)]


def ours(view: View, parameters: Parameters) -> Iterator[Condition]:
    """Of us."""
    yield at_least("own_speed_mps", view.own.speed_mps, parameters.min_speed_mps)


def theirs(view: View, other: Neighbour, parameters: Parameters) -> Iterator[Condition]:
    """Of whom it is about."""
    yield has("events", other.events, EVENTS)
    yield is_other("course", other.course, Course.CROSSING)
    yield is_one_of("zone", other.zone, DIRECTIONS)
    yield from ahead(other, parameters.range_m, parameters.max_age_s)
    yield at_most("gap_m", other.gap_m, closing_mps(other, view.own_mps) * parameters.reach_s)


def closing_mps(other: Neighbour, speed_mps: float) -> float:
    """How fast we come together; who skids on our side is taken to stand."""
    return speed_mps + (other.speed_mps if other.course is Course.ONCOMING else 0.0)


def _alert(other: Neighbour, speed_mps: float) -> Alert:
    return Alert(
        app=NAME,
        subject=other.subject,
        level=Level.IMMINENT if other.zone is Zone.SAME and other.course is Course.SAME else Level.CAUTION,
        priority=PRIORITY,
        text=Text("前车失控", "Vehicle skidding"),
        symbol="control_loss",
        direction=DIRECTIONS[other.zone],
        distance_m=other.gap_m,
        time_s=other.gap_m / closing_mps(other, speed_mps),
        why=(
            ("target", other.subject),
            ("gap_m", round(other.gap_m, 1)),
            ("events", " ".join(sorted(event.value for event in other.events & EVENTS))),
            ("course", other.course.value),
            ("age_s", round(other.age_s, 2)),
        ),
    )
