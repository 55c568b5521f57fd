"""What a thread beside the loop tells it; its one rule: the descriptor is readable while something waits."""

import contextlib
import os
import threading
import time

from obu.core.frames import DriverState
from obu.drivers.contract import Arrival


class Told:
    """put() and state() from the thread, poll() and fileno() from the loop. name: of the driver."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._lock = threading.Lock()
        self._waiting: list[Arrival] = []
        self._last: tuple[bool, str] = (True, "")
        self._bell = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)

    def fileno(self) -> int:
        """Readable when there is something to tell; -1 after close."""
        return self._bell

    def put(self, arrival: Arrival) -> None:
        """Something for the next inbox."""
        with self._lock:
            self._waiting.append(arrival)
            if self._bell >= 0:
                os.eventfd_write(self._bell, 1)

    def state(self, is_up: bool, why: str = "", why_zh: str = "") -> None:
        """How the driver fares, where that has changed."""
        if (is_up, why) != self._last:
            self._last = (is_up, why)
            self.put(DriverState(self._name, is_up, why, time.monotonic_ns(), why_zh))

    def poll(self) -> list[Arrival]:
        """All that waits."""
        if not self._waiting:  # as in nearly every turn
            return []
        with self._lock:
            if self._bell >= 0:
                with contextlib.suppress(BlockingIOError):
                    os.eventfd_read(self._bell)
            arrived, self._waiting = self._waiting, []
        return arrived

    def close(self) -> None:
        """Nothing more is told."""
        with self._lock:
            if self._bell >= 0:
                os.close(self._bell)
            self._bell = -1
