"""The corridor's road net as SUMO has it, on SUMO's plane and on the earth; its one rule: read once, never changed."""

import cmath
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from obu.core.geo import LatLon, LocalFrame

CORRIDOR = Path(__file__).parent / "corridor"
NET = CORRIDOR / "corridor.net.xml"
NODES = CORRIDOR / "corridor.nod.xml"
Point = tuple[float, float]  # x, y in metres on SUMO's plane


class Plane:
    """SUMO's plane (UTM, shifted) laid on the earth by the nodes whose places are known: a turn, a scale, a shift.

    The grid of UTM is turned against true north, here by a degree and a half; over the corridor the rest is 2 cm.
    """

    def __init__(self, pairs: list[tuple[Point, LatLon]]) -> None:
        self._frame = LocalFrame(pairs[0][1])
        here = [complex(*point) for point, _ in pairs]
        there = [complex(*self._frame.to_plane(place)) for _, place in pairs]
        middle_here, middle_there = sum(here) / len(here), sum(there) / len(there)
        top = sum((a - middle_here).conjugate() * (b - middle_there) for a, b in zip(here, there, strict=True))
        self._turn = top / sum(abs(a - middle_here) ** 2 for a in here)
        self._shift = middle_there - self._turn * middle_here
        self._turn_deg = math.degrees(cmath.phase(self._turn))

    def place(self, x: float, y: float) -> LatLon:
        """Where on the earth a point of the plane lies."""
        on_earth = self._turn * complex(x, y) + self._shift
        return self._frame.to_place(on_earth.real, on_earth.imag)

    def heading_deg(self, angle_deg: float) -> float:
        """Clockwise from true north, of an angle clockwise from the grid's north."""
        return (angle_deg - self._turn_deg) % 360.0


@dataclass(frozen=True, slots=True)
class NetLane:
    """One lane. number: as MAP counts, from 1 from left to right; 0 a pavement. users: SUMO's classes."""

    id: str
    number: int
    users: frozenset[str]
    width_m: float
    speed_mps: float
    shape: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class NetEdge:
    """A road between two nodes; lanes from right to left, as SUMO counts them."""

    id: str
    begin: str
    end: str
    lanes: tuple[NetLane, ...]


@dataclass(frozen=True, slots=True)
class Way:
    """From a lane (SUMO's index) over a crossing into another. turn: s, l, r. link: its lamp in the program."""

    edge: str
    lane: int
    into: str
    into_lane: int
    turn: str
    light: str
    link: int


@dataclass(frozen=True, slots=True)
class Net:
    """edges by id, ways in the file's order, programs: by light the phases (seconds, a letter for each link)."""

    plane: Plane
    nodes: Mapping[str, Point]
    edges: Mapping[str, NetEdge]
    ways: tuple[Way, ...]
    programs: Mapping[str, tuple[tuple[float, str], ...]]


def load() -> Net:
    """The committed corridor."""
    root = ElementTree.parse(NET).getroot()
    places = {
        node.attrib["id"]: LatLon(float(node.attrib["y"]), float(node.attrib["x"]))
        for node in ElementTree.parse(NODES).getroot().iter("node")
    }
    junctions = {each.attrib["id"]: each for each in root.iter("junction")}
    nodes = {name: (float(junctions[name].attrib["x"]), float(junctions[name].attrib["y"])) for name in places}
    edges = {each.attrib["id"]: _edge(each) for each in root.iter("edge") if "function" not in each.attrib}
    ways = tuple(
        Way(
            edge=each.attrib["from"],
            lane=int(each.attrib["fromLane"]),
            into=each.attrib["to"],
            into_lane=int(each.attrib["toLane"]),
            turn=each.attrib["dir"].lower(),
            light=each.attrib["tl"],
            link=int(each.attrib["linkIndex"]),
        )
        for each in root.iter("connection")
        if each.attrib["from"] in edges and each.attrib["to"] in edges and "tl" in each.attrib
    )
    programs = {
        logic.attrib["id"]: tuple(
            (float(phase.attrib["duration"]), phase.attrib["state"]) for phase in logic.iter("phase")
        )
        for logic in root.iter("tlLogic")
    }
    return Net(Plane([(nodes[name], places[name]) for name in places]), nodes, edges, ways, programs)


def _edge(element: ElementTree.Element) -> NetEdge:
    found = list(element.iter("lane"))
    lanes = tuple(
        NetLane(
            id=each.attrib["id"],
            number=0 if each.attrib["allow"] == "pedestrian" else len(found) - index,
            users=frozenset(each.attrib["allow"].split()),
            width_m=float(each.attrib["width"]),
            speed_mps=float(each.attrib["speed"]),
            shape=tuple(_point(word) for word in each.attrib["shape"].split()),
        )
        for index, each in enumerate(found)
    )
    return NetEdge(element.attrib["id"], element.attrib["from"], element.attrib["to"], lanes)


def _point(word: str) -> Point:
    x, y = word.split(",")[:2]
    return float(x), float(y)
