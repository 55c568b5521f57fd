"""SPAT (YD/T 3709-2020): what each light shows now and when it will change; joined with MAP by node and phase."""

from dataclasses import dataclass
from enum import Enum
from typing import Any

from obu.codec.messages import scales
from obu.codec.messages.references import NodeRef, node_ref, node_ref_wire
from obu.codec.messages.scales import CONFIDENCE, TIME_MARK, bits_of, members_set, without_none

FRAME = "spatFrame"

_STATUS_BITS = 16
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


@dataclass(frozen=True, slots=True)
class PhaseState:
    """One state of a phase, running or to come."""

    light: SignalLight
    timing: Countdown | HourMarks | None = None


@dataclass(frozen=True, slots=True)
class Phase:
    """The states of one signal group; id 0 is no phase (T/CSAE 159-2020)."""

    id: int
    states: tuple[PhaseState, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Intersection:
    """One intersection's lights. status: names of IntersectionStatusObject's bits. minute, second_ms: of this state."""

    ref: NodeRef
    phases: tuple[Phase, ...]
    status: frozenset[str] = frozenset()
    minute: int | None = None
    second_ms: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Spat:
    """The lights of 1 to 32 intersections. minute of the year and ms of the minute, UTC."""

    msg_count: int
    intersections: tuple[Intersection, ...]
    minute: int | None = None
    second_ms: int | None = None
    name: str | None = None


MESSAGE = Spat

# field of the dataclass: member of TimeCountingDown, of UTCTiming
_MARKS = {
    "start_s": ("startTime", "startUTCTime"),
    "min_end_s": ("minEndTime", "minEndUTCTime"),
    "max_end_s": ("maxEndTime", "maxEndUTCTime"),
    "likely_end_s": ("likelyEndTime", "likelyEndUTCTime"),
    "next_start_s": ("nextStartTime", "nextStartUTCTime"),
}
_COUNTING = {field: names[0] for field, names in _MARKS.items()} | {"next_duration_s": "nextDuration"}
_UTC = {field: names[1] for field, names in _MARKS.items()} | {"next_end_s": "nextEndUTCTime"}
_FORMS = ("counting", "utcTiming")
_LIGHTS = {light.value: light for light in SignalLight}  # a later text's says nothing
_ALWAYS = ("start_s", "likely_end_s")


def from_wire(value: dict[str, Any]) -> Spat:
    """The message of a decoded frame."""
    return Spat(
        msg_count=value["msgCnt"],
        minute=scales.minute(value.get("moy")),
        second_ms=scales.second_ms(value.get("timeStamp")),
        name=value.get("name"),
        intersections=tuple(_intersection(each) for each in value["intersections"]),
    )


def to_wire(message: Spat) -> dict[str, Any]:
    """The value for uper.encode."""
    return without_none(
        {
            "msgCnt": message.msg_count,
            "moy": message.minute,
            "timeStamp": message.second_ms,
            "name": message.name,
            "intersections": [_intersection_wire(each) for each in message.intersections],
        }
    )


def _intersection(value: dict[str, Any]) -> Intersection:
    return Intersection(
        ref=node_ref(value["intersectionId"]),
        status=members_set(value["status"], _STATUS),
        minute=scales.minute(value.get("moy")),
        second_ms=scales.second_ms(value.get("timeStamp")),
        phases=tuple(
            Phase(phase["id"], tuple(_state(state) for state in phase["phaseStates"])) for phase in value["phases"]
        ),
    )


def _state(value: dict[str, Any]) -> PhaseState:
    light = _LIGHTS.get(value["light"], SignalLight.UNAVAILABLE)
    return PhaseState(light, _timing(value["timing"]) if "timing" in value else None)


def _timing(value: tuple[str, Any]) -> Countdown | HourMarks | None:
    form, marks = value
    if form not in _FORMS:
        return None  # a later text's
    names = _COUNTING if form == "counting" else _UTC
    fields = {field: TIME_MARK.si(marks[name]) for field, name in names.items() if name in marks}
    confidence = marks.get("timeConfidence")
    fields["confidence_percent"] = None if confidence is None else CONFIDENCE.sure(confidence)
    return Countdown(**fields) if form == "counting" else HourMarks(**fields)


def _intersection_wire(each: Intersection) -> dict[str, Any]:
    return without_none(
        {
            "intersectionId": node_ref_wire(each.ref),
            "status": bits_of(each.status, _STATUS, _STATUS_BITS),
            "moy": each.minute,
            "timeStamp": each.second_ms,
            "phases": [
                {"id": phase.id, "phaseStates": [_state_wire(state) for state in phase.states]} for phase in each.phases
            ],
        }
    )


def _state_wire(state: PhaseState) -> dict[str, Any]:
    timing = None if state.timing is None else _timing_wire(state.timing)
    return without_none({"light": state.light.value, "timing": timing})


def _timing_wire(timing: Countdown | HourMarks) -> tuple[str, dict[str, Any]]:
    form, names = ("counting", _COUNTING) if isinstance(timing, Countdown) else ("utcTiming", _UTC)
    marks: dict[str, Any] = {}
    for field, name in names.items():
        seconds = getattr(timing, field)
        if seconds is not None or field in _ALWAYS:
            marks[name] = TIME_MARK.raw(seconds)
    if timing.confidence_percent is not None:
        marks["timeConfidence"] = CONFIDENCE.raw(timing.confidence_percent)
    return form, marks
