"""A new MAP counts from the look after it was heard, whatever was told of its nodes before."""

import pytest

from obu.codec.messages.lanes import SpeedLimit
from obu.codec.messages.map import Lane, Link, MapData, Node
from obu.codec.messages.references import NodeRef
from obu.core.geo import move
from obu.core.now import NS_PER_S, Now
from obu.scene.facts import Facts
from obu.scene.view import Scene
from tests.scene.around import HERE, UTC_NS, own

BEFORE, OURS, NEXT = (NodeRef(1, number) for number in (1, 2, 3))


def _link(upstream, limit_mps, *right_m):
    begins = [move(move(HERE, 0.0, -50.0), 90.0, each) for each in right_m]
    lanes = tuple(Lane(id=number, points=(each, move(each, 0.0, 100.0))) for number, each in enumerate(begins, 1))
    return Link(upstream=upstream, lanes=lanes, speed_limits=(SpeedLimit("vehicleMaxSpeed", limit_mps),))


def _map(nodes, limit_mps, *right_m):
    """Our road's lanes; a second node, where the MAP has it, is the end of a road far away."""
    told = [Node(ref=OURS, place=HERE, links=(_link(BEFORE, limit_mps, *right_m),))]
    if NEXT in nodes:
        told.append(Node(ref=NEXT, place=HERE, links=(_link(OURS, 20.0, 500.0),)))
    return MapData(msg_count=0, nodes=tuple(told))


@pytest.mark.parametrize("before", [{OURS}, {OURS, NEXT}])
@pytest.mark.parametrize("after", [{OURS}, {OURS, NEXT}])
@pytest.mark.parametrize("lanes_m", [(0.0,), (0.0, 3.5), (-3.5, 0.0)])
def test_the_lanes_are_those_of_the_new_map_at_once_and_of_it_alone(before, after, lanes_m):
    facts, scene = Facts(), Scene()
    facts.heard(_map(before, 10.0, -3.5, 0.0, 3.5), 3618, UTC_NS, bytes(8))
    old = scene.build(Now(0, UTC_NS), own(), facts)
    later_ns = UTC_NS + NS_PER_S
    facts.heard(_map(after, 15.0, *lanes_m), 3618, later_ns, bytes(8))
    new = scene.build(Now(NS_PER_S, later_ns), own(), facts)
    assert (old.limit_mps, old.lanes) == (10.0, 3)
    assert (new.limit_mps, new.lanes) == (15.0, len(lanes_m))
