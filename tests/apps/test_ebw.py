"""EBW: hard braking ahead on our way, and nobody else's."""

import dataclasses

import pytest

from obu.apps import ebw
from obu.core.alert import Direction, Level
from obu.core.vehicle import Event
from obu.core.world import Course, Zone
from tests.apps.seen import other, view

BRAKING = other(accel_long_mps2=-5.0, events=frozenset({Event.HARD_BRAKING}))


def look(other, speed_mps=12.0):
    return ebw.look(view(other, speed_mps=speed_mps), ebw.Parameters())


def test_hard_braking_in_our_lane_is_imminent():
    (alert,) = look(BRAKING)
    assert (alert.level, alert.direction, alert.distance_m) == (Level.IMMINENT, Direction.AHEAD, 31.6)


@pytest.mark.parametrize(
    ("change", "warns"),
    [
        ({"events": frozenset()}, True),  # the deceleration alone tells
        ({"accel_long_mps2": None}, True),  # the event flag alone tells
        ({"events": frozenset(), "accel_long_mps2": -3.9}, False),  # GB/T 45315: harder than 4 m/s2
        ({"events": frozenset(), "accel_long_mps2": None}, False),
        ({"zone": Zone.ADJACENT_RIGHT}, True),
        ({"zone": Zone.ADJACENT_RIGHT, "gap_m": 43.0}, True),  # 12 m/s: 1.6 s, then 3 m/s2
        ({"zone": Zone.ADJACENT_RIGHT, "gap_m": 43.4}, False),
        ({"zone": Zone.FAR}, False),
        ({"course": Course.ONCOMING}, False),
        ({"course": Course.CROSSING}, False),
        ({"along_m": -40.0}, False),  # behind us
        ({"gap_m": 72.7}, True),  # three seconds more, less the 6.4 m he rolls
        ({"gap_m": 72.9}, False),
        ({"gap_m": 71.1, "accel_long_mps2": None}, True),  # the flag: 4 m/s2 or more
        ({"gap_m": 71.3, "accel_long_mps2": None}, False),
        ({"age_s": 1.1}, False),
    ],
)
def test_whom_it_concerns(change, warns):
    assert bool(look(dataclasses.replace(BRAKING, **change))) is warns


@pytest.mark.parametrize(("gap_m", "warns"), [(150.0, True), (151.0, False)])
def test_no_further_than_the_range(gap_m, warns):
    assert bool(look(dataclasses.replace(BRAKING, gap_m=gap_m), 25.0)) is warns


def test_beside_our_lane_it_is_a_caution_with_its_side():
    (alert,) = look(dataclasses.replace(BRAKING, zone=Zone.ADJACENT_LEFT))
    assert (alert.level, alert.direction) == (Level.CAUTION, Direction.AHEAD_LEFT)


@pytest.mark.parametrize("speed_mps", [None, 0.0, 1.9])
def test_standing_or_without_a_speed_it_is_silent(speed_mps):
    assert look(BRAKING, speed_mps) == []
