"""MAP (YD/T 3709-2020 MapData): nodes of the road net, the links that lead into them, their lanes and movements."""

from dataclasses import dataclass

from obu.codec.messages.instants import MINUTE
from obu.codec.messages.lanes import LANE_ATTRIBUTES, MANEUVERS, SPEED_LIMITS, LaneKind, Maneuver, SpeedLimit, lane_kind
from obu.codec.messages.map_ex import LINK_EX, NO_STOPPING, LinkEx, NoStopping
from obu.codec.messages.places import Height, Line, Origin
from obu.codec.messages.record import At, Inside, ListOf, Record
from obu.codec.messages.references import NODE_REF, NodeRef
from obu.codec.messages.rest import Rest
from obu.codec.messages.scales import LANE_WIDTH
from obu.core.geo import LatLon


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """Where a lane leads: the downstream node, there the lane, and the phase that rules the way."""

    node: NodeRef
    lane: int | None = None
    maneuvers: frozenset[Maneuver] | None = None
    phase: int | None = None
    rest: Rest = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """A lane, numbered from 1 from left to right. points: its centre line, upstream first."""

    id: int
    width_m: float | None = None
    kind: LaneKind | None = None
    maneuvers: frozenset[Maneuver] | None = None
    connections: tuple[Connection, ...] = ()
    speed_limits: tuple[SpeedLimit, ...] = ()
    points: tuple[LatLon, ...] = ()
    heights: tuple[Height | None, ...] = ()
    rest: Rest = None


@dataclass(frozen=True, slots=True)
class Movement:
    """A way through the node to the next one, and the phase that rules it."""

    node: NodeRef
    phase: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A road from the upstream node into this one. width_m must be there in YD/T 3709-2020."""

    upstream: NodeRef
    lanes: tuple[Lane, ...]
    name: str | None = None
    width_m: float | None = None
    points: tuple[LatLon, ...] = ()
    heights: tuple[Height | None, ...] = ()
    movements: tuple[Movement, ...] = ()
    speed_limits: tuple[SpeedLimit, ...] = ()
    rest: Rest = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A node of the road net: an intersection or a point between two links. links_ex, no_stopping: T/CSAE 157-2020."""

    ref: NodeRef
    place: LatLon
    elevation_m: float | None = None
    name: str | None = None
    links: tuple[Link, ...] = ()
    links_ex: tuple[LinkEx, ...] = ()
    no_stopping: NoStopping | None = None
    rest: Rest = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MapData:
    """A part of the road net. minute of the year, UTC."""

    msg_count: int
    nodes: tuple[Node, ...]
    minute: int | None = None
    rest: Rest = None


_MOVEMENT = Record(Movement, At("remoteIntersection", "node", NODE_REF), At("phaseId?", "phase"))
_CONNECTION = Record(
    Connection,
    At("remoteIntersection", "node", NODE_REF),
    Inside("connectingLane?", At("lane", "lane"), At("maneuver?", "maneuvers", MANEUVERS)),
    At("phaseId?", "phase"),
)
_LANE = Record(
    Lane,
    At("laneID", "id"),
    At("laneWidth?", "width_m", LANE_WIDTH),
    At("laneAttributes?", "kind", lane_kind(LANE_ATTRIBUTES["vehicle"])),
    At("maneuvers?", "maneuvers", MANEUVERS),
    At("connectsTo?", "connections", ListOf(_CONNECTION), empty=()),
    At("speedLimits?", "speed_limits", SPEED_LIMITS, empty=()),
    Line("points?", is_road=True),
    ...,
)
_LINK = Record(
    Link,
    At("name?", "name"),
    At("upstreamNodeId", "upstream", NODE_REF),
    At("speedLimits?", "speed_limits", SPEED_LIMITS, empty=()),
    At("linkWidth?", "width_m", LANE_WIDTH),
    Line("points?", is_road=True),
    At("movements?", "movements", ListOf(_MOVEMENT), empty=()),
    At("lanes", "lanes", ListOf(_LANE)),
    ...,
)
_NODE = Record(
    Node,
    At("name?", "name"),
    At("id", "ref", NODE_REF),
    Origin("refPos"),
    At("inLinks?", "links", ListOf(_LINK), empty=()),
    At("inLinks-ex?", "links_ex", ListOf(LINK_EX), empty=()),
    At("prohibitedzone?", "no_stopping", NO_STOPPING),
    ...,
)
MESSAGE = MapData
RECORD = Record(
    MapData,
    At("msgCnt", "msg_count"),
    At("timeStamp?", "minute", MINUTE),
    At("nodes", "nodes", ListOf(_NODE)),
    ...,
)
