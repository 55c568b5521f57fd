"""What T/CSAE 157-2020 adds to a node of MAP: links in sections, lanes by a reference line, no-stop zones."""

from dataclasses import dataclass

from obu.codec.messages.lanes import (
    LANE_ATTRIBUTES,
    MANEUVERS,
    SPEED_LIMITS,
    LaneKind,
    Maneuver,
    SpeedLimit,
    lane_kind,
)
from obu.codec.messages.places import AREA, Area, Height, Line
from obu.codec.messages.record import PLAIN, At, ListOf, Record
from obu.codec.messages.references import NODE_REF, NodeRef
from obu.codec.messages.rest import Rest
from obu.codec.messages.scales import ALONG, BESIDE, LANE_WIDTH
from obu.core.geo import LatLon

# Bits 1 and 6 are named otherwise than in YD/T 3709-2020 (docs/open-questions.md).
VEHICLE_LANE = (
    LANE_ATTRIBUTES["vehicle"]
    .replace("isVehicleFlyOverLane", "isRampLane")
    .replace("hasIRbeaconCoverage", "emergencyLane")
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LinePoint:
    """A point by its way along the link's reference line, and to the side of it."""

    along_m: float
    beside_m: float
    rest: Rest = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneLines:
    """The lines on both sides of a lane: names of Dotted-SolidMarkingLineType."""

    left: str
    right: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingArea:
    """Where vehicles that turn wait inside the junction, and the phases that let them in."""

    width_m: float
    points: tuple[LatLon, ...]
    heights: tuple[Height | None, ...] = ()
    phases: tuple[int, ...] = ()
    rest: Rest = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneEnd:
    """The lane where a way through the junction ends, and the way itself."""

    section: int
    lane: int
    width_m: float | None = None
    points: tuple[LatLon, ...] = ()
    heights: tuple[Height | None, ...] = ()
    is_isolated: bool | None = None
    rest: Rest = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionEx:
    """Where a lane leads: the next node, the lanes there, and the phase that rules the way. turn: name of Maneuver."""

    node: NodeRef
    waiting_area: WaitingArea | None = None
    lanes: tuple[LaneEnd, ...] = ()
    phase: int | None = None
    turn: str | None = None
    rest: Rest = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneEx:
    """A lane, counted from the reference line to both sides of it."""

    id: int
    width_m: float | None = None
    kind: LaneKind | None = None
    maneuvers: frozenset[Maneuver] | None = None
    connections: tuple[ConnectionEx, ...] = ()
    speed_limits: tuple[SpeedLimit, ...] = ()
    points: tuple[LinePoint, ...] = ()
    lines: LaneLines | None = None
    rest: Rest = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A stretch of a link in which the lanes do not change."""

    id: int
    lanes: tuple[LaneEx, ...]
    rest: Rest = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MovementEx:
    """A way through a node to the next one, and the phase that rules it. turn: name of Maneuver."""

    node: NodeRef
    phase: int | None = None
    turn: str | None = None
    rest: Rest = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkEx:
    """A road from the upstream node into this one. points: its reference line."""

    upstream: NodeRef
    sections: tuple[Section, ...]
    name: str | None = None
    width_m: float | None = None
    speed_limits: tuple[SpeedLimit, ...] = ()
    points: tuple[LatLon, ...] = ()
    heights: tuple[Height | None, ...] = ()
    movements: tuple[MovementEx, ...] = ()
    rest: Rest = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NoStopping:
    """Where nobody may stop: around the centre, on crossings of cyclists and pedestrians, on yellow grids."""

    centre: Area | None = None
    non_motor: tuple[Area, ...] = ()
    grids: tuple[Area, ...] = ()
    rest: Rest = None


MOVEMENT_EX = Record(
    MovementEx,
    At("remoteIntersection", "node", NODE_REF),
    At("phaseId?", "phase"),
    At("turn-direction?", "turn"),
    ...,
)
_WAITING_AREA = Record(
    WaitingArea,
    At("laneWidth", "width_m", LANE_WIDTH),
    Line("points", is_road=True),
    At("allowedPhaseIds?", "phases", ListOf(PLAIN), empty=()),
)
_LANE_END = Record(
    LaneEnd,
    At("target-section", "section"),
    At("target-lane", "lane"),
    At("connectingLaneWidth?", "width_m", LANE_WIDTH),
    Line("connectingLanePoints?", is_road=True),
    At("isolatedConnectingLane?", "is_isolated"),
)
_CONNECTION = Record(
    ConnectionEx,
    At("remoteIntersection", "node", NODE_REF),
    At("swl?", "waiting_area", _WAITING_AREA),
    At("connectingLane?", "lanes", ListOf(_LANE_END), empty=()),
    At("phaseId?", "phase"),
    At("turn-direction?", "turn"),
    ...,
)
_LINE_POINT = Record(LinePoint, At("s-axis", "along_m", ALONG), At("t-axis", "beside_m", BESIDE), ...)
_LANE = Record(
    LaneEx,
    At("laneRefID", "id"),
    At("laneWidth?", "width_m", LANE_WIDTH),
    At("laneAttributes?", "kind", lane_kind(VEHICLE_LANE)),
    At("maneuvers?", "maneuvers", MANEUVERS),
    At("connectsTo-ex?", "connections", ListOf(_CONNECTION), empty=()),
    At("speedLimits?", "speed_limits", SPEED_LIMITS, empty=()),
    At("st-points?", "points", ListOf(_LINE_POINT), empty=()),
    At("laneLineType?", "lines", Record(LaneLines, At("leftLaneLine", "left"), At("rightLaneLine", "right"))),
    ...,
)
_SECTION = Record(Section, At("secId", "id"), At("lanes", "lanes", ListOf(_LANE)), ...)
LINK_EX = Record(
    LinkEx,
    At("name?", "name"),
    At("upstreamNodeId", "upstream", NODE_REF),
    At("speedLimits?", "speed_limits", SPEED_LIMITS, empty=()),
    At("linkWidth?", "width_m", LANE_WIDTH),
    Line("refLine?", is_road=True),
    At("movements-ex?", "movements", ListOf(MOVEMENT_EX), empty=()),
    At("sections", "sections", ListOf(_SECTION)),
    ...,
)
NO_STOPPING = Record(
    NoStopping,
    At("centralCircleProhibitedZone?", "centre", AREA),
    At("non-motorVehicleProhibitedZones?", "non_motor", ListOf(AREA), empty=()),
    At("gridLineMarkingProhibitedZones?", "grids", ListOf(AREA), empty=()),
    ...,
)
