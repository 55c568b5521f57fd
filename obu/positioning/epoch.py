"""One epoch of the receiver: the fields of RMC, GGA and GST as values, and the Fix they make together."""

import math
from dataclasses import dataclass

from obu.core.now import NS_PER_MS
from obu.core.units import MPS_PER_KNOT
from obu.core.vehicle import Fix, FixKind

BAD_FIELD = "bad_field"

# Fields that must be there, by sentence; later ones (mode, navigational status) came with later editions.
EXPECTED = {"RMC": 9, "GGA": 12, "GST": 8}

DAY_MS = 86_400_000
LEAP_SECOND = 60  # 23:59:60 is a second of its own; Unix time gives it the number of the next midnight

# GGA quality (NMEA 0183 4.11); 0 is no fix, and 7 (typed in by hand) is none for us.
KINDS = {
    1: FixKind.SINGLE,
    2: FixKind.DIFFERENTIAL,
    3: FixKind.SINGLE,
    4: FixKind.RTK_FIXED,
    5: FixKind.RTK_FLOAT,
    6: FixKind.DEAD_RECKONING,
    8: FixKind.SIMULATED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rmc:
    """Recommended minimum data: the date, and the motion over ground. day: since 1970-01-01."""

    time_ms: int
    is_valid: bool
    day: int = 0
    speed_mps: float | None = None
    heading_deg: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Gga:
    """Position and its quality. elevation_m: above the ellipsoid, None without the geoid's separation."""

    time_ms: int
    is_valid: bool
    lat_deg: float = 0.0
    lon_deg: float = 0.0
    kind: FixKind = FixKind.SINGLE
    satellites: int = 0
    elevation_m: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Gst:
    """Error ellipse, one sigma. orientation_deg: of the semi-major axis from true north, 0..180."""

    time_ms: int
    is_valid: bool
    semi_major_m: float | None = None
    semi_minor_m: float | None = None
    orientation_deg: float | None = None


Part = Rmc | Gga | Gst


@dataclass(slots=True)
class Epoch:
    """What has come in of one instant. time_ms: of the UTC day, 86,400,000 and more in a leap second."""

    time_ms: int
    at_ns: int = 0
    rmc: Rmc | None = None
    gga: Gga | None = None
    gst: Gst | None = None
    is_done: bool = False


def complete(epoch: Epoch) -> Fix:
    """The Fix of an epoch that has its RMC and GGA."""
    assert epoch.rmc is not None and epoch.gga is not None
    rmc, gga, gst = epoch.rmc, epoch.gga, epoch.gst
    return Fix(
        at_ns=epoch.at_ns,
        utc_ns=(rmc.day * DAY_MS + epoch.time_ms) * NS_PER_MS,
        lat_deg=gga.lat_deg,
        lon_deg=gga.lon_deg,
        kind=gga.kind,
        satellites=gga.satellites,
        elevation_m=gga.elevation_m,
        speed_mps=rmc.speed_mps,
        heading_deg=rmc.heading_deg,
        semi_major_m=gst.semi_major_m if gst else None,
        semi_minor_m=gst.semi_minor_m if gst else None,
        orientation_deg=gst.orientation_deg if gst else None,
    )


def rmc_part(data: list[str]) -> Rmc:
    """RMC: time, status, lat, N, lon, E, knots, course, ddmmyy. Raises ValueError."""
    status, knots, course, date = data[1], data[6], data[7], data[8]
    if status != "A":
        return Rmc(time_ms=0, is_valid=False)
    return Rmc(
        time_ms=_time_ms(data[0]),
        is_valid=True,
        day=_day(date),
        speed_mps=_within(knots, 0.0, 1000.0) * MPS_PER_KNOT if knots else None,
        heading_deg=_within(course, 0.0, 360.0) % 360.0 if course else None,
    )


def gga_part(data: list[str]) -> Gga:
    """GGA: time, lat, N, lon, E, quality, satellites, HDOP, altitude, M, separation, M. Raises ValueError."""
    quality = _whole(data[5])
    if quality not in KINDS:
        return Gga(time_ms=0, is_valid=False)
    altitude, separation = data[8], data[10]
    return Gga(
        time_ms=_time_ms(data[0]),
        is_valid=True,
        lat_deg=_coordinate(data[1], 2, data[2], "NS", 90.0),
        lon_deg=_coordinate(data[3], 3, data[4], "EW", 180.0),
        kind=KINDS[quality],
        satellites=_whole(data[6]),
        elevation_m=_number(altitude) + _number(separation) if altitude and separation else None,
    )


def gst_part(data: list[str]) -> Gst:
    """GST: time, RMS, semi-major, semi-minor, orientation, sigma of lat, lon, height. Raises ValueError.

    Receivers that leave the ellipse empty give the sigmas of latitude and longitude: an ellipse on the axes.
    """
    time_ms = _time_ms(data[0])
    if data[2] and data[3] and data[4]:
        major_m, minor_m = _within(data[2], 0.0, math.inf), _within(data[3], 0.0, math.inf)
        orientation_deg = _within(data[4], -360.0, 360.0) % 180.0
    elif data[5] and data[6]:
        major_m, minor_m = _within(data[5], 0.0, math.inf), _within(data[6], 0.0, math.inf)
        orientation_deg = 0.0
    else:
        return Gst(time_ms=time_ms, is_valid=True)
    if minor_m > major_m:
        major_m, minor_m, orientation_deg = minor_m, major_m, (orientation_deg + 90.0) % 180.0
    return Gst(
        time_ms=time_ms,
        is_valid=True,
        semi_major_m=major_m,
        semi_minor_m=minor_m,
        orientation_deg=orientation_deg,
    )


def _time_ms(text: str) -> int:
    """Milliseconds of the UTC day of hhmmss[.sss]."""
    if len(text) < 6 or not (text[:6].isdecimal() and text[6:7] in ("", ".")):
        raise ValueError(BAD_FIELD)
    hour, minute, second = int(text[:2]), int(text[2:4]), int(text[4:6])
    is_leap = (hour, minute, second) == (23, 59, LEAP_SECOND)
    if hour > 23 or minute > 59 or (second > 59 and not is_leap):
        raise ValueError(BAD_FIELD)
    fraction_ms = round(_within(f"0{text[6:]}", 0.0, 1.0) * 1000) if len(text) > 7 else 0
    return ((hour * 60 + minute) * 60 + second) * 1000 + fraction_ms


def _day(text: str) -> int:
    """Days since 1970-01-01 of ddmmyy, years 2000 to 2099."""
    if len(text) != 6 or not text.isdecimal():
        raise ValueError(BAD_FIELD)
    day, month, year = int(text[:2]), int(text[2:4]), 2000 + int(text[4:])
    is_leap = year % 4 == 0  # 2000 is one, 2100 is not reached
    lengths = (31, 29 if is_leap else 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
    if not 1 <= month <= 12 or not 1 <= day <= lengths[month - 1]:
        raise ValueError(BAD_FIELD)
    years_since = year - 2000
    return 10_957 + years_since * 365 + (years_since + 3) // 4 + sum(lengths[: month - 1]) + day - 1


def _coordinate(text: str, degree_digits: int, side: str, sides: str, limit_deg: float) -> float:
    """Degrees of [d]ddmm.mmmm and its hemisphere; the second of `sides` is negative."""
    if len(text) < degree_digits + 2 or not text[: degree_digits + 2].isdecimal() or side not in tuple(sides):
        raise ValueError(BAD_FIELD)
    minutes = _within(text[degree_digits:], 0.0, 60.0)
    degrees = int(text[:degree_digits]) + minutes / 60.0
    if minutes >= 60.0 or degrees > limit_deg:
        raise ValueError(BAD_FIELD)
    return degrees if side == sides[0] else -degrees


def _whole(text: str) -> int:
    if not (text.isdecimal() and len(text) <= 3):
        raise ValueError(BAD_FIELD)
    return int(text)


def _within(text: str, low: float, high: float) -> float:
    value = _number(text)
    if not low <= value <= high:
        raise ValueError(BAD_FIELD)
    return value


def _number(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        raise ValueError(BAD_FIELD) from None
    if not math.isfinite(value) or "_" in text:
        raise ValueError(BAD_FIELD)
    return value
