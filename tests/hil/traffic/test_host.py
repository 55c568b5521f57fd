"""Our unit in a vehicle of the corridor says that it is where its vehicle is."""

import dataclasses
import math
from pathlib import Path

import pytest

from hil.remembering import Memory
from hil.traffic import net, ride
from hil.traffic.host import CLASSES, Host
from hil.traffic.trace import Kind, Mover
from obu.codec.messages import claim
from obu.core.geo import LocalFrame
from obu.core.now import NS_PER_MS, NS_PER_S, Now
from obu.runtime import bench_pki
from obu.security import envelope
from obu.stack import dsmp

TICK_NS = 20 * NS_PER_MS
LASTS_S, SPEED_MPS = 4.0, 8.0
LENGTHS_M = {"host_taxi": 4.6, "host_bus12": 12.0, "host_bus18": 18.0}
NEAR_M = 0.5  # 20 ms at this speed, and a receiver that errs by centimetres


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pki") / "made"
    bench_pki.make_test(folder, ride.UTC_NS, pool=1, neighbours=0)
    return folder


@pytest.mark.parametrize("name", CLASSES)
def test_a_unit_is_where_its_vehicle_is(name: str, certificates: Path) -> None:
    """Whatever its class: the last place that it sends, against where the traffic has its vehicle then."""
    roads = net.load()
    kind = Kind(name, LENGTHS_M[name], 2.0)
    host = Host(f"{name}.0", kind, roads, certificates / "unit", certificates / "trust", Memory(), 0.0, 1)
    begin = Mover(500.0, 255.0, roads.plane.heading_deg(90.0), SPEED_MPS, 0.0, 0)
    away = []
    for tick in range(round(LASTS_S * NS_PER_S) // TICK_NS):
        at_ns = NS_PER_S + tick * TICK_NS
        mover = dataclasses.replace(begin, x=begin.x + SPEED_MPS * tick * TICK_NS / NS_PER_S)
        for packet in host.turn(Now(at_ns, ride.UTC_NS + at_ns, NS_PER_MS), at_ns / NS_PER_S, mover, ()):
            said = claim.read(envelope.parse(dsmp.decode(packet.sdu).payload).payload)
            assert said is not None and said.place is not None
            here = LocalFrame(roads.plane.place(mover.x, mover.y))
            away.append(math.hypot(*here.to_plane(said.place)))
    assert away and away[-1] < NEAR_M
