"""What somebody means to do: the path planned, point by point, and the behaviour (T/CSAE 157-2020)."""

from dataclasses import dataclass

from obu.codec.messages import motion, scales
from obu.codec.messages.names import (
    ACCEL_ACCURACY_MPS2,
    HEADING_ACCURACY_DEG,
    SPEED_ACCURACY_MPS,
    YAW_RATE_ACCURACY_DEG_S,
    flags,
)
from obu.codec.messages.places import Height, Offset
from obu.codec.messages.record import At, Inside, ListOf, Record
from obu.codec.messages.references import REFERENCE_LINK, ReferenceLink
from obu.codec.messages.rest import Rest
from obu.core.geo import LatLon

_BEHAVIOUR = (  # DriveBehavior, bit 0 first
    "goStraightForward laneChangingToLeft laneChangingToRight rampIn rampOut intersectionStraightThrough "
    "intersectionTurnLeft intersectionTurnRight intersectionUTurn stop-and-go stop slow-down speed-up parking"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedPoint:
    """A place to be passed after_s from the message's instant; the rest as in a BSM. link: where it is in the map."""

    place: LatLon
    height: Height | None = None
    link: ReferenceLink | None = None
    accuracy_m: float | None = None
    elevation_accuracy_m: float | None = None
    speed_mps: float | None = None
    speed_accuracy_mps: float | None = None
    heading_deg: float | None = None
    heading_accuracy_deg: float | None = None
    accel_long_mps2: float | None = None
    accel_lat_mps2: float | None = None
    accel_vert_mps2: float | None = None
    yaw_rate_deg_s: float | None = None
    accel_long_accuracy_mps2: float | None = None
    accel_lat_accuracy_mps2: float | None = None
    accel_vert_accuracy_mps2: float | None = None
    yaw_rate_accuracy_deg_s: float | None = None
    after_s: float | None = None
    confidence_percent: float | None = None
    rest: Rest = None


BEHAVIOUR = flags(_BEHAVIOUR.split(), 14)
ACCELERATION_ACCURACY = Inside(
    "acc4WayConfidence?",
    At("lonAccConfidence", "accel_long_accuracy_mps2", ACCEL_ACCURACY_MPS2),
    At("latAccConfidence", "accel_lat_accuracy_mps2", ACCEL_ACCURACY_MPS2),
    At("vertAccConfidence", "accel_vert_accuracy_mps2", ACCEL_ACCURACY_MPS2),
    At("yawRateCon", "yaw_rate_accuracy_deg_s", YAW_RATE_ACCURACY_DEG_S),
)
PLANNED_POINT = Record(
    PlannedPoint,
    At("posInMap?", "link", REFERENCE_LINK),
    Offset("pos"),
    motion.place_accuracy("posAccuracy?"),
    At("speed?", "speed_mps", scales.SPEED),
    At("speedCfd?", "speed_accuracy_mps", SPEED_ACCURACY_MPS),
    At("heading?", "heading_deg", scales.HEADING),
    At("headingCfd?", "heading_accuracy_deg", HEADING_ACCURACY_DEG),
    motion.acceleration("accelSet?"),
    ACCELERATION_ACCURACY,
    At("estimatedTime?", "after_s", scales.AGE),
    At("timeConfidence?", "confidence_percent", scales.CONFIDENCE),
    ...,
)
PLANNED_PATH = ListOf(PLANNED_POINT)
