"""The path driven as few points; every place passed lies less than 1 m from the line through them.

GB/T 45315-2025 7.3 (as SAE J2945/1 A.5): 1 to 15 points, 200 to 400 m, newest first. Where a curve is so tight that
15 points cannot do both, the error is kept and the length is not: driven in circles, below 25 m radius always, below
50 m by where the fixes fall.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from obu.core.geo import LatLon, LocalFrame
from obu.core.now import NS_PER_S
from obu.core.vehicle import PathPoint

MAX_POINTS = 15
SHORTEST_M = 200.0
MAX_ERROR_M = 0.9  # of the allowed 1 m; the rest is for the wire's steps and the arc between two samples
LONGEST_CHORD_M = 100.0  # so that dropping the oldest never leaves less than 200 m, nor keeping it more than 300 m
SAMPLE_M = 2.0  # an arc of 10 m radius rises 5 cm between two samples

# Ours: what lies between two fixes further apart than this was not seen, and the path begins anew.
LONGEST_GAP_NS = 2 * NS_PER_S
FASTEST_MPS = 60.0


@dataclass(slots=True)
class PathHistory:
    """kept: the points that stay, oldest first. samples: places passed since the last of them, oldest first.

    last_ns: UTC of the last place heard of, sampled or not.
    """

    kept: list[PathPoint] = field(default_factory=list)
    samples: list[PathPoint] = field(default_factory=list)
    last_ns: int | None = None


def clear(history: PathHistory) -> None:
    """Forget the path, as at a pseudonym change."""
    history.kept.clear()
    history.samples.clear()
    history.last_ns = None


def extend(history: PathHistory, point: PathPoint) -> None:
    """The vehicle's centre was here. point.at_ns must grow; one that does not, or a jump, begins a new path."""
    if history.last_ns is not None and not _follows(history, point):
        clear(history)
    history.last_ns = point.at_ns
    if not history.kept:
        history.kept.append(point)
        return
    newest = history.samples[-1] if history.samples else history.kept[-1]
    if _distance_m(newest, point) < SAMPLE_M:
        return
    anchor = history.kept[-1]
    if not _fits(anchor, history.samples, point):
        history.kept.append(history.samples[-1])
        history.samples.clear()
    history.samples.append(point)
    _trim(history)


def points(history: PathHistory) -> tuple[PathPoint, ...]:
    """The path for a message, newest first.

    The newest sample stands first: the way on from it to where the vehicle is by now is short and nearly straight.
    """
    return tuple(reversed(history.kept + history.samples[-1:]))


def _follows(history: PathHistory, point: PathPoint) -> bool:
    assert history.last_ns is not None
    gap_ns = point.at_ns - history.last_ns
    newest = history.samples[-1] if history.samples else history.kept[-1]
    reach_m = SAMPLE_M + FASTEST_MPS * gap_ns / NS_PER_S
    return 0 <= gap_ns <= LONGEST_GAP_NS and _distance_m(newest, point) <= reach_m


def _fits(anchor: PathPoint, samples: Sequence[PathPoint], end: PathPoint) -> bool:
    """Whether one straight line from anchor to end may stand for all samples between them."""
    if not samples:
        return True
    plane = LocalFrame(LatLon(anchor.lat_deg, anchor.lon_deg))
    end_e, end_n = plane.to_plane(LatLon(end.lat_deg, end.lon_deg))
    if math.hypot(end_e, end_n) > LONGEST_CHORD_M:
        return False
    for sample in samples:
        east_m, north_m = plane.to_plane(LatLon(sample.lat_deg, sample.lon_deg))
        if _off_segment_m(east_m, north_m, end_e, end_n) > MAX_ERROR_M:
            return False
    return True


def _off_segment_m(east_m: float, north_m: float, end_e: float, end_n: float) -> float:
    """Distance of a point from the segment between the origin and (end_e, end_n)."""
    squared = end_e * end_e + end_n * end_n
    share = (east_m * end_e + north_m * end_n) / squared if squared else 0.0
    share = min(1.0, max(0.0, share))
    return math.hypot(east_m - share * end_e, north_m - share * end_n)


def _trim(history: PathHistory) -> None:
    """Drops what is older than needed: the rest still reaches back 200 m, or the points are too many."""
    kept = history.kept
    while len(kept) + 1 > MAX_POINTS:
        del kept[0]
    chain = [*kept, history.samples[-1]]
    lengths = [_distance_m(a, b) for a, b in pairwise(chain)]
    rest_m = sum(lengths)
    while len(kept) > 1 and rest_m - lengths[0] >= SHORTEST_M:
        rest_m -= lengths.pop(0)
        del kept[0]


def _distance_m(a: PathPoint, b: PathPoint) -> float:
    return math.hypot(*LocalFrame(LatLon(a.lat_deg, a.lon_deg)).to_plane(LatLon(b.lat_deg, b.lon_deg)))
