"""TJW speaks of a jam ahead on our road, of the nearest, and not to who stands in it."""

import pytest

from obu.apps import hlw, tjw
from obu.core.world import Hazard
from tests.apps.seen import view


def jam(ahead_m, event_type=707):
    return Hazard(id=(b"rsu-0001", 3), event_type=event_type, description=None, priority=3, ahead_m=ahead_m, age_s=0.1)


@pytest.mark.parametrize(
    ("ahead_m", "speed_mps", "event_type", "warns"),
    [(200.0, 12.0, 707, True), (241.0, 12.0, 707, False), (499.0, 30.0, 707, True), (501.0, 30.0, 707, False),
     (-1.0, 12.0, 707, False), (100.0, 2.0, 707, False), (100.0, 12.0, 501, False)],
)  # fmt: skip
def test_when_it_speaks(ahead_m, speed_mps, event_type, warns):
    seen = view(speed_mps=speed_mps, hazards=(jam(ahead_m, event_type),))
    assert bool(tjw.look(seen, tjw.Parameters())) is warns


def test_a_jam_is_told_once():
    seen = view(speed_mps=12.0, hazards=(jam(60.0),))
    assert tjw.look(seen, tjw.Parameters()) and not hlw.look(seen, hlw.Parameters())
