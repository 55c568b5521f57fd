"""FCW speaks between the latest moment to stop and the earliest that is no nuisance, and of nobody else's rear."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hil import windows
from obu.apps import fcw
from obu.core.alert import Level
from obu.core.world import Course, Kind
from tests.apps.seen import other, view

KINDS = st.sampled_from(["taxi", "bus12", "bus18"])


def look(ours, own_mps, accel_mps2=0.0, **change):
    there = {"along_m": change.get("gap_m", 30.0) + 10.0, **change}
    return fcw.look(view(other(**there), speed_mps=own_mps, kind=ours, bus={"accel_long_mps2": accel_mps2}), P)


P = fcw.Parameters()


@given(KINDS, st.floats(5, 20), st.floats(0, 1), st.floats(1, 150))
def test_it_speaks_within_the_window_of_kinematics(kind, own_mps, share, gap_m):
    lead_mps = own_mps * share
    if own_mps - lead_mps < 3.0:
        return
    least_m, most_m = windows.ahead_m(kind, own_mps, lead_mps)
    alerts = look(kind, own_mps, gap_m=gap_m, speed_mps=lead_mps)
    if gap_m <= least_m:
        assert alerts and alerts[0].level is Level.IMMINENT
    if gap_m > most_m + 0.1:
        assert not alerts


@pytest.mark.parametrize(
    "change",
    [
        {"speed_mps": 12.0},  # not closing
        {"right_m": 2.3},  # beside
        {"right_m": 1.8},  # 0.375 m of him before us, at an error of 0.3 m
        {"course": Course.ONCOMING},
        {"course": Course.CROSSING},
        {"along_m": -30.0},  # behind
        {"kind": Kind.PEDESTRIAN},  # VRUCW
        {"age_s": 1.1},
        {"sigma_m": 2.6},
    ],
)
def test_whom_it_does_not_concern(change):
    near = {"gap_m": 15.0, "speed_mps": 0.0}
    assert look("bus12", 12.0, **near)
    assert not look("bus12", 12.0, **(near | change))


def test_one_who_stands_askew_takes_more_of_our_way_than_his_width():
    beside = {"gap_m": 15.0, "speed_mps": 0.0, "right_m": 2.3}
    assert look("bus12", 12.0, **beside, askew_deg=-25.0) and not look("bus12", 12.0, **beside)


def test_only_the_nearest_is_reached():
    near = other(along_m=30.0, gap_m=21.0, speed_mps=0.0, subject="near")
    far = other(along_m=38.0, gap_m=29.0, speed_mps=0.0, subject="far")
    assert [alert.subject for alert in fcw.look(view(far, near), P)] == ["near"]


def test_a_driver_who_brakes_enough_is_not_told_to():
    need = fcw.needed_mps2(25.0, 12.0, 0.0, 0.0)
    assert look("bus12", 12.0, -0.5 * need, gap_m=25.0, speed_mps=0.0)
    assert not look("bus12", 12.0, -0.95 * need, gap_m=25.0, speed_mps=0.0)


def test_with_a_large_error_it_is_seen_and_not_heard():
    assert look("taxi", 12.0, gap_m=15.0, speed_mps=0.0, sigma_m=1.0)[0].level is Level.INFORMATION


@given(st.floats(5, 25), st.floats(0, 20), st.floats(-6, 0), st.floats(0.5, 2.5), st.floats(2, 7))
def test_braking_at_the_warning_just_avoids_the_collision(own_mps, lead_mps, lead_mps2, delay_s, brake_mps2):
    """Driven in steps: from the gap of warning_m on, after the delay, the least gap is about nothing, never below."""
    if lead_mps > own_mps or (-0.5 <= lead_mps2 < 0):
        return
    gap_m, ours, theirs, at_s, least_m = (
        fcw.warning_m(own_mps, lead_mps, lead_mps2, delay_s, brake_mps2), own_mps, lead_mps, 0.0, math.inf
    )  # fmt: skip
    if lead_mps2 < -0.5 and lead_mps / -lead_mps2 < delay_s:
        return  # it stands before we brake: CAMP's first case, which this formula overestimates
    while ours > 0.0 and at_s < 30.0:
        theirs = max(0.0, theirs + lead_mps2 * 0.01)
        if at_s >= delay_s:
            ours = max(0.0, ours - brake_mps2 * 0.01)
        gap_m += (theirs - ours) * 0.01
        least_m, at_s = min(least_m, gap_m), at_s + 0.01
    assert least_m > -0.5
