"""Vehicles are on the lanes they drive, and go where they are about to: against traffic that was really driven."""

import math
from pathlib import Path

import pytest

from hil.traffic import net as nets
from hil.traffic import roads, trace
from obu.codec.messages.lanes import Maneuver, SpeedLimit
from obu.codec.messages.map import Connection, Lane, Link, MapData, Node
from obu.codec.messages.references import NodeRef
from obu.core.geo import LatLon, move
from obu.scene import ways
from obu.scene.lanes import Roads, Signs
from obu.scene.relation import beside

RECORDED = Path("hil/traffic/corridor/recorded.json.gz")
NET = nets.load()
SAID = roads.Roads(NET)
MAPS = [message for light in SAID.lights for message in SAID.maps(light, 1, 1_790_000_000 * 10**9)]
ROADS = Roads(MAPS, MAPS[0].nodes[0].place)


@pytest.fixture(scope="module")
def driven():
    """(step, name, mover, x, y) of every vehicle each second."""
    traffic = trace.read(RECORDED)
    found = []
    for index in range(0, len(traffic.steps) - 30, 10):
        for name, mover in traffic.steps[index].movers.items():
            if traffic.kinds[name].name not in ("pedestrian", "bicycle"):
                x, y = ROADS.frame.to_plane(NET.plane.place(mover.x, mover.y))
                found.append((traffic, index, name, mover, x, y))
    return found


def test_every_vehicle_is_on_a_lane_and_near_its_middle(driven):
    beside_m = []
    for _, _, _, mover, x, y in driven:
        match = ROADS.match(x, y, mover.heading_deg, mover.speed_mps)
        assert match is not None
        beside_m.append(abs(match.right_m))
    beside_m.sort()
    assert beside_m[len(beside_m) // 2] < 0.1 and beside_m[len(beside_m) * 95 // 100] < 1.3


def test_two_seconds_later_it_is_where_its_way_led(driven):
    off_m = []
    for traffic, index, name, mover, x, y in driven:
        later = traffic.steps[index + 20].movers.get(name)
        if later is None or mover.speed_mps < 2.0:
            continue
        signs = Signs(bool(mover.flags & trace.LEFT), bool(mover.flags & trace.RIGHT))
        match = ROADS.match(x, y, mover.heading_deg, mover.speed_mps, signs)
        way = ways.on_lane(ROADS, match, mover.speed_mps, signs)
        later_x, later_y = ROADS.frame.to_plane(NET.plane.place(later.x, later.y))
        off_m.append(abs(beside(way.legs, later_x, later_y)[1]))
    off_m.sort()
    assert len(off_m) > 300 and off_m[len(off_m) * 9 // 10] < 1.0 and off_m[len(off_m) * 985 // 1000] < 2.0


@pytest.mark.parametrize(("left", "maneuver"), [(False, Maneuver.STRAIGHT), (True, Maneuver.LEFT)])
def test_where_ways_over_a_crossing_lie_on_one_another_the_turn_signal_tells(left, maneuver):
    lane = next(lane for lane in ROADS.lanes.values() if len({way.maneuver for way in ROADS.ways(lane)}) == 3)
    end = lane.legs[-1]
    x, y = lane.points[-1][0] + 3.0 * end.ux, lane.points[-1][1] + 3.0 * end.uy
    match = ROADS.match(x, y, end.heading_deg, 8.0, Signs(left=left))
    assert match is not None and match.lane.maneuver is maneuver


@pytest.mark.parametrize(("left", "maneuver"), [(True, Maneuver.LEFT), (False, Maneuver.STRAIGHT)])
def test_who_signals_left_and_has_turned_out_of_the_straight_way_is_on_the_left_one_though_he_cuts_it_short(
    left, maneuver
):
    """As SUMO's taxis do: turned by 40 degrees, 2 m beside the straight way and further from the other."""
    before = ROADS.match(*at(370.0, 247.7), 88.5, 8.0)
    match = ROADS.match(*at(391.8, 250.2), 50.0, 2.3, Signs(left=left, road=before.lane.ref[:4]))
    assert match.lane.maneuver is maneuver


def at(x, y):
    return ROADS.frame.to_plane(NET.plane.place(x, y))


def test_who_crosses_another_way_stays_on_that_of_the_road_on_which_he_came():
    """Where two ways from crossing roads meet flatly, course and place alone would do for either."""
    turns = [way for way in ROADS.all() if way.maneuver is Maneuver.LEFT]
    for way in turns:
        leg = way.legs[-1]
        match = ROADS.match(leg.x, leg.y, leg.heading_deg, 5.0, Signs(road=way.ref[:4]))
        assert match is not None and match.lane.ref[:4] == way.ref[:4]
    assert turns


@pytest.mark.parametrize(
    ("left", "right", "maneuver"),
    [(False, False, Maneuver.STRAIGHT), (True, False, Maneuver.LEFT), (False, True, Maneuver.RIGHT)],
)
def test_the_turn_signal_chooses_the_way(left, right, maneuver):
    bus_lane = next(lane for lane in ROADS.lanes.values() if len({way.maneuver for way in ROADS.ways(lane)}) == 3)
    chosen = ways.chosen(ROADS.ways(bus_lane), Signs(left, right))
    assert chosen is not None and chosen.maneuver is maneuver


def test_who_signals_to_where_his_lane_does_not_lead_changes_lanes_and_goes_straight_on():
    both = {Maneuver.STRAIGHT, Maneuver.RIGHT}
    lane = next(lane for lane in ROADS.lanes.values() if {way.maneuver for way in ROADS.ways(lane)} == both)
    chosen = ways.chosen(ROADS.ways(lane), Signs(left=True))
    assert chosen is not None and chosen.maneuver is Maneuver.STRAIGHT
    assert ways.chosen(ROADS.ways(lane)[:0], Signs(left=True)) is None


def test_a_lane_without_points_lies_beside_its_links_middle_line():
    begin, refs = LatLon(30.0, 120.0), [NodeRef(1, number) for number in (1, 2)]
    lanes = tuple(Lane(id=number, width_m=3.0, connections=(Connection(node=refs[0]),)) for number in (1, 2, 3))
    link = Link(upstream=refs[0], lanes=lanes, points=(begin, move(begin, 0.0, 100.0)), width_m=9.0)
    node = Node(ref=refs[1], place=begin, links=(link,))
    known = Roads([MapData(msg_count=0, nodes=(node,))], begin)
    for number, right_m in ((1, -3.0), (2, 0.0), (3, 3.0)):
        match = known.match(right_m, 50.0, 0.0, 10.0)
        assert match is not None and match.lane.ref[-1] == number and abs(match.right_m) < 0.01


@pytest.mark.parametrize(
    ("of_lane", "of_link", "limit_mps"),
    [
        ((), (), None),
        ((), (("vehicleMaxSpeed", 13.9), ("truckMaxSpeed", 8.3), ("vehicleMinSpeed", 5.0)), 13.9),
        ((("vehicleMaxSpeed", 16.7),), (("vehicleMaxSpeed", 13.9),), 16.7),  # a lane's own stands above its road's
        ((("maxSpeedInConstructionZone", 8.3), ("vehicleMaxSpeed", 16.7)), (), 8.3),
        ((("vehiclesWithTrailersMaxSpeed", 8.3),), (("vehicleMaxSpeed", 13.9),), 13.9),  # nor is an articulated bus one
        ((), (("vehicleMaxSpeed", None),), None),
    ],
)
def test_the_limit_is_the_least_that_binds_a_car_and_a_bus(of_lane, of_link, limit_mps):
    begin, refs = LatLon(30.0, 120.0), [NodeRef(1, number) for number in (1, 2)]
    points = (begin, move(begin, 0.0, 100.0))
    lane = Lane(id=1, points=points, speed_limits=tuple(SpeedLimit(*each) for each in of_lane))
    link = Link(upstream=refs[0], lanes=(lane,), speed_limits=tuple(SpeedLimit(*each) for each in of_link))
    (known,) = Roads(
        [MapData(msg_count=0, nodes=(Node(ref=refs[1], place=begin, links=(link,)),))], begin
    ).lanes.values()
    assert known.limit_mps == limit_mps


def test_nobody_is_on_a_lane_against_its_direction_or_far_from_it():
    lane = next(iter(ROADS.lanes.values()))
    leg = lane.legs[0]
    x, y = leg.x + leg.ux * leg.length_m / 2, leg.y + leg.uy * leg.length_m / 2
    match = ROADS.match(x, y, leg.heading_deg, 10.0)
    assert match is not None and match.lane is lane
    against = ROADS.match(x, y, leg.heading_deg + 180.0, 10.0)
    assert against is None or against.lane is not lane
    assert ROADS.match(x + 2000.0, y, leg.heading_deg, 10.0) is None


def test_a_turn_into_a_road_of_which_only_the_lanes_towards_us_are_known_ends_where_the_lane_away_begins():
    """Of each crossing alone; the roads out of it towards the other one are in the other one's MAP."""
    compared = 0
    for light in SAID.lights:
        alone = Roads(SAID.maps(light, 1, 1_790_000_000 * 10**9), MAPS[0].nodes[0].place)
        known = {(way.ref, way.target): way for way in ROADS.all() if way.maneuver in (Maneuver.LEFT, Maneuver.RIGHT)}
        for way in alone.all():
            if way.target in alone.lanes or (way.ref, way.target) not in known:
                continue
            (x, y), (there_x, there_y) = way.points[-1], known[way.ref, way.target].points[-1]
            assert math.hypot(x - there_x, y - there_y) < 1.0
            compared += 1
    assert compared
