"""BSW, blind spot warning: somebody drives beside us where no mirror shows him (T/CSAE 53-2020); a mark, no sound."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

from obu.apps.base import Need, reasons
from obu.core.alert import Alert, Direction, Level, Text
from obu.core.condition import Condition, at_least, at_most, concerned, is_other, is_same
from obu.core.vehicle import Light
from obu.core.world import Course, Kind, Neighbour, View

NAME = "BSW"
TITLE = Text("盲区", "Blind spot")
NEEDS = frozenset({Need.SPEED})
PRIORITY = 4
ABOUT = "neighbours"


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameters:
    """Where. ISO 17387 (which leaves articulated buses out): 0.5 to 3 m beside our side, from the driver's eye to 3 m
    behind the rear. max_sigma_m: with a larger relative error BSMs cannot tell the next lane from the one after it.
    overhang_m: of a 12 m bus behind its rear axle (3.4 m), and half a person; swing_m: 0.5 m at a radius of 9 m
    (tests/scene/test_bodies.py), and a step: where one who pulls out of a stop to the left sweeps the kerb.
    passed_s: a lane change takes 3 s, so who stands and is out of the zone by then was seen ahead and is no danger of
    it; along parked cars at 50 km/h the mark would come and go each second. standing_mps: slower he stands, with the
    noise of a receiver.
    """

    nearest_m: float = 0.3
    farthest_m: float = 3.0
    behind_m: float = 3.0
    eye_m: float = 2.0  # behind the front
    min_speed_mps: float = 1.0
    max_sigma_m: float = 0.8
    overhang_m: float = 3.9
    swing_m: float = 0.6
    passed_s: float = 3.0
    standing_mps: float = 0.5
    max_age_s: float = 1.0


def look(view: View, parameters: Parameters) -> list[Alert]:
    """One mark per side at most, of the nearest there."""
    found: dict[Direction, Neighbour] = {}
    for other in sorted(concerned(view, view.neighbours, parameters, ours, theirs), key=lambda one: abs(one.right_m)):
        found.setdefault(Direction.RIGHT if other.right_m > 0 else Direction.LEFT, other)
    return [_alert(side, other) for side, other in found.items()]


def ours(view: View, parameters: Parameters) -> Iterator[Condition]:
    """Of us."""
    yield at_least("own_speed_mps", view.own.speed_mps, 0.0 if _is_at_stop(view) else parameters.min_speed_mps)


def _is_at_stop(view: View) -> bool:
    return view.is_boarding or view.is_departing


def theirs(view: View, other: Neighbour, parameters: Parameters) -> Iterator[Condition]:
    """Of whoever is beside us, or where our rear swings out."""
    if not (_is_at_stop(view) and _is_by_overhang(view, other, parameters)):
        yield from beside(view, other, parameters)
        yield at_least("passed_s", _passed_s(view, other, parameters), parameters.passed_s)


def _passed_s(view: View, other: Neighbour, parameters: Parameters) -> float:
    """For how long one who stands is in the zone as we drive past; while he drives, or neither does, for ever."""
    if view.own_mps <= 0.0 or other.speed_mps > parameters.standing_mps:
        return math.inf
    zone_m = view.own.body.length_m - parameters.eye_m + parameters.behind_m
    return (zone_m + other.length_m) / view.own_mps


def beside(view: View, other: Neighbour, parameters: Parameters) -> Iterator[Condition]:
    """Of whoever is in the zone of one side."""
    body = view.own.body
    yield is_same("course", other.course, Course.SAME)
    beside_m = abs(other.right_m) - (body.width_m + other.width_m) / 2.0
    yield at_most("beside_m", beside_m, parameters.farthest_m)
    yield at_least("beside_m", beside_m, parameters.nearest_m - 0.3)
    front_m, rear_m = other.along_m + other.length_m / 2.0, other.along_m - other.length_m / 2.0
    yield at_least("front_m", front_m, -body.length_m / 2.0 - parameters.behind_m)
    yield at_most("rear_m", rear_m, body.length_m / 2.0 - parameters.eye_m)
    yield is_other("kind", other.kind, Kind.PEDESTRIAN)
    yield at_most("age_s", other.age_s, parameters.max_age_s)
    yield at_most("sigma_m", other.sigma_m, parameters.max_sigma_m)


def _is_by_overhang(view: View, other: Neighbour, parameters: Parameters) -> bool:
    """Whether somebody on foot or on a bicycle is where our rear swings out as we pull out to the left."""
    if other.kind is Kind.VEHICLE or Light.LEFT_TURN not in view.own.lights or other.right_m <= 0.0:
        return False
    if other.age_s > parameters.max_age_s or other.sigma_m > parameters.max_sigma_m:
        return False
    half_m = view.own.body.length_m / 2.0
    is_along = -half_m - 0.5 <= other.along_m <= -half_m + parameters.overhang_m
    return is_along and other.right_m - (view.own.body.width_m + other.width_m) / 2.0 <= parameters.swing_m


def _alert(side: Direction, other: Neighbour) -> Alert:
    return Alert(
        app=NAME,
        subject=other.subject,
        level=Level.INFORMATION,
        priority=PRIORITY,
        text=Text("盲区有车", "Vehicle beside you"),
        symbol="blind_spot",
        direction=side,
        is_mark=True,
        why=reasons(
            other,
            ("right_m", round(other.right_m, 1)),
            ("along_m", round(other.along_m, 1)),
        ),
    )
