"""Which fixes are believed; its one rule: what is refused has a reason, and what stays true is believed in the end.

Nothing here knows the truth: it knows how fast a vehicle moves, how time runs, and what a receiver says of itself.
"""

import dataclasses
from dataclasses import dataclass, field

from obu.core.geo import LatLon, distance_m
from obu.core.now import NS_PER_S
from obu.core.vehicle import Fix, FixKind

SIMULATED = "simulated"
FEW_SATELLITES = "few_satellites"
PLACE_JUMP = "place_jump"
TIME_JUMP = "time_jump"

LEAST_SATELLITES = 4  # three give a place only with a height that was assumed
# GPS counts weeks to 1024, and firmware that is too old begins anew: its dates are 19.6 years back (IS-GPS-200 3.3.4).
ROLLOVER_NS = 1024 * 7 * 86_400 * NS_PER_S
EARLIEST_UTC_NS = 1_767_225_600 * NS_PER_S  # 2026-01-01: this program is no older
# All below ours.
ACCEL_MPS2 = 10.0
FASTEST_MPS = 70.0
SIGMAS = 5.0
UNTOLD_M = 3.0  # where the receiver does not say how sure it is
MARGIN_M = 3.0
LATE_NS = 300_000_000  # how much one epoch may arrive later than another
TIME_NS = 1_500_000_000  # more than a leap second
PATIENCE_NS = 3 * NS_PER_S  # this long a new place, or a new time, must go on to be the true one


@dataclass(slots=True)
class GateState:
    """fix: the present one, None when it is refused. believed: the last that was not.

    heard_utc_ns: of the receiver's last fix. suspect: the last refused for a jump; since_ns: when its row began.
    """

    fix: Fix | None = None
    believed: Fix | None = None
    heard_utc_ns: int | None = None
    suspect: Fix | None = None
    since_ns: int = 0
    refused: dict[str, int] = field(default_factory=dict)


class Gate:
    """admit() the receiver's newest fix, each step; `state.fix` is what came of it."""

    def __init__(self) -> None:
        self.state = GateState()

    def admit(self, fix: Fix | None, wheel_mps: float | None) -> Fix | None:
        """The fix if it is believed. wheel_mps: of the vehicle itself. The same fix is judged once."""
        state = self.state
        if fix is None or fix.utc_ns != state.heard_utc_ns:
            state.heard_utc_ns = None if fix is None else fix.utc_ns
            state.fix = None if fix is None else self._judged(_dated(fix), wheel_mps)
        return state.fix

    def _judged(self, fix: Fix, wheel_mps: float | None) -> Fix | None:
        state = self.state
        reason = _unfit(fix)
        if reason is None and state.believed is not None:
            reason = _jump(state.believed, fix, wheel_mps)
            if reason is not None and self._goes_on(fix, wheel_mps):
                reason = None
        if reason is not None:
            state.refused[reason] = state.refused.get(reason, 0) + 1
            return None
        state.believed, state.suspect = fix, None
        return fix

    def _goes_on(self, fix: Fix, wheel_mps: float | None) -> bool:
        """Whether this fix and those refused before it make one motion that lasts."""
        state = self.state
        if state.suspect is None or _jump(state.suspect, fix, wheel_mps) is not None:
            state.since_ns = fix.at_ns
        state.suspect = fix
        return fix.at_ns - state.since_ns >= PATIENCE_NS


def _dated(fix: Fix) -> Fix:
    """With the weeks that the receiver did not count."""
    if fix.utc_ns >= EARLIEST_UTC_NS:
        return fix
    rounds = -((fix.utc_ns - EARLIEST_UTC_NS) // ROLLOVER_NS)
    return dataclasses.replace(fix, utc_ns=fix.utc_ns + rounds * ROLLOVER_NS)


def _unfit(fix: Fix) -> str | None:
    """What the receiver itself says against its fix."""
    if fix.kind is FixKind.SIMULATED:
        return SIMULATED
    if fix.kind is not FixKind.DEAD_RECKONING and fix.satellites < LEAST_SATELLITES:
        return FEW_SATELLITES
    return None


def _jump(before: Fix, fix: Fix, wheel_mps: float | None) -> str | None:
    """Whether no vehicle gets from the one to the other, or no clock."""
    passed_ns = fix.at_ns - before.at_ns
    if abs(fix.utc_ns - before.utc_ns - passed_ns) > TIME_NS:
        return TIME_JUMP
    dt_s = (max(0, passed_ns) + LATE_NS) / NS_PER_S
    speed_mps = max(before.speed_mps or 0.0, fix.speed_mps or 0.0, wheel_mps or 0.0)
    reach_m = min(speed_mps * dt_s + ACCEL_MPS2 * dt_s * dt_s / 2, FASTEST_MPS * dt_s)
    sigma_m = sum(UNTOLD_M if each.semi_major_m is None else each.semi_major_m for each in (before, fix))
    apart_m = distance_m(LatLon(before.lat_deg, before.lon_deg), LatLon(fix.lat_deg, fix.lon_deg))
    return PLACE_JUMP if apart_m > reach_m + SIGMAS * sigma_m + MARGIN_M else None
