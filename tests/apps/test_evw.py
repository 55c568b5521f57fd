"""EVW speaks of an emergency vehicle on duty that comes nearer, from all sides, and of no other."""

import pytest

from obu.apps import evw
from obu.core.alert import Direction
from obu.core.geo import Offset
from obu.core.world import Course
from tests.apps.seen import other, view


def look(ahead_m, right_m=0.0, heading_deg=0.0, speed_mps=16.0, on_duty=True, own_mps=8.0, **change):
    there = other(
        offset=Offset(ahead_m, right_m), along_m=ahead_m, heading_diff_deg=heading_deg, speed_mps=speed_mps,
        is_on_duty=on_duty, **change,
    )  # fmt: skip
    return evw.look(view(there, speed_mps=own_mps), evw.Parameters())


@pytest.mark.parametrize(
    ("there", "direction"),
    [
        ({"ahead_m": -150.0}, Direction.BEHIND),
        ({"ahead_m": 150.0, "heading_deg": 180.0, "course": Course.ONCOMING}, Direction.AHEAD),
        ({"ahead_m": 20.0, "right_m": 100.0, "heading_deg": -90.0, "course": Course.CROSSING}, Direction.RIGHT),
        ({"ahead_m": -300.0}, None),  # more than half a minute away
        ({"ahead_m": -299.0, "speed_mps": 30.0}, Direction.BEHIND),
        ({"ahead_m": -150.0, "on_duty": False}, None),
        ({"ahead_m": -150.0, "speed_mps": 6.0}, None),  # it falls behind
        ({"ahead_m": 60.0}, None),  # it has passed
        ({"ahead_m": -100.0, "heading_deg": 180.0}, None),  # it drives away
    ],
)
def test_whom_it_concerns(there, direction):
    alerts = look(**there)
    assert (alerts[0].direction if alerts else None) is direction
