"""LTA speaks when we turn left before somebody who comes: moving as at a crossing, waiting by the critical gap."""

import dataclasses
import math

import pytest

from obu.apps import icw, lta
from obu.core.vehicle import Light
from obu.core.world import Conflict, Course, Kind, Lamp, Signal, Turn, Zone
from tests.apps.seen import other, view

MEETS = Conflict(12.0, 25.0, 1.5, 2.4, 2.0, 2.8, 80.0)
COMES = other(
    course=Course.ONCOMING, zone=Zone.ADJACENT_LEFT, right_m=-3.5, conflict=MEETS, speed_mps=12.0, is_opposite=True
)
GREEN = Signal(Lamp.PERMISSIVE_GREEN, 5.0, 20.0, (0.0, 20.0))


def look(kind="taxi", speed_mps=7.0, change=None, **seen):
    there = dataclasses.replace(COMES, **(change or {}))
    usual = {"turn": Turn.LEFT, "signal": GREEN}
    return lta.look(view(there, speed_mps=speed_mps, kind=kind, **(usual | seen)), lta.Parameters())


def test_turning_before_oncoming_traffic_is_a_danger():
    assert look()


@pytest.mark.parametrize(("turn", "lights", "is_left"), [
    (Turn.LEFT, set(), True), (None, {Light.LEFT_TURN}, True), (None, set(), False), (Turn.STRAIGHT, set(), False),
])  # fmt: skip
def test_of_one_meeting_either_lta_or_icw_speaks(turn, lights, is_left):
    """With equal urgency the arbiter would take the first by name; where no MAP tells the turn our signal does."""
    seen = view(COMES, speed_mps=7.0, kind="taxi", turn=turn)
    seen = dataclasses.replace(seen, own=dataclasses.replace(seen.own, lights=frozenset(lights)))
    assert bool(lta.look(seen, lta.Parameters())) is is_left
    assert bool(icw.look(seen, icw.Parameters())) is not is_left


@pytest.mark.parametrize(
    "seen", [{"turn": Turn.STRAIGHT}, {"signal": dataclasses.replace(GREEN, lamp=Lamp.PROTECTED_GREEN)},
             {"is_boarding": True}, {"speed_mps": 0.0}, {"change": {"is_opposite": False}},
             {"change": {"speed_mps": 1.0}}, {"change": {"kind": Kind.PEDESTRIAN}}, {"change": {"conflict": None}},
             {"change": {"signal": Signal(Lamp.RED, 40.0, 30.0, None)}}, {"change": {"turn": Turn.LEFT}}],
)  # fmt: skip
def test_when_there_is_none(seen):
    assert not look(**seen)


@pytest.mark.parametrize(("accel_mps2", "warns"), [(2.0, True), (0.0, False), (-2.0, False)])
def test_who_speeds_up_into_the_gap_is_told_before_he_could_not_stop_any_more(accel_mps2, warns):
    """At 5 m/s 11.8 m and the margin would do; with 2 m/s2 more until he brakes it takes 17.7 m."""
    seen = view(dataclasses.replace(COMES, conflict=dataclasses.replace(MEETS, own_m=15.0)), speed_mps=5.0, kind="taxi")
    vehicle = dataclasses.replace(seen.own.vehicle, accel_long_mps2=accel_mps2)
    seen = dataclasses.replace(seen, turn=Turn.LEFT, own=dataclasses.replace(seen.own, vehicle=vehicle))
    assert bool(lta.look(seen, lta.Parameters())) is warns


@pytest.mark.parametrize(("other_m", "warns"), [(25.0, False), (14.0, True)])
def test_who_turns_right_from_the_opposite_side_gives_way_to_our_left_turn_while_he_can(other_m, warns):
    """Implementation Regulations art. 51: from 9 m/s he needs 1.6 m/s2, or 2.9."""
    turns = {"turn": Turn.RIGHT, "speed_mps": 9.0}
    meets = dataclasses.replace(MEETS, other_m=other_m)
    assert bool(look(change=turns | {"conflict": meets})) is warns


@pytest.mark.parametrize(("kind", "gap_s"), [("taxi", 4.1), ("bus12", 5.1), ("bus18", 6.1)])
def test_waiting_the_gap_must_be_that_of_the_class(kind, gap_s):
    """HCM's critical gap of a left turn, one and two seconds more for heavy vehicles."""
    for apart_s, warns in ((gap_s - 0.1, True), (gap_s + 0.1, False)):
        meets = dataclasses.replace(MEETS, own_m=4.0, other_in_s=apart_s, other_out_s=apart_s + 1)
        assert bool(look(kind, 1.0, {"conflict": meets})) is warns


def test_who_brakes_to_a_stand_before_the_gap_waits():
    """Creeping into the crossing to its middle: the driver sees the stream that he waits for."""
    meets = dataclasses.replace(MEETS, own_m=4.0, other_in_s=2.0, other_out_s=3.0)
    assert look("taxi", 1.0, {"conflict": meets})
    assert not look("taxi", 1.0, {"conflict": dataclasses.replace(meets, own_in_s=math.inf, own_out_s=math.inf)})
