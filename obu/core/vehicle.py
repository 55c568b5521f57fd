"""The own vehicle as values: of its bus, of its receiver, of the technician's tape. None is unavailable."""

from dataclasses import dataclass
from enum import Enum


class Gear(Enum):
    """Where the transmission pushes (YD/T 3709 TransmissionState)."""

    NEUTRAL = "neutral"
    PARK = "park"
    FORWARD = "forward"
    REVERSE = "reverse"


class SystemState(Enum):
    """A driving-aid system (ABS, traction control, stability control) as its controller reports it."""

    OFF = "off"
    ON = "on"
    ENGAGED = "engaged"


class Light(Enum):
    """Exterior lights that are on (YD/T 3709 ExteriorLights)."""

    LOW_BEAM = "low_beam"
    HIGH_BEAM = "high_beam"
    LEFT_TURN = "left_turn"
    RIGHT_TURN = "right_turn"
    HAZARD = "hazard"
    AUTOMATIC = "automatic"
    DAYTIME_RUNNING = "daytime_running"
    FOG = "fog"
    PARKING = "parking"


class Event(Enum):
    """Critical events of a vehicle (YD/T 3709 VehicleEventFlags, GB/T 45315-2025 7.3)."""

    HAZARD_LIGHTS = "hazard_lights"
    STOP_LINE_VIOLATION = "stop_line_violation"
    ABS_ACTIVATED = "abs_activated"
    TRACTION_CONTROL_LOSS = "traction_control_loss"
    STABILITY_CONTROL_ACTIVATED = "stability_control_activated"
    HAZARDOUS_MATERIALS = "hazardous_materials"
    RESERVED_1 = "reserved_1"
    HARD_BRAKING = "hard_braking"
    LIGHTS_CHANGED = "lights_changed"
    WIPERS_CHANGED = "wipers_changed"
    FLAT_TIRE = "flat_tire"
    DISABLED_VEHICLE = "disabled_vehicle"
    AIRBAG_DEPLOYMENT = "airbag_deployment"


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """What a technician measured: the vehicle's outline and class, and where the antenna sits."""

    width_m: float  # mirrors included (YD/T 3709 VehicleWidth)
    length_m: float
    height_m: float | None = None
    basic_class: int = 0  # BasicVehicleClass, table of the edition in use
    antenna_ahead_m: float = 0.0  # antenna before the centre of the outline
    antenna_right_m: float = 0.0
    joint_m: float | None = None  # of an articulated one: from the front to the joint
    last_axle_m: float | None = None  # and to the axle of its rear section


@dataclass(frozen=True, slots=True, kw_only=True)
class VehicleState:
    """What the vehicle's bus says now; a value past its age limit, in error or not sent is None."""

    speed_mps: float | None = None
    gear: Gear | None = None
    brake_applied: bool | None = None
    parking_brake: bool | None = None
    steering_wheel_deg: float | None = None  # right positive
    yaw_rate_deg_s: float | None = None  # clockwise seen from above positive
    accel_long_mps2: float | None = None  # forward positive
    accel_lat_mps2: float | None = None  # right positive
    accel_vert_mps2: float | None = None  # down positive
    left_turn: bool | None = None
    right_turn: bool | None = None
    hazard_lights: bool | None = None
    low_beam: bool | None = None
    high_beam: bool | None = None
    abs: SystemState | None = None
    traction_control: SystemState | None = None
    stability_control: SystemState | None = None
    door_open: bool | None = None
    siren: bool | None = None
    light_bar: bool | None = None
    flat_tire: bool | None = None
    disabled: bool | None = None  # it cannot drive on
    airbag_deployed: bool | None = None
    ignition_on: bool | None = None
    vin: str | None = None  # ISO 3779, of the present bus


class FixKind(Enum):
    """How the receiver came to its position (NMEA 0183 GGA quality)."""

    SINGLE = "single"
    DIFFERENTIAL = "differential"
    RTK_FIXED = "rtk_fixed"
    RTK_FLOAT = "rtk_float"
    DEAD_RECKONING = "dead_reckoning"
    SIMULATED = "simulated"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fix:
    """One position of the antenna. Accuracies are 68 % figures, from GST; None where the receiver does not tell."""

    at_ns: int  # monotonic, when the epoch was complete
    utc_ns: int  # the UTC of the position
    lat_deg: float
    lon_deg: float
    kind: FixKind
    satellites: int
    elevation_m: float | None = None
    speed_mps: float | None = None
    heading_deg: float | None = None  # clockwise from true north; None at standstill where the receiver withholds it
    semi_major_m: float | None = None
    semi_minor_m: float | None = None
    orientation_deg: float | None = None  # of the semi-major axis, clockwise from true north


@dataclass(frozen=True, slots=True, kw_only=True)
class PathPoint:
    """A place the vehicle's centre passed."""

    lat_deg: float
    lon_deg: float
    at_ns: int  # on the clock of the position: Unix UTC


@dataclass(frozen=True, slots=True, kw_only=True)
class PathPrediction:
    """Where the vehicle is heading: curve radius and the trust in it (GB/T 45315-2025 annex E)."""

    radius_m: float | None  # right positive; None is straight
    confidence_percent: float  # 0..100


@dataclass(frozen=True, slots=True, kw_only=True)
class Own:
    """The own vehicle in one value, as the sender and the applications see it.

    lat/lon are of the centre of the outline on the road plane, mirrors included (YD/T 3709 reference point).
    """

    body: Body
    vehicle: VehicleState
    fix: Fix | None  # None: no position, or one past its age limit
    lat_deg: float | None = None
    lon_deg: float | None = None
    speed_mps: float | None = None  # wheel speed first, else the receiver's
    heading_deg: float | None = None
    events: frozenset[Event] = frozenset()
    lights: frozenset[Light] = frozenset()
    path: tuple[PathPoint, ...] = ()  # newest first
    prediction: PathPrediction | None = None
