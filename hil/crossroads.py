"""A road across ours as a MAP says it: it meets ours at a crossing without a light, or leads over it on a bridge."""

from collections.abc import Sequence
from dataclasses import replace

from hil.junction import CROSSING_M, LANE_M, POINT_M, REGION
from hil.route import Route
from hil.scenario import Crossroad
from obu.codec.messages.lanes import LaneKind, Maneuver
from obu.codec.messages.map import Connection, Lane, Link, Node
from obu.codec.messages.references import NodeRef
from obu.core.geo import LatLon, move

HERE, BEFORE, BEHIND, LEFT, RIGHT = range(5)  # of a road's five nodes
FIRST = 120  # its first node's number


def nodes(road: Route, across: Sequence[Crossroad]) -> tuple[Node, ...]:
    """Of each of them, one lane a direction; of our road the lane in which we drive."""
    return tuple(node for number, each in enumerate(across) for node in _nodes(road, each, number))


def revised(across: Crossroad, at_s: float) -> Crossroad:
    """The road as its MAP tells it at an instant."""
    for revision in across.revision:
        if at_s >= revision.from_s:
            across = replace(across, is_bridge=revision.is_bridge, reach_m=revision.reach_m)
    return across


def _nodes(road: Route, across: Crossroad, number: int) -> list[Node]:
    refs = [NodeRef(REGION, FIRST + 10 * number + part) for part in range(5)]
    middle, heading_deg = road.place(across.at_m), road.at(across.at_m).heading_deg + across.heading_deg
    far_m = across.reach_m

    def ours(from_m: float, to_m: float) -> tuple[LatLon, ...]:
        return road.stretch(across.at_m + from_m, across.at_m + to_m, POINT_M)

    def theirs(turned_deg: float, *ahead_m: float) -> tuple[LatLon, ...]:
        """Whoever comes from the left drives nearer to us: right-hand traffic."""
        return tuple(move(middle, heading_deg + turned_deg, each, LANE_M / 2) for each in ahead_m)

    def end(part: int, link: Link) -> Node:
        return Node(ref=refs[part], place=link.points[-1], links=(link,))

    if across.is_bridge:
        return [
            end(BEHIND, _link(refs[BEFORE], ours(-far_m, far_m))),
            end(RIGHT, _link(refs[LEFT], theirs(0.0, -far_m, far_m))),
            end(LEFT, _link(refs[RIGHT], theirs(180.0, -far_m, far_m))),
        ]
    ways = {BEFORE: (BEHIND, LEFT, RIGHT), LEFT: (RIGHT, BEHIND, None), RIGHT: (LEFT, None, BEHIND)}
    come = {
        BEFORE: ours(-far_m, -CROSSING_M),
        LEFT: theirs(0.0, -far_m, -CROSSING_M),
        RIGHT: theirs(180.0, -far_m, -CROSSING_M),
    }
    into = tuple(
        _link(refs[part], come[part], tuple(
            Connection(node=refs[to], lane=1, maneuvers=frozenset({maneuver}))
            for to, maneuver in zip(leads, (Maneuver.STRAIGHT, Maneuver.LEFT, Maneuver.RIGHT), strict=True)
            if to is not None
        ))
        for part, leads in ways.items()
    )  # fmt: skip
    return [
        Node(ref=refs[HERE], place=middle, name="crossing", links=into),
        end(BEHIND, _link(refs[HERE], ours(CROSSING_M, far_m))),
        end(RIGHT, _link(refs[HERE], theirs(0.0, CROSSING_M, far_m))),
        end(LEFT, _link(refs[HERE], theirs(180.0, CROSSING_M, far_m))),
    ]


def _link(upstream: NodeRef, points: tuple[LatLon, ...], connections: tuple[Connection, ...] = ()) -> Link:
    allowed = frozenset(maneuver for each in connections for maneuver in each.maneuvers or ())
    lane = Lane(
        id=1, width_m=LANE_M, kind=LaneKind("vehicle"), points=points, connections=connections,
        maneuvers=allowed or frozenset({Maneuver.STRAIGHT}),
    )  # fmt: skip
    return Link(upstream=upstream, lanes=(lane,), width_m=LANE_M, points=points)
