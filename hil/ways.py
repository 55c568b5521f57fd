"""Roads of a scenario: laid from its pieces, or along a lane of a MAP; each goes straight on before and behind."""

import bisect
import math
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

from hil.route import START, STEP_M, Bend, Route, Spot, Straight, laid
from hil.route import Piece as Laid
from hil.scenario import Piece, Road
from obu.codec import json_form
from obu.codec.messages import unpack
from obu.codec.messages.map import MapData
from obu.core.geo import LatLon, LocalFrame

BEFORE_M, AFTER_M = 400.0, 800.0
Spots = list[tuple[float, Spot]]


def road_of(road: Road) -> Route:
    """The scenario's road; its origin is along 0. Raises OSError, ValueError, LocalError for a map that is none."""
    if road.map:
        return _along(_lane_points(road))
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


def _along(points: tuple[LatLon, ...]) -> Route:
    """From point to point; the direction turns evenly between the middles of two stretches, as a driver would."""
    frame = LocalFrame(points[0])
    plane = [frame.to_plane(point) for point in points]
    first, last = _direction(plane[0], plane[1]), _direction(plane[-2], plane[-1])
    plane = [_ahead(plane[0], first, -BEFORE_M), *plane, _ahead(plane[-1], last, AFTER_M)]
    spots: Spots = []
    at_m = 0.0
    for before, after in pairwise(plane):
        length_m = math.dist(before, after)
        count = max(1, round(length_m / STEP_M))
        for step in range(count):
            share = step / count
            east_m, north_m = (a + share * (b - a) for a, b in zip(before, after, strict=True))
            spots.append((at_m + share * length_m, Spot(east_m, north_m, _direction(before, after), 0.0)))
        at_m += length_m
    spots.append((at_m, Spot(*plane[-1], last, 0.0)))
    return Route(points[0], _smoothed(spots), BEFORE_M)


def _smoothed(spots: Spots, over: int = 20) -> Spots:
    """The mean direction of ten metres before and behind, and the curvature that follows from it."""
    headings = [spot.heading_deg for _, spot in spots]
    turned = [0.0]
    for before, after in pairwise(headings):
        turned.append(turned[-1] + (after - before + 180.0) % 360.0 - 180.0)
    mean = [
        sum(turned[max(0, index - over) : index + over + 1]) / len(turned[max(0, index - over) : index + over + 1])
        for index in range(len(turned))
    ]
    found = []
    for index, (at_m, spot) in enumerate(spots):
        low, high = max(0, index - 1), min(len(spots) - 1, index + 1)
        curvature = math.radians(mean[high] - mean[low]) / (spots[high][0] - spots[low][0])
        found.append((at_m, Spot(spot.east_m, spot.north_m, (headings[0] + mean[index]) % 360.0, curvature)))
    return found


def _direction(a: tuple[float, float], b: tuple[float, float]) -> float:
    return math.degrees(math.atan2(b[0] - a[0], b[1] - a[1])) % 360.0


def _ahead(here: tuple[float, float], heading_deg: float, ahead_m: float) -> tuple[float, float]:
    heading_rad = math.radians(heading_deg)
    return here[0] + ahead_m * math.sin(heading_rad), here[1] + ahead_m * math.cos(heading_rad)
