"""Reports of gpsd to fixes; no bytes raise, every report is counted once.

gpsd_json(5): TPV is the fix, SKY tells the satellites, GST the error ellipse. TPV's own accuracy (eph, epx, epy) is
reckoned from the satellites' geometry and is never used.
"""

import dataclasses
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from obu.core.errors import RemoteError
from obu.core.frames import GnssBytes
from obu.core.now import NS_PER_S
from obu.core.vehicle import Fix, FixKind
from obu.positioning import lines

LONGEST_REPORT = 16_384  # gpsd itself ends at 10,240
SATELLITES_LIVE_NS = 10 * NS_PER_S  # SKY comes each second, or each fifth
LARGEST_M = 1e7  # an error is not larger than the Earth
UTC_S = (946_684_800, 4_102_444_800)  # of the years 2000 to 2099, as NMEA's two digits
DEVICE_LIVES_NS = 3 * NS_PER_S  # one receiver that is silent for so long gives way to another of the same gpsd

NO_REPORT, BAD_FIELD = "no_report", "bad_field"
OTHER_DEVICE, NO_FIX, GPSD_ERROR = "other_device", "no_fix", "gpsd_error"
PASSED_OVER = frozenset({"VERSION", "DEVICES", "DEVICE", "WATCH", "PPS", "TOFF", "OSC", "ATT", "IMU", "RAW", "RTCM2",
                         "RTCM3", "AIS", "SUBFRAME", "POLL"})  # fmt: skip

# TPV status: 1 or none is a plain fix, 6 one helped by other sensors, 9 military. 7, a surveyed clock, is no fix.
KINDS = {
    0: FixKind.SINGLE,
    1: FixKind.SINGLE,
    2: FixKind.DIFFERENTIAL,
    3: FixKind.RTK_FIXED,
    4: FixKind.RTK_FLOAT,
    5: FixKind.DEAD_RECKONING,
    6: FixKind.SINGLE,
    8: FixKind.SIMULATED,
    9: FixKind.SINGLE,
}
Report = dict[str, Any]


@dataclass(slots=True)
class GpsdState:
    """fix: the newest, None as soon as gpsd says that it has none. pending: a TPV whose GST may still come.

    ellipse: of the last GST, with its UTC. has_gst: the last epoch came with GST, so the present one waits for it.
    device: whose reports count, device_ns: when the last came. satellites: used by it, satellites_ns: when it said so.
    """

    fix: Fix | None = None
    reading: lines.Reading = field(default_factory=lines.Reading)
    pending: Fix | None = None
    ellipse: tuple[int, float | None, float | None, float | None] | None = None
    has_gst: bool = False
    device: str | None = None
    device_ns: int = 0
    satellites: int = 0
    satellites_ns: int = 0


class Gpsd:
    """take() what gpsd sent; `state.fix` is the newest position of the antenna."""

    def __init__(self) -> None:
        self.state = GpsdState()

    def take(self, chunks: Sequence[GnssBytes]) -> None:
        """All whole reports of these chunks, in order. Never raises; keeps at most one report's bytes."""
        lines.read(self.state.reading, chunks, LONGEST_REPORT, self._report)

    def _report(self, line: bytes, at_ns: int) -> bool:
        """Whether the report was of use. Raises RemoteError."""
        report = _parsed(line)
        kind = report.get("class")
        if kind == "ERROR":
            raise RemoteError(GPSD_ERROR)
        if not isinstance(kind, str):
            raise RemoteError(NO_REPORT)
        if kind not in ("TPV", "SKY", "GST"):
            if kind not in PASSED_OVER:
                raise RemoteError(NO_REPORT)
            return False
        self._of_our_device(report, at_ns)
        if kind == "TPV":
            self._position(report, at_ns)
        elif kind == "GST":
            self._accuracy(report, at_ns)
        else:
            return self._sky(report, at_ns)
        return True

    def _of_our_device(self, report: Report, at_ns: int) -> None:
        """Two receivers of one gpsd never make one track."""
        state, device = self.state, report.get("device")
        if not isinstance(device, str):
            raise RemoteError(BAD_FIELD)
        if device != state.device:
            if state.device is not None and at_ns - state.device_ns < DEVICE_LIVES_NS:
                raise RemoteError(OTHER_DEVICE)
            state.device, state.satellites = device, 0
            state.fix = state.pending = state.ellipse = None
            state.has_gst = False
        state.device_ns = at_ns

    def _position(self, report: Report, at_ns: int) -> None:
        state = self.state
        mode, status = _whole(report.get("mode", 0)), _whole(report.get("status", 1))
        if mode < 2 or status not in KINDS:
            state.fix = state.pending = None  # it has lost its position: the old one is over
            raise RemoteError(NO_FIX)
        is_fresh = at_ns - state.satellites_ns <= SATELLITES_LIVE_NS
        fix = _fix(report, KINDS[status], state.satellites if is_fresh else 0, at_ns)
        if state.pending is not None and state.pending.utc_ns != fix.utc_ns:
            state.fix, state.has_gst = state.pending, False  # its GST does not come any more
        state.pending = fix
        self._join(at_ns)

    def _accuracy(self, report: Report, at_ns: int) -> None:
        self.state.ellipse = (_utc_ns(report), *_ellipse(report))
        self._join(at_ns)

    def _join(self, at_ns: int) -> None:
        """One fix of a TPV and the GST of the same instant, in either order."""
        state, fix, ellipse = self.state, self.state.pending, self.state.ellipse
        if fix is None:
            return
        if ellipse is not None and ellipse[0] == fix.utc_ns:
            _, major_m, minor_m, orientation_deg = ellipse
            state.fix = dataclasses.replace(
                fix, at_ns=at_ns, semi_major_m=major_m, semi_minor_m=minor_m, orientation_deg=orientation_deg
            )
            state.pending, state.has_gst = None, True
        elif not state.has_gst:
            state.fix = fix

    def _sky(self, report: Report, at_ns: int) -> bool:
        """uSat is of gpsd 3.22 and later; a SKY with dilutions alone says nothing of satellites."""
        if "uSat" in report:
            used = _whole(report["uSat"])
        elif isinstance(report.get("satellites"), list):
            used = sum(isinstance(each, dict) and each.get("used") is True for each in report["satellites"])
        else:
            return False
        self.state.satellites, self.state.satellites_ns = used, at_ns
        return True


def _parsed(line: bytes) -> Report:
    try:
        report = json.loads(line)
    except (ValueError, RecursionError):
        raise RemoteError(NO_REPORT) from None
    if not isinstance(report, dict):
        raise RemoteError(NO_REPORT)
    return report


def _fix(report: Report, kind: FixKind, satellites: int, at_ns: int) -> Fix:
    """track is the course over ground from true north, altHAE above the ellipsoid."""
    return Fix(
        at_ns=at_ns,
        utc_ns=_utc_ns(report),
        lat_deg=_number(report.get("lat"), -90.0, 90.0),
        lon_deg=_number(report.get("lon"), -180.0, 180.0),
        kind=kind,
        satellites=satellites,
        elevation_m=_number(report["altHAE"], -1e5, 1e5) if "altHAE" in report else None,
        speed_mps=_number(report["speed"], 0.0, 1000.0) if "speed" in report else None,
        heading_deg=_number(report["track"], 0.0, 360.0) % 360.0 if "track" in report else None,
    )


def _ellipse(report: Report) -> tuple[float | None, float | None, float | None]:
    """(semi-major, semi-minor in m, orientation from true north), one sigma; without them an ellipse on the axes."""
    if {"major", "minor", "orient"} <= report.keys():
        major_m, minor_m = (_number(report[name], 0.0, LARGEST_M) for name in ("major", "minor"))
        orientation_deg = _number(report["orient"], -360.0, 360.0) % 180.0
    elif {"lat", "lon"} <= report.keys():
        major_m, minor_m = (_number(report[name], 0.0, LARGEST_M) for name in ("lat", "lon"))
        orientation_deg = 0.0
    else:
        return None, None, None
    if minor_m > major_m:
        return minor_m, major_m, (orientation_deg + 90.0) % 180.0
    return major_m, minor_m, orientation_deg


def _utc_ns(report: Report) -> int:
    """Of ISO 8601 with its zone, to the millisecond."""
    text = report.get("time")
    try:
        moment = datetime.fromisoformat(text if isinstance(text, str) else "")
        if moment.tzinfo is None or not UTC_S[0] <= moment.timestamp() < UTC_S[1]:
            raise ValueError
        return round(moment.timestamp() * 1000) * 1_000_000
    except (ValueError, OverflowError):
        raise RemoteError(BAD_FIELD) from None


def _whole(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 1000:
        raise RemoteError(BAD_FIELD)
    return value


def _number(value: object, low: float, high: float) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        raise RemoteError(BAD_FIELD)
    return float(value)
