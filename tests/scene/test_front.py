"""A light, a limit and a stop are as far from us as from our front, where the driver sits, however long we are."""

import dataclasses

import pytest

from obu.codec.messages.lanes import Maneuver, SpeedLimit
from obu.codec.messages.map import Connection, Lane, Link, MapData, Node
from obu.codec.messages.references import NodeRef
from obu.codec.messages.spat import Intersection, Phase, PhaseState, SignalLight, Spat
from obu.core.geo import move
from obu.core.vehicle import Body
from tests.scene.around import HERE, own, view

LENGTHS_M = (4.6, 12.0, 18.0)
FIRST, HERE_REF, NEXT = (NodeRef(1, number) for number in (1, 2, 3))
LINE_M, BEHIND_M = 60.0, 100.0  # the stop line of 50 km/h, and the begin of 30 km/h behind the crossing, north of HERE


def _link(upstream, from_m, to_m, limit_mps, connections=()):
    lane = Lane(id=1, points=(move(HERE, 0.0, from_m), move(HERE, 0.0, to_m)), connections=connections)
    return Link(upstream=upstream, lanes=(lane,), speed_limits=(SpeedLimit("vehicleMaxSpeed", limit_mps),))


ONWARD = Connection(node=NEXT, lane=1, maneuvers=frozenset({Maneuver.STRAIGHT}), phase=4)
MAP = MapData(
    msg_count=0,
    nodes=(
        Node(ref=HERE_REF, place=HERE, links=(_link(FIRST, 0.0, LINE_M, 13.9, (ONWARD,)),)),
        Node(ref=NEXT, place=HERE, links=(_link(HERE_REF, BEHIND_M, 300.0, 8.3),)),
    ),
)


def _seen(length_m, front_m, *messages):
    """As our front is front_m north of HERE."""
    at = move(HERE, 0.0, front_m - length_m / 2.0)
    ours = dataclasses.replace(own(place=at), body=Body(width_m=1.8, length_m=length_m))
    return view(ours, MAP, *messages)


@pytest.mark.parametrize("length_m", LENGTHS_M)
@pytest.mark.parametrize(
    ("front_m", "limit_mps"),
    [(-1.0, None), (1.0, 13.9), (LINE_M - 1.0, 13.9), (BEHIND_M - 1.0, 13.9), (BEHIND_M + 1.0, 8.3)],
)
def test_a_limit_begins_where_our_front_passes_its_sign(length_m, front_m, limit_mps):
    assert _seen(length_m, front_m).limit_mps == limit_mps


@pytest.mark.parametrize("length_m", LENGTHS_M)
def test_the_line_of_a_light_is_so_far_before_our_front(length_m):
    phase = Phase(id=4, states=(PhaseState(SignalLight.RED),))
    spat = Spat(msg_count=0, intersections=(Intersection(ref=HERE_REF, phases=(phase,)),))
    light = _seen(length_m, 40.0, spat).signal
    assert light is not None and light.stop_m == pytest.approx(LINE_M - 40.0, abs=0.1)
