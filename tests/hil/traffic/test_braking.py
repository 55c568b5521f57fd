"""Who brakes in time and enough of himself has needed no warning: two in one lane, reckoned here by hand."""

import pytest

from hil.traffic import causes
from hil.traffic.causes import Missed
from hil.traffic.trace import STEP_S, Mover
from hil.traffic.truth import Conflict, Steps
from tests.hil.traffic.test_truth import HOST, drive

LENGTH_S = 12.0
STOP_S = 10.0  # the instant of the conflict


def course(at_m: float, mps: float, brakes_s: float, mps2: float) -> list[Mover]:
    """Northward at one speed from at_m on, braking with mps2 from a second on until it stands."""
    found, y = [], at_m
    for number in range(round(LENGTH_S / STEP_S)):
        accel_mps2 = -mps2 if number * STEP_S >= brakes_s and mps > 0.0 else 0.0
        found.append(Mover(0.0, y, 0.0, mps, accel_mps2, 0))
        y += mps * STEP_S
        mps = max(0.0, mps + accel_mps2 * STEP_S)
    return found


def missed(
    ours: list[Mover], theirs: list[Mover], app: str = "FCW", kind: str = "host_taxi", at_s: float = STOP_S
) -> Missed:
    traffic = drive({HOST: ours, "foe": theirs}, {HOST: kind, "foe": "car"})
    conflict = Conflict(HOST, "foe", app, at_s, 0.0, STOP_S, True)
    return causes.of_miss(Steps(traffic.steps), traffic.kinds, conflict, [])


# A car of 15 m/s stands 35 m after it began to brake with 3.2 m/s2 at second 3; we come 21 m behind it.
@pytest.mark.parametrize(
    ("brakes_s", "mps2", "is_in_time"),
    [
        (3.0, 3.0, True),  # at once: 37.5 m to a stand, and 21 m of gap
        (3.4, 3.0, True),  # within a quick driver's 0.8 s, of which the brakes take 0.3 to be felt
        (3.9, 3.0, False),  # later
        (6.0, 5.5, False),  # 3 s later: for 2 s a warning was due
        (3.0, 1.6, False),  # at once, and with half of it: 70 m to a stand
    ],
)
def test_behind_one_who_stops(brakes_s: float, mps2: float, is_in_time: bool) -> None:
    theirs = course(25.0, 15.0, 3.0, 3.2)
    assert (missed(course(0.0, 15.0, brakes_s, mps2), theirs) is Missed.IN_TIME) is is_in_time


# One stands 91 m before us; from 15 m/s a taxi comes to a stand in 30 + 37.5 m (2.0 s, 3.0 m/s2), so that a warning is
# due at second 1.6; a bus in 36 + 56 m, so that it is due at second 0.
@pytest.mark.parametrize(
    ("kind", "brakes_s", "mps2", "is_in_time"),
    [("host_taxi", 1.9, 3.0, True), ("host_taxi", 3.0, 3.5, False), ("host_bus12", 1.9, 3.0, False)],
)
def test_before_one_who_stands(kind: str, brakes_s: float, mps2: float, is_in_time: bool) -> None:
    standing = course(95.0, 0.0, 0.0, 0.0)
    found = missed(course(0.0, 15.0, brakes_s, mps2), standing, kind=kind)
    assert (found is Missed.IN_TIME) is is_in_time


def test_of_other_ways_nothing_is_said() -> None:
    assert missed(course(0.0, 15.0, 3.3, 3.0), course(25.0, 15.0, 3.0, 3.2), "ICW") is not Missed.IN_TIME


def test_of_who_has_just_come_nobody_knows_how_he_brakes() -> None:
    assert missed(course(0.0, 15.0, 0.0, 3.0), course(60.0, 15.0, 3.0, 3.2), at_s=0.3) is not Missed.IN_TIME
