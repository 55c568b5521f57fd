"""The corridor's lanes as MAP and its lights as SPAT, as a roadside unit at each crossing says them; pure."""

from collections.abc import Iterator

from hil.traffic.net import Net, NetEdge, NetLane, Way
from obu.codec.messages.lanes import LaneKind, Maneuver, SpeedLimit
from obu.codec.messages.map import Connection, Lane, Link, MapData, Movement, Node
from obu.codec.messages.references import NodeRef
from obu.codec.messages.spat import Countdown, Intersection, Phase, PhaseState, SignalLight, Spat
from obu.core.now import minute_of_year, sec_mark_ms

REGION = 320
TURNS = {"s": Maneuver.STRAIGHT, "l": Maneuver.LEFT, "r": Maneuver.RIGHT, "t": Maneuver.U_TURN}
LIGHTS = {
    "G": SignalLight.PROTECTED_GREEN, "g": SignalLight.PERMISSIVE_GREEN, "y": SignalLight.YELLOW, "r": SignalLight.RED,
}  # fmt: skip
BUS_LANE = LaneKind("vehicle", frozenset({"restrictedToBusUse", "restrictedToTaxiUse"}))
KINDS = {"bicycle": LaneKind("bikeLane"), "passenger": LaneKind("vehicle"), "bus": BUS_LANE}


class Roads:
    """What the roadside units know: maps() of a crossing, spat() of its lights. lights: the crossings' names."""

    def __init__(self, net: Net) -> None:
        self._net = net
        self._refs = {name: NodeRef(REGION, number) for number, name in enumerate(net.nodes, start=1)}
        self._phases = {light: _phases_of(net, light) for light in net.programs}
        self.lights = tuple(net.programs)

    def maps(self, light: str, msg_count: int, utc_ns: int) -> tuple[MapData, ...]:
        """The crossing with the ways into it, and the ways out of it as far as the map ends with them.

        Two messages: one would be longer than a packet.
        """
        outer = {edge.end for edge in self._net.edges.values() if edge.begin == light and edge.end not in self.lights}
        minute = minute_of_year(utc_ns)
        return (
            MapData(msg_count=msg_count, minute=minute, nodes=(self._node(light, light),)),
            MapData(msg_count=msg_count, minute=minute, nodes=tuple(self._node(name, light) for name in sorted(outer))),
        )

    def spat(self, light: str, phase: int, left_s: float, msg_count: int, utc_ns: int) -> Spat:
        """The lights of a crossing whose program is in a phase (its index) with left_s to go."""
        minute, second_ms = minute_of_year(utc_ns), sec_mark_ms(utc_ns)
        program = self._net.programs[light]
        shown = tuple(
            Phase(number, tuple(_states(program, letters, phase, left_s)))
            for letters, number in self._phases[light].items()
        )
        status = frozenset({"fixed_time"})
        crossing = Intersection(ref=self._refs[light], status=status, minute=minute, second_ms=second_ms, phases=shown)
        return Spat(msg_count=msg_count, minute=minute, second_ms=second_ms, intersections=(crossing,))

    def _node(self, name: str, light: str) -> Node:
        wanted = [edge for edge in self._net.edges.values() if edge.end == name and light in (name, edge.begin)]
        place = self._net.plane.place(*self._net.nodes[name])
        return Node(ref=self._refs[name], place=place, name=name, links=tuple(self._link(edge) for edge in wanted))

    def _link(self, edge: NetEdge) -> Link:
        lanes = [lane for lane in reversed(edge.lanes) if lane.number]
        ways = [way for way in self._net.ways if way.edge == edge.id]
        movements = {(self._end(way), self._phase(way)): None for way in ways}
        middle = lanes[len(lanes) // 2].shape
        return Link(
            upstream=self._refs[edge.begin],
            lanes=tuple(self._lane(edge, lane, ways) for lane in lanes),
            width_m=sum(lane.width_m for lane in lanes),
            points=tuple(self._net.plane.place(*point) for point in middle),
            movements=tuple(Movement(node, phase) for node, phase in movements),
            speed_limits=(SpeedLimit("vehicleMaxSpeed", lanes[0].speed_mps),),
        )

    def _lane(self, edge: NetEdge, lane: NetLane, ways: list[Way]) -> Lane:
        own = [way for way in ways if edge.lanes[way.lane] is lane]
        kind = next(kind for users, kind in KINDS.items() if users in lane.users)
        return Lane(
            id=lane.number,
            width_m=lane.width_m,
            kind=kind,
            maneuvers=frozenset(TURNS[way.turn] for way in own),
            connections=tuple(
                Connection(
                    node=self._end(way),
                    lane=self._net.edges[way.into].lanes[way.into_lane].number,
                    maneuvers=frozenset({TURNS[way.turn]}),
                    phase=self._phase(way),
                )
                for way in own
            ),
            points=tuple(self._net.plane.place(*point) for point in lane.shape),
        )

    def _end(self, way: Way) -> NodeRef:
        return self._refs[self._net.edges[way.into].end]

    def _phase(self, way: Way) -> int:
        letters = "".join(state[way.link] for _, state in self._net.programs[way.light])
        return self._phases[way.light][letters]


def _phases_of(net: Net, light: str) -> dict[str, int]:
    """Ways whose lamps always agree are one phase: their letters over the program to the phase's number, from 1."""
    links = sorted({way.link for way in net.ways if way.light == light})
    columns = ("".join(state[link] for _, state in net.programs[light]) for link in links)
    return {letters: number for number, letters in enumerate(dict.fromkeys(columns), start=1)}


def _states(program: tuple[tuple[float, str], ...], letters: str, phase: int, left_s: float) -> Iterator[PhaseState]:
    """What one phase shows now and next, as far as a round of the program tells when each of them ends."""
    begin_s, end_s = 0.0, left_s
    shown = letters[phase]
    for step in range(1, len(program) + 1):
        index = (phase + step) % len(program)
        if letters[index] != shown:
            yield _state(shown, begin_s, end_s)
            shown, begin_s = letters[index], end_s
        end_s += program[index][0]
    if begin_s == 0.0:  # it never changes
        yield _state(shown, begin_s, end_s)


def _state(letter: str, begin_s: float, end_s: float) -> PhaseState:
    return PhaseState(
        LIGHTS[letter], Countdown(start_s=round(begin_s, 1), likely_end_s=round(end_s, 1), confidence_percent=100.0)
    )
