"""The own vehicle: lever arm, held heading, speed's source, lights, and the path's life."""

import math

import pytest

from obu.core.geo import LatLon, seen_from
from obu.core.now import Now
from obu.core.vehicle import Body, Fix, FixKind, Gear, Light, VehicleState
from obu.positioning.own import OwnTracker
from obu.runtime.freeze import freeze, thaw
from tests.positioning import roads

BODY = Body(width_m=2.55, length_m=12.0, antenna_ahead_m=5.0, antenna_right_m=-0.5)
AGE_NS = 500_000_000
SIGMA_M = 1.5


def fix_of(moment, *, at_ns=None, **more):
    fields = {"heading_deg": moment.heading_deg, "speed_mps": moment.speed_mps} | more
    return Fix(
        at_ns=round(moment.t_s * 1e9) if at_ns is None else at_ns,
        utc_ns=moment.utc_ns,
        lat_deg=moment.lat_deg,
        lon_deg=moment.lon_deg,
        kind=FixKind.RTK_FIXED,
        satellites=20,
        **fields,
    )


def now(t_s):
    return Now(round(t_s * 1e9), roads.UTC0_NS + round(t_s * 1e9))


def follow(moments, *, body=BODY, tracker=None, **vehicle):
    tracker = tracker or OwnTracker(AGE_NS, SIGMA_M)
    owns = []
    for moment in moments:
        said = {"speed_mps": moment.speed_mps, "yaw_rate_deg_s": moment.yaw_deg_s} | vehicle
        owns.append(tracker.update(now(moment.t_s), VehicleState(**said), fix_of(moment), body))
    return tracker, owns


@pytest.mark.parametrize("heading_deg", [0.0, 90.0, 217.0])
def test_the_antenna_is_carried_to_the_centre_of_the_outline(heading_deg):
    moments = roads.drive([(2.0, 10.0, None)], heading_deg=heading_deg)
    _, owns = follow(moments)
    antenna = LatLon(moments[-1].lat_deg, moments[-1].lon_deg)
    offset = seen_from(antenna, heading_deg, LatLon(owns[-1].lat_deg, owns[-1].lon_deg))
    assert (offset.ahead_m, offset.right_m) == (pytest.approx(-5.0, abs=1e-3), pytest.approx(0.5, abs=1e-3))
    assert owns[-1].heading_deg == pytest.approx(heading_deg)


def test_before_any_heading_the_lever_arm_is_part_of_the_error():
    _, owns = follow(roads.drive([(0.1, 0.0, None)]))
    assert owns[0].heading_deg is None
    moment = roads.drive([(0.1, 0.0, None)])[0]
    fix = fix_of(moment, semi_major_m=0.3, semi_minor_m=0.2, orientation_deg=0.0, heading_deg=None)
    own = OwnTracker(AGE_NS, SIGMA_M).update(now(0.0), VehicleState(speed_mps=0.0), fix, BODY)
    assert own.fix.semi_major_m == pytest.approx(math.hypot(0.3, 5.0, 0.5))
    assert own.lat_deg == fix.lat_deg


def test_heading_is_held_below_4_and_follows_again_above_5_km_h():
    tracker = OwnTracker(AGE_NS, SIGMA_M)
    seen = []
    for number, (speed_kph, course) in enumerate(
        [(4.5, 10.0), (5.1, 10.0), (4.5, 20.0), (4.1, 30.0), (3.9, 40.0), (4.5, 50.0), (4.9, 60.0), (5.1, 70.0)]
    ):
        moment = roads.Moment(number * 0.1, 0.0, 0.0, course, speed_kph / 3.6, 0.0)
        own = tracker.update(now(moment.t_s), VehicleState(speed_mps=moment.speed_mps), fix_of(moment), BODY)
        seen.append(own.heading_deg)
    assert seen == [None, 10.0, 20.0, 30.0, 30.0, 30.0, 30.0, 70.0]


def test_a_course_withheld_by_the_receiver_keeps_the_last():
    tracker, _ = follow(roads.drive([(1.0, 10.0, None)], heading_deg=45.0))
    moment = roads.Moment(1.1, 0.0, 10.0, 45.0, 10.0, 0.0)
    own = tracker.update(now(1.1), VehicleState(speed_mps=10.0), fix_of(moment, heading_deg=None), BODY)
    assert own.heading_deg == pytest.approx(45.0)


def test_backing_up_the_heading_is_the_motion_and_the_centre_stays_behind_the_antenna():
    """The bus looks north and moves south at 2 m/s: the receiver's course is 180."""
    tracker, _ = follow(roads.drive([(1.0, 10.0, None)]))
    moment = roads.Moment(1.1, 0.0, 10.0, 180.0, 2.0, 0.0)
    vehicle = VehicleState(speed_mps=2.0, gear=Gear.REVERSE)
    own = tracker.update(now(1.1), vehicle, fix_of(moment), BODY)
    assert own.heading_deg == pytest.approx(180.0)
    offset = seen_from(LatLon(moment.lat_deg, moment.lon_deg), 0.0, LatLon(own.lat_deg, own.lon_deg))
    assert offset.ahead_m == pytest.approx(-5.0, abs=1e-3)


def test_wheel_speed_comes_first_and_the_receivers_steps_in():
    moment = roads.Moment(0.0, 0.0, 0.0, 0.0, 9.0, 0.0)
    for wheel_mps, fix, told in ((10.0, fix_of(moment), 10.0), (None, fix_of(moment), 9.0), (None, None, None)):
        tracker = OwnTracker(AGE_NS, SIGMA_M)
        assert tracker.update(now(0), VehicleState(speed_mps=wheel_mps), fix, BODY).speed_mps == told


def test_a_fix_past_its_age_is_none():
    tracker, _ = follow(roads.drive([(1.0, 10.0, None)]))
    moment = roads.Moment(1.0, 0.0, 10.0, 0.0, 10.0, 0.0)
    fix = fix_of(moment)
    fresh = tracker.update(now(1.5), VehicleState(), fix, BODY)
    assert (fresh.fix, fresh.lat_deg is not None, fresh.speed_mps) == (fix, True, 10.0)
    late = tracker.update(now(1.500_001), VehicleState(), fix, BODY)
    assert (late.fix, late.lat_deg, late.lon_deg, late.speed_mps) == (None, None, None, None)


def test_lights_of_hazard_and_turn():
    def lights(**vehicle):
        return OwnTracker(AGE_NS, SIGMA_M).update(now(0), VehicleState(**vehicle), None, BODY).lights

    assert lights(left_turn=True, right_turn=False) == {Light.LEFT_TURN}
    assert lights(left_turn=True, right_turn=True, hazard_lights=True) == {Light.HAZARD}
    assert lights(low_beam=True, high_beam=None) == {Light.LOW_BEAM}
    assert lights() == frozenset()


def test_the_path_is_of_the_centre_and_a_fix_counts_once():
    moments = roads.drive([(30.0, 10.0, None)])
    tracker, owns = follow(moments)
    for point in owns[-1].path:
        east_m, _ = roads.plane(point.lat_deg, point.lon_deg)
        first = point.at_ns == roads.UTC0_NS
        assert east_m == pytest.approx(0.5, abs=0.01), first
    before = freeze(tracker.state.history)
    for millisecond in range(1, 90):
        at = Now(now(29.9).at_ns + millisecond * 1_000_000, None)
        tracker.update(at, VehicleState(speed_mps=10.0), fix_of(moments[-1]), BODY)
    assert freeze(tracker.state.history) == before


def test_standing_still_with_a_wandering_receiver_adds_no_path():
    tracker, owns = follow(roads.drive([(30.0, 10.0, None)]))
    path = owns[-1].path
    for number in range(600):
        wander = roads.Moment(30.0 + number * 0.1, 3 * math.sin(number), 300.0 + 3 * math.cos(number), 0.0, 0.0, 0.0)
        own = tracker.update(now(wander.t_s), VehicleState(speed_mps=0.0), fix_of(wander), BODY)
    assert own.path == path


def test_a_pseudonym_change_clears_the_path():
    tracker, _ = follow(roads.drive([(30.0, 10.0, None)]))
    tracker.clear_path()
    moment = roads.Moment(30.0, 0.0, 300.0, 0.0, 10.0, 0.0)
    own = tracker.update(now(30.0), VehicleState(speed_mps=10.0), fix_of(moment), BODY)
    assert [point.at_ns for point in own.path] == [moment.utc_ns]


def test_a_right_bend_predicts_a_positive_radius():
    _, owns = follow(roads.drive([(10.0, 10.0, 200.0)]))
    assert owns[-1].prediction.radius_m == pytest.approx(200.0, rel=0.02)


def test_the_state_survives_a_checkpoint():
    moments = roads.drive([(20.0, 10.0, 150.0), (5.0, 0.5, None)])
    _, whole = follow(moments)
    tracker, _ = follow(moments[:150])
    tracker.state = thaw(freeze(tracker.state))
    _, rest = follow(moments[150:], tracker=tracker)
    assert rest == whole[150:]
