"""Which fixes are believed: what the receiver says of itself, jumps of place and of time, dates of old firmware."""

import dataclasses
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from obu.core.geo import LatLon, move
from obu.core.vehicle import Fix, FixKind
from obu.positioning.gate import FEW_SATELLITES, PLACE_JUMP, SIMULATED, TIME_JUMP, Gate
from obu.runtime.freeze import freeze, thaw
from tests.positioning import roads

S = 10**9


def fix_at(t_s, north_m=0.0, *, speed_mps=10.0, **more):
    place = move(LatLon(roads.ORIGIN_LAT, roads.ORIGIN_LON), 0.0, north_m)
    fields = {"utc_ns": roads.UTC0_NS + round(t_s * S), "kind": FixKind.SINGLE, "satellites": 12, "semi_major_m": 0.5}
    return Fix(
        at_ns=round(t_s * S), lat_deg=place.lat_deg, lon_deg=place.lon_deg, speed_mps=speed_mps, **(fields | more)
    )


def begun():
    gate = Gate()
    assert gate.admit(fix_at(0.0), 10.0) is not None
    return gate


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"kind": FixKind.SIMULATED}, SIMULATED),
        ({"satellites": 3}, FEW_SATELLITES),
        ({"north_m": 60.0}, PLACE_JUMP),
        ({"utc_ns": roads.UTC0_NS + 2 * S}, TIME_JUMP),
        ({"utc_ns": roads.UTC0_NS - 2 * S}, TIME_JUMP),
    ],
)
def test_what_cannot_be_is_refused_counted_once_and_the_next_true_one_believed(more, reason):
    gate = begun()
    bad = fix_at(0.1, **more)
    for _ in range(3):  # the same fix in three steps
        assert gate.admit(bad, 10.0) is None
    assert gate.state.refused == {reason: 1}
    good = fix_at(0.2, 2.0)
    assert gate.admit(good, 10.0) is good


def test_a_receiver_that_reckons_itself_needs_no_satellites():
    assert begun().admit(fix_at(0.1, 1.0, kind=FixKind.DEAD_RECKONING, satellites=0), 10.0) is not None


@given(speeds=st.lists(st.floats(0.0, 35.0), min_size=2, max_size=40), step_s=st.sampled_from([0.1, 0.2, 1.0]))
def test_no_drive_of_a_road_vehicle_is_refused(speeds, step_s):
    """At most 8 m/s2 either way, fixes wrong by their own sigma."""
    gate, speed_mps, north_m = Gate(), speeds[0], 0.0
    for number, wanted in enumerate(speeds):
        change = max(-8.0 * step_s, min(8.0 * step_s, wanted - speed_mps))
        north_m += (speed_mps + change / 2) * step_s
        speed_mps += change
        error_m = 0.5 if number % 2 else -0.5
        assert gate.admit(fix_at(number * step_s, north_m + error_m, speed_mps=speed_mps), speed_mps) is not None


@pytest.mark.parametrize("shift", [{"north_m": 400.0}, {"ahead_ns": 40 * S}])
def test_a_new_place_or_time_that_lasts_three_seconds_is_the_true_one(shift):
    gate, believed_s = begun(), []
    for number in range(1, 60):
        t_s = number / 10
        utc_ns = roads.UTC0_NS + number * S // 10 + shift.get("ahead_ns", 0)
        if gate.admit(fix_at(t_s, shift.get("north_m", 0.0) + t_s * 10.0, utc_ns=utc_ns), 10.0):
            believed_s.append(t_s)
    assert believed_s[0] == pytest.approx(3.1)
    assert len(believed_s) == 60 - 31


def test_places_that_leap_about_are_never_believed():
    gate = begun()
    for number in range(1, 60):
        assert gate.admit(fix_at(number / 10, 500.0 * (1 + number % 2)), 10.0) is None
    assert gate.state.refused == {PLACE_JUMP: 59}


def test_an_outage_makes_the_reach_longer():
    assert begun().admit(fix_at(60.0, 900.0), 10.0) is not None
    assert begun().admit(fix_at(60.0, 6000.0), 10.0) is None


@pytest.mark.parametrize("day", [datetime(2026, 11, 20, 6, 15, 30, tzinfo=UTC), datetime(2038, 11, 21, tzinfo=UTC)])
@pytest.mark.parametrize("weeks", [0, 1024])
def test_weeks_that_old_firmware_does_not_count_are_added(day, weeks):
    utc_ns = int(day.timestamp()) * S
    told = Gate().admit(fix_at(0.0, utc_ns=utc_ns - weeks * 7 * 86_400 * S), None)
    assert told.utc_ns == utc_ns


def test_a_leap_second_is_no_jump():
    """Unix time repeats a second: the receiver's UTC stands while the monotonic clock goes on."""
    gate = begun()
    assert gate.admit(fix_at(1.1, 11.0, utc_ns=roads.UTC0_NS + S // 10), 10.0) is not None


def test_no_fix_is_none_and_a_checkpoint_keeps_what_is_suspected():
    gate = begun()
    assert gate.admit(None, 10.0) is None
    gate.admit(fix_at(0.1, 400.0), 10.0)
    again = Gate()
    again.state = thaw(freeze(gate.state))
    assert dataclasses.asdict(again.state) == dataclasses.asdict(gate.state)
