"""ICW speaks of who is on the crossing when we are, while we still can stop before it."""

import dataclasses
import math

import pytest

from obu.apps import icw
from obu.core.alert import Level
from obu.core.world import Conflict, Course, Kind, Lamp, Signal, Turn, Zone
from tests.apps.seen import other, view

MEETS = Conflict(20.0, 15.0, 1.7, 2.4, 1.5, 2.2, 90.0, is_on_map=True)
CROSSING = other(course=Course.CROSSING, zone=Zone.FAR, right_m=17.0, along_m=24.0, conflict=MEETS, speed_mps=10.0)
RED = Signal(Lamp.RED, 30.0, 20.0, None)


def look(change=None, conflict=None, speed_mps=12.0, **seen):
    there = dataclasses.replace(CROSSING, **(change or {}))
    if conflict:
        there = dataclasses.replace(there, conflict=dataclasses.replace(MEETS, **conflict))
    return icw.look(view(there, speed_mps=speed_mps, kind="taxi", **seen), icw.Parameters())


def test_both_at_a_time_is_a_danger():
    (alert,) = look()
    assert alert.level is Level.IMMINENT and alert.distance_m == 20.0 and dict(alert.why)["apart_s"] == -0.5


def test_where_no_map_joins_the_two_roads_one_may_lead_over_the_other_and_there_is_no_sound():
    assert [alert.level for alert in look(conflict={"is_on_map": False})] == [Level.INFORMATION]


@pytest.mark.parametrize(
    ("change", "conflict", "warns"),
    [
        ({"conflict": None}, None, False),
        (None, {"own_m": 60.0}, False),  # there is time
        (None, {"other_in_s": 3.3, "other_out_s": 4.0}, True),  # within a second of each other
        (None, {"other_in_s": 3.5, "other_out_s": 4.2}, False),
        (None, {"other_in_s": 0.0, "other_out_s": 0.6}, False),
        (None, {"other_in_s": math.inf}, False),  # it stops before
        (None, {"own_in_s": math.inf}, False),  # we do
        (None, {"own_m": 0.0}, False),  # we are in it: too late for a warning
        ({"kind": Kind.CYCLIST}, None, False),  # VRUCW
        ({"speed_mps": 1.9}, None, False),
        ({"course": Course.SAME, "zone": Zone.SAME}, None, False),  # FCW
        ({"signal": RED}, None, True),  # from 10 m/s it would have to brake with 1.7: and does it?
        ({"age_s": 1.1}, None, False),
    ],
)
def test_whom_it_concerns(change, conflict, warns):
    if change == {"signal": RED}:
        warns = False  # it can stop for its red light, and is taken to do so
    assert bool(look(change, conflict)) is warns


def test_who_cannot_stop_for_his_red_light_is_a_danger():
    assert look({"signal": dataclasses.replace(RED, stop_m=10.0)}), "5 m/s2"
    assert look({"signal": dataclasses.replace(RED, stop_m=-1.0)}), "it is past its line"
    assert look({"signal": dataclasses.replace(RED, is_right_on_red=True)})


@pytest.mark.parametrize(
    ("speed_mps", "light", "seen", "warns"),
    [
        (12.0, {}, {}, False),
        (14.0, {}, {}, True),  # 4.9 m/s2 would be needed
        (12.0, {"stop_m": -1.0}, {}, True),
        (12.0, {"green": (1.6, 20.0)}, {}, True),  # at the line after 1.7 s
        (12.0, {"is_right_on_red": True}, {"turn": Turn.RIGHT}, True),
    ],
)
def test_behind_the_line_at_which_our_light_holds_us_nobody_crosses_our_way(speed_mps, light, seen, warns):
    """20 m before the line; RLVW speaks of the light while we do not brake."""
    signal = dataclasses.replace(RED, stop_m=20.0, green=(20.0, 40.0))
    assert bool(look(speed_mps=speed_mps, signal=dataclasses.replace(signal, **light), **seen)) is warns


def test_the_left_turn_before_oncoming_traffic_is_ltas():
    assert not look({"is_opposite": True}, turn=Turn.LEFT)
    assert look({"is_opposite": True}, turn=Turn.STRAIGHT)


@pytest.mark.parametrize("speed_mps", [None, 0.0, 2.7])
def test_who_crawls_is_not_told(speed_mps):
    assert not look(speed_mps=speed_mps)


def test_nobody_is_told_while_people_get_in_and_out():
    assert not look(is_boarding=True)


def test_a_flat_meeting_of_one_road_is_a_change_of_lanes():
    assert not look({"is_beside": True}, {"angle_deg": 15.0}) and not look({"course": Course.SAME}, {"angle_deg": 15.0})
    assert look({"is_beside": True}, {"angle_deg": 70.0}), "it turns right across our lane"


def test_who_turns_left_before_us_and_still_can_wait_is_taken_to_do_so():
    turns = {"turn": Turn.LEFT, "is_opposite": True, "speed_mps": 8.0}
    assert not look(turns, {"other_m": 14.0}, turn=Turn.STRAIGHT)
    assert look(turns, {"other_m": 11.0}, turn=Turn.STRAIGHT)


@pytest.mark.parametrize(
    ("speed_mps", "accel_mps2", "other_m", "warns"),
    [
        (5.0, 1.5, 16.0, True),  # after 2.5 s it has 8.8 m/s and is in our way
        (5.0, 0.0, 16.0, False),  # 0.8 m/s2 would do at any time
        (5.0, 0.2, 16.0, False),
        (3.0, 1.0, 18.0, False),  # it rolls to where it waits: from 5.5 m/s it stops within 7.4 m with 2.0 m/s2
        (12.0, 1.0, 40.0, False),  # nobody turns so fast: it will slow down for the turn, and needs 1.8 m/s2
    ],
)
def test_who_turns_left_before_us_and_speeds_up_does_not_wait(speed_mps, accel_mps2, other_m, warns):
    turns = {"turn": Turn.LEFT, "is_opposite": True, "speed_mps": speed_mps, "accel_long_mps2": accel_mps2}
    assert bool(look(turns, {"other_m": other_m}, turn=Turn.STRAIGHT)) is warns


@pytest.mark.parametrize(("ours", "theirs"), [(Turn.LEFT, Turn.STRAIGHT), (Turn.STRAIGHT, Turn.LEFT)])
def test_a_left_turn_over_a_way_beside_it_is_a_change_of_lanes_until_it_has_begun(ours, theirs):
    beside = {"is_beside": True, "turn": theirs}
    assert not look(beside | {"heading_diff_deg": 5.0}, turn=ours)
    assert look(beside | {"heading_diff_deg": 25.0}, turn=ours)
    assert look(beside | {"heading_diff_deg": 5.0, "is_beside": False}, turn=ours)


@pytest.mark.parametrize(
    ("heading_diff_deg", "right_m", "warns"), [(5.0, 3.5, False), (25.0, 3.5, True), (5.0, -3.5, True)]
)
def test_our_right_turn_over_a_lane_beside_us_is_one_too(heading_diff_deg, right_m, warns):
    """LCW's; somebody on our left does not come over our turn to the right."""
    beside = {"is_beside": True, "turn": Turn.STRAIGHT, "heading_diff_deg": heading_diff_deg, "right_m": right_m}
    assert bool(look(beside, turn=Turn.RIGHT)) is warns


def test_who_comes_from_behind_us_on_our_road_keeps_clear_of_us():
    turns = {"is_beside": True, "turn": Turn.RIGHT}
    assert not look(turns, {"other_in_s": 2.0, "other_m": 30.0}), "he can wait with 1.7 m/s2"
    assert look(turns, {"other_in_s": 2.0, "other_m": 10.0})


@pytest.mark.parametrize(("right_m", "warns"), [(-3.2, True), (3.2, False)])
def test_who_turns_over_our_lane_from_beside_us_does_not_wait(right_m, warns):
    beside = {"is_beside": True, "turn": Turn.RIGHT, "right_m": right_m}
    assert bool(look(beside, {"other_in_s": 2.0, "other_m": 30.0})) is warns


def test_opposite_left_turns_pass_before_each_other():
    assert not look({"turn": Turn.LEFT, "is_opposite": True}, turn=Turn.LEFT)


@pytest.mark.parametrize(
    ("conflict", "speed_mps", "warns"),
    [
        ({"own_in_s": 2.0, "other_in_s": 1.5}, 12.0, False),  # we follow who is as fast as we
        ({"own_in_s": 2.0, "other_in_s": 1.5}, 6.0, True),
        ({"own_in_s": 1.5, "other_in_s": 2.0, "other_m": 30.0}, 14.0, False),  # he follows: from 14 to our 12, 0.9 m/s2
        ({"own_in_s": 1.5, "other_in_s": 2.0, "other_m": 8.0}, 16.0, True),
    ],
)
def test_who_joins_second_follows_the_first(conflict, speed_mps, warns):
    assert bool(look({"speed_mps": speed_mps, "turn": Turn.STRAIGHT}, conflict | {"angle_deg": 5.0})) is warns


def test_lines_that_nobody_knows_and_that_meet_flatly_are_bends():
    assert not look({"turn": None}, {"angle_deg": 25.0}) and look({"turn": Turn.STRAIGHT}, {"angle_deg": 25.0})
