"""The one place that reads clocks and draws randomness; everybody else is handed a Now."""

import os
import time

from obu.core.now import NS_PER_MS, NS_PER_S, Now

MARK_LIFE_NS = 60 * NS_PER_S  # a crystal of 100 ppm drifts 6 ms a minute; then the receiver must have spoken again


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
    """UTC as the receiver gave it last, carried on by the monotonic clock; unknown before the first fix."""

    def __init__(self, error_ms: float) -> None:
        self._error_ns = int(error_ms * NS_PER_MS)
        self._mark: tuple[int, int] | None = None

    def now(self) -> Now:
        """This instant; UTC is None before the first fix and when the last one is too old to be carried on."""
        at_ns = time.monotonic_ns()
        if self._mark is None or at_ns - self._mark[0] > MARK_LIFE_NS:
            return Now(at_ns, None)
        return Now(at_ns, self._mark[1] + at_ns - self._mark[0], self._error_ns)

    def follow(self, mark: tuple[int, int]) -> None:
        """Takes (monotonic ns, UTC ns) of the receiver's last epoch."""
        self._mark = mark


def random_bytes(count: int) -> bytes:
    """System randomness."""
    return os.urandom(count)
