"""When a BSM is due: the 100 ms grid, and events at once (GB/T 45315-2025 7.3.1).

Laws: a new event fires at once and moves the grid to itself; an ended event returns to the old pace without a jump;
a late turn sends once, never a burst; when the conditions fail the grid is forgotten.
"""

from dataclasses import dataclass
from enum import Enum

from obu.core.now import NS_PER_MS
from obu.core.vehicle import Event

PERIOD_NS = 100 * NS_PER_MS  # GB/T 45315-2025 7.3.1: regular and event BSMs alike


class Due(Enum):
    """What is to be sent now."""

    NOTHING = "nothing"
    REGULAR = "regular"
    EVENT = "event"


@dataclass(slots=True)
class ScheduleState:
    """next_ns: None while the conditions for sending do not hold. events: those already announced."""

    next_ns: int | None = None
    events: frozenset[Event] = frozenset()


class BsmSchedule:
    """due() is asked each turn while the conditions hold, stop() when they do not."""

    def __init__(self) -> None:
        self.state = ScheduleState()

    def due(self, at_ns: int, events: frozenset[Event]) -> Due:
        """Whether a BSM is due now; the grid moves on when it is."""
        state = self.state
        new_event = bool(events - state.events)
        state.events = events
        if not new_event and state.next_ns is not None and at_ns < state.next_ns:
            return Due.NOTHING
        on_grid = state.next_ns is not None and not new_event and at_ns < state.next_ns + PERIOD_NS
        state.next_ns = (state.next_ns if on_grid and state.next_ns is not None else at_ns) + PERIOD_NS
        return Due.EVENT if events else Due.REGULAR

    def stop(self) -> None:
        """The conditions for sending no longer hold."""
        self.state.next_ns = None
        self.state.events = frozenset()
