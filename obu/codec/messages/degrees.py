"""Latitude and longitude as numbers: steps of 1e-7 degree and what says nothing (YD/T 3709-2020)."""

STEPS = 10_000_000  # in one degree
LATITUDE_UNAVAILABLE = 900_000_001
LONGITUDE_UNAVAILABLE = 1_800_000_001
QUARTER_TURN = 90 * STEPS
HALF_TURN = 180 * STEPS
