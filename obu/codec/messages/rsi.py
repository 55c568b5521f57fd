"""RSI (YD/T 3709-2020 RoadSideInformation): events and signs of the road, each for a stretch, a lane or a circle."""

from dataclasses import dataclass
from typing import Any

from obu.codec.messages import scales
from obu.codec.messages.event_codes import event_name
from obu.codec.messages.instants import MINUTE
from obu.codec.messages.names import TIME_ACCURACY_S, Names, flags
from obu.codec.messages.places import Height, Offset, Origin
from obu.codec.messages.record import At, Inside, Leaf, ListOf, Record
from obu.codec.messages.references import REFERENCE_LINK, REFERENCE_PATH, ReferenceLink, ReferencePath
from obu.codec.messages.rest import Rest
from obu.codec.messages.sign_codes import sign_name
from obu.codec.messages.text import TEXT
from obu.codec.shape import EncodeError
from obu.core.alert import Text
from obu.core.geo import LatLon

_SOURCES = ("unknown", "police", "government", "meteorological", "internet", "detection")  # EventSource, 0 first
_PRIORITY_SHIFT = 5  # RSIPriority: the three most significant bits; vendors set reserved ones too
_PRIORITY_MAX = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class RoadEvent:
    """An event. event_type: decimal CCSS of GB/T 29100-2012 (707 congestion, 904 wrong way); source 0..5.

    Minutes are of the year, UTC, the end with the bound of its error; priority 7 is highest. None is not said.
    """

    number: int
    event_type: int
    source: int = 0
    place: LatLon | None = None
    height: Height | None = None
    radius_m: float | None = None
    description: str | None = None
    start_minute: int | None = None
    end_minute: int | None = None
    end_accuracy_s: float | None = None
    priority: int | None = None
    paths: tuple[ReferencePath, ...] = ()
    links: tuple[ReferenceLink, ...] = ()
    confidence_percent: float | None = None
    rest: Rest = None

    @property
    def name(self) -> Text:
        """What the event is called."""
        return event_name(self.event_type)


@dataclass(frozen=True, slots=True, kw_only=True)
class AuxiliarySign:
    """What the small sign under a sign says (T/CSAE 157-2020): for whom, and the name of AuxiliarySignDirection."""

    vehicles: frozenset[str] | None = None
    direction: str | None = None
    rest: Rest = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RoadSign:
    """A traffic sign. sign_type: number in the name table of GB 5768.2; 0 is text only."""

    number: int
    sign_type: int
    place: LatLon | None = None
    height: Height | None = None
    description: str | None = None
    start_minute: int | None = None
    end_minute: int | None = None
    end_accuracy_s: float | None = None
    priority: int | None = None
    paths: tuple[ReferencePath, ...] = ()
    links: tuple[ReferenceLink, ...] = ()
    auxiliary: AuxiliarySign | None = None
    rest: Rest = None

    @property
    def name(self) -> Text:
        """What the sign is called; a limit's value is in its description."""
        return sign_name(self.sign_type)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rsi:
    """What one roadside unit announces; (id, number) names an event or a sign for good."""

    msg_count: int
    id: bytes
    place: LatLon
    minute: int | None = None
    events: tuple[RoadEvent, ...] = ()
    signs: tuple[RoadSign, ...] = ()
    elevation_m: float | None = None
    rest: Rest = None


def _priority(raw: bytes) -> int:
    return raw[0] >> _PRIORITY_SHIFT


def _priority_wire(priority: int) -> bytes:
    if not 0 <= priority <= _PRIORITY_MAX:
        raise EncodeError(f"priority: {priority} is not within 0..7", f"priority：{priority} 不在 0..7")
    return bytes((priority << _PRIORITY_SHIFT,))


def _is_whole(priority: int, raw: bytes) -> bool:
    return _priority_wire(priority) == raw


PRIORITY = Leaf(_priority, _priority_wire, _is_whole)
_SHARED: tuple[Any, ...] = (
    At("description?", "description", TEXT),
    Inside(
        "timeDetails?",
        At("startTime?", "start_minute", MINUTE),
        At("endTime?", "end_minute", MINUTE),
        At("endTimeConfidence?", "end_accuracy_s", TIME_ACCURACY_S),
    ),
    At("priority?", "priority", PRIORITY),
    At("referencePaths?", "paths", ListOf(REFERENCE_PATH), empty=()),
    At("referenceLinks?", "links", ListOf(REFERENCE_LINK), empty=()),
)
EVENT = Record(
    RoadEvent,
    At("rteId", "number"),
    At("eventType", "event_type"),
    At("eventSource", "source", Names({name: number for number, name in enumerate(_SOURCES)}, other=0)),
    Offset("eventPos?"),
    At("eventRadius?", "radius_m", scales.RADIUS),
    *_SHARED,
    At("eventConfidence?", "confidence_percent", scales.CONFIDENCE),
    ...,
)
_AUXILIARY = Record(
    AuxiliarySign,
    At("signWithVehicleType?", "vehicles", flags(("restrictedFromBus", "vehicle", "truck", "tractor", "private"), 5)),
    At("signDirection?", "direction"),
    ...,
)
_SIGN = Record(
    RoadSign,
    At("rtsId", "number"),
    At("signType", "sign_type"),
    Offset("signPos?"),
    *_SHARED,
    At("auxiliarySign?", "auxiliary", _AUXILIARY),
    ...,
)
MESSAGE = Rsi
RECORD = Record(
    Rsi,
    At("msgCnt", "msg_count"),
    At("moy?", "minute", MINUTE),
    At("id", "id"),
    Origin("refPos"),
    At("rtes?", "events", ListOf(EVENT), empty=()),
    At("rtss?", "signs", ListOf(_SIGN), empty=()),
    ...,
)
