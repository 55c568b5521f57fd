"""BSW, blind spot warning: somebody drives beside us where no mirror shows him (T/CSAE 53-2020); a mark, no sound."""

from dataclasses import dataclass

from obu.apps.base import Need
from obu.core.alert import Alert, Direction, Level, Text
from obu.core.vehicle import Light
from obu.core.world import Course, Kind, Neighbour, View

NAME = "BSW"
TITLE = Text("盲区", "Blind spot")
NEEDS = frozenset({Need.SPEED})
PRIORITY = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameters:
    """Where. ISO 17387 (which leaves articulated buses out): 0.5 to 3 m beside our side, from the driver's eye to 3 m
    behind the rear. max_sigma_m: with a larger relative error BSMs cannot tell the next lane from the one after it.
    overhang_m: of a 12 m bus behind its rear axle (3.4 m), and half a person; swing_m: 0.5 m at a radius of 9 m
    (tests/scene/test_bodies.py), and a step: where one who pulls out of a stop to the left sweeps the kerb.
    """

    nearest_m: float = 0.3
    farthest_m: float = 3.0
    behind_m: float = 3.0
    eye_m: float = 2.0  # behind the front
    min_speed_mps: float = 1.0
    max_sigma_m: float = 0.8
    overhang_m: float = 3.9
    swing_m: float = 0.6
    max_age_s: float = 1.0


def look(view: View, parameters: Parameters) -> list[Alert]:
    """One mark per side at most, of the nearest there."""
    speed_mps = view.own.speed_mps
    is_at_stop = view.is_boarding or view.is_departing
    if speed_mps is None or (speed_mps < parameters.min_speed_mps and not is_at_stop):
        return []
    found: dict[Direction, Neighbour] = {}
    for other in sorted(view.neighbours, key=lambda one: abs(one.right_m)):
        if is_beside(view, other, parameters) or (is_at_stop and _is_by_overhang(view, other, parameters)):
            found.setdefault(Direction.RIGHT if other.right_m > 0 else Direction.LEFT, other)
    return [_alert(side, other) for side, other in found.items()]


def is_beside(view: View, other: Neighbour, parameters: Parameters) -> bool:
    """Whether somebody is in the zone of one side."""
    if other.course is not Course.SAME or other.kind is Kind.PEDESTRIAN or other.age_s > parameters.max_age_s:
        return False
    if other.sigma_m > parameters.max_sigma_m:
        return False
    body = view.own.body
    beside_m = abs(other.right_m) - (body.width_m + other.width_m) / 2.0
    front_m, rear_m = other.along_m + other.length_m / 2.0, other.along_m - other.length_m / 2.0
    is_along = (
        front_m >= -body.length_m / 2.0 - parameters.behind_m and rear_m <= body.length_m / 2.0 - parameters.eye_m
    )
    return is_along and parameters.nearest_m - 0.3 <= beside_m <= parameters.farthest_m


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
        why=(
            ("target", other.subject),
            ("right_m", round(other.right_m, 1)),
            ("along_m", round(other.along_m, 1)),
            ("sigma_m", round(other.sigma_m, 2)),
            ("age_s", round(other.age_s, 2)),
        ),
    )
