"""CLW speaks of who skids ahead of us, also towards us, and not of who does behind."""

import pytest

from obu.apps import clw
from obu.core.alert import Level
from obu.core.vehicle import Event
from obu.core.world import Course, Zone
from tests.apps.seen import other, view

SKIDS = {"events": frozenset({Event.STABILITY_CONTROL_ACTIVATED}), "gap_m": 40.0}


def look(**change):
    return clw.look(view(other(**(SKIDS | change)), speed_mps=12.0), clw.Parameters())


@pytest.mark.parametrize(
    ("change", "warns"),
    [
        ({}, True),
        ({"events": frozenset({Event.ABS_ACTIVATED})}, True),
        ({"events": frozenset({Event.TRACTION_CONTROL_LOSS})}, True),
        ({"events": frozenset({Event.HARD_BRAKING})}, False),  # EBW
        ({"gap_m": 73.0}, False),  # more than 6 s away
        ({"gap_m": 100.0, "course": Course.ONCOMING, "zone": Zone.ADJACENT_LEFT}, True),  # 20 m/s towards each other
        ({"course": Course.CROSSING}, False),
        ({"along_m": -30.0}, False),
        ({"zone": Zone.FAR}, False),
        ({"age_s": 1.1}, False),
    ],
)
def test_whom_it_concerns(change, warns):
    assert bool(look(**change)) is warns


def test_in_our_own_lane_it_is_imminent():
    assert look()[0].level is Level.IMMINENT and look(zone=Zone.ADJACENT_RIGHT)[0].level is Level.CAUTION
