"""One situation as a sentence a traffic engineer can judge, and what must be seen of it: the values of a TOML file.

Lengths are metres along the road from the scenario's origin, right_m beside the middle of our lane; times are seconds
from the scenario's begin, before which everybody drives LEAD_S seconds as at its begin. hil/scenario_file.py reads it.
"""

from dataclasses import dataclass, field
from typing import Any, Literal

from hil.expected import Bsms, Figure, Unavailable, Warning

LEAD_S = 2.0  # so long is the unit on before a scenario begins
VOICES = 48  # so many of the others can speak for themselves
CLASSES = ("bus12", "bus18", "taxi", "car", "truck", "motorcycle", "ambulance", "bicycle", "pedestrian")
Says = Literal["bsm", "rsm", "both", "nothing"]
Side = Literal["left", "right", "hazard"]
OwnKind = Literal["bus12", "bus18", "taxi"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A straight of straight_m, or a bend through turn_deg, right positive, whose tightest radius is radius_m."""

    straight_m: float | None = None
    turn_deg: float | None = None
    radius_m: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Road:
    """pieces: from the origin on, straight before and behind them. map: a file with a MAP in the form of `obu decode`,
    beside the scenario; the road is then that lane of it: link and lane by number, from upstream.
    """

    pieces: tuple[Piece, ...] = ()
    heading_deg: float = 78.0
    map: str = ""
    link: int = 0
    lane: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """One manoeuvre, begun at from_s.

    accelerate, brake: with mps2 until to_mps is reached. stop: so as to stand with the vehicle's centre at at_m.
    change_lane: to right_m, in over_s seconds. signal: a turn signal or hazard lights, until to_s. event: a critical
    event's flag (YD/T 3709 VehicleEventFlags), or for us what engages, until to_s. doors: open, siren: on, until
    to_s.
    """

    do: Literal["accelerate", "brake", "stop", "change_lane", "signal", "event", "doors", "siren"]
    from_s: float
    to_s: float | None = None
    mps2: float | None = None
    to_mps: float | None = None
    at_m: float | None = None
    right_m: float | None = None
    over_s: float = 4.0
    side: Side | None = None
    event: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """A drive that was recorded: files beside the scenario (`python -m hil from-log` makes all of it).

    channel: of the log, all when empty. log_off_s: to be added to the log's times. from_s: left out of the begin.
    profile: the unit's, a name or a .toml.
    """

    log: str
    nmea: str
    profile: str
    channel: str = ""
    log_off_s: float = 0.0
    from_s: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Own:
    """Our vehicle: bus12, bus18 and taxi have a bus to be read. has_board: bus and receiver are behind a co-processor.

    recording: its bus, its receiver and the way it goes are those of a recorded drive; the road is then that way.
    settings: of the unit's configuration, by dotted key.
    """

    kind: OwnKind = "bus12"
    at_m: float = 0.0
    right_m: float = 0.0
    speed_mps: float = 0.0
    has_board: bool = False
    act: tuple[Act, ...] = ()
    recording: Recording | None = None
    settings: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Another road user. heading_deg: relative to the road: 0 drives as we do, 180 against us, both along the road;
    any other, and whoever has a way of his own, leaves it: way is the road that he takes from there.

    says: what makes him known: his own BSMs, the roadside unit's RSMs, both, or nothing. changes_id_s: from each of
    these on his BSMs have another id and certificate, as GB/T 45315-2025 7.4 has it. count: so many of the same kind,
    apart_m behind each other.
    """

    name: str
    kind: str = "car"
    at_m: float
    right_m: float = 0.0
    heading_deg: float = 0.0
    speed_mps: float = 0.0
    way: tuple[Piece, ...] = ()
    says: Says | None = None
    changes_id_s: tuple[float, ...] = ()
    count: int = 1
    apart_m: float = 12.0
    act: tuple[Act, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalPhase:
    """moves: of the approach they rule ("straight", "left", "right"). plan: colour and seconds, over and over from
    the scenario's begin on."""

    number: int = 1
    moves: tuple[str, ...] = ("straight", "left", "right")
    plan: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """A new MAP from from_s on: other lanes, and which of them the road is, so that they lie elsewhere."""

    from_s: float
    lanes: tuple[str, ...]
    ours: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """A light at the stop line at_m, with its MAP. lanes: of the approach from left to right, each its moves joined
    by "+", "right_on_red" with "right" where that is allowed; ours: which of them the road is, from 1. Without a phase
    there is no SPAT. revision: what the MAP says later, in the order of time.
    """

    at_m: float
    approach_m: float = 120.0
    lanes: tuple[str, ...] = ("straight",)
    ours: int = 1
    limit_mps: float = 50 / 3.6
    phase: tuple[SignalPhase, ...] = ()
    revision: tuple[Revision, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Remapped:
    """A new MAP of a road across from from_s on: it leads over ours or does not, and so far each arm is told."""

    from_s: float
    is_bridge: bool = False
    reach_m: float = 150.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Crossroad:
    """A road across ours in the MAP, without a light: its middle crosses ours at at_m, whoever comes from the left
    drives half a lane nearer, from the right half a lane further.

    heading_deg: of who comes from the left, relative to our road. is_bridge: it leads over ours, and no lane of the one
    leads to the other. reach_m: so far of each arm is told. revision: what the MAP says later, in the order of time.
    """

    at_m: float
    heading_deg: float = 90.0
    is_bridge: bool = False
    reach_m: float = 150.0
    revision: tuple[Remapped, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """An event (type: GB/T 29100) or a sign (type: GB 5768.2) of an RSI at at_m, for the stretch from path_from_m to
    path_to_m (to there, where it is not given).

    path_right_m: where that stretch runs beside ours. is_against_us: it is for who comes towards us. from_s, to_s: when
    it is announced. starts_min, ends_min: from when to when it holds, in minutes after now; None is for good.
    """

    type: int
    number: int = 1
    at_m: float
    right_m: float = 0.0
    path_from_m: float = -60.0
    path_to_m: float | None = None
    path_right_m: float = 0.0
    path_radius_m: float = 6.0
    is_against_us: bool = False
    description: str = ""
    priority: int = 5
    starts_min: int | None = -480
    ends_min: int | None = 480
    from_s: float = -LEAD_S
    to_s: float = 1e9


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A message as `obu decode` prints it (docs/json-form.md): the roadside unit says it under `aid` each period_ms."""

    json: str
    aid: int
    period_ms: int = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """A fault of hil/faults from from_s to to_s."""

    name: str
    from_s: float
    to_s: float = 1e9
    parameters: dict[str, Any] = field(default_factory=dict)


Span = tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Variation:
    """What a seed draws for its run, each evenly between the two: a share of packets lost, how late all others come,
    the receiver's wandering error (sigma_m, over correlation_s) and that of each fix anew (white_m), how far off the
    unit's clock is without its knowing. others_sigma_m: of each axis of each other's place, wandering by itself, as his
    messages honestly tell; with 0 they err by nothing and tell 0.5 m.
    """

    loss: Span = (0.0, 0.0)
    latency_ms: Span = (0.0, 0.0)
    sigma_m: Span = (0.3, 0.3)
    correlation_s: float = 60.0
    white_m: Span = (0.0, 0.0)
    clock_off_ms: Span = (0.0, 0.0)
    others_sigma_m: Span = (0.0, 0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Variants:
    """For which classes of own vehicle, each at which own speeds, the same must be so (hil/variants.py)."""

    kind: tuple[OwnKind, ...] = ()
    speed_kmh: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """app: the application under test, its file's name in capitals. lasts_s: from the begin to the end.

    kind: warn: app is shown as [[warning]] says; no_warn: app, or where none is named nothing, is shown; no_sound: app
    is information at the most, if it is shown at all; fault: what [[fault]] does has no other effect than expected;
    rule: [[bsm]], [[figure]] and [[unavailable]] alone.
    quiet: nothing is shown in the whole run. least_rate: of the seeds that must go as expected.
    defect: what is broken in a unit that must fail here (hil/defects).
    """

    title: str
    kind: Literal["warn", "no_warn", "no_sound", "rule", "fault"]
    app: str | None = None
    defect: str
    lasts_s: float
    is_quiet: bool = False
    least_rate: float = 1.0
    variation: Variation = Variation()
    variants: Variants = Variants()
    road: Road = Road()
    own: Own = Own()
    actor: tuple[Actor, ...] = ()
    signal: tuple[Signal, ...] = ()
    crossroad: tuple[Crossroad, ...] = ()
    event: tuple[Notice, ...] = ()
    sign: tuple[Notice, ...] = ()
    message: tuple[Message, ...] = ()
    fault: tuple[Fault, ...] = ()
    warning: tuple[Warning, ...] = ()
    bsm: tuple[Bsms, ...] = ()
    figure: tuple[Figure, ...] = ()
    unavailable: tuple[Unavailable, ...] = ()
