"""MAP and SPAT of the corridor say what SUMO's own files say, which are read here a second time and in another way."""

import math
import re
from xml.etree import ElementTree

import pytest

from hil.traffic import net as nets
from hil.traffic.roads import Roads
from obu.codec import uper
from obu.codec.editions import Edition
from obu.codec.messages import pack, unpack
from obu.codec.messages.map import MapData
from obu.codec.messages.spat import SignalLight
from obu.core.geo import LatLon, bearing_deg, distance_m

UTC_NS = 1_790_000_000 * 10**9
NET = nets.load()
ROADS = Roads(NET)
XML = ElementTree.parse(nets.NET).getroot()


def on_air(light: str) -> list[MapData]:
    """The crossing's maps after the codec."""
    maps = []
    for message in ROADS.maps(light, 1, UTC_NS):
        data = uper.encode(*pack(message), Edition.YDT3709)
        assert len(data) < 1200, "it must fit a packet with its certificate"
        read = unpack(uper.decode(data, Edition.YDT3709))
        assert isinstance(read, MapData)
        maps.append(read)
    return maps


def test_the_plane_lies_on_the_earth_where_the_nodes_are() -> None:
    for element in ElementTree.parse(nets.NODES).getroot().iter("node"):
        place = LatLon(float(element.attrib["y"]), float(element.attrib["x"]))
        assert distance_m(place, NET.plane.place(*NET.nodes[element.attrib["id"]])) < 0.05


def test_an_angle_of_the_grid_becomes_one_from_true_north() -> None:
    (x1, y1), (x2, y2) = NET.nodes["west"], NET.nodes["east"]
    on_grid_deg = math.degrees(math.atan2(x2 - x1, y2 - y1))
    on_earth_deg = bearing_deg(NET.plane.place(x1, y1), NET.plane.place(x2, y2))
    assert NET.plane.heading_deg(on_grid_deg) == pytest.approx(on_earth_deg, abs=0.01)


@pytest.mark.parametrize("light", ROADS.lights)
def test_each_way_over_the_crossing_is_in_the_map(light: str) -> None:
    names = {number: name for number, name in enumerate(NET.nodes, start=1)}
    (crossing,) = on_air(light)[0].nodes
    said = {
        (
            f"{names[link.upstream.id]}_{light}",
            lane.id,
            names[way.node.id],
            way.lane,
            next(iter(way.maneuvers or ())).name,
        )
        for link in crossing.links
        for lane in link.lanes
        for way in lane.connections
    }
    turns = {"s": "STRAIGHT", "l": "LEFT", "r": "RIGHT", "t": "U_TURN"}
    lanes = {edge.attrib["id"]: len(edge.findall("lane")) for edge in XML.iter("edge")}
    wanted = set()
    for way in XML.iter("connection"):
        edge, into = way.attrib["from"], way.attrib["to"]
        if way.attrib.get("tl") == light and not edge.startswith(":") and not into.startswith(":"):
            number, onto = lanes[edge] - int(way.attrib["fromLane"]), lanes[into] - int(way.attrib["toLane"])
            wanted.add((edge, number, into.split("_")[1], onto, turns[way.attrib["dir"]]))
    assert said == wanted


@pytest.mark.parametrize("light", ROADS.lights)
def test_lanes_lie_where_they_are_driven(light: str) -> None:
    names = {number: name for number, name in enumerate(NET.nodes, start=1)}
    for message in on_air(light):
        for node in message.nodes:
            for link in node.links:
                edge = f"{names[link.upstream.id]}_{names[node.ref.id]}"
                shapes = [lane.attrib["shape"] for lane in XML.findall(f"edge[@id='{edge}']/lane")]
                for lane in link.lanes:
                    words = shapes[len(shapes) - lane.id].split()
                    points = [tuple(map(float, re.split(",", word)[:2])) for word in words]
                    for point, (x, y) in zip(lane.points, points, strict=True):
                        assert distance_m(point, NET.plane.place(x, y)) < 0.02


@pytest.mark.parametrize("light", ROADS.lights)
def test_the_lights_are_those_of_the_program_at_every_tenth_of_a_second(light: str) -> None:
    program = NET.programs[light]
    timeline = "".join(str(index) * round(lasts_s * 10) for index, (lasts_s, _) in enumerate(program)) * 2
    (crossing,) = on_air(light)[0].nodes
    phases = {way.phase for link in crossing.links for lane in link.lanes for way in lane.connections}
    letters = {"r": SignalLight.RED, "y": SignalLight.YELLOW, "g": SignalLight.PERMISSIVE_GREEN}
    letters["G"] = SignalLight.PROTECTED_GREEN
    link_of = {}
    for link in crossing.links:
        for lane in link.lanes:
            for way in lane.connections:
                edge = f"{list(NET.nodes)[link.upstream.id - 1]}_{light}"
                into = list(NET.nodes)[way.node.id - 1]
                link_of[way.phase] = next(
                    each.link
                    for each in NET.ways
                    if each.edge == edge and each.into.endswith(f"_{into}")
                    and NET.edges[edge].lanes[each.lane].number == lane.id
                    and NET.edges[each.into].lanes[each.into_lane].number == way.lane
                )  # fmt: skip
    for now in range(0, len(timeline) // 2, 7):
        index = int(timeline[now])
        left = next(ahead for ahead in range(1, len(timeline)) if timeline[now + ahead] != timeline[now])
        (shown,) = ROADS.spat(light, index, left / 10, 1, UTC_NS).intersections
        assert {phase.id for phase in shown.phases} == phases
        for phase in shown.phases:
            assert phase.states[0].timing is not None and phase.states[0].timing.start_s == 0
            for state in phase.states:
                assert state.timing is not None
                begin, end = round(state.timing.start_s * 10), round(state.timing.likely_end_s * 10)
                lit = {program[int(timeline[now + at])][1][link_of[phase.id]] for at in range(begin, end)}
                assert {letters[letter] for letter in lit} == {state.light}
                after = program[int(timeline[now + end])][1][link_of[phase.id]]
                assert letters[after] is not state.light, "it ends when it is said to end"
