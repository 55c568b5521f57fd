"""A road as curvature over length, and the closed one of the bus line; its one rule: own geometry, no map's data.

Lengths are metres along the middle of our lane from the stop line at the signal. Curvature is right positive.
"""

import bisect
import math
from collections.abc import Sequence
from dataclasses import dataclass

from obu.core.geo import LatLon, LocalFrame

STEP_M = 0.5
RAMP_M = 12.0  # a curve tightens over this length (a clothoid), as roads for buses are built


@dataclass(frozen=True, slots=True)
class Straight:
    """A straight of length_m."""

    length_m: float


@dataclass(frozen=True, slots=True)
class Bend:
    """A bend through turn_deg, right positive, with its tightest radius_m; ramps lead in and out."""

    turn_deg: float
    radius_m: float


Piece = Straight | Bend


@dataclass(frozen=True, slots=True)
class Spot:
    """A place on the road: metres from the origin, heading clockwise from north, curvature 1/radius right positive."""

    east_m: float
    north_m: float
    heading_deg: float
    curvature_per_m: float


class Route:
    """A closed road, sampled each STEP_M; at() gives any place on it, also beside it.

    begin_m: how far behind the place from which lengths count the road begins.
    """

    def __init__(self, origin: LatLon, spots: Sequence[tuple[float, Spot]], begin_m: float = 0.0) -> None:
        self.frame = LocalFrame(origin)
        self._spots = spots
        self._at_m = [at_m for at_m, _ in spots]
        self._begin_m = begin_m
        self.length_m = self._at_m[-1]

    def at(self, along_m: float, right_m: float = 0.0) -> Spot:
        """The spot at along_m (any number of laps), moved right_m to the right of our lane's middle."""
        here_m = (along_m + self._begin_m) % self.length_m
        index = min(bisect.bisect_right(self._at_m, here_m), len(self._spots) - 1)
        (before_m, before), (after_m, after) = self._spots[index - 1], self._spots[index]
        share = (here_m - before_m) / (after_m - before_m)
        turn_deg = (after.heading_deg - before.heading_deg + 180.0) % 360.0 - 180.0
        heading_deg = (before.heading_deg + share * turn_deg) % 360.0
        heading_rad = math.radians(heading_deg)
        return Spot(
            before.east_m + share * (after.east_m - before.east_m) + right_m * math.cos(heading_rad),
            before.north_m + share * (after.north_m - before.north_m) - right_m * math.sin(heading_rad),
            heading_deg,
            before.curvature_per_m + share * (after.curvature_per_m - before.curvature_per_m),
        )

    def place(self, along_m: float, right_m: float = 0.0) -> LatLon:
        """The same as a place on the globe."""
        spot = self.at(along_m, right_m)
        return self.frame.to_place(spot.east_m, spot.north_m)

    def stretch(self, from_m: float, to_m: float, step_m: float, right_m: float = 0.0) -> tuple[LatLon, ...]:
        """Places from from_m to to_m, each step_m and at the end: a line for a message."""
        count = max(1, math.ceil((to_m - from_m) / step_m))
        return tuple(self.place(from_m + (to_m - from_m) * index / count, right_m) for index in range(count + 1))

    def curves(self, limit_per_m: float = 1 / 500) -> list[tuple[float, float, float]]:
        """(from_m, to_m, strongest curvature) of each bend."""
        found: list[tuple[float, float, float]] = []
        for at_m, spot in self._spots:
            k = spot.curvature_per_m
            if abs(k) < limit_per_m:
                continue
            if found and at_m - found[-1][1] < 2 * STEP_M and (found[-1][2] > 0) == (k > 0):
                found[-1] = (found[-1][0], at_m, max(found[-1][2], k, key=abs))
            else:
                found.append((at_m, at_m, k))
        return found


def _runs(piece: Piece) -> list[tuple[float, float, float]]:
    """(length_m, curvature at its begin, at its end): a bend is a ramp in, an arc, a ramp out."""
    if isinstance(piece, Straight):
        return [(piece.length_m, 0.0, 0.0)]
    peak = math.copysign(1 / piece.radius_m, piece.turn_deg)
    arc_m = abs(math.radians(piece.turn_deg)) * piece.radius_m - RAMP_M
    return [(RAMP_M, 0.0, peak), (arc_m, peak, peak), (RAMP_M, peak, 0.0)]


def laid(heading_deg: float, pieces: Sequence[Piece]) -> list[tuple[float, Spot]]:
    """The spots of these pieces, one after the other, from the origin in heading_deg on."""
    return _walk(heading_deg, [run for piece in pieces for run in _runs(piece)])


def _walk(heading_deg: float, runs: Sequence[tuple[float, float, float]]) -> list[tuple[float, Spot]]:
    """Follows the curvature from the origin; the middle of each step gives its direction."""
    at_m, east_m, north_m, heading_rad = 0.0, 0.0, 0.0, math.radians(heading_deg)
    spots = [(0.0, Spot(0.0, 0.0, heading_deg % 360.0, runs[0][1]))]
    for length_m, begin, end in runs:
        count = max(1, round(length_m / STEP_M))
        step_m = length_m / count
        for index in range(count):
            middle = begin + (end - begin) * (index + 0.5) / count
            half_rad = middle * step_m / 2
            east_m += step_m * math.sin(heading_rad + half_rad)
            north_m += step_m * math.cos(heading_rad + half_rad)
            heading_rad += 2 * half_rad
            at_m += step_m
            curvature = begin + (end - begin) * (index + 1) / count
            spots.append((at_m, Spot(east_m, north_m, math.degrees(heading_rad) % 360.0, curvature)))
    return spots


# A block of a new town, right-hand traffic: four right turns at its corners, an S-bend on a short side.
# The two open sides are found by closed(): a road that ends where it begins.
START = LatLon(31.49120, 120.36480)
START_HEADING_DEG = 78.0
BEFORE_SOUTH: tuple[Piece, ...] = (
    Straight(190.0),
    Bend(90.0, 28.0),
    Straight(10.0),
    Bend(-24.0, 90.0),
    Bend(24.0, 90.0),
    Straight(10.0),
    Bend(90.0, 28.0),
)
BETWEEN: tuple[Piece, ...] = (Bend(90.0, 28.0),)
AFTER_WEST: tuple[Piece, ...] = (Bend(90.0, 28.0), Straight(45.0))


def closed(first: Sequence[Piece], second: Sequence[Piece], third: Sequence[Piece]) -> tuple[Piece, ...]:
    """first, a straight back along the way we set out, second, a straight back to it, third: where we began."""
    end = laid(0.0, (*first, *second, *third))[-1][1]  # set out to the north: the open sides run south and west
    return (*first, Straight(end.north_m), *second, Straight(end.east_m), *third)


def bus_line() -> Route:
    """The road of the demonstration."""
    return Route(START, laid(START_HEADING_DEG, closed(BEFORE_SOUTH, BETWEEN, AFTER_WEST)))
