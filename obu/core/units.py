"""Conversions between SI and what buses and receivers speak; the wire's steps live in codec/messages and profiles."""

KPH_PER_MPS = 3.6
MPS_PER_KNOT = 0.514444
STANDARD_GRAVITY_MPS2 = 9.80665


def mps(speed_kph: float) -> float:
    """m/s of km/h."""
    return speed_kph / KPH_PER_MPS
