"""Drives to test with: a vehicle on arcs and straights, put on the ellipsoid by its exact radii."""

import math
from dataclasses import dataclass
from itertools import pairwise

ORIGIN_LAT, ORIGIN_LON = 28.2282, 112.9388

# WGS-84, and the exact radii of curvature at the origin: another way than the series in obu/core/geo.
_A, _F = 6_378_137.0, 1 / 298.257223563
_E2 = _F * (2 - _F)
_SIN2 = math.sin(math.radians(ORIGIN_LAT)) ** 2
_MERIDIAN_M = _A * (1 - _E2) / (1 - _E2 * _SIN2) ** 1.5
_NORMAL_M = _A / math.sqrt(1 - _E2 * _SIN2)
UTC0_NS = 1_800_000_000 * 1_000_000_000


@dataclass(frozen=True, slots=True)
class Moment:
    """Where the vehicle truly is at t_s."""

    t_s: float
    east_m: float
    north_m: float
    heading_deg: float
    speed_mps: float
    yaw_deg_s: float

    @property
    def utc_ns(self):
        return UTC0_NS + round(self.t_s * 1e9)

    @property
    def lat_deg(self):
        return ORIGIN_LAT + math.degrees(self.north_m / _MERIDIAN_M)

    @property
    def lon_deg(self):
        east_rad = self.east_m / (_NORMAL_M * math.cos(math.radians(ORIGIN_LAT)))
        return ORIGIN_LON + math.degrees(east_rad)


def plane(lat_deg, lon_deg):
    """(east, north) metres of a place, by the same exact radii."""
    north = math.radians(lat_deg - ORIGIN_LAT) * _MERIDIAN_M
    return math.radians(lon_deg - ORIGIN_LON) * _NORMAL_M * math.cos(math.radians(ORIGIN_LAT)), north


def drive(legs, step_s=0.1, heading_deg=0.0):
    """Moments along legs of (seconds, speed in m/s, radius in m or None); a positive radius turns right."""
    t_s, east, north, heading = 0.0, 0.0, 0.0, math.radians(heading_deg)
    moments = []
    for seconds, speed, radius in legs:
        turn = speed / radius if radius else 0.0  # rad/s clockwise
        for _ in range(round(seconds / step_s)):
            moments.append(Moment(t_s, east, north, math.degrees(heading) % 360.0, speed, math.degrees(turn)))
            after = heading + turn * step_s
            if radius:  # exactly on the arc
                east += radius * (math.cos(heading) - math.cos(after))
                north += radius * (math.sin(after) - math.sin(heading))
            else:
                east += speed * step_s * math.sin(heading)
                north += speed * step_s * math.cos(heading)
            heading, t_s = after, t_s + step_s
    return moments


def clothoids(speed, pieces, step_s=0.1):
    """Moments along pieces of (length in m, curvature at its end in 1/m), right positive, from a straight to the north.

    The curvature goes evenly over each piece. Places by Simpson's rule on sin and cos of the heading.
    """
    ends_m, curvatures = [0.0], [0.0]
    for length, curvature in pieces:
        ends_m.append(ends_m[-1] + length)
        curvatures.append(curvature)

    def bend(at_m):
        """(heading in rad, curvature) at a distance."""
        heading = 0.0
        for (a, b), (ka, kb) in zip(pairwise(ends_m), pairwise(curvatures), strict=True):
            part = min(at_m, b) - a
            k = ka + (kb - ka) * part / (b - a)
            heading += part * (ka + k) / 2
            if at_m <= b:
                break
        return heading, k

    moments, east, north, step_m = [], 0.0, 0.0, speed * step_s
    for number in range(int(ends_m[-1] / step_m)):
        at_m = number * step_m
        heading, curvature = bend(at_m)
        yaw = math.degrees(speed * curvature)
        moments.append(Moment(number * step_s, east, north, math.degrees(heading) % 360.0, speed, yaw))
        middle, end = bend(at_m + step_m / 2)[0], bend(at_m + step_m)[0]
        east += step_m * (math.sin(heading) + 4 * math.sin(middle) + math.sin(end)) / 6
        north += step_m * (math.cos(heading) + 4 * math.cos(middle) + math.cos(end)) / 6
    return moments


def off_line_m(point, line):
    """Distance of a point from a line of straight pieces, by the height of triangles (Heron)."""
    return min(_off_piece_m(point, a, b) for a, b in pairwise(line))


def _off_piece_m(p, a, b):
    base, to_a, to_b = math.dist(a, b), math.dist(p, a), math.dist(p, b)
    if base == 0 or to_a**2 >= to_b**2 + base**2 or to_b**2 >= to_a**2 + base**2:
        return min(to_a, to_b)  # an obtuse corner: an end is nearest
    half = (base + to_a + to_b) / 2
    return 2 * math.sqrt(max(0.0, half * (half - base) * (half - to_a) * (half - to_b))) / base


def length_m(line):
    return sum(math.dist(a, b) for a, b in pairwise(line))
