"""Places as several messages write them: absolute, or in the smallest of six widths of offset from a reference."""

import math
from typing import Any

from obu.codec.messages.scales import DEGREE_STEPS, LATITUDE_UNAVAILABLE, LONGITUDE_UNAVAILABLE
from obu.codec.shape import EncodeError
from obu.core.errors import RemoteError
from obu.core.geo import LatLon

POSITION_UNAVAILABLE = "position_unavailable"
POSITION_OUT_OF_RANGE = "position_out_of_range"

_ABSOLUTE = "position-LatLon"
_OFFSET_FORMS = (  # alternative of PositionOffsetLL, bits of each coordinate (YD/T 3709-2020)
    ("position-LL1", 12),
    ("position-LL2", 14),
    ("position-LL3", 16),
    ("position-LL4", 18),
    ("position-LL5", 22),
    ("position-LL6", 24),
)
_LAT_MAX = 90 * DEGREE_STEPS
_HALF_TURN = 180 * DEGREE_STEPS


def place_of(position: dict[str, Any]) -> LatLon:
    """A Position3D's place. Raises RemoteError if it says it has none."""
    return _place(position["lat"], position["long"])


def position_of(place: LatLon, elevation: int | None = None) -> dict[str, Any]:
    """Position3D of a place; elevation raw, left out if None."""
    lat, lon = _steps(place)
    position = {"lat": lat, "long": lon}
    return position if elevation is None else {**position, "elevation": elevation}


def place_at(reference: LatLon, offset: dict[str, Any]) -> LatLon:
    """The place of a PositionOffsetLLV from its reference; the absolute form stands for itself."""
    form, step = offset["offsetLL"]
    if form == _ABSOLUTE:
        return _place(step["lat"], step["lon"])
    lat, lon = _steps(reference)
    return _place(lat + step["lat"], _turn(lon + step["lon"]))


def offset_to(reference: LatLon, place: LatLon) -> dict[str, Any]:
    """PositionOffsetLLV of a place, in the smallest form that holds it."""
    ref_lat, ref_lon = _steps(reference)
    lat, lon = _steps(place)
    lat_diff, lon_diff = lat - ref_lat, _turn(lon - ref_lon)
    for form, bits in _OFFSET_FORMS:
        limit = 1 << (bits - 1)
        if -limit <= lat_diff < limit and -limit <= lon_diff < limit:
            return {"offsetLL": (form, {"lon": lon_diff, "lat": lat_diff})}
    return {"offsetLL": (_ABSOLUTE, {"lon": lon, "lat": lat})}


def _place(lat: int, lon: int) -> LatLon:
    if lat == LATITUDE_UNAVAILABLE or lon == LONGITUDE_UNAVAILABLE:
        raise RemoteError(POSITION_UNAVAILABLE)
    if abs(lat) > _LAT_MAX:
        raise RemoteError(POSITION_OUT_OF_RANGE)
    return LatLon(lat / DEGREE_STEPS, lon / DEGREE_STEPS)


def _steps(place: LatLon) -> tuple[int, int]:
    if not (math.isfinite(place.lat_deg) and math.isfinite(place.lon_deg)):
        raise EncodeError("place: is not a number", "place：不是数值")
    return round(place.lat_deg * DEGREE_STEPS), _turn(round(place.lon_deg * DEGREE_STEPS))


def _turn(lon: int) -> int:
    # Longitude is -1799999999..1800000000: the date line has one name.
    return _HALF_TURN - (_HALF_TURN - lon) % (2 * _HALF_TURN)
