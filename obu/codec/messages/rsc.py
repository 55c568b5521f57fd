"""RSC (T/CSAE 157-2020 RoadsideCoordination): what a roadside unit advises vehicles and lanes to do."""

from dataclasses import dataclass

from obu.codec.messages import scales
from obu.codec.messages.instants import DATE_TIME, SECOND_MS, DateTime
from obu.codec.messages.names import flags
from obu.codec.messages.places import Origin
from obu.codec.messages.planning import BEHAVIOUR, PLANNED_PATH, PlannedPoint
from obu.codec.messages.record import At, ListOf, Record
from obu.codec.messages.references import REFERENCE_LINK, REFERENCE_PATH, ReferenceLink, ReferencePath
from obu.codec.messages.rest import Rest
from obu.codec.messages.text import TEXT
from obu.core.geo import LatLon

_COOPERATION = (  # CoordinationInfo, bit 0 first
    "cooperativeLaneChanging cooperativeVehMerging laneChangingAtIntersection no-signalIntersectionPassing "
    "dynamicLaneManagement laneReservation laneRestriction signalPriority"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """What to do (names of DriveBehavior's bits) for how long, on which stretch of road."""

    behaviour: frozenset[str]
    life_s: float | None = None
    link: ReferenceLink | None = None
    path: ReferencePath | None = None
    rest: Rest = None


@dataclass(frozen=True, slots=True, kw_only=True)
class VehicleAdvice:
    """Advice to one vehicle, by the id of its BSMs. cooperation: names of CoordinationInfo's bits."""

    vehicle: bytes
    suggestion: Suggestion | None = None
    planned: tuple[PlannedPoint, ...] = ()
    cooperation: frozenset[str] | None = None
    rest: Rest = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneAdvice:
    """Advice to all vehicles of some lanes, from one instant to another."""

    lanes: ReferenceLink
    path: ReferencePath | None = None
    begin: DateTime | None = None
    end: DateTime | None = None
    speed_mps: float | None = None
    behaviour: frozenset[str] | None = None
    cooperation: frozenset[str] | None = None
    description: str | None = None
    rest: Rest = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rsc:
    """What one roadside unit advises at one instant."""

    msg_count: int
    id: bytes
    sec_mark_ms: int | None
    place: LatLon
    elevation_m: float | None = None
    vehicles: tuple[VehicleAdvice, ...] = ()
    lanes: tuple[LaneAdvice, ...] = ()
    rest: Rest = None


_INFO = flags(_COOPERATION.split(), 8)
_SUGGESTION = Record(
    Suggestion,
    At("suggestion", "behaviour", BEHAVIOUR),
    At("lifeTime?", "life_s", scales.AGE),
    At("relatedLink?", "link", REFERENCE_LINK),
    At("relatedPath?", "path", REFERENCE_PATH),
    ...,
)
_VEHICLE = Record(
    VehicleAdvice,
    At("vehId", "vehicle"),
    At("driveSuggestion?", "suggestion", _SUGGESTION),
    At("pathGuidance?", "planned", PLANNED_PATH, empty=()),
    At("info?", "cooperation", _INFO),
    ...,
)
_LANE = Record(
    LaneAdvice,
    At("targetLane", "lanes", REFERENCE_LINK),
    At("relatedPath?", "path", REFERENCE_PATH),
    At("tBegin?", "begin", DATE_TIME),
    At("tEnd?", "end", DATE_TIME),
    At("recommendedSpeed?", "speed_mps", scales.SPEED),
    At("recommendedBehavior?", "behaviour", BEHAVIOUR),
    At("info?", "cooperation", _INFO),
    At("description?", "description", TEXT),
    ...,
)
MESSAGE = Rsc
RECORD = Record(
    Rsc,
    At("msgCnt", "msg_count"),
    At("id", "id"),
    At("secMark", "sec_mark_ms", SECOND_MS),
    Origin("refPos"),
    At("coordinates?", "vehicles", ListOf(_VEHICLE), empty=()),
    At("laneCoordinates?", "lanes", ListOf(_LANE), empty=()),
    ...,
)
