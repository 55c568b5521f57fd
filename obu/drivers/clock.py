"""The one place that reads clocks and draws randomness; everybody else is handed a Now."""

import os
import time

from obu.core.now import NS_PER_MS, ClockMark, Now


class SystemClock:
    """UTC as the machine has it; ntpd or PTP keep it. error_ms: the bound that was configured."""

    def __init__(self, error_ms: float) -> None:
        self._error_ns = int(error_ms * NS_PER_MS)

    def now(self) -> Now:
        """This instant on both clocks."""
        return Now(time.monotonic_ns(), time.time_ns(), self._error_ns)

    def follow(self, mark: ClockMark) -> None:
        """The machine's clock is led by others."""


class GnssClock:
    """UTC as the receiver gave it last, carried on by the monotonic clock; unknown before the first fix."""

    def __init__(self) -> None:
        self._mark: ClockMark | None = None

    def now(self) -> Now:
        """This instant; UTC is None before the first mark and when the last one is too old to be carried on."""
        at_ns = time.monotonic_ns()
        return Now(at_ns, None) if self._mark is None else self._mark.carried(at_ns)

    def follow(self, mark: ClockMark) -> None:
        """From now on the time is carried on from here."""
        self._mark = mark


def random_bytes(count: int) -> bytes:
    """System randomness."""
    return os.urandom(count)
