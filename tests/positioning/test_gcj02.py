"""GCJ-02's offset against values that others published."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from obu.core.geo import LatLon, distance_m
from obu.positioning import gcj02

# Test values of eviltransform (github.com/googollee/eviltransform): WGS-84, GCJ-02.
PUBLISHED = (
    ((31.1774276, 121.5272106), (31.17530398364597, 121.531541859215)),  # Shanghai
    ((22.543847, 113.912316), (22.540796131694766, 113.9171764808363)),  # Shenzhen
    ((39.911954, 116.377817), (39.91334545536069, 116.38404722455657)),  # Beijing
)


@pytest.mark.parametrize(("wgs", "gcj"), PUBLISHED)
def test_published_pairs(wgs, gcj):
    drawn = gcj02.shifted(LatLon(*wgs))
    assert (drawn.lat_deg, drawn.lon_deg) == pytest.approx(gcj, abs=1e-9)
    assert distance_m(gcj02.unshifted(LatLon(*gcj)), LatLon(*wgs)) < 0.001


@pytest.mark.parametrize("place", [LatLon(-27.4698, 153.0251), LatLon(48.1, 11.5), LatLon(60.0, 110.0)])
def test_elsewhere_nothing_is_shifted(place):
    assert gcj02.shifted(place) == gcj02.unshifted(place) == place


@given(st.floats(19.0, 52.0), st.floats(75.0, 134.0))
def test_the_offset_is_the_way_to_the_shifted_place_and_is_undone(lat_deg, lon_deg):
    place = LatLon(lat_deg, lon_deg)
    drawn = gcj02.shifted(place)
    assert distance_m(gcj02.unshifted(drawn), place) < 0.001
    assert 10.0 < distance_m(place, drawn) < 1500.0
