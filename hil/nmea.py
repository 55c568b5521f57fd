"""What the receiver on the roof says of the bus: NMEA 0183 at 10 Hz with a receiver's own error, by seed."""

import math
import random
import time
from dataclasses import dataclass

from hil.plant import Truth
from hil.wander import Wander
from obu.core.geo import LatLon, move
from obu.core.now import NS_PER_MS, NS_PER_S
from obu.core.units import MPS_PER_KNOT

EPOCH_NS = 100 * NS_PER_MS
STILL_MPS = 0.3  # slower, and a receiver has no course to give
SEMI_MAJOR, SEMI_MINOR, ORIENTATION_DEG = 1.0, 0.7, 35.0  # shape of the error ellipse, of sigma_m
GEOID_SEPARATION_M = 10.4
ALTITUDE_M = 5.2
SATELLITES = 22


@dataclass(frozen=True, slots=True, kw_only=True)
class Mount:
    """antenna_ahead_m, antenna_right_m: from the centre of the outline. sigma_m: of the longer axis of its error,
    which wanders over correlation_s (a Gauss-Markov process of the first order); white_m: of what is new in each fix.
    """

    antenna_ahead_m: float = 3.5
    antenna_right_m: float = 0.0
    sigma_m: float = 0.3
    correlation_s: float = 60.0
    white_m: float = 0.0


class Receiver:
    """epoch() for each tenth of a second of UTC; the same seed gives the same errors."""

    def __init__(self, mount: Mount, seed: int) -> None:
        self._mount = mount
        self._random = random.Random(f"receiver {seed}")
        self._sigma_m = math.hypot(mount.sigma_m, mount.white_m)  # as it vouches for
        axes_m = (mount.sigma_m * SEMI_MAJOR, mount.sigma_m * SEMI_MINOR)
        self._wander = Wander(self._random, axes_m, mount.correlation_s)

    def epoch(self, utc_ns: int, truth: Truth) -> bytes:
        """RMC, GGA and GST of the antenna at this instant, in one piece."""
        mount = self._mount
        antenna = move(truth.place, truth.heading_deg, mount.antenna_ahead_m, mount.antenna_right_m)
        measured = move(antenna, ORIENTATION_DEG, *self._error())
        course_deg = truth.heading_deg if truth.speed_mps >= STILL_MPS else None
        return b"".join(
            (
                rmc(utc_ns, measured, truth.speed_mps, course_deg),
                gga(utc_ns, measured),
                gst(utc_ns, self._sigma_m * SEMI_MAJOR, self._sigma_m * SEMI_MINOR, ORIENTATION_DEG),
            )
        )

    def _error(self) -> tuple[float, float]:
        off_m = self._wander.after(EPOCH_NS / NS_PER_S)
        if not self._mount.white_m:
            return off_m
        fresh_m = [self._random.gauss(0.0, self._mount.white_m * shape) for shape in (SEMI_MAJOR, SEMI_MINOR)]
        return off_m[0] + fresh_m[0], off_m[1] + fresh_m[1]


def rmc(utc_ns: int, place: LatLon, speed_mps: float, course_deg: float | None) -> bytes:
    """Time, date, place, speed and course over ground."""
    course = "" if course_deg is None else f"{course_deg % 360.0:.2f}"
    date = date_word(utc_ns)
    return sentence(f"GNRMC,{clock_word(utc_ns)},A,{_place(place)},{speed_mps / MPS_PER_KNOT:.3f},{course},{date},,,A")


def without_fix(utc_ns: int) -> bytes:
    """What a receiver says that has lost its satellites but not the time: RMC void, GGA without a place."""
    date = date_word(utc_ns)
    return sentence(f"GNRMC,{clock_word(utc_ns)},V,,,,,,,{date},,,N") + sentence(
        f"GNGGA,{clock_word(utc_ns)},,,,,0,0,99.9,,M,,M,,"
    )


def gga(utc_ns: int, place: LatLon) -> bytes:
    """Place with its quality (1: a single receiver's), satellites, height above the geoid and the geoid's."""
    return sentence(
        f"GNGGA,{clock_word(utc_ns)},{_place(place)},1,{SATELLITES},0.6,{ALTITUDE_M:.2f},M,{GEOID_SEPARATION_M:.2f},M,,"
    )


def gst(utc_ns: int, semi_major_m: float, semi_minor_m: float, orientation_deg: float) -> bytes:
    """The error ellipse, one sigma, and its shadows on north and east."""
    sin, cos = math.sin(math.radians(orientation_deg)), math.cos(math.radians(orientation_deg))
    north_m = math.hypot(semi_major_m * cos, semi_minor_m * sin)
    east_m = math.hypot(semi_major_m * sin, semi_minor_m * cos)
    rms_m = math.hypot(north_m, east_m)
    figures = ",".join(
        f"{value:.3f}" for value in (rms_m, semi_major_m, semi_minor_m, orientation_deg, north_m, east_m, 1.5 * rms_m)
    )
    return sentence(f"GNGST,{clock_word(utc_ns)},{figures}")


def sentence(body: str) -> bytes:
    """The body between $ and its checksum, the exclusive or of its bytes (NMEA 0183 5.3.1)."""
    checksum = 0
    for byte in body.encode("ascii"):
        checksum ^= byte
    return f"${body}*{checksum:02X}\r\n".encode("ascii")


def clock_word(utc_ns: int) -> str:
    """hhmmss.ss."""
    second_ns = utc_ns % (86_400 * NS_PER_S)
    seconds, rest_ns = divmod(second_ns, NS_PER_S)
    return f"{seconds // 3600:02d}{seconds // 60 % 60:02d}{seconds % 60:02d}.{rest_ns // (10 * NS_PER_MS):02d}"


def date_word(utc_ns: int) -> str:
    """ddmmyy."""
    return time.strftime("%d%m%y", time.gmtime(utc_ns // NS_PER_S))


def _place(place: LatLon) -> str:
    north, east = "N" if place.lat_deg >= 0 else "S", "E" if place.lon_deg >= 0 else "W"
    return f"{_angle(place.lat_deg, 2)},{north},{_angle(place.lon_deg, 3)},{east}"


def _angle(angle_deg: float, digits: int) -> str:
    degrees, minutes_e7 = divmod(round(abs(angle_deg) * 60 * 10**7), 60 * 10**7)
    return f"{degrees:0{digits}d}{minutes_e7 // 10**7:02d}.{minutes_e7 % 10**7:07d}"
