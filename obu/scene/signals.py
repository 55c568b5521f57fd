"""The lights that SPAT tells of, by crossing and phase, at an instant; joined with a way by MAP's own numbers."""

from collections.abc import Iterable

from obu.codec.messages.spat import Countdown, HourMarks, PhaseState, SignalLight, Spat
from obu.core.now import NS_PER_S
from obu.core.world import Lamp, Signal
from obu.scene.facts import Fact
from obu.scene.lanes import Lane
from obu.scene.ways import Way

HOUR_S = 3600.0
NO_END_S = 3600.0  # TimeMark: an hour or more

_LAMPS = {
    SignalLight.RED: Lamp.RED,
    SignalLight.FLASHING_RED: Lamp.RED,
    SignalLight.YELLOW: Lamp.YELLOW,
    SignalLight.PERMISSIVE_GREEN: Lamp.PERMISSIVE_GREEN,
    SignalLight.FLASHING_GREEN: Lamp.PERMISSIVE_GREEN,  # about to end, and still green (GB 14886)
    SignalLight.PROTECTED_GREEN: Lamp.PROTECTED_GREEN,
}
_GREEN = (Lamp.PERMISSIVE_GREEN, Lamp.PROTECTED_GREEN)
_BAD = frozenset({"failure_flash", "failure", "off", "no_valid_spat", "stop_time"})

States = list[tuple[Lamp, float, float]]  # begin and end in s from now


class Signals:
    """of() a way. Lights of a crossing that says it is out of order are not known."""

    def __init__(self, facts: Iterable[Fact], utc_ns: int) -> None:
        self._phases: dict[tuple[tuple[int, int], int], States] = {}
        for fact in facts:
            assert isinstance(fact.message, Spat)
            age_s = (utc_ns - fact.content_utc_ns) / NS_PER_S
            for crossing in fact.message.intersections:
                if crossing.status & _BAD:
                    continue
                node = (crossing.ref.region or 0, crossing.ref.id)
                for phase in crossing.phases:
                    states = [found for state in phase.states if (found := _state(state, age_s, utc_ns)) is not None]
                    self._phases[node, phase.id] = sorted(states, key=lambda state: state[1])

    def of(self, way: Way, half_length_m: float) -> Signal | None:
        """The light before a vehicle of this half length; None where none is known or the line has been passed."""
        crossing, stop_m = way.crossing, way.stop_m
        if crossing is None or stop_m is None or crossing.phase is None or crossing.node is None:
            return None
        states = self._phases.get((crossing.node, crossing.phase))
        return None if states is None else _signal(states, stop_m - half_length_m, crossing)


def _signal(states: States, stop_m: float, crossing: Lane) -> Signal | None:
    now = next((state for state in states if state[1] <= 0.0 < state[2]), None)
    if now is None:
        return None
    lamp, _, end_s = now
    greens = [(max(0.0, begin_s), end_s) for lamp, begin_s, end_s in states if lamp in _GREEN and end_s > 0.0]
    left_s = None if end_s >= NO_END_S else end_s
    return Signal(lamp, stop_m, left_s, greens[0] if greens else None, crossing.is_right_on_red)


def _state(state: PhaseState, age_s: float, utc_ns: int) -> tuple[Lamp, float, float] | None:
    lamp, timing = _LAMPS.get(state.light), state.timing
    if lamp is None:
        return None
    if isinstance(timing, Countdown):
        begin_s, end_s = timing.start_s, timing.likely_end_s
        if begin_s is None:
            return None
        return lamp, begin_s - age_s, NO_END_S if end_s is None or end_s >= NO_END_S else end_s - age_s
    if isinstance(timing, HourMarks):
        begin_s, end_s = _of_hour(timing.start_s, utc_ns), _of_hour(timing.likely_end_s, utc_ns)
        if begin_s is None:
            return None
        return lamp, begin_s, NO_END_S if end_s is None else end_s if end_s >= begin_s else end_s + HOUR_S
    return lamp, 0.0 - age_s, NO_END_S  # it shows this, and for how long nobody says


def _of_hour(mark_s: float | None, utc_ns: int) -> float | None:
    """From now to a mark within the hour, the nearest such."""
    if mark_s is None or mark_s >= NO_END_S:
        return None
    ahead_s = mark_s - utc_ns / NS_PER_S % HOUR_S
    return (ahead_s + HOUR_S / 2.0) % HOUR_S - HOUR_S / 2.0
