"""SLW speaks above the limit by more than a speedometer errs."""

import pytest

from obu.apps import slw
from tests.apps.seen import view


@pytest.mark.parametrize(
    ("limit_kph", "speed_kph", "warns"),
    [(50, 52.9, False), (50, 53.2, True), (80, 72.0, False), (80, 74.0, True), (30, 32.9, False), (30, 33.2, True)],
)
def test_three_km_h_or_five_per_cent(limit_kph, speed_kph, warns):
    """Above 70 km/h no class may drive in a city, whatever the MAP says."""
    seen = view(speed_mps=speed_kph / 3.6, kind="taxi", limit_mps=limit_kph / 3.6)
    assert bool(slw.look(seen, slw.Parameters())) is warns


def test_without_a_limit_or_a_speed_nothing_is_claimed():
    assert not slw.look(view(speed_mps=30.0), slw.Parameters())
    assert not slw.look(view(speed_mps=None, limit_mps=8.0), slw.Parameters())
