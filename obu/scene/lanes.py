"""The lanes that MAP tells of, and the ways over the crossings between them, on one plane; made anew when MAP changes.

Points of a lane run with the traffic, its last point is the stop line (T/CSAE 159-2020). MAP has no lanes within a
crossing: between the end of a lane and the begin of the one it leads to lies a curve of our own.
"""

import itertools
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from obu.codec.messages.lanes import LaneKind, Maneuver, SpeedLimit
from obu.codec.messages.map import Connection, Link, MapData
from obu.codec.messages.map import Lane as MapLane
from obu.core.geo import LatLon, LocalFrame
from obu.core.quick import quick
from obu.scene.legs import Leg, Point, curve, legs_of

RoadRef = tuple[int, int, int, int]  # region and id of the node, of the upstream node
LaneRef = tuple[int, int, int, int, int]  # the road, then the lane

LANE_WIDTH_M = 3.5  # JTG B01-2014 lane of an urban trunk road, where MAP tells no width
FAR_M = 12.0  # nobody further beside a lane is on it
HEADING_DEG, CRAWLING_DEG, CRAWLING_MPS = 45.0, 90.0, 1.5  # of a vehicle to its lane; at a crawl headings are old
# Of a way, as if its line were so far aside: a degree of another course, another turn than signalled, another road.
DEGREE_M, UNSIGNALLED_M, ANOTHER_ROAD_M = 0.05, 0.5, 3.0
CELL_M = 25.0
# Of SpeedLimitType (YD/T 3709-2020): those of lorries and of vehicles with trailers do not bind us (an articulated bus
# is one vehicle); when night begins, or whether children are there, no MAP says.
LIMITS = frozenset({"vehicleMaxSpeed", "maxSpeedInSchoolZone", "maxSpeedInConstructionZone"})
VEHICLE = "vehicle"  # kind of a lane


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """A lane, or a way over a crossing. ref: of the lane it is or begins at. onward: the ways that leave it.

    maneuver, phase, node: of a way over the crossing of that node, else None. kind: as MapLane. is_bus: for buses.
    """

    ref: LaneRef
    points: tuple[Point, ...]
    legs: tuple[Leg, ...]
    length_m: float
    width_m: float
    kind: str
    limit_mps: float | None
    maneuver: Maneuver | None = None
    phase: int | None = None
    node: tuple[int, int] | None = None
    target: LaneRef | None = None
    is_right_on_red: bool = False


@quick
class Piece:
    """One leg of a lane; before the first leg's begin and past the last one's end nobody is on the lane."""

    lane: Lane
    leg: Leg
    is_first: bool
    is_last: bool


@quick
class Signs:
    """What tells which way somebody takes over a crossing: his turn signal, and the road on which he came, if known."""

    left: bool = False
    right: bool = False
    road: RoadRef | None = None

    @property
    def turn(self) -> Maneuver:
        """What the turn signal announces."""
        if self.left == self.right:
            return Maneuver.STRAIGHT
        return Maneuver.LEFT if self.left else Maneuver.RIGHT

    def against_m(self, way: Lane, off_deg: float) -> float:
        """What speaks against a way, as if its line were so far aside. off_deg: of the course to its own.

        Who signals a turn and has turned out of another way has begun that turn, however wide or short he takes it.
        """
        road_m = ANOTHER_ROAD_M if self.road not in (None, way.ref[:4]) else 0.0
        if way.maneuver is self.turn:
            return road_m
        return road_m + UNSIGNALLED_M + (off_deg * DEGREE_M if self.left != self.right else 0.0)


@quick
class Match:
    """A road user on a lane: how far along it, how far to its right."""

    lane: Lane
    along_m: float
    right_m: float


class Roads:
    """All lanes of the MAPs that are known. match() finds the lane of a place, ways() what leaves a lane."""

    def __init__(self, maps: Iterable[MapData], origin: LatLon) -> None:
        """maps: the newest last; of a node that two of them tell of the last one counts, as after a revision."""
        self.frame = LocalFrame(origin)
        self.lanes: dict[LaneRef, Lane] = {}
        self._ways: dict[LaneRef, list[Lane]] = {}
        self._cells: dict[tuple[int, int], list[Piece]] = {}
        waiting: list[tuple[tuple[int, int], LaneRef, MapLane]] = []
        nodes = {(node.ref.region or 0, node.ref.id): node for message in maps for node in message.nodes}
        for name, node in nodes.items():
            for link in node.links:
                for lane in link.lanes:
                    ref = (*name, link.upstream.region or name[0], link.upstream.id, lane.id)
                    made = _lane(ref, link, lane, self.frame)
                    if made is not None:
                        self.lanes[ref] = made
                        waiting.append((name, ref, lane))
        for name, ref, lane in waiting:
            self._ways[ref] = [
                way for each in lane.connections if (way := self._way(name, ref, lane, each)) is not None
            ]
        for one in self.all():
            for leg in one.legs:
                piece = Piece(one, leg, leg is one.legs[0], leg is one.legs[-1])
                for cell in _cells_of(leg):
                    self._cells.setdefault(cell, []).append(piece)

    def all(self) -> Iterator[Lane]:
        """Every lane and every way over a crossing."""
        yield from self.lanes.values()
        yield from itertools.chain.from_iterable(self._ways.values())

    def ways(self, lane: Lane) -> Sequence[Lane]:
        """The ways over the crossing that leave a lane."""
        return self._ways.get(lane.ref, ()) if lane.maneuver is None else ()

    def onward(self, way: Lane) -> Lane | None:
        """The lane that a way over a crossing leads to, where MAP has it."""
        return None if way.target is None else self.lanes.get(way.target)

    def match(
        self, x: float, y: float, heading_deg: float, speed_mps: float, signs: Signs | None = None
    ) -> Match | None:
        """The lane that is near and runs as the road user does; None where no lane is near.

        Ways over a crossing lie on one another where they begin and where they cross: there course and signs tell.
        """
        most_deg = HEADING_DEG if speed_mps >= CRAWLING_MPS else CRAWLING_DEG
        best: Match | None = None
        least_m = math.inf
        signs = signs or Signs()
        for piece in self._cells.get((int(x // CELL_M), int(y // CELL_M)), ()):
            leg = piece.leg
            off_deg = abs((leg.heading_deg - heading_deg + 180.0) % 360.0 - 180.0)
            if off_deg > most_deg:
                continue
            dx, dy = x - leg.x, y - leg.y
            along_m = dx * leg.ux + dy * leg.uy
            if along_m < 0.0:
                if piece.is_first:
                    continue
                along_m = 0.0
            elif along_m > leg.length_m:
                if piece.is_last:
                    continue
                along_m = leg.length_m
            beside_x, beside_y = dx - along_m * leg.ux, dy - along_m * leg.uy
            away_m = math.hypot(beside_x, beside_y)
            unlike_m = away_m + off_deg * DEGREE_M
            if away_m > FAR_M or unlike_m >= least_m:
                continue
            if piece.lane.maneuver is not None:
                unlike_m += signs.against_m(piece.lane, off_deg)
            if unlike_m < least_m:
                least_m = unlike_m
                right_m = math.copysign(away_m, beside_x * leg.uy - beside_y * leg.ux)
                best = Match(piece.lane, leg.start_m + along_m, right_m)
        return best

    def _way(self, name: tuple[int, int], ref: LaneRef, lane: MapLane, way: Connection) -> Lane | None:
        """A way over the crossing; where no MAP has the lane beyond, straight on for a crossing's width."""
        begin = self.lanes[ref]
        if way.lane is None or not way.maneuvers:
            return None
        maneuver = min(way.maneuvers, key=lambda one: one.value)
        target = (way.node.region or name[0], way.node.id, *name, way.lane)
        beyond = self.lanes.get(target)
        last = begin.legs[-1]
        entry = (beyond.points[0], beyond.legs[0]) if beyond else self._beside_entry(target, name)
        if entry is not None and (beyond is not None or maneuver is not Maneuver.STRAIGHT):
            points = curve((last.ux, last.uy), begin.points[-1], *entry)
        elif maneuver is Maneuver.STRAIGHT:
            x, y = begin.points[-1]
            points = ((x, y), (x + 40.0 * last.ux, y + 40.0 * last.uy))
        else:
            return None
        legs = legs_of(points)
        if not legs:
            return None
        return Lane(
            ref=ref, points=points, legs=legs, length_m=legs[-1].start_m + legs[-1].length_m, width_m=begin.width_m,
            kind=begin.kind, limit_mps=begin.limit_mps, maneuver=maneuver, phase=way.phase, node=name, target=target,
            is_right_on_red=Maneuver.RIGHT_ON_RED in (lane.maneuvers or ()),
        )  # fmt: skip

    def _beside_entry(self, target: LaneRef, name: tuple[int, int]) -> tuple[Point, Leg] | None:
        """Where a lane begins that no MAP has, and its direction: left of the lanes that come from where it leads.

        A crossing's MAP has the ways into it; those out of it are in that of the next one, which may be out of reach.
        """
        road = (*name, *target[:2])
        inward = min(
            (lane for lane in self.lanes.values() if lane.ref[:4] == road), key=lambda one: one.ref[4], default=None
        )
        if inward is None:
            return None
        x, y = inward.points[-1]
        leg, left_m = inward.legs[-1], target[4] * inward.width_m
        begin = x - left_m * leg.uy, y + left_m * leg.ux
        return begin, Leg(*begin, -leg.ux, -leg.uy, leg.length_m, 0.0, (leg.heading_deg + 180.0) % 360.0)


def _lane(ref: LaneRef, link: Link, lane: MapLane, frame: LocalFrame) -> Lane | None:
    places = lane.points
    points = tuple(frame.to_plane(place) for place in places)
    if not points:
        points = _beside(link, lane, frame)
    if len(points) < 2:
        return None
    legs = legs_of(points)
    if not legs:
        return None
    kind = lane.kind or LaneKind(VEHICLE)
    return Lane(
        ref=ref, points=points, legs=legs, length_m=legs[-1].start_m + legs[-1].length_m,
        width_m=lane.width_m or LANE_WIDTH_M, kind=kind.name,
        limit_mps=_limit_mps(lane.speed_limits) or _limit_mps(link.speed_limits),
    )  # fmt: skip


def _limit_mps(limits: Iterable[SpeedLimit]) -> float | None:
    """The least that binds a car and a bus, in a zone of schools or works too; None where none is said."""
    return min((limit.speed_mps for limit in limits if limit.kind in LIMITS and limit.speed_mps), default=None)


def _beside(link: Link, lane: MapLane, frame: LocalFrame) -> tuple[Point, ...]:
    """A lane without points of its own lies beside the link's middle line, by its number from the left."""
    if len(link.points) < 2:
        return ()
    widths_m = {each.id: each.width_m or LANE_WIDTH_M for each in link.lanes}
    left_m = -sum(widths_m.values()) / 2.0
    right_m = left_m + sum(width for number, width in widths_m.items() if number < lane.id) + widths_m[lane.id] / 2.0
    found = []
    points = [frame.to_plane(place) for place in link.points]
    legs = legs_of(points)
    for index, (x, y) in enumerate(points):
        leg = legs[min(index, len(legs) - 1)]
        found.append((x + right_m * leg.uy, y - right_m * leg.ux))
    return tuple(found)


def _cells_of(leg: Leg) -> set[tuple[int, int]]:
    """The cells within FAR_M of a leg."""
    found = set()
    steps = max(1, math.ceil(leg.length_m / (CELL_M / 2.0)))
    for step in range(steps + 1):
        x, y = leg.x + leg.ux * leg.length_m * step / steps, leg.y + leg.uy * leg.length_m * step / steps
        for dx in (-FAR_M, 0.0, FAR_M):
            for dy in (-FAR_M, 0.0, FAR_M):
                found.add((int((x + dx) // CELL_M), int((y + dy) // CELL_M)))
    return found
