"""How something moves and how big it is, as several messages write it: pieces of their records."""

from obu.codec.messages import scales
from obu.codec.messages.names import (
    ELEVATION_ACCURACY_M,
    HEADING_ACCURACY_DEG,
    POSITION_ACCURACY_M,
    SPEED_ACCURACY_MPS,
    STEERING_ACCURACY_DEG,
    UNAVAILABLE,
    Names,
)
from obu.codec.messages.record import At, Inside
from obu.core.vehicle import Gear

# TransmissionState; the reserved ones push nowhere.
GEAR = Names(
    {"neutral": Gear.NEUTRAL, "park": Gear.PARK, "forwardGears": Gear.FORWARD, "reverseGears": Gear.REVERSE},
    nothing=UNAVAILABLE,
)
ELLIPSE = (  # PositionalAccuracy
    At("semiMajor", "semi_major_m", scales.SEMI_AXIS),
    At("semiMinor", "semi_minor_m", scales.SEMI_AXIS),
    At("orientation", "orientation_deg", scales.ORIENTATION),
)
PLACE_ACCURACY = (  # PositionConfidenceSet
    At("pos", "accuracy_m", POSITION_ACCURACY_M),
    At("elevation?", "elevation_accuracy_m", ELEVATION_ACCURACY_M),
)
SIZE = Inside(
    "size",
    At("width", "width_m", scales.WIDTH),
    At("length", "length_m", scales.LENGTH),
    At("height?", "height_m", scales.HEIGHT),
)


def acceleration(wire: str) -> Inside:
    """AccelerationSet4Way: accel_long_mps2, accel_lat_mps2, accel_vert_mps2, yaw_rate_deg_s."""
    return Inside(
        wire,
        At("long", "accel_long_mps2", scales.ACCELERATION),
        At("lat", "accel_lat_mps2", scales.ACCELERATION),
        At("vert", "accel_vert_mps2", scales.VERTICAL_ACCELERATION),
        At("yaw", "yaw_rate_deg_s", scales.YAW_RATE),
    )


def place_accuracy(wire: str) -> Inside:
    """PositionConfidenceSet: accuracy_m, elevation_accuracy_m."""
    return Inside(wire, *PLACE_ACCURACY)


def accuracy(wire: str) -> Inside:
    """MotionConfidenceSet: speed_accuracy_mps, heading_accuracy_deg, steering_wheel_accuracy_deg."""
    return Inside(
        wire,
        At("speedCfd?", "speed_accuracy_mps", SPEED_ACCURACY_MPS),
        At("headingCfd?", "heading_accuracy_deg", HEADING_ACCURACY_DEG),
        At("steerCfd?", "steering_wheel_accuracy_deg", STEERING_ACCURACY_DEG),
    )


def vehicle_class(wire: str) -> Inside:
    """VehicleClassification: basic_class, fuel_type."""
    return Inside(wire, At("classification", "basic_class"), At("fuelType?", "fuel_type"), ...)
