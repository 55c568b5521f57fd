"""How a neighbour stands to us, against circles drawn by another formula."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from obu.codec.messages.bsm import Bsm
from obu.core.geo import LatLon, Offset, move
from obu.core.vehicle import Body, Own, VehicleState
from obu.core.world import Course, Zone
from obu.scene import relation

HERE = LatLon(28.2, 112.9)


def own(speed_mps=10.0, yaw_deg_s=0.0, heading_deg=0.0):
    return Own(
        body=Body(width_m=2.55, length_m=12.0),
        vehicle=VehicleState(yaw_rate_deg_s=yaw_deg_s),
        fix=None,
        lat_deg=HERE.lat_deg,
        lon_deg=HERE.lon_deg,
        speed_mps=speed_mps,
        heading_deg=heading_deg,
    )


def car(place, heading_deg, speed_mps=10.0):
    return Bsm(
        msg_count=0, id=b"neighbor", sec_mark_ms=0, place=place, gear=None, speed_mps=speed_mps,
        heading_deg=heading_deg, yaw_rate_deg_s=0.0, width_m=1.8, length_m=4.8, basic_class=10,
    )  # fmt: skip


@given(st.floats(20, 400), st.sampled_from([-1, 1]), st.floats(0.02, 1.4), st.floats(-8, 8))
def test_on_a_circle_the_offset_is_the_distance_from_the_circle(radius_m, side, turn_rad, out_m):
    # A point turned by turn_rad round the circle's centre, out_m further to the right than the path.
    signed = radius_m * side
    lane = abs(signed) - out_m * side
    if lane < 5:
        return
    offset = Offset(lane * math.sin(turn_rad), signed - side * lane * math.cos(turn_rad))
    along_m, right_m = relation.from_path(offset, 1 / signed)
    assert right_m == pytest.approx(out_m, abs=1e-6)
    assert along_m == pytest.approx(radius_m * turn_rad, rel=1e-6)


def test_a_car_in_our_lane_in_a_bend_is_in_our_lane():
    # 10 m/s and 5.73 deg/s: a right bend of 100 m; 50 m on it has turned by half a radian.
    bend = own(yaw_deg_s=math.degrees(0.1))
    turn_rad = 0.5
    place = move(HERE, 0.0, 100 * math.sin(turn_rad), 100 - 100 * math.cos(turn_rad))
    seen = relation.relate(bend, HERE, car(place, math.degrees(turn_rad)), 0.0)
    assert (seen.zone, seen.course) == (Zone.SAME, Course.SAME)
    assert seen.gap_m == pytest.approx(50 - (12 + 4.8) / 2, abs=0.2)
    straight = relation.relate(own(), HERE, car(place, math.degrees(turn_rad)), 0.0)
    assert straight.zone is Zone.FAR  # the same place is lanes away for somebody who goes straight on


@pytest.mark.parametrize(
    ("right_m", "zone"),
    [(0, Zone.SAME), (1.7, Zone.SAME), (-1.7, Zone.SAME), (3.5, Zone.ADJACENT_RIGHT),
     (-3.5, Zone.ADJACENT_LEFT), (7, Zone.FAR), (-7, Zone.FAR)],
)  # fmt: skip
def test_lanes(right_m, zone):
    seen = relation.relate(own(), HERE, car(move(HERE, 0.0, 40, right_m), 0.0), 0.0)
    assert seen.zone is zone


@pytest.mark.parametrize(
    ("heading_deg", "course"),
    [(350, Course.SAME), (25, Course.SAME), (90, Course.CROSSING), (270, Course.CROSSING), (180, Course.ONCOMING)],
)
def test_courses(heading_deg, course):
    assert relation.relate(own(), HERE, car(move(HERE, 0.0, 40), heading_deg), 0.0).course is course


def test_a_neighbour_is_predicted_to_now():
    seen = relation.relate(own(), HERE, car(move(HERE, 0.0, 40), 0.0, speed_mps=20.0), 0.5)
    assert seen.offset.ahead_m == pytest.approx(50, abs=0.05)


def test_without_a_heading_nothing_is_claimed():
    assert relation.relate(own(heading_deg=None), HERE, car(HERE, 0.0), 0.0) is None
    assert relation.relate(own(), HERE, car(HERE, None), 0.0) is None
