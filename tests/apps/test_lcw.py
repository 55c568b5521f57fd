"""LCW speaks when the turn signal points to where somebody is, or will be within seconds."""

import dataclasses
import math

import pytest

from obu.apps import lcw
from obu.core.vehicle import Light
from obu.core.world import Conflict, Kind, Lamp, Signal, Turn, Zone
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


@pytest.mark.parametrize(("drift_mps", "warns"), [(None, True), (-0.5, True), (0.0, False), (0.5, False)])
def test_on_a_mapped_lane_he_has_to_begin_and_at_a_stop_the_signal_is_enough(drift_mps, warns):
    assert bool(look_at(BESIDE, 11.0, drift_mps=drift_mps)) is warns
    assert look_at(BESIDE, 1.0, drift_mps=drift_mps, is_departing=True)


# 34 m before the place where our turn leads over its lane: we slow down to 6 m/s and are there in 2.9 s (17 m/s).
MEETS = Conflict(34.0, 49.0, 2.0, 2.6, 2.9, 3.3, 48.0)
STRAIGHT_ON = {
    "conflict": MEETS, "is_beside": True, "turn": Turn.STRAIGHT, "along_m": -18.0, "right_m": -3.3, "speed_mps": 17.0,
}  # fmt: skip


@pytest.mark.parametrize(
    ("there", "own_mps2", "warns"),
    [
        ({}, 0.0, True),
        ({"turn": Turn.LEFT}, 0.0, False),  # beside us through the turn
        ({"is_beside": False}, 0.0, False),  # ICW
        ({"right_m": -6.8}, 0.0, True),  # two lanes away: our turn leads over both
        ({"right_m": 3.3}, 0.0, False),  # on the other side
        ({"along_m": 2.0}, 0.0, False),  # beside us: he is seen
        ({"kind": Kind.CYCLIST}, 0.0, False),  # VRUCW
        ({"conflict": dataclasses.replace(MEETS, other_m=80.0)}, 0.0, True),  # 4.7 s: 0.8 s behind us
        ({"conflict": dataclasses.replace(MEETS, other_m=92.0)}, 0.0, False),  # 5.4 s: 1.5 s behind us
        ({"conflict": dataclasses.replace(MEETS, own_m=57.0, other_m=80.0)}, 0.0, True),  # 4.7 s, both
        ({"conflict": dataclasses.replace(MEETS, own_m=59.0, other_m=80.0)}, 0.0, False),  # he still can stop: 58 m
        ({"conflict": dataclasses.replace(MEETS, own_in_s=math.inf)}, -4.5, False),  # he lets it pass
        ({}, -3.0, True),  # he slows down for the turn
    ],
)
def test_a_turn_over_the_lanes_beside_us_is_a_change_of_lanes(there, own_mps2, warns):
    green = Signal(Lamp.PERMISSIVE_GREEN, 30.0, 9.0, None)
    seen = {"kind": "taxi", "signal": green, "turn": Turn.LEFT, "bus": {"accel_long_mps2": own_mps2}}
    assert bool(look_at(STRAIGHT_ON | there, 17.0, **seen)) is warns


@pytest.mark.parametrize(("own_mps", "stop_m", "warns"), [(5.0, 4.0, False), (5.0, -2.0, True), (2.5, -2.0, False)])
def test_who_rolls_before_the_line_may_still_wait_and_who_crawls_behind_it_does(own_mps, stop_m, warns):
    meets = Conflict(11.0, 25.0, 2.2, 3.8, 2.3, 2.8, 48.0)
    signal = Signal(Lamp.PERMISSIVE_GREEN, stop_m, 9.0, None)
    there = STRAIGHT_ON | {"conflict": meets, "speed_mps": 11.0}
    assert bool(look_at(there, own_mps, kind="taxi", signal=signal, turn=Turn.LEFT)) is warns


@pytest.mark.parametrize("stop_m", [50.0, -2.0])
def test_who_asks_why_nothing_was_told_of_a_turn_is_answered_about_the_turn(stop_m):
    """17 m/s, 80 m before the lane we turn over: too early, and nothing of a change of lanes."""
    there = other(zone=Zone.ADJACENT_LEFT, **STRAIGHT_ON | {"conflict": dataclasses.replace(MEETS, own_m=80.0)})
    seen = view(there, speed_mps=17.0, signal=Signal(Lamp.PERMISSIVE_GREEN, stop_m, 9.0, None), turn=Turn.LEFT)
    seen = dataclasses.replace(seen, own=dataclasses.replace(seen.own, lights=LEFT))
    failed = [name for name, *_, holds in lcw.theirs(seen, there, lcw.Parameters()) if not holds]
    assert failed[0] == "own_m"


def test_a_signal_shortly_before_a_crossing_means_a_turn():
    near, far = (Signal(Lamp.RED, stop_m, 9.0, None) for stop_m in (50.0, 70.0))
    assert not look_at(BESIDE, 11.0, signal=near) and look_at(BESIDE, 11.0, signal=far)


def test_a_bus_that_waits_to_turn_left_does_not_pull_out_of_a_stop():
    red, doors = Signal(Lamp.RED, 10.0, 30.0, None), {"door_open": False}
    comes = {"along_m": -(10.0 * 4.0 + 8.4), "right_m": -3.5, "speed_mps": 11.0}
    assert not look_at(comes, 0.0, signal=red, bus=doors) and not look_at(BESIDE, 0.0, signal=red, bus=doors)
    assert look_at(comes, 0.0, signal=red, bus=doors, is_departing=True), "a stop just before the line"
    assert not look_at(comes, 0.0, is_boarding=True), "doors open: nobody drives"
