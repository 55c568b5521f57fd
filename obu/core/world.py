"""What is around us as plain values: the View that every application sees, built once a step by obu/scene."""

from dataclasses import dataclass
from enum import Enum

from obu.core.geo import LatLon, Offset
from obu.core.vehicle import Event, Light, Own


class Zone(Enum):
    """Which lane, as seen from ours: by the lateral offset in lane widths (docs/applications.md)."""

    SAME = "same"
    ADJACENT_LEFT = "adjacent_left"
    ADJACENT_RIGHT = "adjacent_right"
    FAR = "far"


class Course(Enum):
    """Where the other is heading, as seen from ours."""

    SAME = "same"
    ONCOMING = "oncoming"
    CROSSING = "crossing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbour:
    """A vehicle heard by a verified message, predicted to now.

    id: its BSM id (8 bytes). offset: its centre from ours. gap_m: bumper to bumper along our path, 0 when beside.
    right_m: lateral offset from our predicted path (curvature taken out). age_s: since the message's own instant.
    """

    id: bytes
    place: LatLon
    offset: Offset
    right_m: float
    gap_m: float
    zone: Zone
    course: Course
    heading_deg: float
    heading_diff_deg: float  # relative to ours, -180..180
    speed_mps: float
    accel_long_mps2: float | None
    events: frozenset[Event]
    lights: frozenset[Light]
    length_m: float
    width_m: float
    basic_class: int
    age_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Hazard:
    """A road event of a verified RSI that concerns the road we are on (its reference path, our heading).

    id: (RSU id, rteId). event_type: decimal CCSS of GB/T 29100-2012. ahead_m: along the reference path from our
    centre to the event (to the end of the path where the event has no place of its own); negative is behind.
    """

    id: tuple[bytes, int]
    event_type: int
    description: str | None
    priority: int  # 0..7
    ahead_m: float
    age_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """One frozen look at the world for the applications of one step. Lists are ordered by distance."""

    at_ns: int
    utc_ns: int | None
    own: Own
    neighbours: tuple[Neighbour, ...] = ()
    hazards: tuple[Hazard, ...] = ()
