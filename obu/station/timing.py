"""The unit's time as its receiver has it: which of its words the clock shall follow, and how good that is.

The rule: a pulse stands above the sentences while one is fresh, for they come when the line has carried them; one edge
alone is no pulse, it may be a spark on the wire: another must be whole seconds away. Time that sentences alone told is
degraded, and the unit says so.
"""

from dataclasses import dataclass
from typing import Any

from obu.core.frames import PulseEdge
from obu.core.now import DRIFT_PPM, NS_PER_MS, NS_PER_S, ClockMark, Now
from obu.core.vehicle import Fix

RECEIVER = "gnss"  # the source of a clock that follows the receiver
FRESH_NS = 10 * NS_PER_S  # ours: some pulses may be lost; a crystal drifts 1 ms in this time
PAIR_NS = 3 * NS_PER_S  # ours: an edge vouches for another so long
MOST_EDGES = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """source: of [clock]. latency_ns: how long after its instant a sentence is here. error_ns: by how much that varies.

    max_error_ns: beyond it no BSM goes.
    """

    source: str = "system"
    latency_ns: int = 0
    error_ns: int = NS_PER_MS
    max_error_ns: int = NS_PER_MS


@dataclass(slots=True)
class TimingState:
    """edges: the last ones. mark: what the clock follows. heard_utc_ns: of the last fix that was looked at."""

    edges: tuple[PulseEdge, ...] = ()
    mark: ClockMark | None = None
    heard_utc_ns: int | None = None


class Timing:
    """take() pulses, mark() once a turn with the believed fix; status() for the local socket."""

    def __init__(self, options: Options) -> None:
        self.state = TimingState()
        self._options = options

    def take(self, pulses: tuple[PulseEdge, ...]) -> None:
        """Every edge of the wire."""
        if pulses:
            self.state.edges = (*self.state.edges, *pulses)[-MOST_EDGES:]

    def mark(self, fix: Fix | None) -> ClockMark | None:
        """What the clock shall follow from now on; None where nothing better has come, or it is led by others."""
        state = self.state
        if self._options.source != RECEIVER or fix is None:
            return None
        is_new, state.heard_utc_ns = fix.utc_ns != state.heard_utc_ns, fix.utc_ns
        found = self._of_pulse(fix)
        if found is None and is_new and not self._has_fresh_pulse(fix.at_ns):
            found = self._of_sentence(fix)
        if found is None or found == state.mark:
            return None
        state.mark = found
        return found

    def _has_fresh_pulse(self, at_ns: int) -> bool:
        mark = self.state.mark
        return mark is not None and mark.is_pulse and at_ns - mark.at_ns < FRESH_NS

    def _of_pulse(self, fix: Fix) -> ClockMark | None:
        """The pulse that began the second which the sentence tells; None where it is not sure which edge that was."""
        if fix.utc_ns % NS_PER_S:
            return None
        found = [
            edge
            for edge in self.state.edges
            if 0 <= fix.at_ns - edge.at_ns + edge.error_ns < NS_PER_S and self._is_pulse(edge, fix.at_ns)
        ]
        if len(found) != 1:
            return None
        return ClockMark(found[0].at_ns, fix.utc_ns, found[0].error_ns, is_pulse=True)

    def _is_pulse(self, edge: PulseEdge, at_ns: int) -> bool:
        """Whether it is whole seconds after the pulse that is followed; where none is, after another edge."""
        mark = self.state.mark
        if mark is not None and self._has_fresh_pulse(at_ns):
            return _is_whole(edge, mark)
        return any(
            NS_PER_S // 2 < edge.at_ns - each.at_ns < PAIR_NS and _is_whole(edge, each) for each in self.state.edges
        )

    def _of_sentence(self, fix: Fix) -> ClockMark:
        return ClockMark(fix.at_ns - self._options.latency_ns, fix.utc_ns, self._options.error_ns)

    def status(self, now: Now) -> dict[str, Any]:
        """For the local socket (docs/local-socket.md)."""
        source, mark = self._options.source, self.state.mark
        if source == RECEIVER and mark is not None and now.utc_ns is not None:
            source = "pulse" if mark.is_pulse else "sentences"
        return {
            "source": source,
            "state": self._word(now, source),
            "error_ms": None if now.utc_ns is None else round(now.utc_error_ns / NS_PER_MS, 3),
        }

    def _word(self, now: Now, source: str) -> str:
        if now.utc_ns is None:
            return "no_time"
        if now.utc_error_ns > self._options.max_error_ns:
            return "unsure"
        return "degraded" if source == "sentences" else "ok"


def _is_whole(edge: PulseEdge, other: PulseEdge | ClockMark) -> bool:
    """Whether whole seconds lie between them, as far as can be told."""
    apart_ns = edge.at_ns - other.at_ns
    off_ns = abs((apart_ns + NS_PER_S // 2) % NS_PER_S - NS_PER_S // 2)
    return off_ns <= edge.error_ns + other.error_ns + abs(apart_ns) * DRIFT_PPM // 1_000_000
