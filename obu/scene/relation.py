"""How a road user stands to us along our way: bodies instead of points, lanes by the offset from our own way.

Our way is that of our lane where a MAP is there, else the circle of our present curvature: a car in our lane in a bend
is in our lane.
"""

import math
from collections.abc import Sequence

from obu.core.world import Course, Zone
from obu.scene.lanes import LANE_WIDTH_M
from obu.scene.legs import Leg

# Courses by heading difference: 30 degrees about same and oncoming, as shipped units of this kind class them.
SAME_COURSE_DEG = 30.0
ONCOMING_COURSE_DEG = 150.0


def beside(legs: Sequence[Leg], x: float, y: float) -> tuple[float, float, float]:
    """(along_m, right_m, heading_deg) of a place on a way; before its begin and past its end it goes straight on."""
    best = (0.0, 0.0, 0.0)
    least_m = math.inf
    last = len(legs) - 1
    for index, leg in enumerate(legs):
        dx, dy = x - leg.x, y - leg.y
        along_m = dx * leg.ux + dy * leg.uy
        if along_m < 0.0 and index:
            along_m = 0.0
        elif along_m > leg.length_m and index < last:
            along_m = leg.length_m
        beside_x, beside_y = dx - along_m * leg.ux, dy - along_m * leg.uy
        away_m = beside_x * beside_x + beside_y * beside_y
        if away_m < least_m:
            least_m = away_m
            right_m = beside_x * leg.uy - beside_y * leg.ux
            best = (leg.start_m + along_m, right_m, leg.heading_deg)
    along_m, right_m, heading_deg = best
    return along_m, math.copysign(math.sqrt(least_m), right_m), heading_deg


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
