"""A bent bus: closed forms on the straight and on the circle, and a rope that knows no formula on any way."""

import dataclasses
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from obu.codec.messages.path import Crumb
from obu.codec.messages.rsm import Kind as Seen
from obu.codec.messages.rsm import Participant, Rsm, Source
from obu.core.geo import move, wrap_deg
from obu.core.now import NS_PER_S, Now
from obu.core.vehicle import Body, Gear
from obu.core.world import Course, Zone
from obu.scene import bodies
from obu.scene.facts import Facts
from obu.scene.view import Scene
from tests.scene.around import HERE, LEFT, SIGNER, UTC_NS, car, own, view

BODY12, BODY18 = (Body(width_m=2.55, length_m=length_m) for length_m in (12.0, 18.0))
BUS12, BUS18 = bodies.build_of(BODY12), bodies.build_of(BODY18)


@given(st.floats(-150, 150), st.floats(0, 60), st.floats(2, 8))
def test_on_a_straight_the_tangent_of_half_the_lag_decays_with_the_way(lag_deg, way_m, length_m):
    found = bodies.drawn_deg(0.0, lag_deg, way_m, length_m)
    left = math.tan(math.radians(lag_deg) / 2) * math.exp(-way_m / length_m)
    assert math.tan(math.radians(wrap_deg(lag_deg - found)) / 2) == pytest.approx(left, abs=1e-9)


@given(st.floats(-150, 150), st.floats(0.1, 30), st.integers(2, 40))
def test_many_small_steps_are_one_large_one(lag_deg, way_m, count):
    """The course being held, the solution is exact: the length of a step does not matter."""
    once, often = bodies.drawn_deg(0.0, lag_deg, way_m, 4.4), 0.0
    for _ in range(count):
        often = bodies.drawn_deg(often, lag_deg, way_m / count, 4.4)
    assert wrap_deg(once - often) == pytest.approx(0.0, abs=1e-6)


def driven(build, turns, step_m=0.2):
    """The posture after these (way, curvature of the middle)."""
    found = bodies.straight(0, 10.0)
    for way_m, curvature in turns:
        for _ in range(round(way_m / step_m)):
            course_deg = found.course_deg + math.degrees(curvature * step_m)
            found = bodies.advanced(found, build, 0, course_deg, step_m)
    return found


@pytest.mark.parametrize("radius_m", [12.5, -12.5, 25.0, 80.0])
def test_on_a_circle_the_bend_is_that_of_the_circles_of_the_axles(radius_m):
    found = driven(BUS12, [(80.0, 1 / radius_m)])
    sin_lag = math.sin(math.radians(wrap_deg(found.course_deg - found.front_deg)))
    assert sin_lag == pytest.approx(BUS12.axle_m / radius_m, abs=0.01)
    found = driven(BUS18, [(80.0, 1 / radius_m)])
    second_m = math.sqrt(radius_m**2 - BUS18.axle_m**2)
    hitch_m = BUS18.joint_m - BUS18.axle_m
    bend = math.atan(hitch_m / second_m) + math.asin(BUS18.trailer_m / math.hypot(second_m, hitch_m))
    assert found.bend_deg == pytest.approx(math.copysign(math.degrees(bend), radius_m), abs=0.7)


def roped(turns, step_m=0.01):
    """The bend in degrees by ropes alone: each axle is pulled straight towards its drawn point, in centimetres."""
    x = y = 0.0
    course = math.radians(10.0)
    axle, rear = None, None
    for way_m, curvature in turns:
        for _ in range(round(way_m / step_m)):
            course += curvature * step_m
            x, y = x + step_m * math.sin(course), y + step_m * math.cos(course)
            # The second axle is before the middle: the body looks so that the axle's own way is along it.
            front = course - BUS18.axle_m * curvature
            joint = x - BUS18.joint_m * math.sin(front), y - BUS18.joint_m * math.cos(front)
            rear = rear or (joint[0] - BUS18.trailer_m * math.sin(front), joint[1] - BUS18.trailer_m * math.cos(front))
            away = math.dist(joint, rear)
            rear = tuple(j + (r - j) * BUS18.trailer_m / away for j, r in zip(joint, rear, strict=True))
            axle = math.atan2(joint[0] - rear[0], joint[1] - rear[1])
    return wrap_deg(math.degrees(front - axle))


WAYS = st.lists(st.tuples(st.floats(2, 20), st.floats(-1 / 13, 1 / 13)), min_size=1, max_size=4)


@settings(max_examples=15)
@given(WAYS)
def test_on_any_way_it_bends_as_if_pulled_by_a_rope(turns):
    # Where the wheel is turned at once the joint's course jumps; a step of 0.2 m takes that as spread over it.
    assert driven(BUS18, turns).bend_deg == pytest.approx(roped(turns), abs=2.0)


def test_its_path_tells_how_somebody_elses_bus_bends():
    points, x, y, course = [], 0.0, 0.0, 0.0
    for step in range(400):
        course += 0.1 / 15.0 if step >= 200 else 0.0
        x, y = x + 0.1 * math.sin(course), y + 0.1 * math.cos(course)
        points.append((x, y))
    there = bodies.of_path((*points[::50], points[-1]), math.degrees(course), BUS18)
    assert there.bend_deg == pytest.approx(driven(BUS18, [(20.0, 0.0), (20.0, 1 / 15.0)]).bend_deg, abs=3.0)
    assert bodies.of_path(points[-50:], math.degrees(course), BUS18) is None  # 5 m tell nothing


def test_a_measured_joint_is_where_the_bus_bends():
    measured = dataclasses.replace(BODY18, joint_m=9.4, last_axle_m=14.9)
    front, rear = bodies.sections(bodies.straight(0, 0.0), bodies.build_of(measured), measured)
    assert (front.length_m, rear.length_m) == (pytest.approx(9.4), pytest.approx(8.6))
    assert bodies.build_of(measured).trailer_m == pytest.approx(5.5)


def test_two_bodies_meet_at_the_joint_and_are_as_long_as_the_bus():
    front, rear = bodies.sections(driven(BUS18, [(20.0, 1 / 13.0)]), BUS18, BODY18)
    assert front.length_m + rear.length_m == pytest.approx(18.0)
    joint = [
        (each.ahead_m + sign * each.length_m / 2 * math.cos(math.radians(each.turn_deg)),
         each.right_m + sign * each.length_m / 2 * math.sin(math.radians(each.turn_deg)))
        for sign, each in ((-1, front), (1, rear))
    ]  # fmt: skip
    assert joint[0] == pytest.approx(joint[1])
    assert -60.0 < rear.turn_deg < -20.0 and rear.right_m > 0.0  # turned right: the rear still looks left of us


def seen_while_turning(*messages, yaw_deg_s=20.0, seconds=3, gear=None):
    """The last View of an 18 m bus that goes round at 5 m/s; the messages are of the last look."""
    scene, facts = Scene(), Facts()
    for tenth in range(10 * seconds + 1):
        heading_deg = -(10 * seconds - tenth) * yaw_deg_s / 10.0
        ours = dataclasses.replace(own(5.0, yaw_deg_s, heading_deg % 360.0, gear=gear), body=BODY18)
        if tenth == 10 * seconds:
            for message in messages:
                facts.heard(message, 111, UTC_NS, SIGNER)
        found = scene.build(Now(tenth * NS_PER_S // 10, UTC_NS), ours, facts)
    return found


def test_whoever_is_beside_the_rear_body_is_beside_it_while_we_turn():
    """The rear still looks along the street we come from: who drives there is in its lane, not across ours."""
    _, rear = seen_while_turning().sections
    looks_deg = rear.turn_deg % 360.0
    middle = move(HERE, 0.0, rear.ahead_m, rear.right_m)
    left = car(move(middle, looks_deg, 0.0, -3.2), looks_deg, 5.0)
    (there,) = seen_while_turning(left).neighbours
    assert (there.course, there.zone) == (Course.SAME, Zone.ADJACENT_LEFT)
    assert there.right_m == pytest.approx(-3.2, abs=0.1) and there.along_m == pytest.approx(-1.2 - 3.9, abs=0.3)


def test_reversing_nobody_knows_how_it_folds():
    assert [each.turn_deg for each in seen_while_turning(gear=Gear.REVERSE).sections] == [0.0, 0.0]


def test_somebody_elses_bent_bus_is_two_bodies_and_its_rear_is_still_in_our_lane():
    """It has turned by 45 degrees about 13 m, out of our street."""
    line = [(0.0, 30.0 + each) for each in range(0, 31, 10)]
    line += [(13.0 * (1 - math.cos(turn)), 60.0 + 13.0 * math.sin(turn)) for turn in (0.26, 0.52, math.radians(45.0))]
    *before, here = [move(HERE, 0.0, north_m, east_m) for east_m, north_m in line]
    path = tuple(Crumb(place, 1.0) for place in reversed(before))
    said = car(here, 45.0, 4.0, length_m=18.0, width_m=2.55, basic_class=50, path=path, yaw_rate_deg_s=17.6)
    front, rear = sorted(view(own(), said).neighbours, key=lambda one: one.subject)
    assert rear.subject == front.subject + ":rear" and front.length_m + rear.length_m == pytest.approx(18.0)
    assert (front.course, rear.course) == (Course.CROSSING, Course.SAME)
    assert front.zone is not Zone.SAME and rear.zone is Zone.SAME
    (whole,) = view(own(), dataclasses.replace(said, basic_class=25)).neighbours  # a lorry: nobody knows its joint
    assert whole.length_m == 18.0


def test_who_is_beside_a_turning_bus_is_reached_and_who_is_not_is_not():
    """12 m, 4 m/s about 13 m to the right: the side is 1.3 m off and cuts in; behind, nobody is reached."""
    for place, is_reached in (
        (move(HERE, 0.0, 4.0, 2.0), True),
        (move(HERE, 0.0, -4.0, 5.5), False),
        (move(HERE, 0.0, 2.0, -2.2), False),
        (move(HERE, 0.0, -9.0, 2.2), False),
    ):
        (there,) = view(own(4.0, 17.6), standing(place)).neighbours
        assert (there.swept_s is not None) is is_reached
        (there,) = view(own(4.0, 0.0), standing(place)).neighbours
        assert there.swept_s is None, "straight on nothing swings"
    taxi = dataclasses.replace(own(4.0, 17.6), body=Body(width_m=1.8, length_m=4.7))
    (there,) = view(taxi, standing(move(HERE, 0.0, 1.0, 1.5))).neighbours
    assert there.swept_s is None, "a car's side goes where its front went"


def test_the_overhang_swings_out_against_the_turn():
    """The closed form: behind the axle by 3.4 m, at a radius of 9 m, the corner goes out by 0.5 m."""
    overhang_m = 6.0 - BUS12.axle_m
    swing_m = math.hypot(9.0 + 1.275, overhang_m) - (9.0 + 1.275)
    assert swing_m == pytest.approx(0.5, abs=0.1)
    for right_m, is_reached in ((1.6 + 0.2, True), (1.6 + swing_m + 0.3, False)):
        (there,) = view(own(1.5, -9.5, lights=[LEFT]), standing(move(HERE, 0.0, -4.5, right_m))).neighbours
        assert (there.swept_s is not None) is is_reached


def standing(place):
    """A pedestrian as a roadside unit sees him."""
    person = Participant(
        kind=Seen.PEDESTRIAN, number=1, source=Source.FUSED, sec_mark_ms=0, place=place, width_m=0.6, length_m=0.5,
        accuracy_m=0.1, speed_mps=0.0, heading_deg=0.0,
    )  # fmt: skip
    return Rsm(msg_count=0, id=b"roadside", place=HERE, participants=(person,))
