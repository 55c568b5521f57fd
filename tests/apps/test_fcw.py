"""FCW speaks between the latest moment to stop and the earliest that is no nuisance, and of nobody else's rear."""

import math

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hil import windows
from obu.apps import fcw
from obu.core.alert import Level
from obu.core.driving import warning_m
from obu.core.world import Course, Kind
from tests.apps.seen import other, view

KINDS = st.sampled_from(["taxi", "bus12", "bus18"])


def look(ours, own_mps, accel_mps2=0.0, drift_mps=None, **change):
    there = {"along_m": change.get("gap_m", 30.0) + 10.0, **change}
    bus = {"accel_long_mps2": accel_mps2}
    return fcw.look(view(other(**there), speed_mps=own_mps, kind=ours, bus=bus, drift_mps=drift_mps), P)


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
    """Until he brakes no harder 0.4 s, 4.8 m; at 2.7 m/s2 he stops after 26.7 m, at 5 after 14.4: by 5.6 m, which at
    that deceleration keeps him 1.5 s away all the time."""
    assert look("bus12", 12.0, -2.7, gap_m=25.0, speed_mps=0.0)[0].level is Level.CAUTION
    assert not look("bus12", 12.0, -5.1, gap_m=25.0, speed_mps=0.0)


@pytest.mark.parametrize(
    ("gap_m", "braked_mps2", "level"),
    [(35, 0.9, Level.IMMINENT), (35, 1.1, Level.CAUTION), (27, 1.1, Level.IMMINENT)],
)
def test_who_brakes_has_reacted_and_needs_the_delay_of_his_brakes_alone(gap_m, braked_mps2, level):
    """12 m/s, 3 m/s2: 24 m; 14.4 m in the reaction's 1.2 s and 4.8 m in the brakes' 0.4 s."""
    assert look("bus12", 12.0, -braked_mps2, gap_m=gap_m, speed_mps=0.0)[0].level is level


@given(st.floats(4, 20), st.floats(1.1, 6))
def test_who_brakes_on_and_is_not_told_comes_no_nearer_than_a_second_and_a_half(own_mps, braked_mps2):
    """In steps from the nearest gap at which he is not told, to one who stands; calmly, if he brakes less as yet."""
    gaps_m = (each / 10 for each in range(10, 700))
    gap_m = next(each for each in gaps_m if not look("taxi", own_mps, -braked_mps2, gap_m=each, speed_mps=0.0))
    if gap_m > P.longest_s * own_mps:
        return
    least_s, mps = math.inf, own_mps
    while mps > 0.5:
        gap_m, mps = gap_m - mps * 0.01, mps - max(braked_mps2, P.caution_mps2.taxi) * 0.01
        least_s = min(least_s, gap_m / max(mps, 0.01))
    assert least_s > P.closest_s - 0.05


@pytest.mark.parametrize(
    ("gap_m", "lead_mps2", "warns"), [(28, 0, True), (28, 1.5, False), (28, 5, False), (26, 5, True)]
)
def test_somebody_ahead_who_pulls_away_leaves_room_but_no_more_than_a_calm_driver(gap_m, lead_mps2, warns):
    """13.9 and 3 m/s, 1.4 s: 15.3 m closed, 13.8 m at 1.5 m/s2; then 10.9 or 8.8 m/s less at 3 m/s2: 19.8, 12.9 m."""
    assert bool(look("taxi", 13.9, gap_m=gap_m, speed_mps=3.0, accel_long_mps2=lead_mps2)) is warns


@pytest.mark.parametrize(("gap_m", "warns"), [(49.0, False), (45.0, True)])
def test_a_touch_of_the_brakes_far_ahead_is_no_danger_yet(gap_m, warns):
    """18.9 and 11.2 m/s, 4.5 m/s2 of his: 52 m if he brakes on to a stand; 6.4 and 5.8 s at these speeds."""
    assert bool(look("taxi", 18.9, gap_m=gap_m, speed_mps=11.2, accel_long_mps2=-4.5)) is warns


@pytest.mark.parametrize(
    ("drift_mps", "warns"), [(None, True), (0.4, True), (0.6, False), (-0.6, True)]  # he is on our left
)  # fmt: skip
def test_who_steers_away_from_him_passes(drift_mps, warns):
    """20 m at 12 m/s take 1.7 s, and 1 m at 0.6 m/s: from 0.8 m beside to 1.8, 1.7 m is touching by what is asked."""
    near = {"gap_m": 20.0, "speed_mps": 0.0, "right_m": -0.8}
    assert bool(look("bus12", 12.0, drift_mps=drift_mps, **near)) is warns
    assert look("bus12", 12.0, drift_mps=drift_mps, **near | {"right_m": 0.0}) or drift_mps != 0.6


def test_with_a_large_error_it_is_seen_and_not_heard():
    assert look("taxi", 12.0, gap_m=15.0, speed_mps=0.0, sigma_m=1.0)[0].level is Level.INFORMATION


@given(st.floats(5, 25), st.floats(0, 20), st.floats(-6, 2), st.floats(0.5, 2.5), st.floats(2, 7))
@example(14.0, 24.0, -4.5, 1.4, 4.5)  # he is the faster, and brakes as hard as we would
def test_braking_at_the_warning_just_avoids_the_collision(own_mps, lead_mps, lead_mps2, delay_s, brake_mps2):
    """Driven in steps: from the gap of warning_m on, after the delay, the least gap is about nothing, never below."""
    if -0.5 <= lead_mps2 < 0:
        return
    reach_m = warning_m(own_mps, lead_mps, lead_mps2, delay_s, brake_mps2)
    gap_m, ours, theirs, at_s, least_m = max(0.0, reach_m), own_mps, lead_mps, 0.0, math.inf
    while ours > 0.0 and at_s < 30.0:
        theirs = max(0.0, theirs + lead_mps2 * 0.01)
        if at_s >= delay_s:
            ours = max(0.0, ours - brake_mps2 * 0.01)
        gap_m += (theirs - ours) * 0.01
        least_m, at_s = min(least_m, gap_m), at_s + 0.01
    assert least_m > -0.5
