"""EBW, emergency brake warning: a vehicle ahead on our way brakes hard, seen or not (T/CSAE 53-2020)."""

from collections.abc import Iterator
from dataclasses import dataclass

from obu.apps.base import DIRECTIONS, Need, ahead, as_sure
from obu.core.alert import Alert, Level, Text
from obu.core.condition import Condition, at_least, at_most, concerned, has, is_one_of, is_same
from obu.core.driving import BRAKE_MPS2, DELAY_S, ByClass, braking, stopping_m
from obu.core.vehicle import Event
from obu.core.world import Course, Neighbour, View, Zone

NAME = "EBW"
TITLE = Text("急刹车", "Hard braking")
NEEDS = frozenset({Need.SPEED})
PRIORITY = 2  # after imminent collision, before lane advice (order of the IMT-2020 white paper's vendor lists)
ABOUT = "neighbours"
BRAKING = frozenset({Event.HARD_BRAKING})


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameters:
    """When to speak.

    hard_braking_mps2: GB/T 45315-2025 event limit is 4 m/s2, YD/T 3709 says 0.4 g; either deceleration counts as
    the event flag does. range_m: T/CSAE 53 EBW range. reserve_s: who has so much (the advice of two seconds between
    cars, three of what is heavy) beyond what he needs to stop where the other will stand in his lane need do nothing.
    max_sigma_m, off_sigma_m: as FCW's, for who brakes in which lane. min_speed_mps: standing or crawling in a queue
    everybody brakes. max_age_s: older than this the braking is history.
    """

    hard_braking_mps2: float = 4.0
    range_m: float = 150.0
    delay_s: ByClass = DELAY_S
    brake_mps2: ByClass = BRAKE_MPS2
    max_sigma_m: float = 0.8
    off_sigma_m: float = 2.5
    min_speed_mps: float = 2.0
    reserve_s: ByClass = ByClass(taxi=2.0, bus12=3.0, bus18=3.0)
    max_age_s: float = 1.0


def look(view: View, parameters: Parameters) -> list[Alert]:
    """One alert per hard-braking vehicle ahead in our or a neighbouring lane, nearest first."""
    found = concerned(view, view.neighbours, parameters, ours, theirs)
    return [_alert(other, view.own_mps, parameters) for other in sorted(found, key=lambda one: one.gap_m)]


def ours(view: View, parameters: Parameters) -> Iterator[Condition]:
    """Of us."""
    yield at_least("own_speed_mps", view.own.speed_mps, parameters.min_speed_mps)


def theirs(view: View, other: Neighbour, parameters: Parameters) -> Iterator[Condition]:
    """Of whom it is about."""
    if Event.HARD_BRAKING in other.events:
        yield has("events", other.events, BRAKING)
    else:
        yield at_most("accel_mps2", other.accel_long_mps2, -parameters.hard_braking_mps2)
    yield is_same("course", other.course, Course.SAME)
    yield is_one_of("zone", other.zone, DIRECTIONS)
    yield at_most("sigma_m", other.sigma_m, parameters.off_sigma_m)
    yield from ahead(other, reach_m(view, other, parameters), parameters.max_age_s)


def reach_m(view: View, other: Neighbour, parameters: Parameters) -> float:
    """In which we stop, in our lane with the reserve and what he still rolls, and no further than the range."""
    our_m = stopping_m(view.own_mps, *braking(view.vehicle, parameters))
    if other.zone is Zone.SAME:
        hard_mps2 = max(parameters.hard_braking_mps2, -(other.accel_long_mps2 or 0.0))
        our_m += view.own_mps * parameters.reserve_s.of(view.vehicle) - other.speed_mps**2 / (2.0 * hard_mps2)
    return min(parameters.range_m, our_m)


def _alert(other: Neighbour, speed_mps: float, parameters: Parameters) -> Alert:
    level = Level.IMMINENT if other.zone is Zone.SAME else Level.CAUTION
    return Alert(
        app=NAME,
        subject=other.subject,
        level=as_sure(level, other, parameters.max_sigma_m),
        priority=PRIORITY,
        text=Text("前车急刹车", "Hard braking ahead"),
        symbol="brake_ahead",
        direction=DIRECTIONS[other.zone],
        distance_m=other.gap_m,
        time_s=other.gap_m / (speed_mps - other.speed_mps) if speed_mps > other.speed_mps + 0.5 else None,
        why=(
            ("gap_m", round(other.gap_m, 1)),
            ("right_m", round(other.right_m, 1)),
            ("speed_mps", round(other.speed_mps, 1)),
            ("accel_mps2", other.accel_long_mps2 if other.accel_long_mps2 is not None else "unknown"),
            ("event_flag", "set" if Event.HARD_BRAKING in other.events else "clear"),
            ("sigma_m", round(other.sigma_m, 2)),
            ("age_s", round(other.age_s, 2)),
        ),
    )
