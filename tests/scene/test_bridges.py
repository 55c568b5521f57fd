"""Two roads that cross on the plane: a MAP tells whether they meet, a BSM does not; told from roads drawn by hand."""

import pytest

from obu.codec.messages.lanes import LaneKind, Maneuver
from obu.codec.messages.map import Connection, Lane, Link, MapData, Node
from obu.codec.messages.references import NodeRef
from obu.core.geo import LatLon, move
from obu.scene import conflict, ways
from obu.scene.conflict import Body
from obu.scene.lanes import Roads, Signs

CENTRE = LatLon(30.0, 120.0)
SOUTH, NORTH, WEST, EAST, MIDDLE = (NodeRef(1, number) for number in range(1, 6))
CAR = Body(4.6, 1.8, 10.0, 0.0)
OURS, THEIRS = (0.0, -60.0, 0.0), (-60.0, 0.0, 90.0)  # east, north, heading: both meet in the middle after 60 m


def _link(upstream, heading_deg, from_m, to_m, onward=None):
    points = tuple(move(CENTRE, heading_deg, at_m) for at_m in (from_m, to_m))
    straight = frozenset({Maneuver.STRAIGHT})
    connections = () if onward is None else (Connection(node=onward, lane=1, maneuvers=straight),)
    lane = Lane(id=1, width_m=3.5, kind=LaneKind("vehicle"), maneuvers=straight, connections=connections, points=points)
    return Link(upstream=upstream, lanes=(lane,), width_m=3.5, points=points)


def _node(ref, *links):
    return Node(ref=ref, place=CENTRE, links=links)


MEETING = (
    _node(MIDDLE, _link(SOUTH, 0.0, -150.0, -10.0, NORTH), _link(WEST, 90.0, -150.0, -10.0, EAST)),
    _node(NORTH, _link(MIDDLE, 0.0, 10.0, 150.0)),
    _node(EAST, _link(MIDDLE, 90.0, 10.0, 150.0)),
)
BRIDGE = (_node(NORTH, _link(SOUTH, 0.0, -150.0, 150.0)), _node(EAST, _link(WEST, 90.0, -150.0, 150.0)))
OURS_ALONE = BRIDGE[:1]


@pytest.mark.parametrize(
    ("nodes", "is_met", "is_on_map"),
    [(MEETING, True, True), (BRIDGE, False, False), (OURS_ALONE, True, False), ((), True, False)],
    ids=["crossing", "bridge", "our road alone is mapped", "no map"],
)
def test_whether_two_roads_meet_is_told_by_the_map_alone(nodes, is_met, is_on_map):
    roads = Roads([MapData(msg_count=0, nodes=nodes)] if nodes else [], CENTRE)
    own, other = (_way(roads, *motion) for motion in (OURS, THEIRS))
    for one, two in ((own, other), (other, own)):
        met = conflict.between(one, CAR, two, CAR)
        assert (met is not None) == is_met
        assert met is None or (met.is_on_map == is_on_map and 50.0 < met.own_m < 60.0)


def test_behind_the_crossing_its_node_is_still_the_one_where_the_two_met():
    roads = Roads([MapData(msg_count=0, nodes=MEETING)], CENTRE)
    left_it, before_it = _way(roads, 0.0, 12.0, 0.0), _way(roads, *THEIRS)
    assert ways.are_joined(left_it, before_it) and ways.are_joined(before_it, left_it)


def _way(roads, x, y, heading_deg):
    match = roads.match(x, y, heading_deg, 10.0)
    if match is None:
        return ways.on_curve(x, y, heading_deg, 10.0, 0.0)
    return ways.on_lane(roads, match, 10.0, Signs())
