"""Where a vehicle or person means to go, and what it does there, as several messages of T/CSAE 157-2020 write it."""

from dataclasses import dataclass

from obu.codec.messages import motion, scales
from obu.codec.messages.names import (
    ACCELERATION_ACCURACY_MPS2,
    HEADING_ACCURACY_DEG,
    SPEED_ACCURACY_MPS,
    TURN_RATE_ACCURACY_DEG_S,
    flags,
)
from obu.codec.messages.places import Height, Offset
from obu.codec.messages.record import At, Inside, ListOf, Record
from obu.codec.messages.references import REFERENCE_LINK, ReferenceLink
from obu.codec.messages.rest import Rest
from obu.core.geo import LatLon

_BEHAVIORS = (  # DriveBehavior, bit 0 first
    "goStraightForward laneChangingToLeft laneChangingToRight rampIn rampOut intersectionStraightThrough "
    "intersectionTurnLeft intersectionTurnRight intersectionUTurn stop-and-go stop slow-down speed-up parking"
)
BEHAVIOR = flags(_BEHAVIORS.split(), 14)
# AccSet4WayConfidence: bounds of the errors of what motion.acceleration says.
ACCELERATION_ACCURACY = Inside(
    "acc4WayConfidence?",
    At("lonAccConfidence", "accel_long_accuracy_mps2", ACCELERATION_ACCURACY_MPS2),
    At("latAccConfidence", "accel_lat_accuracy_mps2", ACCELERATION_ACCURACY_MPS2),
    At("vertAccConfidence", "accel_vert_accuracy_mps2", ACCELERATION_ACCURACY_MPS2),
    At("yawRateCon", "yaw_rate_accuracy_deg_s", TURN_RATE_ACCURACY_DEG_S),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanPoint:
    """A place to be passed after_s from the message's instant, which is as sure as time_confidence_percent.

    Units and signs as in a BSM; accuracies are bounds of the error; None is not said. Of the accelerations and the yaw
    rate all or none are sent, as of their accuracies.
    """

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
    time_confidence_percent: float | None = None
    rest: Rest = None


PLAN_POINT = Record(
    PlanPoint,
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
    At("timeConfidence?", "time_confidence_percent", scales.CONFIDENCE),
    ...,
)
PLAN = ListOf(PLAN_POINT)  # PathPlanning
