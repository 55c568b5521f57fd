"""Where a certificate may be used, as it says itself; what cannot be judged is not inside."""

from dataclasses import dataclass
from typing import Any

from obu.core.geo import LatLon, distance_m

CHINA = 156  # ISO 3166-1 numeric, as identified regions name a country (IEEE 1609.2 6.4.23)
_UNIT_DEG = 1e-7
_NOWHERE = LatLon(90.0, 0.0)
_FAR_DEG = 0.7  # no circular region is wider: its radius is at most 65,535 m


@dataclass(frozen=True, slots=True)
class Circle:
    """All within radius_m of the centre."""

    centre: LatLon
    radius_m: float

    def contains(self, place: LatLon) -> bool:
        """Whether the place is inside."""
        if abs(place.lat_deg - self.centre.lat_deg) > _FAR_DEG:
            return False
        return distance_m(self.centre, place) <= self.radius_m


@dataclass(frozen=True, slots=True)
class Rectangle:
    """Between two corners, on parallels and meridians; none crosses the antimeridian (IEEE 1609.2 6.4.20)."""

    north_west: LatLon
    south_east: LatLon

    def contains(self, place: LatLon) -> bool:
        """Whether the place is inside."""
        return (
            self.south_east.lat_deg <= place.lat_deg <= self.north_west.lat_deg
            and self.north_west.lon_deg <= place.lon_deg <= self.south_east.lon_deg
        )


@dataclass(frozen=True, slots=True)
class Polygon:
    """Inside a closed line of straight edges (IEEE 1609.2 6.4.21)."""

    corners: tuple[LatLon, ...]

    def contains(self, place: LatLon) -> bool:
        """Whether the place is inside: a ray to the east crosses an odd number of edges."""
        is_inside = False
        for a, b in zip(self.corners, self.corners[1:] + self.corners[:1], strict=True):
            if (a.lat_deg > place.lat_deg) == (b.lat_deg > place.lat_deg):
                continue
            share = (place.lat_deg - a.lat_deg) / (b.lat_deg - a.lat_deg)
            if place.lon_deg < a.lon_deg + share * (b.lon_deg - a.lon_deg):
                is_inside = not is_inside
        return is_inside


@dataclass(frozen=True, slots=True)
class Country:
    """A country by its number, whole or in parts; borders are not held here: our own is taken to be where we are."""

    code: int

    def contains(self, place: LatLon) -> bool:
        """Whether it is the country that this unit is made for, wherever the place is."""
        return self.code == CHINA


Region = tuple[Circle | Rectangle | Polygon | Country, ...]


def contains(region: Region | None, place: LatLon | None) -> bool:
    """Whether a certificate with this region may speak at the place; None as region is everywhere.

    Without a place only countries can be judged.
    """
    if region is None:
        return True
    return any((place is not None or isinstance(part, Country)) and part.contains(place or _NOWHERE) for part in region)


def from_wire(value: tuple[str, Any] | None) -> Region | None:
    """The region of a GeographicRegion in the codec's form, None where there is none."""
    if value is None:
        return None
    kind, body = value
    match kind:
        case "circularRegion":
            return (Circle(_place(body["center"]), float(body["radius"])),)
        case "rectangularRegion":
            return tuple(Rectangle(_place(part["northWest"]), _place(part["southEast"])) for part in body)
        case "polygonalRegion":
            return (Polygon(tuple(_place(corner) for corner in body)),)
    return tuple(Country(_country(part)) for part in body)


def _country(value: tuple[str, Any]) -> int:
    kind, body = value
    if kind == "countryOnly":
        return int(body)
    return int(body["countryOnly" if kind == "countryAndRegions" else "country"])


def _place(value: dict[str, int]) -> LatLon:
    return LatLon(value["latitude"] * _UNIT_DEG, value["longitude"] * _UNIT_DEG)
