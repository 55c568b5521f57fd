"""AVW speaks of who stands or crawls ahead with hazard lights, soon enough to go round him."""

import pytest

from obu.apps import avw
from obu.core.vehicle import Event, Light
from obu.core.world import Course, Zone
from tests.apps.seen import other, view

STANDS = {"speed_mps": 0.0, "lights": frozenset({Light.HAZARD}), "gap_m": 60.0}


@pytest.mark.parametrize(
    ("change", "warns"),
    [
        ({}, True),
        ({"lights": frozenset()}, False),
        ({"lights": frozenset(), "events": frozenset({Event.DISABLED_VEHICLE})}, True),
        ({"lights": frozenset(), "events": frozenset({Event.HAZARD_LIGHTS})}, True),
        ({"speed_mps": 5.0}, False),  # more than a third of our speed
        ({"gap_m": 97.0}, False),  # more than 8 s away
        ({"gap_m": 95.0}, True),
        ({"along_m": -40.0}, False),
        ({"course": Course.ONCOMING}, False),
        ({"zone": Zone.FAR}, False),
        ({"zone": Zone.ADJACENT_RIGHT}, True),
        ({"age_s": 1.1}, False),
    ],
)
def test_whom_it_concerns(change, warns):
    seen = view(other(**(STANDS | change)), speed_mps=12.0)
    assert bool(avw.look(seen, avw.Parameters())) is warns
