"""How far GCJ-02, the datum of published Chinese maps, lies from WGS-84/CGCS2000; its one rule: only to find it out.

The law's own transform is secret. This is the reconstruction that is public (github.com/googollee/eviltransform, and
many more): polynomials and sines of the degrees from 105 E, 35 N give metres on the Krasovsky ellipsoid.
Nothing is ever converted by it: it names a fault, it mends none.
"""

import math

from obu.core.geo import LatLon

A_M = 6_378_245.0  # Krasovsky 1940
E2 = 0.00669342162296594323
ORIGIN = LatLon(35.0, 105.0)
# Outside nothing is shifted; a rectangle, as the public descriptions have it.
SOUTH_DEG, NORTH_DEG, WEST_DEG, EAST_DEG = 0.8293, 55.8271, 72.004, 137.8347


def offset_m(place: LatLon) -> tuple[float, float]:
    """(east, north) from a WGS-84 place to where GCJ-02 draws it; 100 to 700 m in China, nothing elsewhere."""
    if not (SOUTH_DEG <= place.lat_deg <= NORTH_DEG and WEST_DEG <= place.lon_deg <= EAST_DEG):
        return 0.0, 0.0
    x, y = place.lon_deg - ORIGIN.lon_deg, place.lat_deg - ORIGIN.lat_deg
    both = _waves(x, (20.0, 6.0), (20.0, 2.0))
    north_m = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * math.sqrt(abs(x))
    east_m = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * math.sqrt(abs(x))
    north_m += both + _waves(y, (20.0, 1.0), (40.0, 1 / 3), (160.0, 1 / 12), (320.0, 1 / 30))
    east_m += both + _waves(x, (20.0, 1.0), (40.0, 1 / 3), (150.0, 1 / 12), (300.0, 1 / 30))
    return east_m, north_m


def shifted(place: LatLon) -> LatLon:
    """Where GCJ-02 draws a WGS-84 place."""
    east_m, north_m = offset_m(place)
    phi = math.radians(place.lat_deg)
    w2 = 1.0 - E2 * math.sin(phi) ** 2
    meridian_m, parallel_m = A_M * (1.0 - E2) / w2**1.5, A_M / math.sqrt(w2) * math.cos(phi)
    return LatLon(place.lat_deg + math.degrees(north_m / meridian_m), place.lon_deg + math.degrees(east_m / parallel_m))


def unshifted(place: LatLon) -> LatLon:
    """The WGS-84 place that GCJ-02 draws here, to a millimetre."""
    found = place
    for _ in range(4):  # the offset changes by less than 1 % over its own length
        drawn = shifted(found)
        found = LatLon(found.lat_deg + place.lat_deg - drawn.lat_deg, found.lon_deg + place.lon_deg - drawn.lon_deg)
    return found


def _waves(at: float, *waves: tuple[float, float]) -> float:
    return sum(size * math.sin(rate * at * math.pi) for size, rate in waves) * 2.0 / 3.0
