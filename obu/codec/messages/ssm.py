"""SSM (T/CSAE 157-2020 SensorSharingMsg): what a vehicle's or roadside unit's own sensors see."""

from dataclasses import dataclass

from obu.codec.messages import scales
from obu.codec.messages.bsm import LIGHTS
from obu.codec.messages.choice import OneOf
from obu.codec.messages.instants import SECOND_MS
from obu.codec.messages.names import HEADING_ACCURACY_DEG, TURN_RATE_ACCURACY_DEG_S
from obu.codec.messages.non_motor import NON_MOTOR, NonMotor
from obu.codec.messages.numbered import numbered
from obu.codec.messages.path import PATH_HISTORY, Crumb, FullPosition
from obu.codec.messages.places import AREA, Area, Origin
from obu.codec.messages.planning import ACCELERATION_ACCURACY, BEHAVIOR, PLAN, PlanPoint
from obu.codec.messages.record import At, Inside, ListOf, Record
from obu.codec.messages.rest import Rest
from obu.codec.messages.rsi import EVENT, RoadEvent
from obu.codec.messages.rsm import PARTICIPANT, Participant
from obu.codec.messages.ssm_obstacle import OBSTACLE, SIZE_ACCURACY, Obstacle
from obu.core.geo import LatLon
from obu.core.vehicle import Light


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Where a participant may go within duration_s; behavior: names of DriveBehavior's bits."""

    duration_s: float | None = None
    confidence_percent: float | None = None
    behavior: frozenset[str] | None = None
    path: tuple[PlanPoint, ...] = ()
    rest: Rest = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MotorState:
    """Of a motor vehicle: lights that are on, attitude and how fast it turns, each with the bound of its error."""

    lights: frozenset[Light] | None = None
    pitch_deg: float | None = None
    roll_deg: float | None = None
    yaw_deg: float | None = None
    pitch_accuracy_deg: float | None = None
    roll_accuracy_deg: float | None = None
    yaw_accuracy_deg: float | None = None
    pitch_rate_deg_s: float | None = None
    roll_rate_deg_s: float | None = None
    yaw_rate_deg_s: float | None = None
    pitch_rate_accuracy_deg_s: float | None = None
    roll_rate_accuracy_deg_s: float | None = None
    yaw_rate_accuracy_deg_s: float | None = None
    rest: Rest = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NonMotorState:
    """Of a pedestrian or a vehicle without a motor. radius_m: of all who travel together."""

    radius_m: float
    person: NonMotor
    rest: Rest = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Detected:
    """A participant as in RSM, with how sure the sensors are, where it has been, and where it may go.

    kind: name of DetectedPTCType. steady_s: how long it has been so. tracking: as sent (1..65535).
    """

    participant: Participant
    width_accuracy_m: float | None = None
    length_accuracy_m: float | None = None
    height_accuracy_m: float | None = None
    kind: str | None = None
    kind_confidence_percent: float | None = None
    accel_long_accuracy_mps2: float | None = None
    accel_lat_accuracy_mps2: float | None = None
    accel_vert_accuracy_mps2: float | None = None
    yaw_rate_accuracy_deg_s: float | None = None
    steady_s: float | None = None
    path: tuple[Crumb, ...] = ()
    path_start: FullPosition | None = None
    path_gnss: frozenset[str] | None = None
    plans: tuple[Plan, ...] = ()
    tracking: int | None = None
    area: Area | None = None
    state: MotorState | NonMotorState | None = None
    rest: Rest = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ssm:
    """What one equipment (name of EquipmentType) at `place` sees at one instant, and the areas that it looks over."""

    msg_count: int
    id: bytes
    equipment: str
    sec_mark_ms: int | None
    place: LatLon
    elevation_m: float | None = None
    areas: tuple[Area, ...] = ()
    participants: tuple[Detected, ...] = ()
    obstacles: tuple[Obstacle, ...] = ()
    events: tuple[RoadEvent, ...] = ()
    rest: Rest = None


_PLAN = Record(
    Plan,
    At("duration?", "duration_s", scales.PLAN_DURATION),
    At("planConfidence?", "confidence_percent", scales.CONFIDENCE),
    At("drivingBehavior?", "behavior", BEHAVIOR),
    At("pathPlanning?", "path", PLAN, empty=()),
    ...,
)
_MOTOR = Record(
    MotorState,
    At("lights?", "lights", LIGHTS),
    Inside(
        "vehAttitude?",
        At("pitch", "pitch_deg", scales.TILT),
        At("roll", "roll_deg", scales.TILT),
        At("yaw", "yaw_deg", scales.YAW),
    ),
    Inside(
        "vehAttitudeConfidence?",
        At("pitchConfidence", "pitch_accuracy_deg", HEADING_ACCURACY_DEG),
        At("rollRateConfidence", "roll_accuracy_deg", HEADING_ACCURACY_DEG),
        At("yawRate", "yaw_accuracy_deg", HEADING_ACCURACY_DEG),
    ),
    Inside(
        "vehAngVel?",
        At("pitchRate", "pitch_rate_deg_s", scales.TILT_RATE),
        At("rollRate", "roll_rate_deg_s", scales.TILT_RATE),
        At("yawRate", "yaw_rate_deg_s", scales.YAW_RATE),
    ),
    Inside(
        "vehAngVelConfidence?",
        At("pitchRate", "pitch_rate_accuracy_deg_s", TURN_RATE_ACCURACY_DEG_S),
        At("rollRate", "roll_rate_accuracy_deg_s", TURN_RATE_ACCURACY_DEG_S),
        At("yawRate", "yaw_rate_accuracy_deg_s", TURN_RATE_ACCURACY_DEG_S),
    ),
    ...,
)
_NON_MOTOR = Record(
    NonMotorState,
    At("overallRadius", "radius_m", scales.GROUP_RADIUS),
    At("non-motorData", "person", NON_MOTOR),
    ...,
)
_DETECTED = Record(
    Detected,
    At("ptc", "participant", PARTICIPANT),
    SIZE_ACCURACY,
    At("detectedPTCType?", "kind"),
    At("typeConfidence?", "kind_confidence_percent", scales.CONFIDENCE),
    ACCELERATION_ACCURACY,
    At("statusDuration?", "steady_s", scales.AGE),
    PATH_HISTORY,
    At("planningList?", "plans", ListOf(_PLAN), empty=()),
    At("tracking?", "tracking"),
    At("polygon?", "area", AREA),
    At("type-relatedExt?", "state", OneOf({"motorExt": _MOTOR, "non-motorExt": _NON_MOTOR})),
    ...,
)
MESSAGE = Ssm
RECORD = numbered(
    Ssm,
    12,
    At("msgCnt", "msg_count"),
    At("id", "id"),
    At("equipmentType", "equipment"),
    At("secMark", "sec_mark_ms", SECOND_MS),
    Origin("sensorPos"),
    At("detectedRegion?", "areas", ListOf(AREA), empty=()),
    At("participants?", "participants", ListOf(_DETECTED), empty=()),
    At("obstacles?", "obstacles", ListOf(OBSTACLE), empty=()),
    At("rtes?", "events", ListOf(EVENT), empty=()),
    ...,
)
