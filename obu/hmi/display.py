"""Did the driver really see it? Watches the displays' acknowledgements and beats; trusts no clock but ours.

Laws:
  1. `absent` while no display has ever shown a live page: the unit runs the same without one.
  2. Once a page was live, no live page for SILENCE_NS is a fault: silent, closed, or its process is gone.
  3. A new warning that stays on the screen unacknowledged for ACK_LIMIT_NS, with a page live all that time, is a
     fault. It lasts until a warning is acknowledged, and FAULT_HOLD_NS at least, so that a person sees it.
  4. An acknowledgement counts once, the first, and only for a warning that was issued.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import Enum

from obu.core.alert import Shown, Text
from obu.core.frames import DisplayAck, DisplayBeat, DisplayGone
from obu.core.now import NS_PER_MS, NS_PER_S, Now

ACK_LIMIT_NS = 300 * NS_PER_MS
SILENCE_NS = 2 * NS_PER_S  # four of the display's half-second beats
FAULT_HOLD_NS = 5 * NS_PER_S  # our own: five status lines
CLOCK_SLACK_S = 0.05  # a page's clock may differ from ours by so much and still be believed
KEPT_RECORDS = 32  # as many as a status line tells


class Condition(Enum):
    """What `status` says of the display."""

    OK = "ok"
    FAULT = "fault"
    ABSENT = "absent"


@dataclass(frozen=True, slots=True)
class DisplayHealth:
    """The condition, and for a fault the reason."""

    condition: Condition
    why: Text | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One warning's way to the driver. Times are UTC in Unix seconds, None while unknown."""

    number: int
    issued_ns: int
    issued_utc_s: float | None
    acked_ns: int | None = None
    shown_utc_s: float | None = None
    is_late: bool = False


@dataclass(slots=True)
class DisplayState:
    """Everything that changes. records: by number, the newest KEPT_RECORDS. pages: live ones by client."""

    records: dict[int, Record] = field(default_factory=dict)
    pages: dict[int, int] = field(default_factory=dict)
    on_screen: int | None = None
    last_number: int = 0
    live_ns: int | None = None  # when a page was last known to be live
    live_since_ns: int = 0  # and since when without a break
    is_gone: bool = False  # the last live display's process closed its connection
    late_ns: int | None = None  # when the last late warning ran out of time; None: no fault
    acked_ns: int = 0  # when any warning was last acknowledged
    unknown_acks: int = 0


LATE = Text("预警未在 0.3 秒内得到显示确认", "a warning was not confirmed as shown within 0.3 s")
SILENT = Text("显示页面无响应", "the display page is silent")
GONE = Text("显示程序已断开", "the display process is gone")


class DisplayWatch:
    """show(), take(), then health(), each turn; records() for the status. All that changes is in `state`."""

    def __init__(self) -> None:
        self.state = DisplayState()

    def show(self, now: Now, shown: Shown | None) -> None:
        """What the arbiter shows from now on; the first sight of a number is its issue."""
        state = self.state
        state.on_screen = None if shown is None else shown.number
        if shown is None or shown.number <= state.last_number:
            return
        state.last_number = shown.number
        utc_s = None if now.utc_ns is None else now.utc_ns / NS_PER_S
        state.records[shown.number] = Record(number=shown.number, issued_ns=now.at_ns, issued_utc_s=utc_s)
        if len(state.records) > KEPT_RECORDS:
            del state.records[min(state.records)]

    def take(
        self,
        now: Now,
        acks: Sequence[DisplayAck],
        beats: Sequence[DisplayBeat],
        gone: Sequence[DisplayGone],
    ) -> None:
        """What the displays said since the last turn."""
        self._take_displays(beats, gone)
        for ack in acks:
            self._take_ack(now, ack)

    def health(self, at_ns: int) -> DisplayHealth:
        """The display's condition, judged each turn after show() and take()."""
        state = self.state
        self._watch(at_ns)
        if state.live_ns is None:
            return DisplayHealth(Condition.ABSENT)
        if not self._is_live(at_ns):
            return DisplayHealth(Condition.FAULT, GONE if state.is_gone else SILENT)
        if state.late_ns is not None:
            return DisplayHealth(Condition.FAULT, LATE)
        return DisplayHealth(Condition.OK)

    def records(self) -> tuple[Record, ...]:
        """The last warnings, oldest first."""
        return tuple(self.state.records.values())

    def _take_displays(self, beats: Sequence[DisplayBeat], gone: Sequence[DisplayGone]) -> None:
        state = self.state
        for beat in beats:
            state.pages[beat.client] = beat.pages
            if beat.pages > 0:
                if not self._is_live(beat.at_ns):
                    state.live_since_ns = beat.at_ns
                state.live_ns, state.is_gone = beat.at_ns, False
        for one in gone:
            if state.pages.pop(one.client, 0) > 0:
                state.is_gone = not any(state.pages.values())

    def _take_ack(self, now: Now, ack: DisplayAck) -> None:
        state = self.state
        record = state.records.get(ack.number)
        if record is None:
            state.unknown_acks += 1
        elif record.acked_ns is None:
            shown_utc_s = _shown_utc_s(now, record, ack)
            state.records[ack.number] = replace(record, acked_ns=ack.at_ns, shown_utc_s=shown_utc_s)
            state.acked_ns = ack.at_ns

    def _watch(self, at_ns: int) -> None:
        state = self.state
        late_ns = state.late_ns
        if late_ns is not None and state.acked_ns >= late_ns and at_ns - late_ns >= FAULT_HOLD_NS:
            state.late_ns = None
        record = state.records.get(state.on_screen) if state.on_screen is not None else None
        if record is None or record.is_late or not self._is_live(at_ns):
            return
        answered_ns = at_ns if record.acked_ns is None else record.acked_ns
        due_ns = max(record.issued_ns, state.live_since_ns) + ACK_LIMIT_NS
        if answered_ns >= due_ns:
            state.records[record.number] = replace(record, is_late=True)
            state.late_ns = due_ns

    def _is_live(self, at_ns: int) -> bool:
        return self.state.live_ns is not None and at_ns - self.state.live_ns < SILENCE_NS


def _shown_utc_s(now: Now, record: Record, ack: DisplayAck) -> float | None:
    """The page's own time where it can be true, else the arrival: a tablet's clock may be wrong."""
    if now.utc_ns is None:
        return None
    arrived_utc_s = (now.utc_ns - (now.at_ns - ack.at_ns)) / NS_PER_S
    issued_utc_s = arrived_utc_s - (ack.at_ns - record.issued_ns) / NS_PER_S
    if issued_utc_s - CLOCK_SLACK_S <= ack.shown_utc_s <= arrived_utc_s + CLOCK_SLACK_S:
        return ack.shown_utc_s
    return arrived_utc_s
