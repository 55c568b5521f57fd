"""Geometry on a local tangent plane: metres east and north of an origin; error well under 1 cm within 2 km."""

import math
from dataclasses import dataclass

from obu.core.quick import quick


@quick
class LatLon:
    """A place in degrees, WGS-84/CGCS2000 as the receiver gives it, never GCJ-02 (docs/open-questions.md)."""

    lat_deg: float
    lon_deg: float


@dataclass(frozen=True, slots=True)
class Offset:
    """Where something is as the driver sees it: metres ahead (behind is negative) and to the right."""

    ahead_m: float
    right_m: float


class LocalFrame:
    """East/north metres about an origin, by the series for metres per degree on the WGS-84 ellipsoid."""

    __slots__ = ("_lat_m", "_lon_m", "origin")

    def __init__(self, origin: LatLon) -> None:
        self.origin = origin
        phi = math.radians(origin.lat_deg)
        # Metres per degree (series of the WGS-84 meridian and parallel, e.g. NIMA TR8350.2 derived tables).
        self._lat_m = 111_132.954 - 559.822 * math.cos(2 * phi) + 1.175 * math.cos(4 * phi)
        self._lon_m = 111_412.84 * math.cos(phi) - 93.5 * math.cos(3 * phi)

    def to_plane(self, place: LatLon) -> tuple[float, float]:
        """(east_m, north_m) of a place."""
        lon_diff_deg = (place.lon_deg - self.origin.lon_deg + 180.0) % 360.0 - 180.0
        return lon_diff_deg * self._lon_m, (place.lat_deg - self.origin.lat_deg) * self._lat_m

    def to_place(self, east_m: float, north_m: float) -> LatLon:
        """The place at (east_m, north_m)."""
        return LatLon(self.origin.lat_deg + north_m / self._lat_m, self.origin.lon_deg + east_m / self._lon_m)


def wrap_deg(angle_deg: float) -> float:
    """The same angle in (-180, 180]."""
    wrapped = math.fmod(angle_deg, 360.0)
    if wrapped > 180.0:
        return wrapped - 360.0
    return wrapped + 360.0 if wrapped <= -180.0 else wrapped


def distance_m(a: LatLon, b: LatLon) -> float:
    """Straight distance between two places less than a few kilometres apart."""
    return math.hypot(*LocalFrame(a).to_plane(b))


def bearing_deg(a: LatLon, b: LatLon) -> float:
    """Direction from a to b, degrees clockwise from true north, 0..360."""
    east_m, north_m = LocalFrame(a).to_plane(b)
    return math.degrees(math.atan2(east_m, north_m)) % 360.0


def turn_to_view(east_m: float, north_m: float, heading_deg: float) -> Offset:
    """A displacement on the plane as (ahead, right) of somebody who looks along heading_deg."""
    heading_rad = math.radians(heading_deg)
    sin_h, cos_h = math.sin(heading_rad), math.cos(heading_rad)
    return Offset(east_m * sin_h + north_m * cos_h, east_m * cos_h - north_m * sin_h)


def seen_from(own: LatLon, heading_deg: float, other: LatLon) -> Offset:
    """Where `other` is for somebody at `own` who looks along heading_deg."""
    return turn_to_view(*LocalFrame(own).to_plane(other), heading_deg)


def move(start: LatLon, heading_deg: float, ahead_m: float, right_m: float = 0.0) -> LatLon:
    """The place ahead_m in front and right_m to the right of somebody at `start` who looks along heading_deg."""
    heading_rad = math.radians(heading_deg)
    sin_h, cos_h = math.sin(heading_rad), math.cos(heading_rad)
    return LocalFrame(start).to_place(ahead_m * sin_h + right_m * cos_h, ahead_m * cos_h - right_m * sin_h)
