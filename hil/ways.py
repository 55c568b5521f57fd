"""Roads of a scenario: laid from its pieces, or along a lane of a MAP; each goes straight on before and behind."""

import bisect
import math
from collections.abc import Sequence
from itertools import accumulate, pairwise
from pathlib import Path

from hil.route import START, STEP_M, Bend, Route, Spot, Straight, laid
from hil.route import Piece as Laid
from hil.scenario import Piece, Road
from obu.codec import json_form
from obu.codec.messages import unpack
from obu.codec.messages.map import MapData
from obu.core.geo import LatLon, LocalFrame

BEFORE_M, AFTER_M = 400.0, 800.0
CHORD = 6  # steps
Spots = list[tuple[float, Spot]]
Place = tuple[float, float]  # east_m, north_m


def road_of(road: Road) -> Route:
    """The scenario's road; its origin is along 0. Raises OSError, ValueError, LocalError for a map that is none."""
    if road.map:
        return along(_lane_points(road))
    return through(LocalFrame(START), Spot(0.0, 0.0, road.heading_deg, 0.0), road.pieces)


def through(frame: LocalFrame, here: Spot, pieces: Sequence[Piece]) -> Route:
    """The road that leads to `here` in its direction, and then along the pieces."""
    spots = laid(here.heading_deg, (Straight(BEFORE_M), *map(_laid, pieces), Straight(AFTER_M)))
    first = spots[bisect.bisect_left(spots, BEFORE_M, key=lambda each: each[0])][1]
    east_m, north_m = here.east_m - first.east_m, here.north_m - first.north_m
    moved = [
        (at_m, Spot(spot.east_m + east_m, spot.north_m + north_m, spot.heading_deg, spot.curvature_per_m))
        for at_m, spot in spots
    ]
    return Route(frame.origin, moved, BEFORE_M)


def _laid(piece: Piece) -> Laid:
    if piece.straight_m is not None:
        return Straight(piece.straight_m)
    assert piece.turn_deg is not None and piece.radius_m is not None  # hil/scenario_file.py has seen to it
    return Bend(piece.turn_deg, piece.radius_m)


def map_of(road: Road) -> MapData:
    """The MAP that the road is of."""
    tree = json_form.loads(Path(road.map).read_bytes())
    found = unpack(json_form.frame_of(tree))
    if not isinstance(found, MapData):
        raise ValueError("is no MAP")
    return found


def _lane_points(road: Road) -> tuple[LatLon, ...]:
    links = [link for node in map_of(road).nodes for link in node.links]
    if not 0 <= road.link < len(links):
        raise ValueError(f"has links 0 to {len(links) - 1}")
    lane = next((lane for lane in links[road.link].lanes if lane.id == road.lane), None)
    points = lane.points if lane else ()
    if len(points) < 2:
        raise ValueError(f"link {road.link} has no lane {road.lane} with two points")
    return points


def along(points: tuple[LatLon, ...]) -> Route:
    """A smooth line through the points, as a driver draws it (a cubic from each to the next, Catmull-Rom)."""
    frame = LocalFrame(points[0])
    plane = [frame.to_plane(point) for point in points]
    first, last = _direction(plane[0], plane[1]), _direction(plane[-2], plane[-1])
    plane = [_ahead(plane[0], first, -BEFORE_M), *plane, _ahead(plane[-1], last, AFTER_M)]
    line = [place for index in range(len(plane) - 1) for place in _piece(plane, index)] + [plane[-1]]
    along_m = [0.0, *accumulate(math.dist(before, after) for before, after in pairwise(line))]
    return Route(points[0], _with_directions(line, along_m), BEFORE_M)


def _piece(plane: list[Place], index: int) -> list[Place]:
    """From the point of this index to the next, without it, a place each STEP_M."""
    here, there = plane[index], plane[index + 1]
    length_m = math.dist(here, there)
    leaving, arriving = (_slope(plane, each, length_m) for each in (index, index + 1))
    count = max(1, round(length_m / STEP_M))
    found = []
    for step in range(count):
        t = step / count
        h = (2 * t**3 - 3 * t**2 + 1, t**3 - 2 * t**2 + t, 3 * t**2 - 2 * t**3, t**3 - t**2)
        parts = zip(here, leaving, there, arriving, strict=True)
        east_m, north_m = (h[0] * p + h[1] * m + h[2] * q + h[3] * n for p, m, q, n in parts)
        found.append((east_m, north_m))
    return found


def _slope(plane: list[Place], index: int, length_m: float) -> Place:
    """The way through a point: between the directions of its two stretches, and as long as the stretch asked for."""
    low, high = max(0, index - 1), min(len(plane) - 1, index + 1)
    legs = [
        ((b[0] - a[0]) / math.dist(a, b), (b[1] - a[1]) / math.dist(a, b))
        for a, b in ((plane[low], plane[index]), (plane[index], plane[high]))
        if a != b
    ]
    east, north = (sum(part) for part in zip(*legs, strict=True))
    size = math.hypot(east, north) or 1.0
    return east / size * length_m, north / size * length_m


def _with_directions(line: list[Place], along_m: list[float]) -> Spots:
    """Direction and curvature of each place, from places CHORD before and behind it."""
    last = len(line) - 1
    headings = [_direction(line[max(0, index - 1)], line[min(last, index + 1)]) for index in range(len(line))]
    found = []
    for index, (east_m, north_m) in enumerate(line):
        low, high = max(0, index - CHORD), min(last, index + CHORD)
        turn_deg = (headings[high] - headings[low] + 180.0) % 360.0 - 180.0
        curvature = math.radians(turn_deg) / (along_m[high] - along_m[low])
        found.append((along_m[index], Spot(east_m, north_m, headings[index], curvature)))
    return found


def _direction(a: tuple[float, float], b: tuple[float, float]) -> float:
    return math.degrees(math.atan2(b[0] - a[0], b[1] - a[1])) % 360.0


def _ahead(here: tuple[float, float], heading_deg: float, ahead_m: float) -> tuple[float, float]:
    heading_rad = math.radians(heading_deg)
    return here[0] + ahead_m * math.sin(heading_rad), here[1] + ahead_m * math.cos(heading_rad)
