"""The one place that reads clocks and draws randomness; everybody else is handed a Now."""

import os
import time

from obu.core.now import NS_PER_MS, NS_PER_S, Now

MARK_LIFE_NS = 60 * NS_PER_S  # then the receiver must have spoken again
DRIFT_PPM = 100  # of a plain crystal, between -40 and 85 degrees: 6 ms a minute


class SystemClock:
    """UTC as the machine has it; chrony, ntpd or PTP keep it. error_ms: the bound that was configured."""

    def __init__(self, error_ms: float) -> None:
        self._error_ns = int(error_ms * NS_PER_MS)

    def now(self) -> Now:
        """This instant on both clocks."""
        return Now(time.monotonic_ns(), time.time_ns(), self._error_ns)

    def follow(self, mark: tuple[int, int]) -> None:
        """The machine's clock is led by others."""


class GnssClock:
    """UTC as the receiver gave it last, carried on by the monotonic clock; unknown before the first fix.

    error_ms: the bound of the error at that instant; it grows until the next. latency_ms: how long after its instant a
    sentence is here.
    """

    def __init__(self, error_ms: float, latency_ms: float) -> None:
        self._error_ns = int(error_ms * NS_PER_MS)
        self._latency_ns = int(latency_ms * NS_PER_MS)
        self._mark: tuple[int, int] | None = None

    def now(self) -> Now:
        """This instant; UTC is None before the first fix and when the last one is too old to be carried on."""
        at_ns = time.monotonic_ns()
        if self._mark is None or at_ns - self._mark[0] > MARK_LIFE_NS:
            return Now(at_ns, None)
        passed_ns = at_ns - self._mark[0]
        error_ns = self._error_ns + passed_ns * DRIFT_PPM // 1_000_000
        return Now(at_ns, self._mark[1] + self._latency_ns + passed_ns, error_ns)

    def follow(self, mark: tuple[int, int]) -> None:
        """Takes (monotonic ns, UTC ns) of the receiver's last epoch."""
        self._mark = mark


def random_bytes(count: int) -> bytes:
    """System randomness."""
    return os.urandom(count)
