"""SPAT (YD/T 3709-2020): what each light shows now and when it will change; joined with MAP by node and phase."""

from dataclasses import dataclass
from enum import Enum

from obu.codec.messages.choice import OneOf
from obu.codec.messages.instants import MINUTE, SECOND_MS
from obu.codec.messages.names import TIME_ACCURACY_S, enum_names, flags
from obu.codec.messages.record import At, ListOf, Record
from obu.codec.messages.references import NODE_REF, NodeRef
from obu.codec.messages.rest import Rest
from obu.codec.messages.scales import CONFIDENCE, TIME_MARK

_STATUS = (  # IntersectionStatusObject, bit 0 first; the last two bits are unused
    "manual_control",
    "stop_time",
    "failure_flash",
    "preempt_active",
    "signal_priority_active",
    "fixed_time",
    "traffic_dependent",
    "standby",
    "failure",
    "off",
    "recent_map_update",
    "recent_lane_id_change",
    "no_valid_map",
    "no_valid_spat",
)


class SignalLight(Enum):
    """What a light shows (LightState)."""

    UNAVAILABLE = "unavailable"
    DARK = "dark"
    FLASHING_RED = "flashing-red"
    RED = "red"
    FLASHING_GREEN = "flashing-green"
    PERMISSIVE_GREEN = "permissive-green"
    PROTECTED_GREEN = "protected-green"
    YELLOW = "yellow"
    FLASHING_YELLOW = "flashing-yellow"


@dataclass(frozen=True, slots=True, kw_only=True)
class Countdown:
    """Seconds from the message's instant; start_s 0 while the state runs. 3600 is an hour or more, None unknown."""

    start_s: float | None
    likely_end_s: float | None
    min_end_s: float | None = None
    max_end_s: float | None = None
    confidence_percent: float | None = None
    next_start_s: float | None = None
    next_duration_s: float | None = None
    rest: Rest = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HourMarks:
    """The same as seconds within the present UTC hour."""

    start_s: float | None
    likely_end_s: float | None
    min_end_s: float | None = None
    max_end_s: float | None = None
    confidence_percent: float | None = None
    next_start_s: float | None = None
    next_end_s: float | None = None
    rest: Rest = None


@dataclass(frozen=True, slots=True)
class PhaseState:
    """One state of a phase, running or to come."""

    light: SignalLight
    timing: Countdown | HourMarks | None = None
    rest: Rest = None


@dataclass(frozen=True, slots=True)
class Phase:
    """The states of one signal group; id 0 is no phase (T/CSAE 159-2020)."""

    id: int
    states: tuple[PhaseState, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Intersection:
    """One intersection's lights. status: names of IntersectionStatusObject's bits. minute, second_ms: of this state,
    with the bound of their error."""

    ref: NodeRef
    phases: tuple[Phase, ...]
    status: frozenset[str] = frozenset()
    minute: int | None = None
    second_ms: int | None = None
    time_accuracy_s: float | None = None
    rest: Rest = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Spat:
    """The lights of 1 to 32 intersections. minute of the year and ms of the minute, UTC."""

    msg_count: int
    intersections: tuple[Intersection, ...]
    minute: int | None = None
    second_ms: int | None = None
    name: str | None = None
    rest: Rest = None


_COUNTDOWN = Record(
    Countdown,
    At("startTime", "start_s", TIME_MARK),
    At("minEndTime?", "min_end_s", TIME_MARK),
    At("maxEndTime?", "max_end_s", TIME_MARK),
    At("likelyEndTime", "likely_end_s", TIME_MARK),
    At("timeConfidence?", "confidence_percent", CONFIDENCE),
    At("nextStartTime?", "next_start_s", TIME_MARK),
    At("nextDuration?", "next_duration_s", TIME_MARK),
)
_HOUR_MARKS = Record(
    HourMarks,
    At("startUTCTime", "start_s", TIME_MARK),
    At("minEndUTCTime?", "min_end_s", TIME_MARK),
    At("maxEndUTCTime?", "max_end_s", TIME_MARK),
    At("likelyEndUTCTime", "likely_end_s", TIME_MARK),
    At("timeConfidence?", "confidence_percent", CONFIDENCE),
    At("nextStartUTCTime?", "next_start_s", TIME_MARK),
    At("nextEndUTCTime?", "next_end_s", TIME_MARK),
)
_STATE = Record(
    PhaseState,
    At("light", "light", enum_names(SignalLight, other=SignalLight.UNAVAILABLE)),
    At("timing?", "timing", OneOf({"counting": _COUNTDOWN, "utcTiming": _HOUR_MARKS})),
    ...,
)
_PHASE = Record(Phase, At("id", "id"), At("phaseStates", "states", ListOf(_STATE)))
_INTERSECTION = Record(
    Intersection,
    At("intersectionId", "ref", NODE_REF),
    At("status", "status", flags(_STATUS, 16)),
    At("moy?", "minute", MINUTE),
    At("timeStamp?", "second_ms", SECOND_MS),
    At("timeConfidence?", "time_accuracy_s", TIME_ACCURACY_S),
    At("phases", "phases", ListOf(_PHASE)),
    ...,
)
MESSAGE = Spat
RECORD = Record(
    Spat,
    At("msgCnt", "msg_count"),
    At("moy?", "minute", MINUTE),
    At("timeStamp?", "second_ms", SECOND_MS),
    At("name?", "name"),
    At("intersections", "intersections", ListOf(_INTERSECTION)),
    ...,
)
