"""Something on the road that is no participant (T/CSAE 157-2020 DetectedObstacleData), as SSM tells of it."""

from dataclasses import dataclass

from obu.codec.messages import motion, scales
from obu.codec.messages.instants import SECOND_MS
from obu.codec.messages.names import HEADING_ACCURACY_DEG, SIZE_ACCURACY_M, SPEED_ACCURACY_MPS
from obu.codec.messages.places import AREA, Area, Height, Offset
from obu.codec.messages.record import At, Inside, Record
from obu.codec.messages.rest import Rest
from obu.codec.messages.rsm import SOURCE, Source
from obu.core.geo import LatLon


@dataclass(frozen=True, slots=True, kw_only=True)
class Obstacle:
    """kind: name of ObstacleType. Units and signs as in a BSM; accuracies are bounds of the error; None is unavailable.

    tracking: as sent (1..65535).
    """

    kind: str
    number: int
    source: Source
    sec_mark_ms: int | None
    place: LatLon
    width_m: float
    length_m: float
    height: Height | None = None
    height_m: float | None = None
    kind_confidence_percent: float | None = None
    accuracy_m: float | None = None
    elevation_accuracy_m: float | None = None
    speed_mps: float | None = None
    speed_accuracy_mps: float | None = None
    heading_deg: float | None = None
    heading_accuracy_deg: float | None = None
    vertical_speed_mps: float | None = None
    vertical_speed_accuracy_mps: float | None = None
    accel_long_mps2: float | None = None
    accel_lat_mps2: float | None = None
    accel_vert_mps2: float | None = None
    yaw_rate_deg_s: float | None = None
    width_accuracy_m: float | None = None
    length_accuracy_m: float | None = None
    height_accuracy_m: float | None = None
    tracking: int | None = None
    area: Area | None = None
    rest: Rest = None


SIZE_ACCURACY = Inside(
    "objSizeConfidence?",
    At("widthConf", "width_accuracy_m", SIZE_ACCURACY_M),
    At("lengthConf", "length_accuracy_m", SIZE_ACCURACY_M),
    At("heightConf?", "height_accuracy_m", SIZE_ACCURACY_M),
)
OBSTACLE = Record(
    Obstacle,
    At("obsType", "kind"),
    At("objTypeConfidence?", "kind_confidence_percent", scales.CONFIDENCE),
    At("obsId", "number"),
    At("source", "source", SOURCE),
    At("secMark", "sec_mark_ms", SECOND_MS),
    Offset("pos"),
    motion.place_accuracy("posConfidence"),
    At("speed", "speed_mps", scales.SPEED),
    At("speedCfd?", "speed_accuracy_mps", SPEED_ACCURACY_MPS),
    At("heading", "heading_deg", scales.HEADING),
    At("headingCfd?", "heading_accuracy_deg", HEADING_ACCURACY_DEG),
    At("verSpeed?", "vertical_speed_mps", scales.SPEED),
    At("verSpeedConfidence?", "vertical_speed_accuracy_mps", SPEED_ACCURACY_MPS),
    motion.acceleration("accelSet?"),
    Inside(
        "size",
        At("width", "width_m", scales.OBJECT_SIZE),
        At("length", "length_m", scales.OBJECT_SIZE),
        At("height?", "height_m", scales.OBJECT_SIZE),
    ),
    SIZE_ACCURACY,
    At("tracking?", "tracking"),
    At("polygon?", "area", AREA),
    ...,
)
