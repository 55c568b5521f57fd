"""RSM (YD/T 3709-2020 RoadsideSafetyMessage): the participants that a roadside unit sees."""

from dataclasses import dataclass
from enum import Enum

from obu.codec.messages import motion, scales
from obu.codec.messages.instants import SECOND_MS
from obu.codec.messages.names import enum_names
from obu.codec.messages.places import Height, Offset, Origin
from obu.codec.messages.record import At, ListOf, Record
from obu.codec.messages.rest import Rest
from obu.core.geo import LatLon
from obu.core.vehicle import Gear


class Kind(Enum):
    """What a participant is (ParticipantType)."""

    UNKNOWN = "unknown"
    MOTOR = "motor"
    NON_MOTOR = "non-motor"
    PEDESTRIAN = "pedestrian"
    ROADSIDE_UNIT = "rsu"


class Source(Enum):
    """Who saw it (SourceType)."""

    UNKNOWN = "unknown"
    SELF = "selfinfo"
    V2X = "v2x"
    VIDEO = "video"
    RADAR = "microwaveRadar"
    LOOP = "loop"
    LIDAR = "lidar"
    FUSED = "integrated"


SOURCE = enum_names(Source, other=Source.UNKNOWN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Participant:
    """One road user. number: ptcId, 0 the roadside unit itself; id: the BSM id where it was heard by V2X.

    Units and signs as in a BSM; accuracies are bounds of the error; None is unavailable. Of the accelerations and the
    yaw rate all or none are sent.
    """

    kind: Kind
    number: int
    source: Source
    sec_mark_ms: int | None
    place: LatLon
    width_m: float
    length_m: float
    height: Height | None = None
    id: bytes | None = None
    accuracy_m: float | None = None
    elevation_accuracy_m: float | None = None
    gear: Gear | None = None
    speed_mps: float | None = None
    heading_deg: float | None = None
    steering_wheel_deg: float | None = None
    speed_accuracy_mps: float | None = None
    heading_accuracy_deg: float | None = None
    steering_wheel_accuracy_deg: float | None = None
    accel_long_mps2: float | None = None
    accel_lat_mps2: float | None = None
    accel_vert_mps2: float | None = None
    yaw_rate_deg_s: float | None = None
    height_m: float | None = None
    basic_class: int | None = None
    fuel_type: int | None = None
    rest: Rest = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rsm:
    """What one roadside unit sees at one instant, 1 to 16 participants."""

    msg_count: int
    id: bytes
    place: LatLon
    participants: tuple[Participant, ...]
    elevation_m: float | None = None
    rest: Rest = None


PARTICIPANT = Record(
    Participant,
    At("ptcType", "kind", enum_names(Kind, other=Kind.UNKNOWN)),
    At("ptcId", "number"),
    At("source", "source", SOURCE),
    At("id?", "id"),
    At("secMark", "sec_mark_ms", SECOND_MS),
    Offset("pos"),
    motion.place_accuracy("posConfidence"),
    At("transmission?", "gear", motion.GEAR),
    At("speed", "speed_mps", scales.SPEED),
    At("heading", "heading_deg", scales.HEADING),
    At("angle?", "steering_wheel_deg", scales.STEERING_WHEEL),
    motion.accuracy("motionCfd?"),
    motion.acceleration("accelSet?"),
    motion.SIZE,
    motion.vehicle_class("vehicleClass?"),
    ...,
)
MESSAGE = Rsm
RECORD = Record(
    Rsm,
    At("msgCnt", "msg_count"),
    At("id", "id"),
    Origin("refPos"),
    At("participants", "participants", ListOf(PARTICIPANT)),
    ...,
)
