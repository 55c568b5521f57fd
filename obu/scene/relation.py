"""How a neighbour stands to us: predicted to now, on our own curve, with bodies instead of points.

Host frame: ahead and right of our centre along our heading. The lateral offset is taken from our predicted path, a
circle of our present curvature, so that a car in our lane in a bend is in our lane.
"""

import math

from obu.codec.messages.bsm import Bsm
from obu.core.geo import LatLon, Offset, move, seen_from, wrap_deg
from obu.core.vehicle import Own
from obu.core.world import Course, Neighbour, Zone

LANE_WIDTH_M = 3.5  # JTG B01-2014 lane of an urban trunk road; MAP lanes replace it where there is a MAP
# Courses by heading difference: 30 degrees about same and oncoming, as shipped units of this kind class them.
SAME_COURSE_DEG = 30.0
ONCOMING_COURSE_DEG = 150.0
MIN_CURVE_SPEED_MPS = 3.0  # below this, yaw / speed is noise
MAX_CURVATURE_PER_M = 1 / 12.0  # a city bus turns no tighter


def predicted(bsm: Bsm, age_s: float) -> LatLon:
    """Where the vehicle is now if it kept its speed and heading since its message's instant."""
    if bsm.speed_mps is None or bsm.heading_deg is None:
        return bsm.place
    return move(bsm.place, bsm.heading_deg, bsm.speed_mps * age_s)


def curvature_per_m(own: Own) -> float:
    """Our path's curvature, right positive; 0 where it cannot be known."""
    yaw_deg_s, speed_mps = own.vehicle.yaw_rate_deg_s, own.speed_mps
    if yaw_deg_s is None or speed_mps is None or speed_mps < MIN_CURVE_SPEED_MPS:
        return 0.0
    curvature = math.radians(yaw_deg_s) / speed_mps
    return max(-MAX_CURVATURE_PER_M, min(MAX_CURVATURE_PER_M, curvature))


def from_path(offset: Offset, curvature: float) -> tuple[float, float]:
    """(along_m, right_m): distance along our predicted path and lateral offset from it, to the right positive.

    On a circle of radius 1/curvature; further round than a quarter turn the straight offset is kept, since nobody
    keeps the wheel turned that long.
    """
    if abs(curvature) < 1e-4:
        return offset.ahead_m, offset.right_m
    radius_m = 1.0 / curvature
    from_centre_m = math.hypot(offset.ahead_m, offset.right_m - radius_m)
    turn_rad = math.atan2(offset.ahead_m, math.copysign(1.0, radius_m) * (radius_m - offset.right_m))
    if abs(turn_rad) > math.pi / 2:
        return offset.ahead_m, offset.right_m
    return turn_rad * abs(radius_m), math.copysign(1.0, radius_m) * (abs(radius_m) - from_centre_m)


def zone(right_m: float) -> Zone:
    """Which lane a lateral offset is in."""
    lanes = right_m / LANE_WIDTH_M
    if abs(lanes) <= 0.5:
        return Zone.SAME
    if abs(lanes) <= 1.5:
        return Zone.ADJACENT_RIGHT if lanes > 0 else Zone.ADJACENT_LEFT
    return Zone.FAR


def course(heading_diff_deg: float) -> Course:
    """Where the other is heading, as seen from ours."""
    if abs(heading_diff_deg) <= SAME_COURSE_DEG:
        return Course.SAME
    return Course.ONCOMING if abs(heading_diff_deg) >= ONCOMING_COURSE_DEG else Course.CROSSING


def relate(own: Own, own_place: LatLon, bsm: Bsm, age_s: float) -> Neighbour | None:
    """The neighbour as the applications see it; None where either heading, or its speed, is not known."""
    if own.heading_deg is None or bsm.heading_deg is None or bsm.speed_mps is None:
        return None
    place = predicted(bsm, age_s)
    offset = seen_from(own_place, own.heading_deg, place)
    along_m, right_m = from_path(offset, curvature_per_m(own))
    heading_diff_deg = wrap_deg(bsm.heading_deg - own.heading_deg)
    # In a bend a car in our lane ahead has turned further than we have: compare with our path's heading there.
    path_turn_deg = math.degrees(along_m * curvature_per_m(own)) if abs(along_m) < 150 else 0.0
    return Neighbour(
        id=bsm.id,
        place=place,
        offset=offset,
        right_m=right_m,
        gap_m=max(0.0, abs(along_m) - (own.body.length_m + bsm.length_m) / 2),
        zone=zone(right_m),
        course=course(wrap_deg(heading_diff_deg - path_turn_deg)),
        heading_deg=bsm.heading_deg,
        heading_diff_deg=heading_diff_deg,
        speed_mps=bsm.speed_mps,
        accel_long_mps2=bsm.accel_long_mps2,
        events=bsm.events,
        lights=bsm.lights,
        length_m=bsm.length_m,
        width_m=bsm.width_m,
        basic_class=bsm.basic_class,
        age_s=age_s,
    )
