"""RSI (YD/T 3709-2020 RoadSideInformation): events and signs of the road, each for a stretch, a lane or a circle."""

from dataclasses import dataclass
from typing import Any

from obu.codec.messages import scales
from obu.codec.messages.places import offset_to, place_at, place_of, position_of
from obu.codec.messages.references import NodeRef, node_ref, node_ref_wire, words, words_wire
from obu.codec.messages.scales import bit_string, bits_set, name_at, without_none
from obu.codec.shape import EncodeError
from obu.core.geo import LatLon

FRAME = "rsiFrame"

_SOURCES = (
    "unknown",
    "police",
    "government",
    "meteorological",
    "internet",
    "detection",
)  # EventSource, 0 first
_SOURCE_NUMBERS = {name: number for number, name in enumerate(_SOURCES)}  # a later text's is unknown
_LANE_BITS = 16  # ReferenceLanes: bit n is lane n, bit 0 reserved
_PRIORITY_SHIFT = 5  # RSIPriority: the three most significant bits; vendors set reserved ones too
_PRIORITY_MAX = 7


@dataclass(frozen=True, slots=True)
class ReferencePath:
    """A stretch of road: points along the driving direction, and how far beside it still counts."""

    points: tuple[LatLon, ...]
    radius_m: float


@dataclass(frozen=True, slots=True)
class ReferenceLink:
    """A stretch of road by the map's nodes; lanes None is all of them."""

    upstream: NodeRef
    downstream: NodeRef
    lanes: frozenset[int] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RoadEvent:
    """An event. event_type: decimal CCSS of GB/T 29100-2012 (707 congestion, 904 wrong way); source 0..5.

    Minutes are of the year, UTC; priority 7 is highest. None is not said.
    """

    number: int
    event_type: int
    source: int = 0
    place: LatLon | None = None
    radius_m: float | None = None
    description: str | None = None
    start_minute: int | None = None
    end_minute: int | None = None
    priority: int | None = None
    paths: tuple[ReferencePath, ...] = ()
    links: tuple[ReferenceLink, ...] = ()
    confidence_percent: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RoadSign:
    """A traffic sign. sign_type: number in the name table of GB 5768.2; 0 is text only."""

    number: int
    sign_type: int
    place: LatLon | None = None
    description: str | None = None
    start_minute: int | None = None
    end_minute: int | None = None
    priority: int | None = None
    paths: tuple[ReferencePath, ...] = ()
    links: tuple[ReferenceLink, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Rsi:
    """What one roadside unit announces; (id, number) names an event or a sign for good."""

    msg_count: int
    id: bytes
    place: LatLon
    minute: int | None = None
    events: tuple[RoadEvent, ...] = ()
    signs: tuple[RoadSign, ...] = ()


MESSAGE = Rsi


def from_wire(value: dict[str, Any]) -> Rsi:
    """The message of a decoded frame. Raises RemoteError where a place is unavailable or off the globe."""
    place = place_of(value["refPos"])
    return Rsi(
        msg_count=value["msgCnt"],
        minute=scales.minute(value.get("moy")),
        id=bytes(value["id"]),
        place=place,
        events=tuple(_event(place, each) for each in value.get("rtes", ())),
        signs=tuple(_sign(place, each) for each in value.get("rtss", ())),
    )


def to_wire(message: Rsi) -> dict[str, Any]:
    """The value for uper.encode."""
    return without_none(
        {
            "msgCnt": message.msg_count,
            "moy": message.minute,
            "id": message.id,
            "refPos": position_of(message.place),
            "rtes": [_event_wire(message.place, event) for event in message.events] or None,
            "rtss": [_sign_wire(message.place, sign) for sign in message.signs] or None,
        }
    )


def _event(reference: LatLon, value: dict[str, Any]) -> RoadEvent:
    radius, confidence = value.get("eventRadius"), value.get("eventConfidence")
    return RoadEvent(
        number=value["rteId"],
        event_type=value["eventType"],
        source=_SOURCE_NUMBERS.get(value["eventSource"], 0),
        place=place_at(reference, value["eventPos"]) if "eventPos" in value else None,
        radius_m=None if radius is None else scales.RADIUS.sure(radius),
        confidence_percent=None if confidence is None else scales.CONFIDENCE.sure(confidence),
        **_shared(reference, value),
    )


def _sign(reference: LatLon, value: dict[str, Any]) -> RoadSign:
    return RoadSign(
        number=value["rtsId"],
        sign_type=value["signType"],
        place=place_at(reference, value["signPos"]) if "signPos" in value else None,
        **_shared(reference, value),
    )


def _shared(reference: LatLon, value: dict[str, Any]) -> dict[str, Any]:
    times = value.get("timeDetails", {})
    return {
        "description": words(value["description"]) if "description" in value else None,
        "start_minute": scales.minute(times.get("startTime")),
        "end_minute": scales.minute(times.get("endTime")),
        "priority": value["priority"][0] >> _PRIORITY_SHIFT if "priority" in value else None,
        "paths": tuple(_path(reference, each) for each in value.get("referencePaths", ())),
        "links": tuple(_link(each) for each in value.get("referenceLinks", ())),
    }


def _path(reference: LatLon, value: dict[str, Any]) -> ReferencePath:
    points = tuple(place_at(reference, point) for point in value["activePath"])
    return ReferencePath(points, scales.RADIUS.sure(value["pathRadius"]))


def _link(value: dict[str, Any]) -> ReferenceLink:
    lanes = bits_set(value["referenceLanes"]) - {0} if "referenceLanes" in value else None
    return ReferenceLink(node_ref(value["upstreamNodeId"]), node_ref(value["downstreamNodeId"]), lanes)


def _event_wire(reference: LatLon, event: RoadEvent) -> dict[str, Any]:
    confidence = event.confidence_percent
    return without_none(
        {
            "rteId": event.number,
            "eventType": event.event_type,
            "eventSource": name_at(event.source, _SOURCES, "eventSource"),
            "eventPos": None if event.place is None else offset_to(reference, event.place),
            "eventRadius": None if event.radius_m is None else scales.RADIUS.raw(event.radius_m),
            **_shared_wire(reference, event),
            "eventConfidence": None if confidence is None else scales.CONFIDENCE.raw(confidence),
        }
    )


def _sign_wire(reference: LatLon, sign: RoadSign) -> dict[str, Any]:
    return without_none(
        {
            "rtsId": sign.number,
            "signType": sign.sign_type,
            "signPos": None if sign.place is None else offset_to(reference, sign.place),
            **_shared_wire(reference, sign),
        }
    )


def _shared_wire(reference: LatLon, item: RoadEvent | RoadSign) -> dict[str, Any]:
    times = without_none({"startTime": item.start_minute, "endTime": item.end_minute})
    return {
        "description": None if item.description is None else words_wire(item.description),
        "timeDetails": times or None,
        "priority": None if item.priority is None else _priority_wire(item.priority),
        "referencePaths": [_path_wire(reference, path) for path in item.paths] or None,
        "referenceLinks": [_link_wire(link) for link in item.links] or None,
    }


def _priority_wire(priority: int) -> bytes:
    if not 0 <= priority <= _PRIORITY_MAX:
        raise EncodeError(f"priority: {priority} is not within 0..7", f"priority：{priority} 不在 0..7")
    return bytes((priority << _PRIORITY_SHIFT,))


def _path_wire(reference: LatLon, path: ReferencePath) -> dict[str, Any]:
    points = [offset_to(reference, point) for point in path.points]
    return {"activePath": points, "pathRadius": scales.RADIUS.raw(path.radius_m)}


def _link_wire(link: ReferenceLink) -> dict[str, Any]:
    return without_none(
        {
            "upstreamNodeId": node_ref_wire(link.upstream),
            "downstreamNodeId": node_ref_wire(link.downstream),
            "referenceLanes": None if link.lanes is None else bit_string(link.lanes, _LANE_BITS),
        }
    )
