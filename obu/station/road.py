"""The lanes about us as the screen draws them: told when they change, in metres about an anchor that stays for a while.

The rule: what is told depends on the MAPs and the anchor alone, so that own movement sends a few numbers, not a road.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from obu.core.frames import FeedEvent
from obu.core.geo import LatLon, LocalFrame, distance_m
from obu.core.now import NS_PER_S, Now
from obu.scene.lanes import Lane, Roads

AROUND_M = 180.0  # of the anchor: the picture reaches 100 m, the anchor is 60 m away at most
FURTHEST_M = 60.0
MOST_LANES, MOST_POINTS = 48, 24  # 14 kB of a line
LOOK_NS = NS_PER_S

Told = tuple[tuple[str, float, tuple[tuple[float, float], ...]], ...]  # kind, width, points of each lane


@dataclass(slots=True)
class RoadState:
    """What was told last: number grows with each, anchor is where its metres east and north begin."""

    number: int = 0
    anchor: LatLon | None = None
    told: Told = ()
    looked_ns: int | None = None


class RoadPicture:
    """look() each turn, then at() for where we are in it."""

    def __init__(self) -> None:
        self.state = RoadState()

    def look(self, now: Now, place: LatLon | None, roads: Roads | None) -> list[FeedEvent]:
        """The lanes, if they are others than were told; judged once a second. place: our own."""
        state = self.state
        if place is None or roads is None or (state.looked_ns is not None and now.at_ns - state.looked_ns < LOOK_NS):
            return []
        state.looked_ns = now.at_ns
        if state.anchor is None or distance_m(place, state.anchor) > FURTHEST_M:
            state.anchor = place
        told = tuple(_near(roads, LocalFrame(state.anchor)))
        if told == state.told:
            return []
        state.told, state.number = told, state.number + 1
        lanes = [{"kind": kind, "width_m": width_m, "points": points} for kind, width_m, points in told]
        return [FeedEvent("road", {"number": state.number, "lanes": lanes})]

    def at(self, place: LatLon | None) -> dict[str, Any] | None:
        """Where a place is in the picture that was told last."""
        if place is None or self.state.anchor is None:
            return None
        east_m, north_m = LocalFrame(self.state.anchor).to_plane(place)
        return {"road": self.state.number, "east_m": round(east_m, 1), "north_m": round(north_m, 1)}


def _near(roads: Roads, frame: LocalFrame) -> Iterator[tuple[str, float, tuple[tuple[float, float], ...]]]:
    """The nearest MOST_LANES within AROUND_M, the furthest first, so that the near ones lie above."""
    found = []
    for lane in roads.all():
        points = _thinned([frame.to_plane(roads.frame.to_place(*point)) for point in lane.points])
        away_m = min(math.hypot(*point) for point in _close(points))
        if away_m <= AROUND_M:
            found.append((away_m, lane.ref, _kind(lane), lane.width_m, points))
    for _, _, kind, width_m, points in sorted(sorted(found)[:MOST_LANES], reverse=True):
        yield kind, round(width_m, 1), tuple((round(x, 1), round(y, 1)) for x, y in points)


def _kind(lane: Lane) -> str:
    return "crossing" if lane.maneuver is not None else lane.kind


def _thinned(points: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """Evenly many of them, the ends among them."""
    if len(points) <= MOST_POINTS:
        return points
    return [points[round(index * (len(points) - 1) / (MOST_POINTS - 1))] for index in range(MOST_POINTS)]


def _close(points: list[tuple[float, float]]) -> Iterator[tuple[float, float]]:
    """The points, and between two the nearest place to the anchor: lanes have few points."""
    yield from points
    for (x0, y0), (x1, y1) in pairwise(points):
        dx, dy = x1 - x0, y1 - y0
        share = max(0.0, min(1.0, -(x0 * dx + y0 * dy) / max(dx * dx + dy * dy, 1e-6)))
        yield x0 + share * dx, y0 + share * dy
