"""MAP (YD/T 3709-2020 MapData): nodes of the road net, the links that lead into them, their lanes and movements."""

from dataclasses import dataclass
from enum import Enum
from typing import Any

from obu.codec.messages import scales
from obu.codec.messages.places import offset_to, place_at, place_of, position_of
from obu.codec.messages.references import NodeRef, node_ref, node_ref_wire
from obu.codec.messages.scales import (
    LANE_WIDTH,
    SPEED,
    bit_string,
    bits_of,
    bits_set,
    members_set,
    without_none,
)
from obu.codec.reasons import LATER
from obu.core.geo import LatLon

FRAME = "mapFrame"


class Maneuver(Enum):
    """What is allowed from a lane (AllowedManeuvers), in the order of the bits."""

    STRAIGHT = 0
    LEFT = 1
    RIGHT = 2
    U_TURN = 3
    LEFT_ON_RED = 4
    RIGHT_ON_RED = 5
    LANE_CHANGE = 6
    NO_STOPPING = 7
    YIELD_ALWAYS = 8
    GO_WITH_HALT = 9
    CAUTION = 10
    RESERVED_1 = 11


_MANEUVERS = tuple(Maneuver)
_SHARING_BITS = 10  # LaneSharing
_ATTRIBUTE_BITS = 16  # of every lane type but vehicle
_VEHICLE_ATTRIBUTE_BITS = 8


@dataclass(frozen=True, slots=True)
class SpeedLimit:
    """A limit; kind is the name of SpeedLimitType (vehicleMaxSpeed, vehicleMinSpeed, ...)."""

    kind: str
    speed_mps: float | None


@dataclass(frozen=True, slots=True)
class LaneKind:
    """name: alternative of LaneTypeAttributes (vehicle, bikeLane, ...); the others: numbers of set bits."""

    name: str
    attributes: frozenset[int] = frozenset()
    shared_with: frozenset[int] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """Where a lane leads: the downstream node, there the lane, and the phase that rules the way."""

    node: NodeRef
    lane: int | None = None
    maneuvers: frozenset[Maneuver] | None = None
    phase: int | None = None


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
    movements: tuple[Movement, ...] = ()
    speed_limits: tuple[SpeedLimit, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A node of the road net: an intersection or a point between two links."""

    ref: NodeRef
    place: LatLon
    name: str | None = None
    links: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MapData:
    """A part of the road net. minute of the year, UTC."""

    msg_count: int
    nodes: tuple[Node, ...]
    minute: int | None = None


MESSAGE = MapData


def from_wire(value: dict[str, Any]) -> MapData:
    """The message of a decoded frame. Raises RemoteError where a place is unavailable or off the globe."""
    return MapData(
        msg_count=value["msgCnt"],
        minute=scales.minute(value.get("timeStamp")),
        nodes=tuple(_node(each) for each in value["nodes"]),
    )


def to_wire(message: MapData) -> dict[str, Any]:
    """The value for uper.encode."""
    return without_none(
        {
            "msgCnt": message.msg_count,
            "timeStamp": message.minute,
            "nodes": [_node_wire(each) for each in message.nodes],
        }
    )


def _node(value: dict[str, Any]) -> Node:
    place = place_of(value["refPos"])
    links = tuple(_link(place, each) for each in value.get("inLinks", ()))
    return Node(ref=node_ref(value["id"]), place=place, name=value.get("name"), links=links)


def _link(reference: LatLon, value: dict[str, Any]) -> Link:
    return Link(
        name=value.get("name"),
        upstream=node_ref(value["upstreamNodeId"]),
        width_m=LANE_WIDTH.sure(value["linkWidth"]) if "linkWidth" in value else None,
        points=_points(reference, value),
        movements=tuple(
            Movement(node_ref(each["remoteIntersection"]), each.get("phaseId")) for each in value.get("movements", ())
        ),
        speed_limits=_limits(value),
        lanes=tuple(_lane(reference, each) for each in value["lanes"]),
    )


def _lane(reference: LatLon, value: dict[str, Any]) -> Lane:
    return Lane(
        id=value["laneID"],
        width_m=LANE_WIDTH.sure(value["laneWidth"]) if "laneWidth" in value else None,
        kind=_kind(value["laneAttributes"]) if "laneAttributes" in value else None,
        maneuvers=_maneuvers(value),
        connections=tuple(_connection(each) for each in value.get("connectsTo", ())),
        speed_limits=_limits(value),
        points=_points(reference, value),
    )


def _kind(value: dict[str, Any]) -> LaneKind | None:
    name, attributes = value["laneType"]
    if name.startswith(LATER):
        return None
    sharing = bits_set(value["shareWith"]) if "shareWith" in value else None
    return LaneKind(name, bits_set(attributes), sharing)


def _connection(value: dict[str, Any]) -> Connection:
    lane = value.get("connectingLane", {})
    return Connection(
        node=node_ref(value["remoteIntersection"]),
        lane=lane.get("lane"),
        maneuvers=members_set(lane["maneuver"], _MANEUVERS) if "maneuver" in lane else None,
        phase=value.get("phaseId"),
    )


def _maneuvers(value: dict[str, Any]) -> frozenset[Maneuver] | None:
    return members_set(value["maneuvers"], _MANEUVERS) if "maneuvers" in value else None


def _limits(value: dict[str, Any]) -> tuple[SpeedLimit, ...]:
    return tuple(SpeedLimit(each["type"], SPEED.si(each["speed"])) for each in value.get("speedLimits", ()))


def _points(reference: LatLon, value: dict[str, Any]) -> tuple[LatLon, ...]:
    return tuple(place_at(reference, each["posOffset"]) for each in value.get("points", ()))


def _node_wire(node: Node) -> dict[str, Any]:
    return without_none(
        {
            "name": node.name,
            "id": node_ref_wire(node.ref),
            "refPos": position_of(node.place),
            "inLinks": [_link_wire(node.place, link) for link in node.links] or None,
        }
    )


def _link_wire(reference: LatLon, link: Link) -> dict[str, Any]:
    return without_none(
        {
            "name": link.name,
            "upstreamNodeId": node_ref_wire(link.upstream),
            "speedLimits": _limits_wire(link.speed_limits),
            "linkWidth": None if link.width_m is None else LANE_WIDTH.raw(link.width_m),
            "points": _points_wire(reference, link.points),
            "movements": [
                without_none({"remoteIntersection": node_ref_wire(each.node), "phaseId": each.phase})
                for each in link.movements
            ]
            or None,
            "lanes": [_lane_wire(reference, lane) for lane in link.lanes],
        }
    )


def _lane_wire(reference: LatLon, lane: Lane) -> dict[str, Any]:
    return without_none(
        {
            "laneID": lane.id,
            "laneWidth": None if lane.width_m is None else LANE_WIDTH.raw(lane.width_m),
            "laneAttributes": None if lane.kind is None else _kind_wire(lane.kind),
            "maneuvers": _maneuvers_wire(lane.maneuvers),
            "connectsTo": [_connection_wire(each) for each in lane.connections] or None,
            "speedLimits": _limits_wire(lane.speed_limits),
            "points": _points_wire(reference, lane.points),
        }
    )


def _kind_wire(kind: LaneKind) -> dict[str, Any]:
    count = _VEHICLE_ATTRIBUTE_BITS if kind.name == "vehicle" else _ATTRIBUTE_BITS
    sharing = None if kind.shared_with is None else bit_string(kind.shared_with, _SHARING_BITS)
    return without_none({"shareWith": sharing, "laneType": (kind.name, bit_string(kind.attributes, count))})


def _connection_wire(each: Connection) -> dict[str, Any]:
    lane = without_none({"lane": each.lane, "maneuver": _maneuvers_wire(each.maneuvers)})
    return without_none(
        {
            "remoteIntersection": node_ref_wire(each.node),
            "connectingLane": lane or None,
            "phaseId": each.phase,
        }
    )


def _maneuvers_wire(maneuvers: frozenset[Maneuver] | None) -> tuple[bytes, int] | None:
    return None if maneuvers is None else bits_of(maneuvers, _MANEUVERS, len(_MANEUVERS))


def _limits_wire(limits: tuple[SpeedLimit, ...]) -> list[dict[str, Any]] | None:
    return [{"type": each.kind, "speed": SPEED.raw(each.speed_mps)} for each in limits] or None


def _points_wire(reference: LatLon, points: tuple[LatLon, ...]) -> list[dict[str, Any]] | None:
    return [{"posOffset": offset_to(reference, point)} for point in points] or None
