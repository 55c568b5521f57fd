"""Lines on the plane as rows of straight legs; pure."""

import math
from collections.abc import Sequence

from obu.core.quick import quick

Point = tuple[float, float]  # metres east and north
CURVE_STEPS = 6


@quick
class Leg:
    """One straight piece: from (x, y) along (ux, uy), length_m long, beginning start_m along its lane."""

    x: float
    y: float
    ux: float
    uy: float
    length_m: float
    start_m: float
    heading_deg: float


def legs_of(points: Sequence[Point]) -> tuple[Leg, ...]:
    """The straight pieces between points; those shorter than a decimetre are passed over."""
    found: list[Leg] = []
    start_m = 0.0
    x0, y0 = points[0]
    for x1, y1 in points[1:]:
        length_m = math.hypot(x1 - x0, y1 - y0)
        if length_m < 0.1:
            continue
        ux, uy = (x1 - x0) / length_m, (y1 - y0) / length_m
        found.append(Leg(x0, y0, ux, uy, length_m, start_m, math.degrees(math.atan2(ux, uy)) % 360.0))
        start_m += length_m
        x0, y0 = x1, y1
    return tuple(found)


def curve(along: Point, begin: Point, end: Point, beyond: Leg) -> tuple[Point, ...]:
    """A parabola that leaves along one direction and arrives along the other's (quadratic Bezier)."""
    cross = along[0] * beyond.uy - along[1] * beyond.ux
    dx, dy = end[0] - begin[0], end[1] - begin[1]
    if abs(cross) < 0.1:
        return (begin, end)
    reach_m = (dx * beyond.uy - dy * beyond.ux) / cross
    if reach_m <= 0.0:
        return (begin, end)
    corner = (begin[0] + reach_m * along[0], begin[1] + reach_m * along[1])
    shares = [step / CURVE_STEPS for step in range(CURVE_STEPS + 1)]
    return tuple(
        (
            (1 - s) * (1 - s) * begin[0] + 2 * s * (1 - s) * corner[0] + s * s * end[0],
            (1 - s) * (1 - s) * begin[1] + 2 * s * (1 - s) * corner[1] + s * s * end[1],
        )
        for s in shares
    )
