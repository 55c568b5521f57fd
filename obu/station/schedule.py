"""When a BSM is due: the 100 ms grid, and events at once (GB/T 45315-2025 7.3).

Laws: a new event fires at once and moves the grid to itself; an ended event returns to the old pace without a jump;
a late turn sends once, never a burst; when the conditions fail the grid is forgotten; a slower pace, as on a crowded
channel, is for regular BSMs alone.
"""

from dataclasses import dataclass
from enum import Enum

from obu.core.now import NS_PER_MS
from obu.core.vehicle import Event

PERIOD_NS = 100 * NS_PER_MS  # GB/T 45315-2025 7.3: regular and event BSMs alike


class Due(Enum):
    """What is to be sent now."""

    NOTHING = "nothing"
    REGULAR = "regular"
    EVENT = "event"


@dataclass(slots=True)
class ScheduleState:
    """base_ns: where the last BSM stood on the grid, None while the conditions for sending do not hold.

    wake_ns: when to ask next, at least each 100 ms. events: those already announced.
    """

    base_ns: int | None = None
    wake_ns: int | None = None
    events: frozenset[Event] = frozenset()


class BsmSchedule:
    """due() is asked each turn while the conditions hold, stop() when they do not."""

    def __init__(self) -> None:
        self.state = ScheduleState()

    def due(self, at_ns: int, events: frozenset[Event], regular_ns: int = PERIOD_NS) -> Due:
        """Whether a BSM is due now; the grid moves on when it is. regular_ns: the present period of regular BSMs."""
        state = self.state
        is_new = bool(events - state.events)
        state.events = events
        period_ns = PERIOD_NS if events else regular_ns
        next_ns = None if state.base_ns is None else state.base_ns + period_ns
        if not is_new and next_ns is not None and at_ns < next_ns:
            self._wake(at_ns, next_ns)
            return Due.NOTHING
        is_on_grid = next_ns is not None and not is_new and at_ns < next_ns + PERIOD_NS
        state.base_ns = next_ns if is_on_grid and next_ns is not None else at_ns
        self._wake(at_ns, state.base_ns + period_ns)
        return Due.EVENT if events else Due.REGULAR

    def _wake(self, at_ns: int, next_ns: int) -> None:
        """A slower pace may end at each place of the 100 ms grid."""
        assert self.state.base_ns is not None
        self.state.wake_ns = min(next_ns, at_ns + PERIOD_NS - (at_ns - self.state.base_ns) % PERIOD_NS)

    def stop(self) -> None:
        """The conditions for sending no longer hold."""
        self.state.base_ns = self.state.wake_ns = None
        self.state.events = frozenset()
