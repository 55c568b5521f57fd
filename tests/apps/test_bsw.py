"""BSW marks who is beside us from the driver's eye to 3 m behind the rear (ISO 17387's zone), one a side."""

import dataclasses

import pytest

from obu.apps import bsw
from obu.core.alert import Direction, Level
from obu.core.vehicle import Light
from obu.core.world import Course, Kind
from tests.apps.seen import other, view

# Ours: 12 by 2.55 m; the other 4.8 by 1.8: beside by 1 m when the middles are 3.175 m apart.
BESIDE = {"along_m": -4.0, "right_m": -3.2, "speed_mps": 11.0}


def look(**change):
    return bsw.look(view(other(**(BESIDE | change)), speed_mps=11.0), bsw.Parameters())


@pytest.mark.parametrize(
    ("change", "warns"),
    [
        ({}, True),
        ({"right_m": 3.2}, True),
        ({"right_m": -5.3}, False),  # more than 3 m beside
        ({"along_m": -11.3}, True),  # its front 3 m behind our rear
        ({"along_m": -11.5}, False),
        ({"along_m": 6.3}, True),  # its rear at the driver's eye
        ({"along_m": 6.5}, False),
        ({"course": Course.ONCOMING}, False),
        ({"kind": Kind.PEDESTRIAN}, False),
        ({"kind": Kind.CYCLIST}, True),
        ({"sigma_m": 0.9}, False),  # BSMs cannot tell the next lane from the one after
        ({"age_s": 1.1}, False),
    ],
)
def test_where_it_looks(change, warns):
    assert bool(look(**change)) is warns


@pytest.mark.parametrize(
    ("kind", "least_kph", "most_kph"),
    # In the zone for 3 s: our length - 2 + 3 m and his 4.8 m at the speed of each, by hand.
    [("taxi", 12.5, 12.7), ("bus12", 21.3, 21.5), ("bus18", 28.5, 28.6)],
)
def test_who_stands_is_marked_while_we_pass_so_slowly_that_we_could_move_over_into_him(kind, least_kph, most_kph):
    def is_marked(speed_kph, **change):
        there = other(**(BESIDE | {"along_m": 0.0, "right_m": -3.0} | change))
        return bool(bsw.look(view(there, speed_mps=speed_kph / 3.6, kind=kind), bsw.Parameters()))

    assert is_marked(least_kph, speed_mps=0.0) and not is_marked(most_kph, speed_mps=0.0)
    assert is_marked(50.0, speed_mps=8.0) and not is_marked(50.0, speed_mps=0.4)


def test_it_is_a_mark_on_the_side_where_he_is():
    (alert,) = look()
    assert (alert.is_mark, alert.level, alert.direction) == (True, Level.INFORMATION, Direction.LEFT)


def test_at_a_stop_it_looks_while_we_stand():
    for seen, warns in (({}, False), ({"is_boarding": True}, True), ({"is_departing": True}, True)):
        assert bool(bsw.look(view(other(**BESIDE), speed_mps=0.0, **seen), bsw.Parameters())) is warns


@pytest.mark.parametrize(
    ("lights", "change", "warns"),
    [
        ({Light.LEFT_TURN}, {}, True),
        (set(), {}, False),
        ({Light.LEFT_TURN}, {"right_m": 2.5}, False),
        ({Light.LEFT_TURN}, {"along_m": 0.0}, False),  # between the axles nothing swings
        ({Light.LEFT_TURN}, {"right_m": -1.9}, False),  # it turns to there
        ({Light.LEFT_TURN}, {"sigma_m": 0.9}, False),
    ],
)
def test_pulling_out_it_marks_who_stands_where_the_rear_swings_out(lights, change, warns):
    usual = {"kind": Kind.PEDESTRIAN, "course": Course.CROSSING, "along_m": -4.0, "right_m": 1.9, "width_m": 0.6}
    found = view(other(**(usual | {"length_m": 0.5, "speed_mps": 0.0} | change)), speed_mps=0.0, is_departing=True)
    ours = dataclasses.replace(found.own, lights=frozenset(lights))
    assert bool(bsw.look(dataclasses.replace(found, own=ours), bsw.Parameters())) is warns
