"""BSW marks who is beside us from the driver's eye to 3 m behind the rear (ISO 17387's zone), one a side."""

import pytest

from obu.apps import bsw
from obu.core.alert import Direction, Level
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


def test_it_is_a_mark_on_the_side_where_he_is():
    (alert,) = look()
    assert (alert.is_mark, alert.level, alert.direction) == (True, Level.INFORMATION, Direction.LEFT)
