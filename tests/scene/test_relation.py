"""How a road user stands to us, against circles and lines drawn by another formula."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from obu.codec.messages.lanes import LaneKind
from obu.codec.messages.map import Lane, Link, MapData, Node
from obu.codec.messages.references import NodeRef
from obu.core.geo import move
from obu.core.now import Now
from obu.core.world import Course, Zone
from obu.scene import ways
from obu.scene.facts import Facts
from obu.scene.relation import beside
from obu.scene.view import Scene
from tests.scene.around import HERE, UTC_NS, car, own, view


def seen(ours, other, after_s=0.0):
    return view(ours, other, after_s=after_s).neighbours[0]


@given(st.floats(20, 400), st.sampled_from([-1, 1]), st.floats(0.02, 1.4), st.floats(-8, 8))
def test_on_a_circle_the_offset_is_the_distance_from_the_circle(radius_m, side, turn_rad, out_m):
    # A point turned by turn_rad round the circle's centre, out_m further to the right than the path.
    lane = radius_m - out_m * side
    if lane < 5 or radius_m * turn_rad > 100:
        return
    way = ways.on_curve(0.0, 0.0, 0.0, 20.0, math.degrees(20.0 * side / radius_m))
    x, y = side * (radius_m - lane * math.cos(turn_rad)), lane * math.sin(turn_rad)
    along_m, right_m, heading_deg = beside(way.legs, x, y)
    assert right_m == pytest.approx(out_m, abs=0.2 + 25.0 / 8.0 / radius_m)  # chords of 5 m
    assert along_m == pytest.approx(radius_m * turn_rad, abs=0.6 + 2.5 * abs(out_m) / radius_m)
    turned_deg = (heading_deg - side * math.degrees(turn_rad) + 180.0) % 360.0 - 180.0
    assert abs(turned_deg) <= math.degrees(5.0 / radius_m) + 0.1


def test_a_car_in_our_lane_in_a_bend_is_in_our_lane():
    # 10 m/s and 5.73 deg/s: a right bend of 100 m; 50 m on it has turned by half a radian.
    bend = own(yaw_deg_s=math.degrees(0.1))
    turn_rad = 0.5
    place = move(HERE, 0.0, 100 * math.sin(turn_rad), 100 - 100 * math.cos(turn_rad))
    there = seen(bend, car(place, math.degrees(turn_rad)))
    assert (there.zone, there.course) == (Zone.SAME, Course.SAME)
    assert there.gap_m == pytest.approx(50 - (12 + 4.8) / 2, abs=0.3)
    # The same place is lanes away for somebody who goes straight on.
    assert seen(own(), car(place, math.degrees(turn_rad))).zone is Zone.FAR


@pytest.mark.parametrize(
    ("right_m", "zone"),
    [(0, Zone.SAME), (1.7, Zone.SAME), (-1.7, Zone.SAME), (3.5, Zone.ADJACENT_RIGHT),
     (-3.5, Zone.ADJACENT_LEFT), (7, Zone.FAR), (-7, Zone.FAR)],
)  # fmt: skip
def test_lanes(right_m, zone):
    assert seen(own(), car(move(HERE, 0.0, 40, right_m), 0.0)).zone is zone


@pytest.mark.parametrize(
    ("heading_deg", "course"),
    [(350, Course.SAME), (25, Course.SAME), (90, Course.CROSSING), (270, Course.CROSSING), (180, Course.ONCOMING)],
)
def test_courses(heading_deg, course):
    assert seen(own(), car(move(HERE, 0.0, 40), heading_deg)).course is course


@given(st.floats(0, 359), st.floats(-60, 60), st.floats(-30, 30))
def test_ahead_and_right_are_the_drivers(heading_deg, ahead_m, right_m):
    there = seen(own(heading_deg=heading_deg), car(move(HERE, heading_deg, ahead_m, right_m), heading_deg))
    assert (there.offset.ahead_m, there.offset.right_m) == pytest.approx((ahead_m, right_m), abs=0.02)
    assert there.along_m == pytest.approx(ahead_m, abs=0.02)


def test_both_are_predicted_to_now():
    there = seen(own(speed_mps=5.0), car(move(HERE, 0.0, 40), 0.0, speed_mps=20.0), after_s=0.5)
    assert there.offset.ahead_m == pytest.approx(40 + 10 - 2.5, abs=0.05)
    assert there.age_s == pytest.approx(0.5)


def test_without_a_heading_or_a_time_nothing_is_claimed():
    assert view(own(heading_deg=None), car(HERE, 0.0)).neighbours == ()
    assert view(own(), car(HERE, None)).neighbours == ()


def test_the_error_is_that_of_both():
    assert seen(own(sigma_m=0.3), car(move(HERE, 0, 40), 0.0, semi_major_m=0.4)).sigma_m == pytest.approx(0.5)


def test_a_map_of_another_datum_has_no_lanes_for_us():
    begin = move(HERE, 0.0, -50.0)
    refs = [NodeRef(1, number) for number in (1, 2)]
    link = Link(upstream=refs[0], lanes=(Lane(id=1, points=(begin, move(begin, 0.0, 100.0))),))
    said = MapData(msg_count=0, nodes=(Node(ref=refs[1], place=HERE, links=(link,)),))
    facts = Facts()
    facts.heard(said, 3618, UTC_NS, bytes(8))
    for apart, is_on_map in ((frozenset(), True), (frozenset({refs[1]}), False)):
        assert Scene().build(Now(0, UTC_NS), own(), facts, apart).is_on_map is is_on_map


def test_a_map_tells_how_many_lanes_our_road_has_and_how_fast_we_leave_ours():
    refs = [NodeRef(1, number) for number in (1, 2)]
    begins = [move(move(HERE, 0.0, -50.0), 90.0, east_m) for east_m in (0.0, 3.5, 7.0)]
    kinds = (LaneKind("vehicle"), None, LaneKind("bikeLane"))
    lanes = tuple(
        Lane(id=number, points=(begin, move(begin, 0.0, 100.0)), kind=kind)
        for number, (begin, kind) in enumerate(zip(begins, kinds, strict=True), 1)
    )
    here = Node(ref=refs[1], place=HERE, links=(Link(upstream=refs[0], lanes=lanes),))
    found = view(own(heading_deg=5.0), MapData(msg_count=0, nodes=(here,)))
    assert found.lanes == 2 and found.drift_mps == pytest.approx(0.87, abs=0.01)  # 10 m/s sin 5 deg
    back = view(own(heading_deg=180.0), MapData(msg_count=0, nodes=(here,)))  # as behind a crossing
    assert back.lanes == 2 and back.drift_mps is None and not back.is_on_map
    nowhere = view(own())
    assert nowhere.lanes is None and nowhere.drift_mps is None
