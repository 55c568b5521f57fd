"""BSM (YD/T 3709-2020 BasicSafetyMessage; what is sent: GB/T 45315-2025 7.3): what a vehicle says of itself."""

from dataclasses import dataclass

from obu.codec.messages import motion, scales
from obu.codec.messages.instants import SECOND_MS
from obu.codec.messages.names import NAME, TIME_ACCURACY_S, UNAVAILABLE, Names, enum_names, flags
from obu.codec.messages.path import PATH_HISTORY, Crumb, FullPosition
from obu.codec.messages.places import Origin
from obu.codec.messages.record import At, Inside, Leaf, Record
from obu.codec.messages.rest import Rest
from obu.core.geo import LatLon
from obu.core.vehicle import Event, Gear, Light, PathPrediction, SystemState

_WHEELS = ("unavailable", "left_front", "left_rear", "right_front", "right_rear")  # BrakeAppliedStatus, bit 0 first
_EVENTS = (  # VehicleEventFlags, bit 0 first
    Event.HAZARD_LIGHTS,
    Event.STOP_LINE_VIOLATION,
    Event.ABS_ACTIVATED,
    Event.TRACTION_CONTROL_LOSS,
    Event.STABILITY_CONTROL_ACTIVATED,
    Event.HAZARDOUS_MATERIALS,
    Event.RESERVED_1,
    Event.HARD_BRAKING,
    Event.LIGHTS_CHANGED,
    Event.WIPERS_CHANGED,
    Event.FLAT_TIRE,
    Event.DISABLED_VEHICLE,
    Event.AIRBAG_DEPLOYMENT,
)
_LIGHTS = (  # ExteriorLights, bit 0 first
    Light.LOW_BEAM,
    Light.HIGH_BEAM,
    Light.LEFT_TURN,
    Light.RIGHT_TURN,
    Light.HAZARD,
    Light.AUTOMATIC,
    Light.DAYTIME_RUNNING,
    Light.FOG,
    Light.PARKING,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Emergency:
    """An emergency vehicle on duty. response and lightbar: names of ResponseType and LightbarInUse; None unknown."""

    response: str | None = None
    is_siren_on: bool | None = None
    lightbar: str | None = None
    rest: Rest = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Bsm:
    """One vehicle at one instant; None is unavailable. basic_class: BasicVehicleClass as sent.

    Accelerations forward, right and down positive; yaw clockwise, steering wheel right positive; headings clockwise
    from true north. wheel_brakes: left_front, left_rear, right_front, right_rear. path: newest first. Accuracies are
    bounds of the error. fuel_type: FuelType as sent. path_gnss: names of GNSS_STATUS.
    """

    msg_count: int
    id: bytes
    sec_mark_ms: int | None
    place: LatLon
    yaw_rate_deg_s: float
    width_m: float
    length_m: float
    basic_class: int
    elevation_m: float | None = None
    semi_major_m: float | None = None
    semi_minor_m: float | None = None
    orientation_deg: float | None = None
    gear: Gear | None = None
    speed_mps: float | None = None
    heading_deg: float | None = None
    steering_wheel_deg: float | None = None
    accel_long_mps2: float | None = None
    accel_lat_mps2: float | None = None
    accel_vert_mps2: float | None = None
    brake_applied: bool | None = None
    wheel_brakes: frozenset[str] | None = None
    traction_control: SystemState | None = None
    abs: SystemState | None = None
    stability_control: SystemState | None = None
    height_m: float | None = None
    events: frozenset[Event] = frozenset()
    path: tuple[Crumb, ...] = ()
    prediction: PathPrediction | None = None
    lights: frozenset[Light] = frozenset()
    emergency: Emergency | None = None
    time_accuracy_s: float | None = None
    accuracy_m: float | None = None
    elevation_accuracy_m: float | None = None
    speed_accuracy_mps: float | None = None
    heading_accuracy_deg: float | None = None
    steering_wheel_accuracy_deg: float | None = None
    is_brake_boosted: bool | None = None
    is_auxiliary_braking: bool | None = None
    fuel_type: int | None = None
    path_start: FullPosition | None = None
    path_gnss: frozenset[str] | None = None
    rest: Rest = None


LIGHTS = flags(_LIGHTS, len(_LIGHTS))
_SYSTEM = enum_names(SystemState, nothing=UNAVAILABLE)
_IS_ON = Names({"off": False, "on": True}, nothing=UNAVAILABLE)
_CURVE = Record(
    PathPrediction,
    At("radiusOfCurve", "radius_m", scales.CURVE_RADIUS),
    At("confidence", "confidence_percent", scales.CONFIDENCE),
)
_PREDICTION = Leaf(_CURVE.read, _CURVE.write, lambda _, raw: len(raw) == 2)  # additions go to the rest of the BSM
_EMERGENCY = Record(
    Emergency,
    At("responseType?", "response"),
    At("sirenUse?", "is_siren_on", Names({"notInUse": False, "inUse": True}, nothing=UNAVAILABLE)),
    At("lightsUse?", "lightbar", NAME),
    ...,
)

# is_said: GB/T 45315-2025 7.3 makes them mandatory, so that a vehicle says "unavailable".
MESSAGE = Bsm
RECORD = Record(
    Bsm,
    At("msgCnt", "msg_count"),
    At("id", "id"),
    At("secMark", "sec_mark_ms", SECOND_MS),
    At("timeConfidence?", "time_accuracy_s", TIME_ACCURACY_S),
    Origin("pos"),
    Inside("posAccuracy?", *motion.ELLIPSE, is_said=True),
    motion.place_accuracy("posConfidence?"),
    At("transmission", "gear", motion.GEAR),
    At("speed", "speed_mps", scales.SPEED),
    At("heading", "heading_deg", scales.HEADING),
    At("angle?", "steering_wheel_deg", scales.STEERING_WHEEL, is_said=True),
    motion.accuracy("motionCfd?"),
    motion.acceleration("accelSet"),
    Inside(
        "brakes",
        At("brakePadel?", "brake_applied", _IS_ON, is_said=True),
        At("wheelBrakes?", "wheel_brakes", flags(_WHEELS, 5, nothing=0), is_said=True),
        At("traction?", "traction_control", _SYSTEM, is_said=True),
        At("abs?", "abs", _SYSTEM),
        At("scs?", "stability_control", _SYSTEM),
        At("brakeBoost?", "is_brake_boosted", _IS_ON),
        At("auxBrakes?", "is_auxiliary_braking", _IS_ON),
    ),
    motion.SIZE,
    motion.vehicle_class("vehicleClass"),
    Inside(
        "safetyExt?",
        At("events?", "events", flags(_EVENTS, len(_EVENTS)), empty=frozenset()),
        PATH_HISTORY,
        At("pathPrediction?", "prediction", _PREDICTION),
        At("lights?", "lights", LIGHTS, empty=frozenset()),
        ...,
    ),
    At("emergencyExt?", "emergency", _EMERGENCY),
    ...,
)
