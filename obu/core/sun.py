"""Where the sun stands, to a hundredth of a degree: formulas of the Astronomical Almanac, good from 1950 to 2050."""

import math

from obu.core.geo import LatLon

EPOCH_UTC_S = 946_728_000.0  # 2000-01-01 12:00 UTC, J2000.0
DAY_S = 86_400.0
NIGHT_DEG = -3.0  # our own: half way into civil twilight (-6) lamps are on, and a bright screen dazzles


def elevation_deg(place: LatLon, utc_s: float) -> float:
    """Above the horizon, without refraction; utc_s in Unix seconds."""
    days = (utc_s - EPOCH_UTC_S) / DAY_S
    mean = math.radians(357.528 + 0.9856003 * days)
    ecliptic = math.radians(280.460 + 0.9856474 * days + 1.915 * math.sin(mean) + 0.020 * math.sin(2.0 * mean))
    tilt = math.radians(23.439 - 4e-7 * days)
    ascension = math.atan2(math.cos(tilt) * math.sin(ecliptic), math.cos(ecliptic))
    declination = math.asin(math.sin(tilt) * math.sin(ecliptic))
    hour = math.radians(280.46062 + 360.98564737 * days + place.lon_deg) - ascension
    latitude = math.radians(place.lat_deg)
    height = math.sin(latitude) * math.sin(declination) + math.cos(latitude) * math.cos(declination) * math.cos(hour)
    return math.degrees(math.asin(max(-1.0, min(1.0, height))))


def is_night(place: LatLon, utc_s: float) -> bool:
    """Whether a screen should be dark."""
    return elevation_deg(place, utc_s) < NIGHT_DEG
