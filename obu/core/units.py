"""Conversions between SI and what buses and receivers speak; the wire's steps live in codec/messages and profiles."""

import math

KPH_PER_MPS = 3.6
MPS_PER_KNOT = 0.514444
STANDARD_GRAVITY_MPS2 = 9.80665


def kph(speed_mps: float) -> float:
    """km/h of m/s."""
    return speed_mps * KPH_PER_MPS


def mps(speed_kph: float) -> float:
    """m/s of km/h."""
    return speed_kph / KPH_PER_MPS


def degrees(angle_rad: float) -> float:
    """Degrees of radians."""
    return math.degrees(angle_rad)
