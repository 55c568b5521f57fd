"""Whether two ways cross or join, where, and who is there when; pure, and the same for us and for the other.

Each is taken to keep its acceleration until it stands or has its speed limit's worth; an area is entered by the front
and left by the rear of a body (conflict area of facts on ICW: in/out times are of the bodies, not of the centres).
"""

import math

from obu.core.quick import quick
from obu.core.world import Conflict
from obu.scene import ways
from obu.scene.ways import Way

JOIN_SIN = 0.35  # 20 degrees: flatter ways join rather than cross, and share their width for longer
NEVER_S = math.inf
MOST_MPS = 22.3  # 80 km/h: nobody is taken to accelerate beyond, in a city
CRAWLING_MPS = 2.0  # nobody goes more slowly over a crossing that he has entered
ACCELERATES_S = 3.0  # a driver's foot is not known for longer


@quick
class Body:
    """What moves on a way."""

    length_m: float
    width_m: float
    speed_mps: float
    accel_mps2: float


def between(own: Way, own_body: Body, other: Way, other_body: Body) -> Conflict | None:
    """The first area that both ways lead through; None where they do not meet, nor where a MAP knows both roads and
    has no node in which they do: one leads over the other."""
    met = _joins(own, other) or _crosses(own, other)
    are_joined = None if met is None else ways.are_joined(own, other)
    if met is None or are_joined is False:
        return None
    own_at_m, other_at_m, sin = met
    return timed(
        span_m(own_at_m, own_body, other_body, sin),
        own_body,
        span_m(other_at_m, other_body, own_body, sin),
        other_body,
        sin,
        is_on_map=are_joined is True,
    )


def span_m(at_m: float, body: Body, other_body: Body, sin: float) -> tuple[float, float]:
    """From where to where the middle of a body is in an area, which it enters with its front and leaves with its rear.

    at_m: to where the two lines meet.
    """
    half_m = body.length_m / 2.0 + other_body.width_m / 2.0 / max(sin, JOIN_SIN)
    return at_m - half_m, at_m + half_m


def timed(
    own_m: tuple[float, float],
    own_body: Body,
    other_m: tuple[float, float],
    other_body: Body,
    sin: float,
    *,
    is_on_map: bool = False,
) -> Conflict:
    """An area with when each enters and leaves it. own_m, other_m: span_m() of each."""
    return Conflict(
        max(0.0, own_m[0]),
        max(0.0, other_m[0]),
        *_within_s(*own_m, own_body),
        *_within_s(*other_m, other_body),
        math.degrees(math.asin(min(1.0, sin))),
        is_on_map,
    )


def _within_s(in_m: float, out_m: float, body: Body) -> tuple[float, float]:
    """When a body enters and leaves an area. Who brakes and does not stand before it, goes through as he enters it."""
    in_s = time_to_s(in_m, body.speed_mps, body.accel_mps2)
    if body.accel_mps2 >= 0.0 or in_s is NEVER_S:
        return in_s, time_to_s(out_m, body.speed_mps, body.accel_mps2)
    enters_mps = max(body.speed_mps + body.accel_mps2 * in_s, CRAWLING_MPS)
    return in_s, in_s + time_to_s(out_m - max(0.0, in_m), enters_mps, 0.0)


def time_to_s(distance_m: float, speed_mps: float, accel_mps2: float) -> float:
    """When a front is so far ahead of where it is now; NEVER_S when it stands before. 0 where it is there already."""
    if distance_m <= 0.0:
        return 0.0
    if accel_mps2 < -0.1:
        if speed_mps * speed_mps < -2.0 * accel_mps2 * distance_m:
            return NEVER_S
        return (speed_mps - math.sqrt(speed_mps * speed_mps + 2.0 * accel_mps2 * distance_m)) / -accel_mps2
    if accel_mps2 > 0.1 and speed_mps < MOST_MPS:
        lasts_s = min(ACCELERATES_S, (MOST_MPS - speed_mps) / accel_mps2)
        gone_m = speed_mps * lasts_s + accel_mps2 * lasts_s * lasts_s / 2.0
        if gone_m >= distance_m:
            return (math.sqrt(speed_mps * speed_mps + 2.0 * accel_mps2 * distance_m) - speed_mps) / accel_mps2
        return lasts_s + (distance_m - gone_m) / (speed_mps + accel_mps2 * lasts_s)
    return distance_m / speed_mps if speed_mps > 0.1 else NEVER_S


def _joins(own: Way, other: Way) -> tuple[float, float, float] | None:
    """Two ways over one crossing that lead into one lane from two: they meet where that lane begins."""
    ours, theirs = own.crossing, other.crossing
    if ours is None or theirs is None or ours.target is None or ours.target != theirs.target:
        return None
    if ours.ref == theirs.ref or own.stop_m is None or other.stop_m is None:
        return None
    own_at_m, other_at_m = own.stop_m + ours.length_m, other.stop_m + theirs.length_m
    if own_at_m < 0.0 or other_at_m < 0.0 or own_at_m > own.length_m or other_at_m > other.length_m:
        return None
    return own_at_m, other_at_m, 0.0


def _crosses(own: Way, other: Way) -> tuple[float, float, float] | None:
    """(own_m, other_m, sine of the angle) of the first crossing of the two lines, from their centres."""
    for leg in own.legs:
        for line in other.legs:
            sin = leg.ux * line.uy - leg.uy * line.ux
            if -0.1 < sin < 0.1:
                continue
            dx, dy = line.x - leg.x, line.y - leg.y
            along_m = (dx * line.uy - dy * line.ux) / sin
            if not 0.0 <= along_m <= leg.length_m:
                continue
            across_m = (dx * leg.uy - dy * leg.ux) / sin
            if 0.0 <= across_m <= line.length_m:
                return leg.start_m + along_m, line.start_m + across_m, abs(sin)
    return None
