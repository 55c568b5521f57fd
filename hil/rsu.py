"""The roadside unit at the light: signed MAP, SPAT and RSI (T/CSAE 159-2020) of the road that the bus really drives."""

import random
from collections.abc import Iterator

from hil.route import Route
from hil.script import HAZARDS, WORKS_M, Script
from hil.voice import Voice
from obu.codec.messages import Message
from obu.codec.messages.lanes import LaneKind, Maneuver, SpeedLimit
from obu.codec.messages.map import Connection, Lane, Link, MapData, Movement, Node
from obu.codec.messages.references import NodeRef, ReferencePath
from obu.codec.messages.rsi import RoadEvent, RoadSign, Rsi
from obu.codec.messages.spat import Countdown, Intersection, Phase, PhaseState, SignalLight, Spat
from obu.core.geo import LatLon
from obu.core.now import NS_PER_MS, NS_PER_S, minute_of_year, sec_mark_ms
from obu.drivers.radio_udp import Datagram
from obu.stack import aids

MSG_COUNTS = 128
REGION = 214
UPSTREAM, CROSSING, DOWNSTREAM = (NodeRef(REGION, number) for number in (11, 12, 13))
OURS, ACROSS = 1, 2  # phases: our way, the road across
CROSSING_M = 16.0  # middle of the crossing, past the stop line
APPROACH_M = 40.0  # of the mapped link before the line
NEXT_M = 190.0  # the node after the crossing: where the road bends
LANE_M = 3.5
LIMIT_MPS = 50 / 3.6
GREEN_S, YELLOW_S, CLEAR_S = 40.0, 3.0, 2.0

ROAD_WORKS = 501  # GB/T 29100-2012: works occupying the road
GOVERNMENT = 2  # EventSource
SPEED_LIMIT_SIGN = 85  # GB 5768.2 name table
PATH_BEFORE_M = 40.0  # the reference path begins before the stop line
PATH_RADIUS_M = 6.0  # both lanes of our direction
WORKS_TEXT = "前方施工占道"
EVENT_LIFE_NS = 8 * 3600 * NS_PER_S

MS = NS_PER_MS
PERIODS_NS = {"map": 1000 * MS, "spat": 200 * MS, "works": 500 * MS, "sign": 1000 * MS}  # at most 1 s, 500, 500 ms, 1 s
PHASES_NS = {"map": 20 * MS, "spat": 70 * MS, "works": 130 * MS, "sign": 330 * MS}  # not all in one instant


class RoadsideUnit:
    """packets() for each turn.

    last: the last RSI, that of the works if there is one, for who would say it again.
    """

    def __init__(
        self,
        route: Route,
        script: Script,
        voice: Voice,
        dice: random.Random,
        first_ns: int,
    ) -> None:
        self._route = route
        self._script = script
        self._voice = voice
        self._id = dice.randbytes(8)
        self._msg_count = dict.fromkeys(PERIODS_NS, 0)
        self._due_ns = {name: first_ns + phase_ns for name, phase_ns in PHASES_NS.items()}
        if HAZARDS not in script.triggers:
            del self._due_ns["works"]
        self.last: Datagram | None = None

    def wake_at_ns(self) -> int:
        """When the next message is due."""
        return min(self._due_ns.values())

    def packets(self, at_ns: int, utc_ns: int, script_s: float | None) -> Iterator[Datagram]:
        """What is due now. script_s: None while the first green is not yet known."""
        for name, due_ns in self._due_ns.items():
            if at_ns < due_ns:
                continue
            period_ns = PERIODS_NS[name]
            self._due_ns[name] += ((at_ns - due_ns) // period_ns + 1) * period_ns
            count = self._msg_count[name]
            self._msg_count[name] = (count + 1) % MSG_COUNTS
            message, aid = self._message(name, count, utc_ns, script_s)
            datagram = self._voice.say(message, aid, at_ns, utc_ns)
            if name == "works" or (name == "sign" and "works" not in self._due_ns):
                self.last = datagram
            yield datagram

    def _message(self, name: str, count: int, utc_ns: int, script_s: float | None) -> tuple[Message, int]:
        if name == "map":
            return road_map(self._route, count, utc_ns), aids.MAP
        if name == "spat":
            return lights(count, utc_ns, script_s, self._script.period_s), aids.SPAT
        if name == "works":
            return works(self._route, self._id, count, utc_ns), aids.RSI_SEMI_STATIC
        return sign(self._route, self._id, count, utc_ns), aids.RSI_STATIC


def place_of_unit(route: Route) -> LatLon:
    """The mast, at the right of the crossing."""
    return route.place(CROSSING_M, 12.0)


def works(
    route: Route,
    rsu_id: bytes,
    msg_count: int,
    utc_ns: int,
    event_type: int = ROAD_WORKS,
    number: int = 1,
) -> Rsi:
    """The event ahead of the bus, on the way that leads to it."""
    path = ReferencePath(route.stretch(-PATH_BEFORE_M, WORKS_M, 20.0), PATH_RADIUS_M)
    event = RoadEvent(
        number=number,
        event_type=event_type,
        source=GOVERNMENT,
        place=route.place(WORKS_M, 1.0),
        radius_m=10.0,
        description=WORKS_TEXT,
        start_minute=minute_of_year(utc_ns - EVENT_LIFE_NS),
        end_minute=minute_of_year(utc_ns + EVENT_LIFE_NS),
        priority=5,
        paths=(path,),
        confidence_percent=95.0,
    )
    return Rsi(
        msg_count=msg_count, minute=minute_of_year(utc_ns), id=rsu_id, place=place_of_unit(route), events=(event,)
    )


def sign(route: Route, rsu_id: bytes, msg_count: int, utc_ns: int) -> Rsi:
    """The speed limit sign of this road; what it limits to is in the MAP."""
    one = RoadSign(
        number=1,
        sign_type=SPEED_LIMIT_SIGN,
        place=route.place(CROSSING_M + 15.0, 3.0),
        priority=1,
        paths=(ReferencePath(route.stretch(CROSSING_M, NEXT_M, 40.0), PATH_RADIUS_M),),
    )
    return Rsi(msg_count=msg_count, minute=minute_of_year(utc_ns), id=rsu_id, place=place_of_unit(route), signs=(one,))


def road_map(route: Route, msg_count: int, utc_ns: int) -> MapData:
    """The crossing with our way into it, and the node where our road bends next."""
    ahead = frozenset({Maneuver.STRAIGHT})
    into = tuple(
        _lane(route, number, -APPROACH_M, 0.0, Connection(node=DOWNSTREAM, lane=number, maneuvers=ahead, phase=OURS))
        for number in (1, 2)
    )
    onward = tuple(_lane(route, number, CROSSING_M, NEXT_M, None) for number in (1, 2))
    crossing = Node(
        ref=CROSSING,
        place=route.place(CROSSING_M),
        name="bench crossing",
        links=(_link(route, UPSTREAM, -APPROACH_M, 0.0, into, (Movement(DOWNSTREAM, OURS),)),),
    )
    downstream = Node(
        ref=DOWNSTREAM,
        place=route.place(NEXT_M),
        links=(_link(route, CROSSING, CROSSING_M, NEXT_M, onward, ()),),
    )
    return MapData(msg_count=msg_count, minute=minute_of_year(utc_ns), nodes=(crossing, downstream))


def _lane(route: Route, number: int, from_m: float, to_m: float, way: Connection | None) -> Lane:
    # From left to right (T/CSAE 159-2020): lane 2 is the bus's own.
    return Lane(
        id=number,
        width_m=LANE_M,
        kind=LaneKind("vehicle"),
        maneuvers=frozenset({Maneuver.STRAIGHT}),
        connections=(way,) if way else (),
        points=route.stretch(from_m, to_m, 60.0, (number - 2) * LANE_M),
    )


def _link(
    route: Route, upstream: NodeRef, from_m: float, to_m: float, lanes: tuple[Lane, ...], ways: tuple[Movement, ...]
) -> Link:
    return Link(
        upstream=upstream,
        lanes=lanes,
        width_m=2 * LANE_M,
        points=route.stretch(from_m, to_m, 60.0, -LANE_M / 2),
        movements=ways,
        speed_limits=(SpeedLimit("vehicleMaxSpeed", LIMIT_MPS),),
    )


def lights(msg_count: int, utc_ns: int, script_s: float | None, period_s: float) -> Spat:
    """What the light shows: red while the bus waits for the first green, then the plan below, lap by lap."""
    minute, second_ms = minute_of_year(utc_ns), sec_mark_ms(utc_ns)
    if script_s is None:
        unknown = Countdown(start_s=0.0, likely_end_s=None)
        phases = tuple(Phase(number, (PhaseState(SignalLight.RED, unknown),)) for number in (OURS, ACROSS))
    else:
        phases = (
            _phase(OURS, script_s, period_s, 0.0, GREEN_S),
            _phase(ACROSS, script_s, period_s, GREEN_S + YELLOW_S + CLEAR_S, period_s - YELLOW_S - CLEAR_S),
        )
    crossing = Intersection(
        ref=CROSSING, status=frozenset({"fixed_time"}), minute=minute, second_ms=second_ms, phases=phases
    )
    return Spat(msg_count=msg_count, minute=minute, second_ms=second_ms, intersections=(crossing,))


def _phase(number: int, script_s: float, period_s: float, green_s: float, yellow_s: float) -> Phase:
    """The three states in the order in which they come, with countdowns; the running one starts at 0."""
    red_s = yellow_s + YELLOW_S
    plan = (
        (SignalLight.PERMISSIVE_GREEN, green_s, yellow_s - green_s),
        (SignalLight.YELLOW, yellow_s, YELLOW_S),
        (SignalLight.RED, red_s, period_s - (red_s - green_s)),
    )
    now_s = script_s % period_s
    states = []
    for light, begin_s, lasts_s in plan:
        run_s = (now_s - begin_s) % period_s
        to_begin_s = 0.0 if run_s < lasts_s else period_s - run_s
        end_s = lasts_s - run_s if run_s < lasts_s else to_begin_s + lasts_s
        states.append((to_begin_s, light, end_s))
    return Phase(
        number,
        tuple(
            PhaseState(light, Countdown(start_s=to_begin_s, likely_end_s=end_s, confidence_percent=100.0))
            for to_begin_s, light, end_s in sorted(states, key=lambda state: state[2])
        ),
    )
