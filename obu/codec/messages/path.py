"""The path behind a vehicle, and the full position that it may begin with (YD/T 3709-2020 PathHistory)."""

from dataclasses import dataclass
from typing import Any

from obu.codec.messages import motion, scales
from obu.codec.messages.instants import DATE_TIME, DateTime
from obu.codec.messages.names import TIME_ACCURACY_S, flags
from obu.codec.messages.places import Height, Offset, Origin
from obu.codec.messages.record import At, Inside, Leaf, ListOf, Record
from obu.codec.messages.rest import Rest
from obu.core.geo import LatLon
from obu.core.vehicle import Gear


@dataclass(frozen=True, slots=True)
class Crumb:
    """A place the vehicle passed, age_s before the message's own instant; None where the sender does not know."""

    place: LatLon
    age_s: float | None
    height: Height | None = None
    speed_mps: float | None = None
    heading_deg: float | None = None
    accuracy_m: float | None = None
    elevation_accuracy_m: float | None = None
    rest: Rest = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ellipse:
    """The 68 % error ellipse of a place (PositionalAccuracy)."""

    semi_major_m: float | None
    semi_minor_m: float | None
    orientation_deg: float | None  # of the semi-major axis, clockwise from true north


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceAccuracy:
    """Bounds of the errors of a place (PositionConfidenceSet)."""

    accuracy_m: float | None
    elevation_accuracy_m: float | None = None
    rest: Rest = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FullPosition:
    """Where and when a path began (FullPositionVector).

    accuracy: the bounds in YD/T 3709-2020, the ellipse in T/CSAE 53-2020, which has the bounds in place_accuracy.
    """

    place: LatLon
    elevation_m: float | None = None
    time: DateTime | None = None
    heading_deg: float | None = None
    gear: Gear | None = None
    speed_mps: float | None = None
    accuracy: PlaceAccuracy | Ellipse | None = None
    place_accuracy: PlaceAccuracy | None = None
    time_accuracy_s: float | None = None
    speed_accuracy_mps: float | None = None
    heading_accuracy_deg: float | None = None
    steering_wheel_accuracy_deg: float | None = None
    rest: Rest = None


_CRUMB = Record(
    Crumb,
    Offset("llvOffset"),
    At("timeOffset", "age_s", scales.AGE),
    At("speed?", "speed_mps", scales.SPEED),
    motion.place_accuracy("posAccuracy?"),
    At("heading?", "heading_deg", scales.COARSE_HEADING),
    ...,
)
_ELLIPSE = Record(Ellipse, *motion.ELLIPSE)
_PLACE_ACCURACY = Record(PlaceAccuracy, *motion.PLACE_ACCURACY)


def _accuracy(raw: dict[str, Any]) -> Ellipse | PlaceAccuracy:
    made: Ellipse | PlaceAccuracy = (_ELLIPSE if "semiMajor" in raw else _PLACE_ACCURACY).read(raw)
    return made


def _accuracy_wire(accuracy: Ellipse | PlaceAccuracy) -> dict[str, Any]:
    raw: dict[str, Any] = (_ELLIPSE if isinstance(accuracy, Ellipse) else _PLACE_ACCURACY).write(accuracy)
    return raw


_FULL_POSITION = Record(
    FullPosition,
    At("utcTime?", "time", DATE_TIME),
    Origin("pos"),
    At("heading?", "heading_deg", scales.HEADING),
    At("transmission?", "gear", motion.GEAR),
    At("speed?", "speed_mps", scales.SPEED),
    At("posAccuracy?", "accuracy", Leaf(_accuracy, _accuracy_wire, lambda *_: True)),
    At("posConfidence?", "place_accuracy", _PLACE_ACCURACY),
    At("timeConfidence?", "time_accuracy_s", TIME_ACCURACY_S),
    motion.accuracy("motionCfd?"),
    ...,
)
GNSS_STATUS = (  # GNSSstatus, bit 0 first
    "unavailable",
    "healthy",
    "monitored",
    "base_station",
    "pdop_under_5",
    "in_view_under_5",
    "local_corrections",
    "network_corrections",
)
# path: newest first; path_start, path_gnss (names of GNSS_STATUS).
PATH_HISTORY = Inside(
    "pathHistory?",
    At("initialPosition?", "path_start", _FULL_POSITION),
    At("currGNSSstatus?", "path_gnss", flags(GNSS_STATUS, 8)),
    At("crumbData", "path", ListOf(_CRUMB), empty=()),
    ...,
)
