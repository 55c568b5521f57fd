"""Where the vehicle is heading: the radius of its arc and the trust in it, from speed and yaw rate alone.

GB/T 45315-2025 annex E (as SAE J2945/1 A.6): curvature = yaw rate / speed through a low pass of second order, the
confidence from the low-passed change of the yaw rate. An error of the radius below 2 % after 4 s of steady curve.
"""

import math
from dataclasses import dataclass
from itertools import pairwise

from obu.core.now import NS_PER_MS, NS_PER_S
from obu.core.vehicle import PathPrediction

STANDING_MPS = 1.0  # below: straight, full confidence (GB/T 45315-2025 annex E)
STRAIGHT_RADIUS_M = 2500.0  # above: straight, full confidence
TIGHT_RADIUS_M = 100.0  # below: the radius with confidence 0
CURVATURE_CUT_HZ = 0.33
YAW_CUT_HZ = 1.0

# Change of the yaw rate in deg/s2 to confidence in percent, straight lines between (SAE J2945/1 table A3; the
# numbers of GB/T 45315-2025 table E.1 were not seen in print).
CONFIDENCE = ((0.0, 100.0), (2.5, 50.0), (5.0, 40.0), (25.0, 0.0))

SHORTEST_STEP_NS = 20 * NS_PER_MS
LONGEST_STEP_NS = NS_PER_S  # a longer silence begins anew

STRAIGHT = PathPrediction(radius_m=None, confidence_percent=100.0)


@dataclass(slots=True)
class LowPass:
    """A critically damped low pass of second order: its output and how fast that moves, per second."""

    value: float
    rate_per_s: float = 0.0


@dataclass(slots=True)
class Predictor:
    """at_ns: of the last step. curvature: 1/m, right positive. yaw: deg/s. None: not begun, or standing."""

    at_ns: int = 0
    curvature: LowPass | None = None
    yaw: LowPass | None = None


def predict(
    state: Predictor, at_ns: int, speed_mps: float | None, yaw_rate_deg_s: float | None
) -> PathPrediction | None:
    """The prediction of this instant; None without speed or yaw rate. Clockwise yaw gives a positive radius."""
    if speed_mps is None or yaw_rate_deg_s is None:
        state.curvature = state.yaw = None
        return None
    if abs(speed_mps) < STANDING_MPS:
        state.curvature = state.yaw = None
        return STRAIGHT
    curvature = math.radians(yaw_rate_deg_s) / speed_mps
    step_ns = at_ns - state.at_ns
    if state.curvature is None or state.yaw is None or not 0 <= step_ns <= LONGEST_STEP_NS:
        state.at_ns, state.curvature, state.yaw = at_ns, LowPass(curvature), LowPass(yaw_rate_deg_s)
    elif step_ns >= SHORTEST_STEP_NS:
        state.at_ns = at_ns
        _step(state.curvature, curvature, CURVATURE_CUT_HZ, step_ns / NS_PER_S)
        _step(state.yaw, yaw_rate_deg_s, YAW_CUT_HZ, step_ns / NS_PER_S)
    return _prediction(state.curvature.value, state.yaw.rate_per_s)


def _step(low_pass: LowPass, wanted: float, cut_hz: float, step_s: float) -> None:
    """The exact answer of the filter to an input that stays at `wanted` for step_s."""
    omega = 2.0 * math.pi * cut_hz
    decay = math.exp(-omega * step_s)
    off, rate = low_pass.value - wanted, low_pass.rate_per_s
    drive = rate + omega * off
    low_pass.value = wanted + (off + drive * step_s) * decay
    low_pass.rate_per_s = (rate - omega * drive * step_s) * decay


def _prediction(curvature: float, yaw_change: float) -> PathPrediction:
    if abs(curvature) * STRAIGHT_RADIUS_M < 1.0:
        return STRAIGHT
    radius_m = 1.0 / curvature
    if abs(radius_m) < TIGHT_RADIUS_M:
        return PathPrediction(radius_m=radius_m, confidence_percent=0.0)
    return PathPrediction(radius_m=radius_m, confidence_percent=confidence_percent(abs(yaw_change)))


def confidence_percent(yaw_change_deg_s2: float) -> float:
    """The table read between its lines; above its last one 0."""
    for (low, high_percent), (high, low_percent) in pairwise(CONFIDENCE):
        if yaw_change_deg_s2 <= high:
            share = (yaw_change_deg_s2 - low) / (high - low)
            return high_percent + share * (low_percent - high_percent)
    return 0.0
