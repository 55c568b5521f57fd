"""Whether people get in or out is told by doors, lights and the line's stops; and when we have left."""

import pytest

from obu.core.geo import move
from obu.core.now import NS_PER_S, Now
from obu.core.stop import Stop
from obu.core.vehicle import Light
from obu.scene.facts import Facts
from obu.scene.view import Scene
from tests.scene.around import HERE, RIGHT, UTC_NS, own


def stop(ahead_m, right_m=2.0, heading_deg=0.0):
    """ahead_m: of our front, which is 6 m before our middle."""
    place = move(HERE, 0.0, 6.0 + ahead_m, right_m)
    return Stop(name="x", lat_deg=place.lat_deg, lon_deg=place.lon_deg, heading_deg=heading_deg)


def seen(scene, ours, at_s=0.0):
    return scene.build(Now(round(at_s * NS_PER_S), UTC_NS), ours, Facts())


@pytest.mark.parametrize(
    ("speed_mps", "lights", "bus", "ahead_m", "is_boarding"),
    [
        (0.0, (), {"door_open": True}, None, True),
        (0.0, (Light.HAZARD,), {"door_open": False}, None, False),
        (0.0, (Light.HAZARD,), {}, None, True),  # nobody tells of doors
        (3.0, (), {"door_open": True}, None, False),
        (0.0, (), {}, None, False),
        (0.0, (RIGHT,), {"door_open": False}, 2.0, True),  # at a stop of the list
        (0.0, (RIGHT,), {"door_open": False}, 14.0, True),  # behind another bus there
        (0.0, (Light.HAZARD,), {"door_open": False}, 2.0, True),
        (0.0, (), {"door_open": False}, 2.0, False),  # held up there
        (0.0, (RIGHT,), {"door_open": False}, 40.0, False),
        (0.0, (RIGHT,), {"door_open": False}, None, False),  # about to turn right
    ],
)
def test_who_gets_in_and_out(speed_mps, lights, bus, ahead_m, is_boarding):
    stops = [] if ahead_m is None else [stop(ahead_m)]
    assert seen(Scene(stops), own(speed_mps, lights=lights, **bus)).is_boarding is is_boarding


@pytest.mark.parametrize(
    ("stops", "stop_m"),
    [
        ([], None),
        ([stop(60.0)], 60.0),
        ([stop(90.0), stop(60.0)], 60.0),
        ([stop(-3.0)], -3.0),  # we stand past its sign
        ([stop(-9.0)], None),
        ([stop(60.0, right_m=12.0)], None),  # of another street
        ([stop(60.0, right_m=-6.0, heading_deg=180.0)], None),  # of the other direction
        ([stop(4000.0)], None),
    ],
)
def test_the_next_stop_is_the_nearest_on_our_way(stops, stop_m):
    assert seen(Scene(stops), own(11.0)).stop_m == (None if stop_m is None else pytest.approx(stop_m, abs=0.1))


def test_a_bus_departs_from_the_closing_of_its_doors_until_it_has_left():
    scene = Scene()
    assert not seen(scene, own(0.0, door_open=False)).is_departing, "it only stands"
    seen(scene, own(0.0, door_open=True), 0.1)
    assert seen(scene, own(0.0, door_open=False), 20.0).is_departing, "however long it waits"
    gone_m = [
        tenth * 0.5 for tenth in range(60) if seen(scene, own(5.0, door_open=False), 20.0 + tenth / 10.0).is_departing
    ]
    assert 10.0 <= max(gone_m) <= 16.0
