"""RSC (T/CSAE 157-2020 RoadsideCoordination): what a roadside unit advises single vehicles, and whole lanes, to do."""

from dataclasses import dataclass

from obu.codec.messages import scales
from obu.codec.messages.instants import DATE_TIME, SECOND_MS, DateTime
from obu.codec.messages.names import flags
from obu.codec.messages.numbered import numbered
from obu.codec.messages.places import Origin
from obu.codec.messages.planning import BEHAVIOR, PLAN, PlanPoint
from obu.codec.messages.record import At, ListOf, Record
from obu.codec.messages.references import REFERENCE_LINK, REFERENCE_PATH, ReferenceLink, ReferencePath
from obu.codec.messages.rest import Rest
from obu.codec.messages.text import TEXT
from obu.core.geo import LatLon

_COORDINATION = (  # CoordinationInfo, bit 0 first
    "cooperativeLaneChanging cooperativeVehMerging laneChangingAtIntersection no-signalIntersectionPassing "
    "dynamicLaneManagement laneReservation laneRestriction signalPriority"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DriveSuggestion:
    """What to do (names of DriveBehavior), for how long from the message's instant, and on which stretch of road."""

    behavior: frozenset[str]
    lifetime_s: float | None = None
    link: ReferenceLink | None = None
    path: ReferencePath | None = None
    rest: Rest = None


@dataclass(frozen=True, slots=True, kw_only=True)
class VehicleAdvice:
    """Advice to one vehicle. vehicle_id: the id of its own messages; purposes: names of CoordinationInfo."""

    vehicle_id: bytes
    suggestion: DriveSuggestion | None = None
    plan: tuple[PlanPoint, ...] = ()
    purposes: frozenset[str] | None = None
    rest: Rest = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneAdvice:
    """Advice to all vehicles of some lanes. behavior: names of DriveBehavior; purposes: of CoordinationInfo."""

    link: ReferenceLink
    path: ReferencePath | None = None
    start: DateTime | None = None
    end: DateTime | None = None
    speed_mps: float | None = None
    behavior: frozenset[str] | None = None
    purposes: frozenset[str] | None = None
    description: str | None = None
    rest: Rest = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rsc:
    """What one roadside unit advises at one instant; None is not said."""

    msg_count: int
    id: bytes
    sec_mark_ms: int | None
    place: LatLon
    vehicles: tuple[VehicleAdvice, ...] = ()
    lanes: tuple[LaneAdvice, ...] = ()
    elevation_m: float | None = None
    rest: Rest = None


_PURPOSES = flags(_COORDINATION.split(), 8)
_SUGGESTION = Record(
    DriveSuggestion,
    At("suggestion", "behavior", BEHAVIOR),
    At("lifeTime?", "lifetime_s", scales.AGE),
    At("relatedLink?", "link", REFERENCE_LINK),
    At("relatedPath?", "path", REFERENCE_PATH),
    ...,
)
_VEHICLE = Record(
    VehicleAdvice,
    At("vehId", "vehicle_id"),
    At("driveSuggestion?", "suggestion", _SUGGESTION),
    At("pathGuidance?", "plan", PLAN, empty=()),
    At("info?", "purposes", _PURPOSES),
    ...,
)
_LANE = Record(
    LaneAdvice,
    At("targetLane", "link", REFERENCE_LINK),
    At("relatedPath?", "path", REFERENCE_PATH),
    At("tBegin?", "start", DATE_TIME),
    At("tEnd?", "end", DATE_TIME),
    At("recommendedSpeed?", "speed_mps", scales.SPEED),
    At("recommendedBehavior?", "behavior", BEHAVIOR),
    At("info?", "purposes", _PURPOSES),
    At("description?", "description", TEXT),
    ...,
)
MESSAGE = Rsc
RECORD = numbered(
    Rsc,
    11,
    At("msgCnt", "msg_count"),
    At("id", "id"),
    At("secMark", "sec_mark_ms", SECOND_MS),
    Origin("refPos"),
    At("coordinates?", "vehicles", ListOf(_VEHICLE), empty=()),
    At("laneCoordinates?", "lanes", ListOf(_LANE), empty=()),
    ...,
)
