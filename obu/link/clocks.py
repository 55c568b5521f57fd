"""The board's clock in the unit's: of the four instants of a BEAT, offset and round trip, as in NTP (RFC 5905 8).

The rule: of the last beats the one with the shortest round trip counts, for its error is the smallest.
"""

from collections import deque

from obu.core.now import NS_PER_US
from obu.link import wire

KEPT = 16  # beats, 8 s: in that time a crystal of 50 ppm drifts 0.4 ms
DRIFT_US = 400
HALF = 1 << 29


class Clocks:
    """follow() after each take(); then at_ns() of the board's instants."""

    def __init__(self) -> None:
        self._beats = 0
        self._restarts = 0
        self._pairs: deque[tuple[int, int]] = deque(maxlen=KEPT)  # (round trip, offset), microseconds

    def follow(self, end: wire.End) -> None:
        """Takes over a BEAT that has come since."""
        if end.restarts != self._restarts:
            self._restarts = end.restarts
            self._pairs.clear()
        if end.beats == self._beats:
            return
        self._beats = end.beats
        held = wire.elapsed(end.clock_theirs, end.clock_heard)
        trip = wire.elapsed(end.clock_at, end.clock_mine) - held
        if not end.clock_mine or not 0 <= trip <= wire.DEAD_AFTER_US:
            return  # it had not heard of our clock yet
        self._pairs.append((trip, (end.clock_theirs + trip // 2 - end.clock_at) & wire.MASK))

    def is_set(self) -> bool:
        """Whether the board's instants mean anything here."""
        return bool(self._pairs)

    def error_us(self) -> int:
        """The bound of at_ns()'s error where is_set(): half of the best round trip, and what was drifted since."""
        return min(self._pairs)[0] // 2 + DRIFT_US

    def at_ns(self, stamp: int, now_ns: int) -> int:
        """The board's microseconds as monotonic nanoseconds, never later than now; now while the clock is not set."""
        if not self._pairs:
            return now_ns
        board_now = now_ns // NS_PER_US + min(self._pairs)[1]
        age_us = (board_now - stamp) & wire.MASK
        return now_ns if age_us >= HALF else now_ns - age_us * NS_PER_US
