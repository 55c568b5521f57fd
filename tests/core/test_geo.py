"""The tangent plane against the geodesic worked another way: Vincenty's chord on the WGS-84 ellipsoid by ECEF."""

import math

from hypothesis import given
from hypothesis import strategies as st

from obu.core.geo import LatLon, bearing_deg, distance_m, move, seen_from, wrap_deg

A_M, F = 6_378_137.0, 1 / 298.257223563
PLACES = st.builds(LatLon, st.floats(18, 53), st.floats(74, 134))


def ecef(place):
    phi, lam = math.radians(place.lat_deg), math.radians(place.lon_deg)
    e2 = F * (2 - F)
    n = A_M / math.sqrt(1 - e2 * math.sin(phi) ** 2)
    return n * math.cos(phi) * math.cos(lam), n * math.cos(phi) * math.sin(lam), n * (1 - e2) * math.sin(phi)


@given(PLACES, st.floats(0, 359), st.floats(1, 1500))
def test_distances_agree_with_the_ellipsoids_chord(start, heading_deg, ahead_m):
    end = move(start, heading_deg, ahead_m)
    assert abs(math.dist(ecef(start), ecef(end)) - ahead_m) < 0.01 + ahead_m * 2e-4
    assert abs(distance_m(start, end) - ahead_m) < 0.01 + ahead_m * 2e-4
    assert abs(wrap_deg(bearing_deg(start, end) - heading_deg)) < 0.05


@given(PLACES, st.floats(0, 359), st.floats(-300, 300), st.floats(-300, 300))
def test_what_was_moved_is_seen_where_it_was_moved_to(own, heading_deg, ahead_m, right_m):
    seen = seen_from(own, heading_deg, move(own, heading_deg, ahead_m, right_m))
    assert abs(seen.ahead_m - ahead_m) < 0.01
    assert abs(seen.right_m - right_m) < 0.01


def test_east_is_to_the_right_of_north():
    seen = seen_from(LatLon(30.0, 120.0), 0.0, LatLon(30.0, 120.001))
    assert seen.right_m > 90
    assert abs(seen.ahead_m) < 1


@given(st.floats(-1e6, 1e6))
def test_wrapped_angles_are_the_same_angle(angle_deg):
    wrapped = wrap_deg(angle_deg)
    assert -180 < wrapped <= 180
    assert abs(math.remainder(wrapped - angle_deg, 360)) < 1e-6
