"""Where a road user is about to go: along its lane and the way it signals over the crossing, else on its own curve.

Pure geometry on the plane of the lanes; a way begins at the road user's centre and keeps its offset from the lane's
middle. Turn signals choose between the ways of a lane; without one it goes straight on where it may.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from obu.codec.messages.lanes import Maneuver
from obu.scene.lanes import Lane, Match, Roads, Signs
from obu.scene.legs import Leg, legs_of

LOOK_AHEAD_S = 8.0  # nobody is warned of what is further away in time
LEAST_M, MOST_M = 15.0, 150.0
STEP_M = 5.0
MIN_CURVE_SPEED_MPS = 3.0  # below this, yaw / speed is noise
MAX_CURVATURE_PER_M = 1 / 12.0  # a city bus turns no tighter
MOST_TURN_RAD = math.pi / 2.0  # nobody keeps the wheel turned longer
MOST_BESIDE_M = 1.8  # a place further beside the middle of its lane is an error, or a lane change


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """What lies before one road user. legs: from its centre on. lane: where it is, None where no MAP says.

    crossing: the way over the next crossing, as far as it reaches; stop_m: from its centre to the stop line before it,
    negative when it has been passed. approach_deg: the heading at that line.
    """

    legs: tuple[Leg, ...]
    length_m: float
    lane: Match | None = None
    crossing: Lane | None = None
    stop_m: float | None = None
    approach_deg: float | None = None


def reach_m(speed_mps: float) -> float:
    """How far a way is looked along."""
    return min(max(speed_mps * LOOK_AHEAD_S, LEAST_M), MOST_M)


def on_lane(roads: Roads, match: Match, speed_mps: float, signs: Signs) -> Way:
    """The way of somebody on a lane."""
    most_m = reach_m(speed_mps)
    lane, beside_m = match.lane, max(-MOST_BESIDE_M, min(MOST_BESIDE_M, match.right_m))
    crossing = lane if lane.maneuver is not None else chosen(roads.ways(lane), signs)
    stop_m = None
    legs = list(_from(lane.legs, match.along_m, beside_m))
    if lane.maneuver is not None:
        stop_m = -match.along_m
    elif crossing is not None:
        stop_m = lane.length_m - match.along_m
        legs += _from(crossing.legs, 0.0, beside_m)
    if crossing is not None and (beyond := roads.onward(crossing)) is not None:
        legs += _from(beyond.legs, 0.0, beside_m)
    cut = _cut(legs, most_m)
    at_line = None if crossing is None else crossing.legs[0].heading_deg
    return Way(legs=cut, length_m=_length_m(cut), lane=match, crossing=crossing, stop_m=stop_m, approach_deg=at_line)


def are_joined(one: Way, other: Way) -> bool | None:
    """Whether two ways touch one node of a MAP; None where one of them is on no lane of it."""
    if one.lane is None or other.lane is None:
        return None
    return not _nodes(one).isdisjoint(_nodes(other))


def _nodes(way: Way) -> set[tuple[int, int]]:
    """From which it comes, to which it leads, and the one behind that."""
    assert way.lane is not None
    refs = [way.lane.lane.ref] if way.crossing is None else [way.lane.lane.ref, way.crossing.target]
    return {end for ref in refs if ref is not None for end in (ref[:2], ref[2:4])}


def on_curve(x: float, y: float, heading_deg: float, speed_mps: float, yaw_rate_deg_s: float | None) -> Way:
    """The way of somebody on no lane that is known: the circle of its yaw rate and speed, a quarter of it at most."""
    curvature = curvature_per_m(speed_mps, yaw_rate_deg_s)
    most_m = reach_m(speed_mps)
    heading = math.radians(heading_deg)
    points = [(x, y)]
    if abs(curvature) < 1e-4:
        points.append((x + most_m * math.sin(heading), y + most_m * math.cos(heading)))
    else:
        turned = 0.0
        for _ in range(math.ceil(most_m / STEP_M)):
            turn = curvature * STEP_M if abs(turned) < MOST_TURN_RAD else 0.0
            middle = heading + turned + turn / 2.0
            x, y = x + STEP_M * math.sin(middle), y + STEP_M * math.cos(middle)
            turned += turn
            points.append((x, y))
    legs = legs_of(points)
    return Way(legs=legs, length_m=_length_m(legs))


def curvature_per_m(speed_mps: float | None, yaw_rate_deg_s: float | None) -> float:
    """Of a path, right positive; 0 where it cannot be known."""
    if yaw_rate_deg_s is None or speed_mps is None or speed_mps < MIN_CURVE_SPEED_MPS:
        return 0.0
    curvature = math.radians(yaw_rate_deg_s) / speed_mps
    return max(-MAX_CURVATURE_PER_M, min(MAX_CURVATURE_PER_M, curvature))


def chosen(ways: Sequence[Lane], signs: Signs) -> Lane | None:
    """The way that a turn signal announces; without one straight on, or the only one there is.

    Who signals to where his lane does not lead changes lanes, and goes on as without a signal.
    """
    for wanted in (signs.turn, Maneuver.STRAIGHT):
        for way in ways:
            if way.maneuver is wanted:
                return way
    return ways[0] if ways and len({way.maneuver for way in ways}) == 1 else None


def _from(legs: Sequence[Leg], along_m: float, beside_m: float) -> list[Leg]:
    """The rest of a line from along_m on, so far to the right of it; its own lengths."""
    rest = []
    for leg in legs:
        past_m = along_m - leg.start_m
        if past_m >= leg.length_m - 0.01:
            continue
        past_m = max(0.0, past_m)
        x, y = leg.x + past_m * leg.ux + beside_m * leg.uy, leg.y + past_m * leg.uy - beside_m * leg.ux
        rest.append(Leg(x, y, leg.ux, leg.uy, leg.length_m - past_m, 0.0, leg.heading_deg))
    return rest


def _cut(legs: Sequence[Leg], most_m: float) -> tuple[Leg, ...]:
    """The first most_m of a row of legs, each with where it begins."""
    found: list[Leg] = []
    start_m = 0.0
    for leg in legs:
        if start_m >= most_m:
            break
        length_m = min(leg.length_m, most_m - start_m)
        found.append(Leg(leg.x, leg.y, leg.ux, leg.uy, length_m, start_m, leg.heading_deg))
        start_m += length_m
    return tuple(found)


def _length_m(legs: Sequence[Leg]) -> float:
    return legs[-1].start_m + legs[-1].length_m if legs else 0.0
