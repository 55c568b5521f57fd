"""EVW, emergency vehicle warning: an emergency vehicle on duty comes our way (T/CSAE 53-2020)."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

from obu.apps.base import Need
from obu.core.alert import Alert, Direction, Level, Text
from obu.core.condition import Condition, above, at_most, concerned, is_other, is_same
from obu.core.world import Course, Neighbour, View

NAME = "EVW"
TITLE = Text("特种车辆", "Emergency vehicle")
NEEDS = frozenset[Need]()
PRIORITY = 3
ABOUT = "neighbours"


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameters:
    """When to speak. soon_s: half a minute is time to make room. range_m: T/CSAE 53. passed_m: then it is gone."""

    soon_s: float = 30.0
    range_m: float = 300.0
    near_m: float = 50.0
    passed_m: float = 30.0


def look(view: View, parameters: Parameters) -> list[Alert]:
    """One alert per emergency vehicle on duty that approaches, the nearest first."""
    found = concerned(view, view.neighbours, parameters, ours, theirs)
    return [_alert(view, other) for other in sorted(found, key=_away_m)]


def ours(_view: View, _parameters: Parameters) -> Iterator[Condition]:
    """Of us: nothing; also who stands makes room."""
    return iter(())


def theirs(view: View, other: Neighbour, parameters: Parameters) -> Iterator[Condition]:
    """Of whom it is about."""
    yield is_same("is_on_duty", other.is_on_duty, True)
    away_m = _away_m(other)
    yield at_most("away_m", away_m, parameters.range_m)
    if other.along_m > parameters.passed_m:
        yield is_other("course", other.course, Course.SAME)
    closing_mps = _closing_mps(view, other, away_m)
    if away_m <= parameters.near_m:
        yield above("closing_mps", closing_mps, -1.0)
        return
    yield above("closing_mps", closing_mps, 1.0)
    yield at_most("here_in_s", away_m / max(closing_mps, 1.0), parameters.soon_s)


def _away_m(other: Neighbour) -> float:
    return math.hypot(other.offset.ahead_m, other.offset.right_m)


def _closing_mps(view: View, other: Neighbour, away_m: float) -> float:
    heading = math.radians(other.heading_diff_deg)
    ahead_mps, right_mps = other.speed_mps * math.cos(heading) - view.own_mps, other.speed_mps * math.sin(heading)
    return -(other.offset.ahead_m * ahead_mps + other.offset.right_m * right_mps) / max(away_m, 1.0)


def _alert(view: View, other: Neighbour) -> Alert:
    away_m = _away_m(other)
    closing_mps = _closing_mps(view, other, away_m)
    return Alert(
        app=NAME,
        subject=other.subject,
        level=Level.CAUTION,
        priority=PRIORITY,
        text=Text("避让特种车辆", "Emergency vehicle"),
        symbol="emergency_vehicle",
        direction=_from(other),
        distance_m=away_m,
        time_s=away_m / closing_mps if closing_mps > 1.0 else None,
        why=(
            ("target", other.subject),
            ("away_m", round(away_m)),
            ("course", other.course.value),
            ("speed_mps", round(other.speed_mps, 1)),
            ("age_s", round(other.age_s, 2)),
        ),
    )


def _from(other: Neighbour) -> Direction:
    bearing = math.degrees(math.atan2(other.offset.right_m, other.offset.ahead_m))
    sides = (Direction.AHEAD, Direction.AHEAD_RIGHT, Direction.RIGHT, Direction.BEHIND_RIGHT, Direction.BEHIND,
             Direction.BEHIND_LEFT, Direction.LEFT, Direction.AHEAD_LEFT)  # fmt: skip
    return sides[round(bearing / 45.0) % 8]
