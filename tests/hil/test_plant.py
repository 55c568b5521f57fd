"""The road and the bus on it: the road closes, motion agrees with itself, and the right turn is one on every count."""

import itertools
import math

import pytest

from hil.encode import BusTraffic, load
from hil.plant import FROM_M, Plant, Truth, drive_of
from hil.route import bus_line
from obu.core.geo import bearing_deg, distance_m, wrap_deg

ROUTE = bus_line()
PLANT = Plant(ROUTE, drive_of(ROUTE).moving_s + 15.0)
TURN_M = 230.0  # in the first bend, a right turn


def while_turning() -> Truth:
    """The bus in its first right turn, at the bend's tightest."""
    return next(truth for step in range(3000) if (truth := PLANT.at(step * 0.02)).along_m >= TURN_M)


def test_the_road_ends_where_it_begins() -> None:
    begin, end = ROUTE.at(0.0), ROUTE.at(ROUTE.length_m - 1e-9)
    assert math.hypot(end.east_m - begin.east_m, end.north_m - begin.north_m) < 0.001
    assert abs(wrap_deg(end.heading_deg - begin.heading_deg)) < 0.001
    assert ROUTE.at(ROUTE.length_m + 33.0) == ROUTE.at(33.0)


@pytest.mark.parametrize("along_m", range(0, 940, 47))
def test_heading_and_curvature_are_those_of_the_line_itself(along_m: int) -> None:
    spot = ROUTE.at(along_m)
    before, after = ROUTE.at(along_m - 1.0), ROUTE.at(along_m + 1.0)
    course_deg = math.degrees(math.atan2(after.east_m - before.east_m, after.north_m - before.north_m))
    assert abs(wrap_deg(course_deg - spot.heading_deg)) < 0.3
    turned_rad = math.radians(wrap_deg(after.heading_deg - before.heading_deg))
    assert turned_rad / 2.0 == pytest.approx(spot.curvature_per_m, abs=0.002)


def test_right_of_the_lane_is_right() -> None:
    middle, beside = ROUTE.at(100.0), ROUTE.at(100.0, 3.5)
    bearing = math.degrees(math.atan2(beside.east_m - middle.east_m, beside.north_m - middle.north_m))
    assert wrap_deg(bearing - middle.heading_deg) == pytest.approx(90.0)


def test_motion_agrees_with_itself_all_the_way_round() -> None:
    step_s = 0.1
    states = [PLANT.at(step * step_s) for step in range(int(PLANT.period_s / step_s))]
    for before, after in itertools.pairwise(states):
        run_m = after.along_m - before.along_m
        assert run_m == pytest.approx((before.speed_mps + after.speed_mps) / 2 * step_s, abs=0.03)
        assert distance_m(before.place, after.place) == pytest.approx(run_m, abs=0.03)
        if run_m > 0.2:
            assert abs(wrap_deg(bearing_deg(before.place, after.place) - after.heading_deg)) < 2.0
        assert -2.0 < after.accel_long_mps2 < 2.0  # nothing that throws a standing passenger
        assert abs(after.accel_lat_mps2) < 1.6
        assert not (after.speed_mps > 0.1 and any(after.doors))
    assert states[-1].along_m == pytest.approx(FROM_M + ROUTE.length_m)
    assert all(states[0].doors) and all(states[-1].doors)


def test_a_lap_ends_as_it_began() -> None:
    assert distance_m(PLANT.at(PLANT.period_s + 20.0).place, PLANT.at(20.0).place) < 0.01


def test_the_known_right_turn_is_right_on_every_count() -> None:
    truth = while_turning()
    later = PLANT.at(truth.lap_s + 1.0)
    assert wrap_deg(later.heading_deg - truth.heading_deg) == pytest.approx(truth.yaw_rate_deg_s, abs=0.5)
    assert truth.yaw_rate_deg_s > 5.0 and truth.accel_lat_mps2 > 0.5 and truth.steering_wheel_deg > 90.0
    assert truth.right_turn and not truth.left_turn


def test_on_the_bus_a_right_turn_has_the_signs_of_the_spn_texts() -> None:
    # SPN 1807: left (counterclockwise) is positive; so a right turn's raw values lie below each offset's zero.
    frames = {frame.can_id >> 8 & 0x3FFFF: frame.data for frame in BusTraffic().due(10**9, while_turning())}
    vdc2 = frames[61449]
    steering, yaw, lateral = (int.from_bytes(vdc2[at : at + 2], "little") for at in (0, 3, 5))
    assert steering / 1024 - 31.374 < -1.5
    assert yaw / 8192 - 3.92 < -0.1
    assert lateral / 2048 - 15.687 < -0.5
    hrw = frames[65134]
    front_left, front_right = int.from_bytes(hrw[0:2], "little"), int.from_bytes(hrw[2:4], "little")
    assert front_left > front_right  # the outer wheel runs further


def test_rates_are_the_tables() -> None:
    groups, bus = load(), BusTraffic()
    truth = PLANT.at(0.0)
    counts: dict[int, int] = {}
    for tick in range(500):
        for frame in bus.due(tick * 10_000_000, truth):
            counts[frame.can_id] = counts.get(frame.can_id, 0) + 1
    for group in groups.values():
        assert counts[group.can_id] == pytest.approx(5e9 / group.period_ns, abs=1.01), group.name


def test_a_switch_is_told_at_once() -> None:
    bus = BusTraffic()
    standing, turning = PLANT.at(0.0), while_turning()
    bus.due(10**9, standing)
    told = {frame.can_id >> 8 & 0x3FFFF for frame in bus.due(10**9 + 1, turning)}
    assert {64972, 65088} <= told  # OEL, LD


def test_what_is_not_carried_is_not_available() -> None:
    groups = load()
    data = groups["CCVS1"].encode({"WheelBasedVehicleSpeed": 36.0})
    assert data == bytes.fromhex("ff0024ffffffffff")
    assert groups["CCVS1"].encode({"WheelBasedVehicleSpeed": 1e9})[1:3] == bytes.fromhex("fffa")
    with pytest.raises(KeyError):
        groups["CCVS1"].encode({"Nonsense": 1.0})
