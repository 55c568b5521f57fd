"""VIR (T/CSAE 157-2020 VehIntentionAndRequest): where a vehicle means to go, and what it asks of others."""

from dataclasses import dataclass

from obu.codec.messages import motion, scales
from obu.codec.messages.choice import OneOf
from obu.codec.messages.instants import DATE_TIME, SECOND_MS, DateTime
from obu.codec.messages.map_ex import MOVEMENT_EX, MovementEx
from obu.codec.messages.names import flags
from obu.codec.messages.numbered import numbered
from obu.codec.messages.pam import PARKING_TYPE
from obu.codec.messages.places import Origin
from obu.codec.messages.planning import BEHAVIOR, PLAN, PLAN_POINT, PlanPoint
from obu.codec.messages.record import At, Inside, ListOf, Record
from obu.codec.messages.references import NODE_REF, REFERENCE_PATH, NodeRef, ReferencePath
from obu.codec.messages.rest import Rest
from obu.codec.messages.rsi import PRIORITY
from obu.core.geo import LatLon

_PARKING = (  # ParkingRequest, bit 0 first
    "enter exit park pay unloadPassenger pickupPassenger unloadCargo loadCargo reserved1 reverved2 reserved3 reverved4"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneChange:
    """To be let into a lane of the link between two nodes."""

    upstream: NodeRef
    downstream: NodeRef
    lane: int
    rest: Rest = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClearTheWay:
    """Of an emergency vehicle: that others leave a lane, from one instant to another."""

    upstream: NodeRef
    downstream: NodeRef
    lane: int
    path: ReferencePath | None = None
    start: DateTime | None = None
    end: DateTime | None = None
    rest: Rest = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalPriority:
    """To have green at an intersection, which it reaches arrival_s from the message's instant."""

    intersection: NodeRef
    movement: MovementEx
    arrival_s: float | None = None
    distance_m: float | None = None
    rest: Rest = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SensorSharing:
    """That others say what they see along some paths."""

    paths: tuple[ReferencePath, ...]
    rest: Rest = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Parking:
    """Of a car park: wishes, slot_types: names of ParkingRequest's and ParkingType's bits; slot: the one expected."""

    basic_class: int
    wishes: frozenset[str]
    fuel_type: int | None = None
    slot_types: frozenset[str] | None = None
    slot: int | None = None
    rest: Rest = None


Wish = LaneChange | ClearTheWay | SignalPriority | SensorSharing | Parking


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A request by its number, to a vehicle or a roadside unit, for lifetime_s from the message's instant.

    status: name of ReqStatus; priority 7 is highest.
    """

    number: int
    status: str
    priority: int | None = None
    to_vehicle: bytes | None = None
    to_unit: bytes | None = None
    wish: Wish | None = None
    lifetime_s: float | None = None
    rest: Rest = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Vir:
    """One vehicle's intention and requests. behavior: names of DriveBehavior's bits."""

    msg_count: int
    id: bytes
    sec_mark_ms: int | None
    place: LatLon
    elevation_m: float | None = None
    here: PlanPoint | None = None
    plan: tuple[PlanPoint, ...] = ()
    behavior: frozenset[str] | None = None
    requests: tuple[Request, ...] = ()
    rest: Rest = None


_BETWEEN = (
    At("upstreamNode", "upstream", NODE_REF),
    At("downstreamNode", "downstream", NODE_REF),
    At("targetLane", "lane"),
)
_WISH = OneOf(
    {
        "laneChange": Record(LaneChange, *_BETWEEN, ...),
        "clearTheWay": Record(
            ClearTheWay,
            *_BETWEEN,
            At("relatedPath?", "path", REFERENCE_PATH),
            At("tBegin?", "start", DATE_TIME),
            At("tEnd?", "end", DATE_TIME),
            ...,
        ),
        "signalPriority": Record(
            SignalPriority,
            At("intersectionId", "intersection", NODE_REF),
            At("requiredMov", "movement", MOVEMENT_EX),
            At("estimatedArrivalTime?", "arrival_s", scales.AGE),
            At("distance2Intersection?", "distance_m", scales.DISTANCE),
            ...,
        ),
        "sensorSharing": Record(SensorSharing, At("detectArea", "paths", ListOf(REFERENCE_PATH)), ...),
        "parking": Record(
            Parking,
            motion.vehicle_class("vehicleClass"),
            At("req", "wishes", flags(_PARKING.split(), 12)),
            At("parkingType?", "slot_types", PARKING_TYPE),
            At("expectedParkingSlotID?", "slot"),
            ...,
        ),
    }
)
_REQUEST = Record(
    Request,
    At("reqID", "number"),
    At("status", "status"),
    At("reqPriority?", "priority", PRIORITY),
    At("targetVeh?", "to_vehicle"),
    At("targetRSU?", "to_unit"),
    At("info?", "wish", _WISH),
    At("lifeTime?", "lifetime_s", scales.AGE),
    ...,
)
MESSAGE = Vir
RECORD = numbered(
    Vir,
    13,
    At("msgCnt", "msg_count"),
    At("id", "id"),
    At("secMark", "sec_mark_ms", SECOND_MS),
    Origin("refPos"),
    Inside(
        "intAndReq",
        At("currentPos?", "here", PLAN_POINT),
        At("path-Planning?", "plan", PLAN, empty=()),
        At("currentBehavior?", "behavior", BEHAVIOR),
        At("reqs?", "requests", ListOf(_REQUEST), empty=()),
        ...,
    ),
    ...,
)
