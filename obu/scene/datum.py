"""Whether a roadside's MAP or our own receiver is in GCJ-02; its one rule: it tells, and only after a bend.

A position on the air is unshifted; a MAP drawn on a published map lies 100 to 700 m off. For each verified MAP near us
the way driven is laid on its lanes as it is, shifted, and unshifted. One straight road proves nothing: the next street
may be just so far away, so the way that fits must have a bend, and what was driven must lie off every lane.
"""

import math
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum
from itertools import pairwise

from obu.codec.messages.map import MapData
from obu.codec.messages.references import NodeRef
from obu.core.alert import Text
from obu.core.geo import LatLon, LocalFrame, distance_m, wrap_deg
from obu.core.vehicle import Own
from obu.positioning import gcj02
from obu.scene.facts import Facts

# All below ours: no public text has a rule for this check.
NEAR_M = 2000.0  # of a node of the MAP
MOST_MAPS = 2  # the nearest, at each place
BETWEEN_M = 10.0  # places looked at
PLACES = 40
LEAST_PLACES = 20
FITS_M = 20.0  # 10 m of noise, and the other side of the road: a MAP has the lanes into a node, not those out of it
OFF_M = 40.0  # so far from every lane is off all
FITTING, OFF = 0.8, 0.9  # shares of the places; within a crossing there are no lanes
ALIGNED_DEG = 30.0
BEND_DEG = 45.0  # between two places of a way that tells
WITNESSES = 2  # MAPs against our receiver before it stops us: one may itself be wrong, or its sender mean ill
LEAST_MPS = 2.0  # a course means something
MOST_ROADS = 64  # MAPs remembered


WRONG_DATUM = Text("本机位置疑为 GCJ-02，请检查定位接收机的坐标系设置",
                   "the own position seems to be in GCJ-02: set the receiver to WGS-84 or CGCS2000")  # fmt: skip


class Datum(Enum):
    """What a MAP and our way say of each other."""

    AGREES = "agrees"
    MAP_GCJ02 = "map_gcj02"
    OWN_GCJ02 = "own_gcj02"


@dataclass(frozen=True, slots=True)
class Laid:
    """A place: how far the nearest lane along our direction lies from it as it is, shifted and unshifted, in m."""

    heading_deg: float
    plain_m: float
    shifted_m: float
    unshifted_m: float


@dataclass(slots=True)
class DatumState:
    """ways: by MAP, the last places laid on it. verdicts: what they said last. last: the last place looked at."""

    ways: dict[NodeRef, deque[Laid]] = field(default_factory=dict)
    verdicts: dict[NodeRef, Datum] = field(default_factory=dict)
    last: LatLon | None = None


class DatumCheck:
    """look() each step; `state.verdicts` is what was concluded of which MAP. is_stopping: no BSM in a wrong datum."""

    def __init__(self, *, is_stopping: bool = False) -> None:
        self._is_stopping = is_stopping
        self.state = DatumState()

    def look(self, own: Own, facts: Facts) -> None:
        """Lays the present place on the lanes of the nearest MAPs, each 10 m of way."""
        state = self.state
        if own.lat_deg is None or own.lon_deg is None or own.heading_deg is None or (own.speed_mps or 0.0) < LEAST_MPS:
            return
        place = LatLon(own.lat_deg, own.lon_deg)
        if state.last is not None and distance_m(state.last, place) < BETWEEN_M:
            return
        state.last = place
        for found in _nearest(place, facts):
            ref = found.nodes[0].ref
            way = state.ways.setdefault(ref, deque(maxlen=PLACES))
            way.append(_laid(place, own.heading_deg, found))
            if (verdict := concluded(way)) is not None:
                state.verdicts[ref] = verdict
        while len(state.ways) > MOST_ROADS:
            oldest = next(iter(state.ways))
            del state.ways[oldest]
            state.verdicts.pop(oldest, None)

    def apart(self) -> frozenset[NodeRef]:
        """MAPs, by their first node, that are not of our datum: nobody can be on their lanes."""
        return frozenset(ref for ref, said in self.state.verdicts.items() if said is not Datum.AGREES)

    def stops(self) -> tuple[Text, ...]:
        """Why no BSM may be sent, as far as our datum goes; empty when one may."""
        said = self.status()
        is_wrong = said[Datum.OWN_GCJ02.value] >= WITNESSES and not said[Datum.AGREES.value]
        return (WRONG_DATUM,) if self._is_stopping and is_wrong else ()

    def status(self) -> dict[str, int]:
        """How many MAPs there are of each verdict, without places: for `obu status`."""
        said = list(self.state.verdicts.values())
        return {each.value: said.count(each) for each in Datum}


def concluded(way: Sequence[Laid]) -> Datum | None:
    """What the places laid on one MAP say, None while they say nothing."""
    if len(way) < LEAST_PLACES:
        return None
    if sum(each.plain_m <= FITS_M for each in way) >= FITTING * len(way):
        return Datum.AGREES
    if sum(each.plain_m > OFF_M for each in way) < OFF * len(way):
        return None
    fitting = {
        Datum.MAP_GCJ02: [each for each in way if each.shifted_m <= FITS_M],
        Datum.OWN_GCJ02: [each for each in way if each.unshifted_m <= FITS_M],
    }
    good = [kind for kind, places in fitting.items() if len(places) >= FITTING * len(way) and _bends(places)]
    return good[0] if len(good) == 1 else None


def _bends(way: list[Laid]) -> bool:
    """Whether two courses differ that are not each other's opposite."""
    return any(BEND_DEG <= abs(wrap_deg(each.heading_deg - way[0].heading_deg)) <= 180.0 - BEND_DEG for each in way)


def _nearest(place: LatLon, facts: Facts) -> list[MapData]:
    found = []
    for fact in facts.of_kind(MapData):
        assert isinstance(fact.message, MapData)
        if fact.message.nodes:
            away_m = min(distance_m(place, node.place) for node in fact.message.nodes)
            if away_m <= NEAR_M:
                found.append((away_m, fact.message))
    return [each for _, each in sorted(found, key=lambda one: one[0])[:MOST_MAPS]]


def _laid(place: LatLon, heading_deg: float, found: MapData) -> Laid:
    frame = LocalFrame(place)
    points = [(0.0, 0.0), frame.to_plane(gcj02.shifted(place)), frame.to_plane(gcj02.unshifted(place))]
    best = [math.inf] * len(points)
    lines = [lane.points for node in found.nodes for link in node.links for lane in link.lanes]
    for line in lines:
        corners = [frame.to_plane(each) for each in line]
        for start, end in pairwise(corners):
            course_deg = math.degrees(math.atan2(end[0] - start[0], end[1] - start[1]))
            if abs(wrap_deg(2 * (course_deg - heading_deg))) <= 2 * ALIGNED_DEG:  # either way along it
                best = [min(best[i], _from_segment_m(points[i], start, end)) for i in range(len(points))]
    return Laid(heading_deg, *best)


def _from_segment_m(point: tuple[float, float], start: tuple[float, float], end: tuple[float, float]) -> float:
    along_x, along_y = end[0] - start[0], end[1] - start[1]
    length2 = along_x * along_x + along_y * along_y
    ahead = (point[0] - start[0]) * along_x + (point[1] - start[1]) * along_y
    share = min(1.0, max(0.0, ahead / length2)) if length2 else 0.0
    return math.hypot(point[0] - start[0] - share * along_x, point[1] - start[1] - share * along_y)
