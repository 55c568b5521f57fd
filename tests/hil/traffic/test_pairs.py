"""What a learner is given is what the unit sees of each pair, in numbers of one order, and what changed in a second."""

import math
from types import SimpleNamespace
from typing import Any

import pytest

from hil.traffic import pairs
from hil.traffic.pairs import CHANGING, Looked
from obu.core.geo import Offset
from obu.core.world import Conflict, Course, Kind, Lamp, Signal, Turn, Zone
from tests.apps.seen import other, view

MEETS = Conflict(20.0, 30.0, 2.0, 3.0, 2.5, math.inf, 90.0)
RED = Signal(Lamp.RED, 12.0, None, None)


def looked() -> Looked:
    knower: Any = SimpleNamespace(host="host_taxi_1", name=lambda subject: "them" if subject != "unknown" else None)
    return Looked(knower)


def test_each_look_has_the_same_numbers_whatever_is_known():
    little = pairs.numbers(view(speed_mps=None), other(accel_long_mps2=None))
    much = pairs.numbers(view(signal=RED, turn=Turn.LEFT), other(conflict=MEETS, signal=RED, turn=Turn.RIGHT))
    assert list(little) == list(much) and set(CHANGING) <= set(much)
    assert math.isnan(little["own_to_m"]) and much["own_to_m"] == 20.0 and much["out_s"] == pairs.NEVER_S


def test_what_changed_is_told_once_there_was_a_second():
    ours = looked()
    for number in range(8):
        ours.look(number * 0.2, view(other(gap_m=30.0 - number)))
    gaps = [ours.pairs.numbers[(each + 1) * ours.pairs.width - len(CHANGING) + CHANGING.index("gap_m")]
            for each in range(8)]  # fmt: skip
    assert all(map(math.isnan, gaps[:5])) and gaps[5:] == [-5.0, -5.0, -5.0]


def test_no_more_than_five_looks_a_second_and_none_at_a_stand():
    ours = looked()
    for number in range(50):
        ours.look(number * 0.02, view(other()))
    ours.look(2.0, view(other(), speed_mps=0.0))
    ours.look(3.0, None)
    assert len(ours.pairs.who) == 5


@pytest.mark.parametrize(
    ("change", "is_there"),
    [
        ({}, True),
        ({"subject": "unknown"}, False),
        ({"along_m": -20.0}, False),  # who follows us
        ({"offset": Offset(120.0, 0.0)}, False),
        ({"offset": Offset(70.0, 0.0), "kind": Kind.PEDESTRIAN}, False),
    ],
)
def test_who_is_asked_about(change, is_there):
    ours = looked()
    ours.look(0.0, view(other(**change)))
    assert bool(ours.pairs.who) is is_there


@pytest.mark.parametrize(
    ("seen", "change", "app"),
    [
        ({}, {}, "FCW"),
        ({}, {"zone": Zone.ADJACENT_LEFT}, "LCW"),
        ({}, {"course": Course.CROSSING}, "ICW"),
        ({}, {"course": Course.CROSSING, "is_beside": True}, "LCW"),
        ({"turn": Turn.LEFT}, {"course": Course.ONCOMING}, "LTA"),
        ({"turn": Turn.STRAIGHT}, {"course": Course.ONCOMING}, "ICW"),
        ({}, {"kind": Kind.CYCLIST}, "VRUCW"),
    ],
)
def test_which_application_a_pair_would_be_about(seen, change, app):
    assert pairs.about(view(**seen), other(**change)) == app
