"""What a BSM says: the own vehicle at this instant as a Bsm, or the reasons why none may be sent.

GB/T 45315-2025 7.3.2: a mandatory field that cannot be filled and has no "unavailable" value stops the BSM. Such
are position, speed and yawRate; for the others the standard's value for "unavailable" is sent.
What the standard does not name is not sent, elevation least of all.
"""

from obu.codec.messages.bsm import Bsm, Emergency
from obu.codec.messages.path import Crumb
from obu.core.alert import Text
from obu.core.geo import LatLon, move
from obu.core.now import NS_PER_MS, NS_PER_S, Now, sec_mark_ms
from obu.core.vehicle import Own, VehicleState

EMERGENCY_CLASSES = range(60, 70)  # BasicVehicleClass, in YD/T 3709 as in GB/T 45315-2025 annex D
NO_POSITION = Text("没有有效定位", "no valid position")
OLD_POSITION = Text("定位已过期", "the position is too old")
NO_SPEED = Text("没有车速", "no speed")
NO_YAW_RATE = Text("没有横摆角速度", "no yaw rate")
NO_TIME = Text("没有时间", "no time")


def missing(now: Now, own: Own, had_position: bool) -> list[Text]:
    """Why no BSM may be sent now; empty when one may. had_position: there was one, so that it now is too old."""
    reasons = []
    if now.utc_ns is None:
        reasons.append(NO_TIME)
    if own.fix is None:
        reasons.append(OLD_POSITION if had_position else NO_POSITION)
    if own.speed_mps is None:
        reasons.append(NO_SPEED)
    if own.vehicle.yaw_rate_deg_s is None:
        reasons.append(NO_YAW_RATE)
    return reasons


def is_on_duty(own: Own) -> bool:
    """Whether this is an emergency vehicle with siren or light bar on (GB/T 45315-2025 7.3.2, emergencyExt)."""
    return own.body.basic_class in EMERGENCY_CLASSES and bool(own.vehicle.siren or own.vehicle.light_bar)


def place_now(now: Now, own: Own) -> LatLon | None:
    """The centre carried on from the fix to this instant along the heading; secMark is then this instant's."""
    if own.lat_deg is None or own.lon_deg is None or own.fix is None:
        return None
    place = LatLon(own.lat_deg, own.lon_deg)
    if own.speed_mps is None or own.heading_deg is None:
        return place
    age_s = (now.at_ns - own.fix.at_ns) / NS_PER_S
    if now.utc_ns is not None and 0 <= now.utc_ns - own.fix.utc_ns <= NS_PER_S:
        age_s = (now.utc_ns - own.fix.utc_ns) / NS_PER_S  # the line's delay is in it, the arrival's is not
    return move(place, own.heading_deg, own.speed_mps * age_s)


def bsm(now: Now, own: Own, place: LatLon, bsm_id: bytes, msg_count: int, has_path: bool, is_on_duty: bool) -> Bsm:
    """The BSM of this instant. The caller has seen that nothing is missing().

    has_path: with the path history. is_on_duty: under an emergency vehicle's identity certificate.
    """
    vehicle, fix, body = own.vehicle, own.fix, own.body
    assert now.utc_ns is not None and fix is not None and vehicle.yaw_rate_deg_s is not None
    return Bsm(
        msg_count=msg_count,
        id=bsm_id,
        sec_mark_ms=sec_mark_ms(now.utc_ns),
        place=place,
        semi_major_m=fix.semi_major_m,
        semi_minor_m=fix.semi_minor_m,
        orientation_deg=fix.orientation_deg,
        gear=vehicle.gear,
        speed_mps=own.speed_mps,
        heading_deg=own.heading_deg,
        steering_wheel_deg=vehicle.steering_wheel_deg,
        accel_long_mps2=vehicle.accel_long_mps2,
        accel_lat_mps2=vehicle.accel_lat_mps2,
        accel_vert_mps2=vehicle.accel_vert_mps2,
        yaw_rate_deg_s=vehicle.yaw_rate_deg_s,
        brake_applied=vehicle.brake_applied,
        wheel_brakes=None,
        traction_control=vehicle.traction_control,
        abs=vehicle.abs,
        stability_control=vehicle.stability_control,
        width_m=body.width_m,
        length_m=body.length_m,
        height_m=body.height_m,
        basic_class=body.basic_class,
        events=own.events,
        path=tuple(
            Crumb(LatLon(point.lat_deg, point.lon_deg), (now.utc_ns - point.at_ns) / NS_PER_S)
            for point in (own.path if has_path else ())
            if now.utc_ns - point.at_ns >= 10 * NS_PER_MS  # timeOffset has steps of 10 ms from 1
        ),
        prediction=own.prediction,
        lights=own.lights,
        emergency=_emergency(vehicle) if is_on_duty else None,
    )


def _emergency(vehicle: VehicleState) -> Emergency | None:
    """While siren or light bar is on (GB/T 45315-2025 7.3.2: response "emergency", "in use"); else it is absent."""
    if not (vehicle.siren or vehicle.light_bar):
        return None
    lightbar = {True: "inUse", False: "notInUse", None: None}[vehicle.light_bar]
    return Emergency(response="emergency", is_siren_on=vehicle.siren, lightbar=lightbar)
