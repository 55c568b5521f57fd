"""The sun against published instants: sunrise and sunset tables, solar noon by the equation of time, solstices."""

from datetime import datetime

import pytest

from obu.core.geo import LatLon
from obu.core.sun import elevation_deg, is_night

BEIJING = LatLon(39.9042, 116.4074)
HORIZON_DEG = -0.833  # of published sunrises: 34' of refraction and 16' of the sun's half disc


@pytest.mark.parametrize(
    "at",
    [
        "2026-06-21T04:46+08:00",
        "2026-06-21T19:46+08:00",
        "2026-12-22T07:33+08:00",
        "2026-12-22T16:53+08:00",
    ],
)
def test_it_rises_and_sets_in_beijing_as_the_almanac_says(at: str) -> None:
    """To the minute that is printed: the sun moves 0.2 degrees in it."""
    assert elevation_deg(BEIJING, datetime.fromisoformat(at).timestamp()) == pytest.approx(HORIZON_DEG, abs=0.25)


def test_noon_is_where_the_equation_of_time_has_it() -> None:
    """At Greenwich 16 min 25 s before twelve on 3 November, 14 min 13 s after it on 11 February."""
    for noon in ("2026-11-03T11:43:35+00:00", "2026-02-11T12:14:13+00:00"):
        at_s = datetime.fromisoformat(noon).timestamp()
        heights = {apart_s: elevation_deg(LatLon(0.0, 0.0), at_s + apart_s) for apart_s in range(-120, 121, 5)}
        assert abs(max(heights, key=heights.__getitem__)) <= 15, noon


def test_at_the_solstices_it_stands_as_high_as_the_tropics_are_away() -> None:
    for month, tropic_deg in (("06", 23.44), ("12", -23.44)):
        noon_s = datetime.fromisoformat(f"2026-{month}-21T12:14:00+08:00").timestamp()
        assert elevation_deg(BEIJING, noon_s) == pytest.approx(90.0 - (BEIJING.lat_deg - tropic_deg), abs=0.05)


def test_a_screen_is_dark_from_half_way_into_twilight() -> None:
    """Sunset 19:46; half of the half hour of civil twilight later it is night."""
    assert not is_night(BEIJING, datetime.fromisoformat("2026-06-21T19:52+08:00").timestamp())
    assert is_night(BEIJING, datetime.fromisoformat("2026-06-21T20:06+08:00").timestamp())
