"""Where our road ends to the right is told by MAP's lanes, of whatever width, and by where we are on ours."""

import pytest

from obu.codec.messages.map import Lane, Link, MapData, Node
from obu.codec.messages.references import NodeRef
from obu.core.geo import move
from obu.core.now import Now
from obu.scene.facts import Facts
from obu.scene.view import Scene
from tests.scene.around import HERE, UTC_NS, own

WIDTHS_M = (3.0, 3.5, 3.75, 2.5)  # from left to right


def _road(beside_m):
    """Four lanes, of which we are on the second, beside_m to the right of its middle; another road beyond them."""
    middle_m, lanes = -beside_m - WIDTHS_M[1] / 2.0 - WIDTHS_M[0], []
    for number, width_m in enumerate(WIDTHS_M, 1):
        begin = move(move(HERE, 0.0, -50.0), 90.0, middle_m + width_m / 2.0)
        lanes.append(Lane(id=number, width_m=width_m, points=(begin, move(begin, 0.0, 100.0))))
        middle_m += width_m
    far = move(HERE, 90.0, 60.0)
    others = (Lane(id=9, width_m=3.5, points=(far, move(far, 0.0, 100.0))),)
    links = Link(upstream=NodeRef(1, 1), lanes=tuple(lanes)), Link(upstream=NodeRef(1, 3), lanes=others)
    return MapData(msg_count=0, nodes=(Node(ref=NodeRef(1, 2), place=HERE, links=links),))


@pytest.mark.parametrize("beside_m", [0.0, 0.6, -0.6])
def test_the_kerb_is_where_the_lanes_to_our_right_end(beside_m):
    facts = Facts()
    facts.heard(_road(beside_m), 3618, UTC_NS, bytes(8))
    view = Scene().build(Now(0, UTC_NS), own(), facts)
    assert view.kerb_m == pytest.approx(3.5 / 2.0 + 3.75 + 2.5 - beside_m, abs=0.02)


def test_without_a_map_nobody_knows_where_the_kerb_is():
    assert Scene().build(Now(0, UTC_NS), own(), Facts()).kerb_m is None
