"""LCW speaks when the turn signal points to where somebody is, or will be within seconds."""

import dataclasses

import pytest

from obu.apps import lcw
from obu.core.vehicle import Light
from obu.core.world import Lamp, Signal, Zone
from tests.apps.seen import other, view

BESIDE = {"along_m": -4.0, "right_m": -3.2, "zone": Zone.ADJACENT_LEFT, "speed_mps": 11.0}
LEFT = frozenset({Light.LEFT_TURN})


def look_at(there, own_mps, lights=LEFT, **seen):
    found = view(other(**({"zone": Zone.ADJACENT_LEFT} | there)), speed_mps=own_mps, **seen)
    return lcw.look(dataclasses.replace(found, own=dataclasses.replace(found.own, lights=lights)), lcw.Parameters())


@pytest.mark.parametrize(
    ("lights", "warns"),
    [(LEFT, True), (frozenset(), False), (frozenset({Light.RIGHT_TURN}), False),
     (frozenset({Light.LEFT_TURN, Light.RIGHT_TURN}), False), (LEFT | {Light.HAZARD}, False)],
)  # fmt: skip
def test_the_side_that_is_signalled_counts(lights, warns):
    assert bool(look_at(BESIDE, 11.0, lights)) is warns


@pytest.mark.parametrize(("closing_mps", "limit_s"), [(8.0, 2.5), (12.0, 3.0), (18.0, 3.5)])
@pytest.mark.parametrize(("share", "warns"), [(0.95, True), (1.05, False)])
def test_who_comes_up_is_a_danger_within_the_time_of_his_speed(closing_mps, limit_s, share, warns):
    gap_m = closing_mps * limit_s * share
    comes = {"along_m": -(gap_m + 8.4), "right_m": -3.5, "speed_mps": 11.0 + closing_mps}
    assert bool(look_at(comes, 11.0)) is warns


def test_pulling_out_of_a_stop_a_bus_needs_more_time():
    comes = {"along_m": -(10.0 * 4.0 + 8.4), "right_m": -3.5, "speed_mps": 11.0}
    assert look_at(comes, 1.0) and not look_at(comes, 1.0, kind="taxi")


def test_a_signal_shortly_before_a_crossing_means_a_turn():
    near, far = (Signal(Lamp.RED, stop_m, 9.0, None) for stop_m in (50.0, 70.0))
    assert not look_at(BESIDE, 11.0, signal=near) and look_at(BESIDE, 11.0, signal=far)


def test_a_bus_that_waits_to_turn_left_does_not_pull_out_of_a_stop():
    red, doors = Signal(Lamp.RED, 10.0, 30.0, None), {"door_open": False}
    comes = {"along_m": -(10.0 * 4.0 + 8.4), "right_m": -3.5, "speed_mps": 11.0}
    assert not look_at(comes, 0.0, signal=red, bus=doors) and not look_at(BESIDE, 0.0, signal=red, bus=doors)
    assert look_at(comes, 0.0, signal=red, bus=doors, is_departing=True), "a stop just before the line"
    assert not look_at(comes, 0.0, is_boarding=True), "doors open: nobody drives"
