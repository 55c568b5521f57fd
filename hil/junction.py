"""A crossing of a scenario as MAP and SPAT say it: our approach with its lanes, the three roads that leave it."""

from collections.abc import Sequence
from dataclasses import replace

from hil.route import Route
from hil.scenario import Signal, SignalPhase
from obu.codec.messages.lanes import LaneKind, Maneuver, SpeedLimit
from obu.codec.messages.map import Connection, Lane, Link, Movement, Node
from obu.codec.messages.references import NodeRef
from obu.codec.messages.spat import Countdown, Intersection, Phase, PhaseState, SignalLight
from obu.core.geo import LatLon, move

REGION = 214
LANE_M = 3.5
CROSSING_M = 12.0  # from the stop line to the crossing's middle
POINT_M = 20.0  # between the points of a lane
LEAVING_M = 150.0  # of each road that leaves it
TURN_DEG = {"straight": 0.0, "left": -90.0, "right": 90.0}
ON_RED = "right_on_red"  # a word of lanes that is no way of its own
COLOURS = {
    "red": SignalLight.RED, "yellow": SignalLight.YELLOW, "green": SignalLight.PROTECTED_GREEN,
    "permissive": SignalLight.PERMISSIVE_GREEN, "flashing_green": SignalLight.FLASHING_GREEN,
    "flashing_yellow": SignalLight.FLASHING_YELLOW, "dark": SignalLight.DARK,
}  # fmt: skip


def nodes(road: Route, signals: Sequence[Signal]) -> tuple[Node, ...]:
    """Of each light its crossing with our approach, and the ends of the roads that leave it."""
    return tuple(node for number, signal in enumerate(signals) for node in _nodes(road, signal, number))


def revised(signal: Signal, at_s: float) -> Signal:
    """The crossing as its MAP tells it at an instant."""
    for revision in signal.revision:
        if at_s >= revision.from_s:
            signal = replace(signal, lanes=revision.lanes, ours=revision.ours)
    return signal


def lights(signals: Sequence[Signal], at_s: float, minute: int, second_ms: int) -> tuple[Intersection, ...]:
    """What each light shows, the running state first at 0, each with when it ends."""
    return tuple(
        Intersection(
            ref=crossing(number),
            status=frozenset({"fixed_time"}),
            minute=minute,
            second_ms=second_ms,
            phases=tuple(_phase(phase, at_s) for phase in signal.phase),
        )
        for number, signal in enumerate(signals)
        if signal.phase
    )


def crossing(number: int) -> NodeRef:
    """The node of a scenario's light, by its place in the file."""
    return NodeRef(REGION, 20 + 10 * number)


def _end(number: int, way: str) -> NodeRef:
    return NodeRef(REGION, 21 + 10 * number + ("straight", "left", "right", "before").index(way))


def _nodes(road: Route, signal: Signal, number: int) -> list[Node]:
    here, before = crossing(number), _end(number, "before")
    ways = [way for way in TURN_DEG if any(way in lane.split("+") for lane in signal.lanes)]
    left_m = -(signal.ours - 1) * LANE_M  # of the middle of lane 1, beside the middle of ours
    lanes = tuple(
        _lane(road, signal, index, left_m + (index - 1) * LANE_M, number) for index in range(1, len(signal.lanes) + 1)
    )
    middle_m = left_m + (len(lanes) - 1) * LANE_M / 2
    approach = Link(
        upstream=before,
        lanes=lanes,
        width_m=len(lanes) * LANE_M,
        points=road.stretch(signal.at_m - signal.approach_m, signal.at_m, POINT_M, middle_m),
        movements=tuple(Movement(_end(number, way), _phase_of(signal, way)) for way in ways),
        speed_limits=(SpeedLimit("vehicleMaxSpeed", signal.limit_mps),),
    )
    found = [Node(ref=here, place=road.place(signal.at_m + CROSSING_M), name="crossing", links=(approach,))]
    return found + [_leaving(road, signal, number, way) for way in ways]


def _lane(road: Route, signal: Signal, index: int, right_m: float, number: int) -> Lane:
    moves = signal.lanes[index - 1].split("+")
    allowed = frozenset(Maneuver[way.upper()] for way in moves)
    return Lane(
        id=index,
        width_m=LANE_M,
        kind=LaneKind("vehicle"),
        maneuvers=allowed,
        connections=tuple(
            Connection(
                node=_end(number, way), lane=index if way == "straight" else 1,
                maneuvers=frozenset({Maneuver[way.upper()]}), phase=_phase_of(signal, way),
            )
            for way in moves
            if way in TURN_DEG
        ),
        points=road.stretch(signal.at_m - signal.approach_m, signal.at_m, POINT_M, right_m),
    )  # fmt: skip


def _leaving(road: Route, signal: Signal, number: int, way: str) -> Node:
    """The end of a road that leaves the crossing, with the link that leads there."""
    spot = road.at(signal.at_m + CROSSING_M)
    middle, heading_deg = road.place(signal.at_m + CROSSING_M), spot.heading_deg + TURN_DEG[way]
    count = len(signal.lanes) if way == "straight" else 1
    left_m = -(signal.ours - 1) * LANE_M if way == "straight" else 0.0

    def line(right_m: float) -> tuple[LatLon, ...]:
        return tuple(move(middle, heading_deg, ahead_m, right_m) for ahead_m in (CROSSING_M, LEAVING_M / 2, LEAVING_M))

    lanes = tuple(
        Lane(id=index, width_m=LANE_M, kind=LaneKind("vehicle"), points=line(left_m + (index - 1) * LANE_M))
        for index in range(1, count + 1)
    )
    link = Link(
        upstream=crossing(number), lanes=lanes, width_m=count * LANE_M, points=line(left_m + (count - 1) * LANE_M / 2),
        speed_limits=(SpeedLimit("vehicleMaxSpeed", signal.limit_mps),),
    )  # fmt: skip
    return Node(ref=_end(number, way), place=move(middle, heading_deg, LEAVING_M), links=(link,))


def _phase_of(signal: Signal, way: str) -> int | None:
    return next((phase.number for phase in signal.phase if way in phase.moves), None)


def _phase(phase: SignalPhase, at_s: float) -> Phase:
    """The plan goes round; before the scenario it stands at its begin."""
    round_s = sum(seconds for _, seconds in phase.plan)
    now_s, begin_s, states = max(0.0, at_s) % round_s, 0.0, []
    for colour, seconds in phase.plan:
        run_s = (now_s - begin_s) % round_s
        is_running = run_s < seconds
        to_begin_s = 0.0 if is_running else round_s - run_s
        end_s = seconds - run_s if is_running else to_begin_s + seconds
        timing = Countdown(start_s=to_begin_s, likely_end_s=end_s, confidence_percent=100.0)
        states.append(PhaseState(COLOURS[colour], timing))
        begin_s += seconds
    return Phase(phase.number, tuple(sorted(states, key=lambda state: state.timing.likely_end_s)))
