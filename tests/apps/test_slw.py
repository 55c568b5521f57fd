"""SLW speaks above the limit by more than a speedometer errs."""

import pytest

from obu.apps import slw
from tests.apps.seen import view


@pytest.mark.parametrize(
    ("kind", "limit_kph", "speed_kph", "warns"),
    [
        ("taxi", 50, 52.9, False),
        ("taxi", 50, 53.2, True),
        ("taxi", 80, 83.9, False),
        ("taxi", 80, 84.1, True),
        ("bus12", 30, 32.9, False),
        ("bus12", 30, 33.2, True),
        ("bus12", 80, 73.4, False),
        ("bus12", 80, 73.6, True),  # no bus with standees may be as fast as the road
        ("bus18", 80, 73.6, True),
    ],
)
def test_three_km_h_or_five_per_cent_above_what_binds_the_class(kind, limit_kph, speed_kph, warns):
    seen = view(speed_mps=speed_kph / 3.6, kind=kind, limit_mps=limit_kph / 3.6)
    assert bool(slw.look(seen, slw.Parameters())) is warns


def test_without_a_limit_or_a_speed_nothing_is_claimed():
    assert not slw.look(view(speed_mps=30.0), slw.Parameters())
    assert not slw.look(view(speed_mps=None, limit_mps=8.0), slw.Parameters())
