"""Courses are timed, and the time between two bodies at one place told, as worked out by hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hil.traffic import apart
from hil.traffic.trace import Mover
from hil.traffic.truth import Steps
from tests.hil.traffic.test_truth import HOST, LENGTH_M, SPAN_S, WIDTH_M, drive, straight

BEFORE_END_S = SPAN_S - 0.1


def steps(mine: list[Mover], foe: list[Mover]):
    traffic = drive({HOST: mine, "foe": foe}, {HOST: "host_taxi", "foe": "car"})
    return Steps(traffic.steps), traffic.kinds


@given(st.floats(1.0, 20.0), st.floats(0.0, 3.0))
def test_who_keeps_his_speed_is_where_he_was(speed_mps, from_s):
    known, _ = steps(straight(0, 0, 0, speed_mps), straight(0, 99, 0, 0))
    from_s = round(from_s, 1)
    was, had_been = apart.driven(known, HOST, from_s), apart.unbraked(known, HOST, from_s)
    assert [(at_s, mover.y) for at_s, mover in was] == [
        (pytest.approx(at_s), pytest.approx(mover.y)) for at_s, mover in had_been
    ]


@given(st.integers(20, 60), st.integers(5, 50))
def test_who_stopped_on_his_way_had_been_on_the_same_way_sooner(stops, stands):
    """10 m/s, standing for a while: at each place as if he had not stood."""
    gone = [min(n, stops) + max(0, n - stops - stands) for n in range(120)]
    known, _ = steps([Mover(0.0, float(m), 0.0, 10.0, 0.0, 0) for m in gone], straight(0, 99, 0, 0))
    for at_s, mover in apart.unbraked(known, HOST, 1.0):
        assert mover.y == pytest.approx(10.0 * at_s, abs=0.6 * 10.0 * apart.STEP_S)


def test_past_the_end_of_the_drive_he_goes_straight_on():
    known, _ = steps(straight(0, 0, 0, 10), straight(0, 99, 0, 0))
    at_s, mover = apart.unbraked(known, HOST, 8.0)[-1]
    assert at_s == pytest.approx(16.0, abs=apart.STEP_S) and mover.y == pytest.approx(10.0 * at_s, abs=1.0)
    assert apart.driven(known, HOST, 8.0)[-1][0] <= BEFORE_END_S


def test_who_stands_moves_off_when_he_did():
    waits = [Mover(0.0, max(0.0, n - 40.0), 0.0, 10.0 if n > 40 else 0.0, 0.0, 0) for n in range(120)]
    known, _ = steps(waits, straight(0, 99, 0, 0))
    was = apart.driven(known, HOST, 1.0)
    assert apart.unbraked(known, HOST, 1.0) == [(pytest.approx(at_s), mover) for at_s, mover in was]


@given(st.floats(-3.0, 2.5))
def test_two_whose_ways_cross_are_apart_by_what_lies_between_their_bodies(late_s):
    """Both 10 m/s, at one place 5 s from the begin, the other late_s after it: his body, ours and what counts as
    touching take up 0.9 s of that."""
    known, kinds = steps(straight(0, 0, 0, 10), straight(50 + 10 * late_s, 50, 270, 10))
    courses = (apart.driven(known, name, 0.0) for name in (HOST, "foe"))
    found = apart.least_s(kinds, (HOST, "foe"), *courses)
    bodies_s = (LENGTH_M / 2 + WIDTH_M / 2 + LENGTH_M / 2 + WIDTH_M / 2 + apart.SIDE_M) / 10.0
    assert found == pytest.approx(max(0.0, abs(late_s) - bodies_s), abs=2.1 * apart.STEP_S)


def test_who_keeps_to_the_next_lane_is_never_there():
    known, kinds = steps(straight(0, 0, 0, 10), straight(3.5, 0, 0, 12))
    courses = (apart.driven(known, name, 0.0) for name in (HOST, "foe"))
    assert apart.least_s(kinds, (HOST, "foe"), *courses) is None
