"""PAM (T/CSAE 157-2020 PAMData): the map of a car park, its slots, and the way to one."""

from dataclasses import dataclass

from obu.codec.messages import scales
from obu.codec.messages.instants import MINUTE
from obu.codec.messages.names import flags
from obu.codec.messages.numbered import numbered
from obu.codec.messages.places import Height, Line, Offset, Origin
from obu.codec.messages.record import PLAIN, At, Inside, ListOf, Record
from obu.codec.messages.rest import Rest
from obu.core.geo import LatLon

_NODE_KINDS = "entrance exit toUpstair toDownstair etc mtc passAfterPayment blocked"  # PAMNodeAttributes, bit 0 first
_SLOT_TYPES = "unknown ordinary disabled mini attached charging stereo lady extended private"  # ParkingType


@dataclass(frozen=True, slots=True, kw_only=True)
class Corners:
    """Three corners of a slot; the fourth completes the parallelogram."""

    top_left: LatLon
    top_right: LatLon
    bottom_left: LatLon
    top_left_height: Height | None = None
    top_right_height: Height | None = None
    bottom_left_height: Height | None = None
    rest: Rest = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """A parking slot. types: names of ParkingType's bits; status, direction, lock: names of SlotStatus,
    ParkingSpaceTheta, ParkingLock; name: what is painted on it.
    """

    id: int
    types: frozenset[str]
    status: str
    direction: str
    lock: str
    corners: Corners | None = None
    name: str | None = None
    rest: Rest = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Drive:
    """A drive that leads to its node from the node upstream; movements: the nodes that it leads on to."""

    upstream: int
    id: int | None = None
    is_separated: bool | None = None
    limit_mps: float | None = None
    height_limit_m: float | None = None
    width_m: float | None = None
    lanes: int | None = None
    points: tuple[LatLon, ...] = ()
    heights: tuple[Height | None, ...] = ()
    movements: tuple[int, ...] = ()
    slots: tuple[Slot, ...] = ()
    rest: Rest = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ParkNode:
    """Where drives meet. kinds: names of PAMNodeAttributes' bits."""

    id: int
    place: LatLon
    elevation_m: float | None = None
    floor: int | None = None
    kinds: frozenset[str] | None = None
    drives: tuple[Drive, ...] = ()
    rest: Rest = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Guide:
    """The way for one vehicle, by the id of its BSMs: nodes in order, and the slot."""

    vehicle: bytes
    nodes: tuple[int, ...]
    slot: int | None = None
    rest: Rest = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pam:
    """A car park: id, name, number of slots, floors, how far it parks cars itself (AVPType). minute: of the year."""

    msg_count: int
    nodes: tuple[ParkNode, ...]
    minute: int | None = None
    id: int | None = None
    name: str | None = None
    slots: int | None = None
    floors: int | None = None
    valet: str | None = None
    guides: tuple[Guide, ...] = ()
    rest: Rest = None


PARKING_TYPE = flags(_SLOT_TYPES.split(), 10)
_CORNERS = Record(
    Corners,
    Offset("topLeft", "top_left", "top_left_height"),
    Offset("topRight", "top_right", "top_right_height"),
    Offset("bottomLeft", "bottom_left", "bottom_left_height"),
)
_SLOT = Record(
    Slot,
    At("slotID", "id"),
    At("position?", "corners", _CORNERS),
    At("sign?", "name"),
    At("parkingType", "types", PARKING_TYPE),
    At("status", "status"),
    At("parkingSpaceTheta", "direction"),
    At("parkingLock", "lock"),
    ...,
)
_DRIVE = Record(
    Drive,
    At("upstreamPAMNodeId", "upstream"),
    At("driveID?", "id"),
    At("twowaySepration?", "is_separated"),
    At("speedLimit?", "limit_mps", scales.SPEED),
    At("heightRestriction?", "height_limit_m", scales.HEIGHT_LIMIT),
    At("driveWidth?", "width_m", scales.LANE_WIDTH),
    At("laneNum?", "lanes"),
    Line("points?", is_road=True),
    At("movements?", "movements", ListOf(PLAIN), empty=()),
    At("parkingSlots?", "slots", ListOf(_SLOT), empty=()),
    ...,
)
_NODE = Record(
    ParkNode,
    At("id", "id"),
    Origin("refPos"),
    At("floor?", "floor"),
    At("attributes?", "kinds", flags(_NODE_KINDS.split(), 8)),
    At("inDrives?", "drives", ListOf(_DRIVE), empty=()),
    ...,
)
_GUIDE = Record(
    Guide,
    At("vehId", "vehicle"),
    At("drivePath", "nodes", ListOf(PLAIN)),
    At("targetParkingSlot?", "slot"),
    ...,
)
MESSAGE = Pam
RECORD = numbered(
    Pam,
    14,
    At("msgCnt", "msg_count"),
    At("timeStamp?", "minute", MINUTE),
    Inside(
        "parkingLotInfo",
        At("id?", "id"),
        At("name?", "name"),
        At("number?", "slots"),
        At("buildingLayerNum?", "floors"),
        At("avpType?", "valet"),
        ...,
    ),
    At("pamNodes", "nodes", ListOf(_NODE)),
    At("parkingAreaGuidance?", "guides", ListOf(_GUIDE), empty=()),
    ...,
)
