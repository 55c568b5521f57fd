"""How road users of a scenario move: by the laws of motion, along the road, through lanes and bends."""

import math

import pytest

from hil.course import Course
from hil.people import Person
from hil.scenario import LEAD_S, Act, Actor, Piece, Road
from hil.ways import road_of

STRAIGHT = road_of(Road(heading_deg=0.0))
BEND = road_of(Road(heading_deg=0.0, pieces=(Piece(straight_m=50.0), Piece(turn_deg=90.0, radius_m=40.0))))


def _course(*acts: Act, speed_mps: float = 10.0, at_m: float = 0.0, **more: bool) -> Course:
    return Course(STRAIGHT, at_m, 0.0, speed_mps, acts, 20.0, **more)


def test_at_the_begin_it_is_where_it_should_be_and_before_that_it_drove_there() -> None:
    course = _course(at_m=30.0)
    assert course.at(0.0).north_m == pytest.approx(30.0, abs=0.01)
    assert course.at(-LEAD_S).north_m == pytest.approx(30.0 - 10.0 * LEAD_S, abs=0.01)
    assert course.at(4.0).speed_mps == 10.0


def test_braking_takes_v_squared_over_2a() -> None:
    course = _course(Act(do="brake", from_s=2.0, mps2=5.0))
    assert course.at(20.0).speed_mps == 0.0
    assert course.at(20.0).north_m - course.at(2.0).north_m == pytest.approx(10.0**2 / (2 * 5.0), abs=0.1)
    assert course.at(3.0).accel_mps2 == -5.0 and course.at(5.0).accel_mps2 == 0.0


def test_a_manoeuvre_ends_at_its_speed_or_its_time_and_the_next_takes_over() -> None:
    course = _course(
        Act(do="accelerate", from_s=1.0, mps2=2.0, to_mps=14.0),
        Act(do="brake", from_s=6.0, to_s=7.0, mps2=3.0),
        Act(do="accelerate", from_s=10.0, mps2=1.0, to_mps=12.0),
    )
    assert [round(course.at(at_s).speed_mps, 2) for at_s in (1.0, 2.0, 3.5, 7.5, 11.5)] == [
        10.0,
        12.0,
        14.0,
        11.0,
        12.0,
    ]


def test_it_stops_where_it_was_told_to() -> None:
    course = _course(Act(do="stop", from_s=1.0, at_m=60.0))
    assert course.at(20.0).north_m == pytest.approx(60.0, abs=0.3)
    assert course.at(20.0).speed_mps == pytest.approx(0.0, abs=0.05)


def test_against_us_it_drives_the_road_backwards() -> None:
    course = _course(at_m=100.0, is_against=True)
    assert course.at(0.0).heading_deg == pytest.approx(180.0)
    assert course.at(3.0).north_m == pytest.approx(70.0, abs=0.01)


def test_a_lane_change_begins_and_ends_straight_and_is_where_it_should_be() -> None:
    course = _course(Act(do="change_lane", from_s=1.0, right_m=3.5, over_s=4.0))
    assert course.at(1.0).east_m == pytest.approx(0.0, abs=0.01)
    assert course.at(3.0).east_m == pytest.approx(1.75, abs=0.05)
    assert course.at(6.0).east_m == pytest.approx(3.5, abs=0.02)
    assert course.at(6.0).heading_deg % 360.0 == pytest.approx(0.0, abs=0.2)
    assert 2.0 < course.at(3.0).heading_deg < 12.0  # 3.5 m in 40 m, most of it in the middle
    assert course.at(2.0).curvature_per_m > 0 > course.at(4.0).curvature_per_m  # first to the right, then back


def test_the_heading_changes_as_the_curvature_says() -> None:
    course = Course(BEND, 0.0, 0.0, 10.0, (), 14.0)
    turned = sum(math.degrees(course.at(step / 50).curvature_per_m * 0.2) for step in range(14 * 50))
    assert turned == pytest.approx(90.0, abs=1.0)
    assert course.at(14.0).heading_deg == pytest.approx(90.0, abs=0.1)
    assert max(course.at(step / 10).curvature_per_m for step in range(120)) == pytest.approx(1 / 40, rel=0.02)


def test_beside_the_middle_the_way_through_a_bend_is_longer_outside() -> None:
    inner, outer = (Course(BEND, 0.0, right_m, 10.0, (), 14.0) for right_m in (3.5, -3.5))
    far = [(course.at(14.0).east_m, course.at(14.0).north_m) for course in (inner, outer)]
    assert far[0][0] - far[1][0] == pytest.approx(7.0 * math.pi / 2, abs=0.3)  # so much further along our road


def test_who_has_a_way_of_his_own_leaves_the_road_where_it_says() -> None:
    way = (Piece(straight_m=20.0), Piece(turn_deg=90.0, radius_m=15.0))
    person = Person(Actor(name="x", at_m=10.0, right_m=2.0, speed_mps=10.0, way=way), 0, STRAIGHT, 12.0)
    assert person.pose(0.0).north_m == pytest.approx(10.0, abs=0.3)
    assert person.pose(0.0).east_m == pytest.approx(2.0, abs=0.01)
    assert person.pose(10.0).heading_deg == pytest.approx(90.0, abs=0.1)


def test_who_crosses_goes_straight_over_it() -> None:
    person = Person(Actor(name="x", at_m=50.0, right_m=-20.0, heading_deg=90.0, speed_mps=10.0), 0, STRAIGHT, 6.0)
    assert (person.pose(2.0).east_m, person.pose(2.0).north_m) == pytest.approx((0.0, 50.0), abs=0.3)


def test_events_and_signals_are_on_in_their_time() -> None:
    acts = (Act(do="signal", side="left", from_s=1.0, to_s=2.0), Act(do="event", event="flat_tire", from_s=1.5))
    person = Person(Actor(name="x", at_m=0.0, act=acts), 0, STRAIGHT, 6.0)
    on = [
        (sorted(each.value for each in person.state(at_s).lights), len(person.state(at_s).events))
        for at_s in (0, 1, 2, 5)
    ]
    assert on == [([], 0), (["left_turn"], 0), ([], 1), ([], 1)]
