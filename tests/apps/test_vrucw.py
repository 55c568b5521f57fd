"""VRUCW speaks of who comes onto our way, and not of who walks beside it."""

import dataclasses

import pytest

from obu.apps import vrucw
from obu.core.alert import Level
from obu.core.geo import Offset
from obu.core.world import Conflict, Course, Kind, Lamp, Signal, Turn, Zone
from tests.apps.seen import other, view

MEETS = Conflict(14.0, 2.0, 1.3, 1.9, 1.2, 2.6, 90.0)
LATER_S = {"own_in_s": 3.6, "own_out_s": 4.2, "other_in_s": 3.5, "other_out_s": 4.9}
WALKER = other(
    kind=Kind.PEDESTRIAN, course=Course.CROSSING, zone=Zone.ADJACENT_RIGHT, along_m=20.0, right_m=3.0, speed_mps=1.4,
    heading_diff_deg=-90.0, askew_deg=-90.0, conflict=MEETS, length_m=0.5, width_m=0.6,
)  # fmt: skip


def look(own_mps=11.0, ours="taxi", **change):
    return vrucw.look(view(dataclasses.replace(WALKER, **change), speed_mps=own_mps, kind=ours), vrucw.Parameters())


def meets(**change):
    return {"conflict": dataclasses.replace(MEETS, **change)}


@pytest.mark.parametrize(
    ("change", "warns"),
    [
        ({}, True),
        ({"kind": Kind.CYCLIST}, True),
        ({"kind": Kind.VEHICLE}, False),
        ({"conflict": None}, False),  # beside us, and going nowhere near
        (meets(own_m=40.0, **LATER_S), False),
        (meets(other_in_s=3.0, other_out_s=4.0), False),  # behind us
        (meets(angle_deg=10.0), False),  # along the road: across it 0.24 m/s
        ({"speed_mps": 0.2}, False),
        ({"right_m": 0.5, "conflict": None, "speed_mps": 0.0, "course": Course.SAME, "heading_diff_deg": 0.0}, True),
        ({"right_m": 0.5, "conflict": None, "along_m": -3.0}, False),
        ({"age_s": 1.1}, False),
    ],
)
def test_whom_it_concerns(change, warns):
    assert bool(look(**change)) is warns


def test_a_cyclist_in_our_lane_who_rides_on_is_no_danger_of_this_kind():
    ahead = {
        "kind": Kind.CYCLIST,
        "right_m": 0.5,
        "conflict": None,
        "heading_diff_deg": 0.0,
        "askew_deg": 0.0,
        "speed_mps": 4.0,
    }
    assert not look(**ahead)


def test_moving_off_somebody_just_before_the_front_is_seen():
    """UN R159: from 0.3 to 3.7 m before the front, up to 10 km/h."""
    before = {"right_m": 0.0, "conflict": None, "speed_mps": 0.0, "heading_diff_deg": 90.0}
    for along_m, warns in ((6.0 + 0.5, True), (6.0 + 3.5, True), (6.0 + 12.0, False)):
        assert bool(look(1.5, "bus12", along_m=along_m, **before)) is warns


@pytest.mark.parametrize(
    ("own_mps", "seen", "ahead_m", "right_m", "walks_mps", "level"),
    [
        (0.0, {"is_departing": True}, 1.5, 0.0, 0.0, Level.INFORMATION),
        (0.0, {"is_boarding": True}, 1.5, 3.0, 1.2, Level.INFORMATION),  # before the front when the doors are closed
        (0.0, {"is_boarding": True}, 1.5, 5.0, 1.2, None),
        (0.0, {"is_boarding": True}, 1.5, 2.5, 0.0, None),  # waits on the kerb
        (0.0, {"is_departing": True}, 4.5, 0.0, 0.0, None),
        (0.0, {}, 1.5, 0.0, 0.0, None),  # at a red light everybody walks there
        (0.5, {}, 1.5, 0.0, 0.0, Level.IMMINENT),
        (0.5, {"bus": {"accel_long_mps2": -1.0}}, 1.5, 0.0, 0.0, None),  # stands after 0.13 m
    ],
)
def test_who_is_before_a_bus_that_is_to_move_off(own_mps, seen, ahead_m, right_m, walks_mps, level):
    there = dataclasses.replace(WALKER, offset=Offset(6.0 + ahead_m, right_m), speed_mps=walks_mps, conflict=None)
    found = vrucw.look(view(there, speed_mps=own_mps, **seen), vrucw.Parameters())
    assert [alert.level for alert in found] == ([] if level is None else [level])


def test_whom_our_side_or_rear_reaches_in_a_turn_is_in_danger_until_we_can_stand():
    """Beside us, behind our front: 12 m, 4 m/s: 1.6 s of delay and 1.3 s of braking."""
    beside = {"along_m": -4.0, "right_m": 2.0, "conflict": None, "kind": Kind.CYCLIST}
    for swept_s, sigma_m, warns in ((2.8, 0.3, True), (3.1, 0.3, False), (2.8, 0.9, False), (None, 0.3, False)):
        assert bool(look(4.0, "bus12", swept_s=swept_s, sigma_m=sigma_m, **beside)) is warns


def test_who_walks_off_our_way_before_we_come_is_in_no_danger():
    """1 m from our right side and walking to the right, 11 m/s: off it in 0.5 s, we are there in 1.5 s or 0.8 s.

    Our way bends: it is there that he walks across it, as we look now he walks half along us.
    """
    walks = {"right_m": 0.5, "conflict": None, "heading_diff_deg": 30.0, "askew_deg": 90.0, "speed_mps": 1.4}
    assert not look(along_m=20.0, **walks) and look(along_m=11.0, **walks)
    assert look(along_m=20.0, **(walks | {"askew_deg": -90.0})), "he has all our width before him"


@pytest.mark.parametrize(("in_s", "warns"), [(1.5, True), (3.0, False)])
def test_who_walks_off_our_way_is_met_where_we_speed_up(in_s, warns):
    """A taxi at 4.6 m/s is 12.2 m before him, who is off its way in 1.4 s: in 2.7 s, or as its acceleration tells."""
    met = Conflict(12.1, 0.0, in_s, in_s + 0.6, 0.0, 1.5, 83.0)
    walks = dataclasses.replace(WALKER, along_m=14.5, right_m=-0.7, speed_mps=1.4, askew_deg=83.0, conflict=met)
    there = view(walks, speed_mps=4.6, kind="taxi", bus={"accel_long_mps2": 1.8})
    assert bool(vrucw.look(there, vrucw.Parameters())) is warns


def test_a_cyclist_stops_for_his_red_light():
    red = Signal(Lamp.RED, 6.0, 20.0, None)
    assert not look(kind=Kind.CYCLIST, speed_mps=5.0, signal=red)
    assert look(kind=Kind.CYCLIST, speed_mps=5.0, signal=dataclasses.replace(red, stop_m=3.0))


@pytest.mark.parametrize(
    ("own_mps", "red", "seen", "warns"),
    [
        (8.0, {}, {}, False),
        (11.0, {}, {}, True),  # 5 m/s2 would be needed
        (8.0, {"stop_m": 16.0}, {}, True),  # they walk before the line
        (8.0, {"stop_m": -1.0}, {}, True),
        (8.0, {"green": (1.4, 20.0)}, {}, True),  # at the line after 1.5 s
        (8.0, {"is_right_on_red": True}, {}, False),
        (8.0, {"is_right_on_red": True}, {"turn": Turn.RIGHT}, True),
    ],
)
def test_who_is_behind_the_line_at_which_our_light_holds_us_is_left_to_it(own_mps, red, seen, warns):
    """14 m before us, who comes and who is there; RLVW speaks of the light while we do not brake."""
    signal = dataclasses.replace(Signal(Lamp.RED, 12.0, 20.0, (20.0, 40.0)), **red)
    comes = dataclasses.replace(WALKER, conflict=dataclasses.replace(MEETS, own_in_s=1.7))
    stands = dataclasses.replace(WALKER, conflict=None, along_m=16.35, right_m=0.5, speed_mps=0.0)
    for walker in (comes, stands):
        there = view(walker, speed_mps=own_mps, kind="taxi", signal=signal, **seen)
        assert bool(vrucw.look(there, vrucw.Parameters())) is warns


def test_a_cyclist_on_no_lane_who_rides_nearly_along_us_is_not_taken_to_turn_into_us():
    curve = {"kind": Kind.CYCLIST, "speed_mps": 5.0}
    assert not look(**curve, **meets(angle_deg=25.0)) and look(**curve, **meets(angle_deg=35.0))
    assert look(**curve, turn=Turn.LEFT, **meets(angle_deg=25.0)), "on a way of MAP he does"


GREEN = Signal(Lamp.PROTECTED_GREEN, 8.0, 20.0, (0.0, 20.0))


@pytest.mark.parametrize(
    ("right_m", "seen", "warns"),
    [
        (4.0, {}, False),  # on the pavement
        (3.3, {}, False),  # on the kerb, as well as places tell
        (2.9, {}, True),  # stepped off
        (4.0, {"kerb_m": None}, True),
        (4.0, {"turn": Turn.RIGHT}, True),  # the crossing of the road that we turn into has green with us
        (4.0, {"signal": None}, True),
        (4.0, {"signal": dataclasses.replace(GREEN, left_s=1.0, green=(0.0, 1.0))}, True),  # ends before we come
        (-4.0, {}, True),  # from the other side, over lanes
    ],
)
def test_who_is_beside_the_road_waits_while_we_go_straight_on_with_green(right_m, seen, warns):
    walker = dataclasses.replace(WALKER, right_m=right_m)
    green = {"kerb_m": 3.5, "turn": Turn.STRAIGHT, "signal": GREEN} | seen
    assert bool(vrucw.look(view(walker, speed_mps=8.0, kind="taxi", **green), vrucw.Parameters())) is warns
    rides = dataclasses.replace(walker, kind=Kind.CYCLIST)
    assert vrucw.look(view(rides, speed_mps=8.0, kind="taxi", **green), vrucw.Parameters()), "a light of his own tells"


@pytest.mark.parametrize(
    ("change", "turn", "warns"),
    [
        ({}, Turn.RIGHT, True),
        ({}, Turn.STRAIGHT, False),
        ({"is_beside": False}, Turn.RIGHT, False),
        ({"turn": Turn.RIGHT}, Turn.RIGHT, False),
        ({"kind": Kind.PEDESTRIAN}, Turn.RIGHT, False),
    ],
)
def test_a_cyclist_beside_us_rides_straight_on_where_we_turn_over_his_way(change, turn, warns):
    """He is 5 m behind our middle: his way is before us, long before our side is where he is."""
    beside = {"kind": Kind.CYCLIST, "along_m": -5.0, "right_m": 3.7, "speed_mps": 5.5, "is_beside": True}
    cyclist = dataclasses.replace(WALKER, **({"turn": Turn.STRAIGHT} | beside | change))
    assert bool(vrucw.look(view(cyclist, speed_mps=5.3, turn=turn), vrucw.Parameters())) is warns


def test_where_somebody_walks_later_than_in_four_seconds_nobody_knows():
    later = {"own_in_s": 3.9, "own_out_s": 4.5, "other_out_s": 6.0}
    assert look(**meets(other_in_s=4.0, **later)) and not look(**meets(other_in_s=4.1, **later))


def test_who_walks_nearly_along_us_beside_our_way_is_not_taken_to_walk_into_us():
    assert look(**meets(angle_deg=35.0)) and not look(**meets(angle_deg=25.0))


@pytest.mark.parametrize(
    ("own_mps", "accel_mps2", "turn", "own_m", "warns"),
    [
        (5.0, 0.0, None, 14.0, False),  # stops within 9.8 m
        (5.0, 2.0, None, 14.0, True),  # 7.8 m/s when the brakes bite: 15.7 m
        (5.0, -2.0, None, 14.0, False),
        (15.0, 0.0, None, 40.0, True),  # 46.0 m
        (15.0, 0.0, Turn.LEFT, 40.0, False),  # it slows for the turn: 19.3 m
        (15.0, 0.0, Turn.LEFT, 20.0, True),
    ],
)
def test_how_far_ahead_somebody_who_comes_is_told(own_mps, accel_mps2, turn, own_m, warns):
    """A taxi: 1.4 s and 4.5 m/s2, 1 m of margin."""
    walker = dataclasses.replace(WALKER, conflict=dataclasses.replace(MEETS, own_m=own_m, **LATER_S))
    there = view(walker, speed_mps=own_mps, kind="taxi", turn=turn, bus={"accel_long_mps2": accel_mps2})
    assert bool(vrucw.look(there, vrucw.Parameters())) is warns


@pytest.mark.parametrize(("own_in_s", "together_s", "warns"), [(2.9, 0.6, True), (3.1, 0.6, False), (2.9, 0.4, False)])
def test_who_is_surely_there_with_us_in_three_seconds_is_told_though_we_still_can_stop(own_in_s, together_s, warns):
    """A taxi moves off at 3 m/s, stops within 6.2 m, and is 13 m before him."""
    both = {"own_in_s": own_in_s, "own_out_s": own_in_s + 0.7, "other_in_s": 1.0}
    assert bool(look(3.0, **meets(own_m=13.0, other_out_s=own_in_s + together_s, **both))) is warns


@pytest.mark.parametrize(("own_in_s", "warns"), [(2.0, True), (6.0, False)])
def test_who_has_passed_before_a_bus_at_a_crawl_comes_is_in_no_danger(own_in_s, warns):
    """A cyclist rides past 2.5 m before the front of a bus that gives way."""
    passing = dataclasses.replace(MEETS, own_m=2.5, own_in_s=own_in_s, own_out_s=12.0, other_in_s=1.1, other_out_s=2.1)
    there = {"offset": Offset(8.5, -7.5), "heading_diff_deg": 88.0, "speed_mps": 4.7, "conflict": passing}
    assert bool(look(0.4, "bus12", kind=Kind.CYCLIST, **there)) is warns
