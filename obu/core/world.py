"""What is around us as plain values: the View that every application sees, built once a step by obu/scene."""

import math
from dataclasses import dataclass
from enum import Enum

from obu.core.driving import VehicleClass
from obu.core.geo import LatLon, Offset
from obu.core.quick import quick
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


class Kind(Enum):
    """What a road user is, as far as it matters to a driver."""

    VEHICLE = "vehicle"
    CYCLIST = "cyclist"
    PEDESTRIAN = "pedestrian"


class Turn(Enum):
    """Where a way over a crossing leads."""

    STRAIGHT = "straight"
    LEFT = "left"
    RIGHT = "right"
    BACK = "back"


class Lamp(Enum):
    """What a traffic light shows."""

    RED = "red"
    YELLOW = "yellow"
    PERMISSIVE_GREEN = "permissive_green"  # others may have green too
    PROTECTED_GREEN = "protected_green"


@quick
class Signal:
    """The light at the stop line before somebody. stop_m: from its front to the line, negative past it.

    left_s: until it changes, None where nobody says. green: (from, to) in s from now, of this or the next green.
    """

    lamp: Lamp
    stop_m: float
    left_s: float | None
    green: tuple[float, float] | None
    is_right_on_red: bool = False


@quick
class Conflict:
    """The area that our way and another's share. own_m, other_m: from each front to it. angle_deg: 0 is joining.

    Times in s from now to entering and leaving it; infinite for whoever stops before. is_on_map: a MAP joins the two
    ways; else, no BSM telling a height, one may lead over the other.
    """

    own_m: float
    other_m: float
    own_in_s: float
    own_out_s: float
    other_in_s: float
    other_out_s: float
    angle_deg: float
    is_on_map: bool = False

    @property
    def apart_s(self) -> float:
        """Between the one's leaving and the other's entering; negative when both are in it at a time."""
        if math.inf in (self.own_in_s, self.other_in_s):
            return math.inf
        return max(self.own_in_s - self.other_out_s, self.other_in_s - self.own_out_s)


@quick
class Section:
    """One stiff body of a vehicle: its middle as seen from the middle of the whole outline along its course, and where
    it looks, to the right of that course."""

    ahead_m: float
    right_m: float
    turn_deg: float
    length_m: float
    width_m: float


@dataclass(slots=True, unsafe_hash=True, kw_only=True)
class Neighbour:
    """A road user heard by a verified message, predicted to now. Made by the hundred: as obu/core/quick, not frozen.

    id: its BSM id (8 bytes), or of the roadside unit that sees it. subject: what warnings call it; the same after it
    changed its pseudonym. offset: its centre from ours. Along our way: along_m to its centre, gap_m bumper to bumper (0
    when beside), right_m beside it. sigma_m: relative lateral error, one sigma. age_s: since the message's own instant.
    conflict: where our way and its meet. turn, signal: its way over the next crossing and the light before it.
    is_opposite: it comes towards us as both came to the crossing, whatever either has turned since; is_beside: it came
    to it on our road, in the same direction. swept_s: in so long our side or rear is where it is, None where it is not.
    askew_deg: its course from that of our way beside it.
    """

    id: bytes
    subject: str
    kind: Kind
    place: LatLon
    offset: Offset
    along_m: float
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
    sigma_m: float
    is_on_duty: bool = False
    conflict: Conflict | None = None
    turn: Turn | None = None
    signal: Signal | None = None
    is_opposite: bool = False
    is_beside: bool = False
    swept_s: float | None = None
    askew_deg: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Hazard:
    """A road event of a verified RSI that concerns the road we are on (its reference path, our heading).

    id: (RSU id, rteId). event_type: decimal CCSS of GB/T 29100-2012. ahead_m: along the reference path from our
    front to the event (to the end of the path where the event has no place of its own); negative is behind.
    """

    id: tuple[bytes, int]
    event_type: int
    description: str | None
    priority: int  # 0..7
    ahead_m: float
    age_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Sign:
    """A road sign of a verified RSI on our road. sign_type: number in the name table of GB 5768.2. As Hazard."""

    id: tuple[bytes, int]
    sign_type: int
    description: str | None
    priority: int
    ahead_m: float
    age_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """One frozen look at the world for the applications of one step. Lists are ordered by distance.

    sigma_m: of our own place, one sigma, None unknown. is_boarding: people get in or out at a standstill; is_departing:
    they did, and we have not left the place yet. stop_m: from our front to the sign of the line's next stop on our way,
    None where the list has none. turn, signal: our way over the next crossing and the light before it; limit_mps: on
    the lane of our front; lanes: how many our road has in our direction, or in the other where MAP tells no more;
    drift_mps: so fast we move to the right across our lane; None where no MAP tells. sections: our body as it bends,
    the front first.
    """

    at_ns: int
    utc_ns: int | None
    own: Own
    vehicle: VehicleClass = VehicleClass.TAXI
    sigma_m: float | None = None
    is_boarding: bool = False
    is_departing: bool = False
    stop_m: float | None = None
    is_on_map: bool = False
    turn: Turn | None = None
    signal: Signal | None = None
    limit_mps: float | None = None
    lanes: int | None = None
    kerb_m: float | None = None
    drift_mps: float | None = None
    sections: tuple[Section, ...] = ()
    neighbours: tuple[Neighbour, ...] = ()
    hazards: tuple[Hazard, ...] = ()
    signs: tuple[Sign, ...] = ()

    @property
    def own_mps(self) -> float:
        """Our speed; 0 where nobody tells it: whether somebody does is a condition of its own."""
        return self.own.speed_mps or 0.0
