"""EBW, emergency brake warning: a vehicle ahead on our way brakes hard, seen or not (T/CSAE 53-2020)."""

from dataclasses import dataclass

from obu.apps.base import Need
from obu.core.alert import Alert, Direction, Level, Text
from obu.core.vehicle import Event
from obu.core.world import Course, Neighbour, View, Zone

NAME = "EBW"
TITLE = Text("急刹车", "Hard braking")
NEEDS = frozenset({Need.SPEED})
PRIORITY = 2  # after imminent collision, before lane advice (order of the IMT-2020 white paper's vendor lists)

DIRECTIONS = {
    Zone.SAME: Direction.AHEAD,
    Zone.ADJACENT_LEFT: Direction.AHEAD_LEFT,
    Zone.ADJACENT_RIGHT: Direction.AHEAD_RIGHT,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameters:
    """When to speak.

    hard_braking_mps2: GB/T 45315-2025 event limit is 4 m/s2, YD/T 3709 says 0.4 g; either deceleration counts as
    the event flag does. range_m: T/CSAE 53 EBW range. min_speed_mps: standing or crawling in a queue everybody
    brakes. max_age_s: older than this the braking is history.
    """

    hard_braking_mps2: float = 4.0
    range_m: float = 150.0
    min_speed_mps: float = 2.0
    max_age_s: float = 1.0


def look(view: View, parameters: Parameters) -> list[Alert]:
    """One alert per hard-braking vehicle ahead in our or a neighbouring lane, nearest first."""
    speed_mps = view.own.speed_mps
    if speed_mps is None or speed_mps < parameters.min_speed_mps:
        return []
    braking = [other for other in view.neighbours if _concerns(other, parameters)]
    return [_alert(other, speed_mps) for other in sorted(braking, key=lambda other: other.gap_m)]


def _concerns(other: Neighbour, parameters: Parameters) -> bool:
    accel_mps2 = other.accel_long_mps2
    brakes_hard = Event.HARD_BRAKING in other.events or (
        accel_mps2 is not None and accel_mps2 <= -parameters.hard_braking_mps2
    )
    return (
        brakes_hard
        and other.course is Course.SAME
        and other.zone in DIRECTIONS
        and other.offset.ahead_m > 0
        and 0 < other.gap_m <= parameters.range_m
        and other.age_s <= parameters.max_age_s
    )


def _alert(other: Neighbour, speed_mps: float) -> Alert:
    return Alert(
        app=NAME,
        subject=other.subject,
        level=Level.IMMINENT if other.zone is Zone.SAME else Level.CAUTION,
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
            ("age_s", round(other.age_s, 2)),
        ),
    )
