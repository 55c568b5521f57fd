"""BSM (YD/T 3709-2020 BasicSafetyMessage; what is sent: GB/T 45315-2025 7.3): what a vehicle says of itself."""

from dataclasses import dataclass
from typing import Any

from obu.codec.messages import scales
from obu.codec.messages.places import offset_to, place_at, place_of, position_of
from obu.codec.messages.scales import bits_of, members_set, without_none
from obu.core.geo import LatLon
from obu.core.vehicle import Event, Gear, Light, PathPrediction, SystemState

FRAME = "bsmFrame"

_GEARS = {
    "neutral": Gear.NEUTRAL,
    "park": Gear.PARK,
    "forwardGears": Gear.FORWARD,
    "reverseGears": Gear.REVERSE,
}
_GEAR_NAMES = {gear: name for name, gear in _GEARS.items()}
_SYSTEM_STATES = {"off": SystemState.OFF, "on": SystemState.ON, "engaged": SystemState.ENGAGED}
_BRAKE_PEDAL = {"off": False, "on": True}
_SIREN = {"notInUse": False, "inUse": True}
_WHEELS = (
    "unavailable",
    "left_front",
    "left_rear",
    "right_front",
    "right_rear",
)  # BrakeAppliedStatus, bit 0 first
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


@dataclass(frozen=True, slots=True)
class Crumb:
    """A place the vehicle passed, age_s before the message's own instant; None where the sender does not know."""

    place: LatLon
    age_s: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Emergency:
    """An emergency vehicle on duty. response and lightbar: names of ResponseType and LightbarInUse; None unknown."""

    response: str | None = None
    is_siren_on: bool | None = None
    lightbar: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Bsm:
    """One vehicle at one instant; None is unavailable. basic_class: BasicVehicleClass as sent.

    Accelerations forward, right and down positive; yaw clockwise, steering wheel right positive; headings clockwise
    from true north. wheel_brakes: left_front, left_rear, right_front, right_rear. path: newest first.
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


MESSAGE = Bsm


def from_wire(value: dict[str, Any]) -> Bsm:
    """The message of a decoded frame. Raises RemoteError (position_unavailable) where it says not where it is."""
    place = place_of(value["pos"])
    accuracy = value.get("posAccuracy")
    brakes, size, accel = value["brakes"], value["size"], value["accelSet"]
    safety = value.get("safetyExt", {})
    return Bsm(
        msg_count=value["msgCnt"],
        id=bytes(value["id"]),
        sec_mark_ms=scales.second_ms(value["secMark"]),
        place=place,
        elevation_m=_maybe(scales.ELEVATION, value["pos"].get("elevation")),
        semi_major_m=scales.SEMI_AXIS.si(accuracy["semiMajor"]) if accuracy else None,
        semi_minor_m=scales.SEMI_AXIS.si(accuracy["semiMinor"]) if accuracy else None,
        orientation_deg=scales.ORIENTATION.si(accuracy["orientation"]) if accuracy else None,
        gear=_GEARS.get(value["transmission"]),
        speed_mps=scales.SPEED.si(value["speed"]),
        heading_deg=scales.HEADING.si(value["heading"]),
        steering_wheel_deg=_maybe(scales.STEERING_WHEEL, value.get("angle")),
        accel_long_mps2=scales.ACCELERATION.si(accel["long"]),
        accel_lat_mps2=scales.ACCELERATION.si(accel["lat"]),
        accel_vert_mps2=scales.VERTICAL_ACCELERATION.si(accel["vert"]),
        yaw_rate_deg_s=scales.YAW_RATE.sure(accel["yaw"]),
        brake_applied=_BRAKE_PEDAL.get(brakes.get("brakePadel", "")),
        wheel_brakes=_wheels(brakes.get("wheelBrakes")),
        traction_control=_SYSTEM_STATES.get(brakes.get("traction", "")),
        abs=_SYSTEM_STATES.get(brakes.get("abs", "")),
        stability_control=_SYSTEM_STATES.get(brakes.get("scs", "")),
        width_m=scales.WIDTH.sure(size["width"]),
        length_m=scales.LENGTH.sure(size["length"]),
        height_m=_maybe(scales.HEIGHT, size.get("height")),
        basic_class=value["vehicleClass"]["classification"],
        events=members_set(safety.get("events", (b"", 0)), _EVENTS),
        path=tuple(_crumb(place, point) for point in safety.get("pathHistory", {}).get("crumbData", ())),
        prediction=_prediction(safety.get("pathPrediction")),
        lights=members_set(safety.get("lights", (b"", 0)), _LIGHTS),
        emergency=_emergency(value.get("emergencyExt")),
    )


def to_wire(message: Bsm) -> dict[str, Any]:
    """The value for uper.encode, with every field that GB/T 45315-2025 7.3 makes mandatory, unavailable where None."""
    elevation = None if message.elevation_m is None else scales.ELEVATION.raw(message.elevation_m)
    value = {
        "msgCnt": message.msg_count,
        "id": message.id,
        "secMark": scales.SECOND_UNAVAILABLE if message.sec_mark_ms is None else message.sec_mark_ms,
        "pos": position_of(message.place, elevation),
        "posAccuracy": {
            "semiMajor": scales.SEMI_AXIS.raw(message.semi_major_m),
            "semiMinor": scales.SEMI_AXIS.raw(message.semi_minor_m),
            "orientation": scales.ORIENTATION.raw(message.orientation_deg),
        },
        "transmission": "unavailable" if message.gear is None else _GEAR_NAMES[message.gear],
        "speed": scales.SPEED.raw(message.speed_mps),
        "heading": scales.HEADING.raw(message.heading_deg),
        "angle": scales.STEERING_WHEEL.raw(message.steering_wheel_deg),
        "accelSet": {
            "long": scales.ACCELERATION.raw(message.accel_long_mps2),
            "lat": scales.ACCELERATION.raw(message.accel_lat_mps2),
            "vert": scales.VERTICAL_ACCELERATION.raw(message.accel_vert_mps2),
            "yaw": scales.YAW_RATE.raw(message.yaw_rate_deg_s),
        },
        "brakes": _brakes_wire(message),
        "size": _size_wire(message),
        "vehicleClass": {"classification": message.basic_class},
        "safetyExt": _safety_wire(message) or None,
        "emergencyExt": None if message.emergency is None else _emergency_wire(message.emergency),
    }
    return without_none(value)


def _maybe(scale: scales.Scale, raw: int | None) -> float | None:
    return None if raw is None else scale.si(raw)


def _wheels(value: tuple[bytes, int] | None) -> frozenset[str] | None:
    wheels = members_set(value, _WHEELS) if value else frozenset({"unavailable"})
    return None if "unavailable" in wheels else wheels


def _crumb(reference: LatLon, point: dict[str, Any]) -> Crumb:
    return Crumb(place_at(reference, point["llvOffset"]), scales.AGE.si(point["timeOffset"]))


def _prediction(value: dict[str, Any] | None) -> PathPrediction | None:
    if value is None:
        return None
    return PathPrediction(
        radius_m=scales.CURVE_RADIUS.si(value["radiusOfCurve"]),
        confidence_percent=scales.CONFIDENCE.sure(value["confidence"]),
    )


def _emergency(value: dict[str, Any] | None) -> Emergency | None:
    if value is None:
        return None
    lightbar = value.get("lightsUse")
    return Emergency(
        response=value.get("responseType"),
        is_siren_on=_SIREN.get(value.get("sirenUse", "")),
        lightbar=None if lightbar == "unavailable" else lightbar,
    )


def _name_of(flag: bool | None, names: dict[str, bool]) -> str:
    return next((name for name, each in names.items() if each is flag), "unavailable")


def _brakes_wire(message: Bsm) -> dict[str, Any]:
    wheels = frozenset({"unavailable"}) if message.wheel_brakes is None else message.wheel_brakes
    return without_none(
        {
            "brakePadel": _name_of(message.brake_applied, _BRAKE_PEDAL),
            "wheelBrakes": bits_of(wheels, _WHEELS, len(_WHEELS)),
            "traction": "unavailable" if message.traction_control is None else message.traction_control.value,
            "abs": None if message.abs is None else message.abs.value,
            "scs": None if message.stability_control is None else message.stability_control.value,
        }
    )


def _size_wire(message: Bsm) -> dict[str, Any]:
    height = None if message.height_m is None else scales.HEIGHT.raw(message.height_m)
    return without_none(
        {
            "width": scales.WIDTH.raw(message.width_m),
            "length": scales.LENGTH.raw(message.length_m),
            "height": height,
        }
    )


def _safety_wire(message: Bsm) -> dict[str, Any]:
    crumbs = [
        {"llvOffset": offset_to(message.place, crumb.place), "timeOffset": scales.AGE.raw(crumb.age_s)}
        for crumb in message.path
    ]
    prediction = message.prediction and {
        "radiusOfCurve": scales.CURVE_RADIUS.raw(message.prediction.radius_m),
        "confidence": scales.CONFIDENCE.raw(message.prediction.confidence_percent),
    }
    return without_none(
        {
            "events": bits_of(message.events, _EVENTS, len(_EVENTS)) if message.events else None,
            "pathHistory": {"crumbData": crumbs} if crumbs else None,
            "pathPrediction": prediction,
            "lights": bits_of(message.lights, _LIGHTS, len(_LIGHTS)) if message.lights else None,
        }
    )


def _emergency_wire(emergency: Emergency) -> dict[str, Any]:
    return without_none(
        {
            "responseType": emergency.response,
            "sirenUse": _name_of(emergency.is_siren_on, _SIREN),
            "lightsUse": emergency.lightbar or "unavailable",
        }
    )
