"""A scenario's road across ours: its lanes lie where right-hand traffic drives, and lead on only where they meet."""

import pytest

from hil import crossroads, ways
from hil.scenario import Crossroad, Remapped, Road
from obu.core.geo import turn_to_view

ROAD = ways.road_of(Road(heading_deg=20.0))


def _seen(place, at_m):
    """Ahead of and to the right of our lane's middle at at_m."""
    spot = ROAD.at(at_m)
    east_m, north_m = ROAD.frame.to_plane(place)
    return turn_to_view(east_m - spot.east_m, north_m - spot.north_m, spot.heading_deg)


@pytest.mark.parametrize("is_bridge", [False, True])
def test_lanes_lie_where_right_hand_traffic_drives(is_bridge: bool) -> None:
    nodes = crossroads.nodes(ROAD, (Crossroad(at_m=80.0, is_bridge=is_bridge),))
    lines = [[_seen(place, 80.0) for place in link.points] for node in nodes for link in node.links]
    for line in lines:
        first, last = line[0], line[-1]
        if abs(last.right_m - first.right_m) < 1.0:
            assert last.ahead_m > first.ahead_m and abs(first.right_m) < 0.1, "ours"
        elif last.right_m > first.right_m:
            assert [each.ahead_m for each in line] == pytest.approx([-1.75] * len(line), abs=0.1), "from the left"
        else:
            assert [each.ahead_m for each in line] == pytest.approx([1.75] * len(line), abs=0.1), "from the right"
    assert len(lines) == (3 if is_bridge else 6)


def test_over_a_crossing_lanes_lead_on_and_over_a_bridge_none_does() -> None:
    (crossing, *_), bridge = (crossroads.nodes(ROAD, (Crossroad(at_m=80.0, is_bridge=each),)) for each in (False, True))
    leads = [sorted(way.node.id for lane in link.lanes for way in lane.connections) for link in crossing.links]
    behind, left, right = 122, 123, 124
    assert leads == [[behind, left, right], [behind, right], [behind, left]]
    assert not any(lane.connections for node in bridge for link in node.links for lane in link.lanes)
    ends = [{(node.ref.id), link.upstream.id} for node in bridge for link in node.links]
    assert not ends[0] & ends[1] and ends[1] == ends[2]


def test_two_of_them_have_nodes_of_their_own() -> None:
    nodes = crossroads.nodes(ROAD, (Crossroad(at_m=80.0), Crossroad(at_m=300.0)))
    assert len({node.ref for node in nodes}) == len(nodes) == 8


def test_a_new_map_tells_of_a_crossing_where_a_bridge_was_and_reaches_further_from_its_second_on() -> None:
    across = Crossroad(at_m=80.0, is_bridge=True, revision=(Remapped(from_s=4.0, reach_m=90.0),))
    before, after = (crossroads.nodes(ROAD, (crossroads.revised(across, at_s),)) for at_s in (3.9, 4.0))
    assert before == crossroads.nodes(ROAD, (Crossroad(at_m=80.0, is_bridge=True),))
    assert after == crossroads.nodes(ROAD, (Crossroad(at_m=80.0, reach_m=90.0),))
