"""How the machine fares, every ten seconds: processor time and memory of this program, room, heat, and writes to flash.

What the machine does not tell is unknown; nothing here can fail.
"""

import os
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from obu.core.frames import HostState
from obu.core.now import NS_PER_S

POLL_NS = 10 * NS_PER_S
MIB = 1 << 20
ZONES = Path("/sys/class/thermal")
MEMORY = Path("/proc/self/statm")


class Host:
    """The Driver. folder: whose disk is looked at. written: bytes since the start, by what was written.

    not_done: what the record of the installation leaves open.
    """

    def __init__(
        self, folder: Path, written: Mapping[str, Callable[[], int]], not_done: tuple[str, ...] | None = None
    ) -> None:
        self.name = "host"
        self._folder, self._written, self._not_done = folder, written, not_done
        self._next_ns = 0
        self._last: tuple[int, float] | None = None

    def fileno(self) -> int:
        """There is nothing to wait on."""
        return -1

    def wake_at_ns(self) -> int | None:
        """When to look next."""
        return self._next_ns

    def poll(self, at_ns: int) -> Sequence[HostState]:
        """The state, when it is time."""
        if at_ns < self._next_ns:
            return ()
        self._next_ns = at_ns + POLL_NS
        state = HostState(
            cpu_percent=self._cpu_percent(at_ns),
            memory_mib=_memory_mib(),
            free_mib=_free_mib(self._folder),
            heat_deg=_heat_deg(),
            written=tuple((name, count()) for name, count in sorted(self._written.items())),
            at_ns=at_ns,
            not_done=self._not_done,
        )
        return (state,)

    def close(self) -> None:
        """Nothing is held open."""

    def _cpu_percent(self, at_ns: int) -> float | None:
        """Of one core, since the last look."""
        spent_s, last = time.process_time(), self._last
        self._last = (at_ns, spent_s)
        if last is None or at_ns <= last[0]:
            return None
        return 100.0 * (spent_s - last[1]) * NS_PER_S / (at_ns - last[0])


def _memory_mib() -> float | None:
    with suppress(OSError, ValueError, IndexError):
        return int(MEMORY.read_text("ascii").split()[1]) * os.sysconf("SC_PAGESIZE") / MIB
    return None


def _free_mib(folder: Path) -> float | None:
    with suppress(OSError):
        about = os.statvfs(folder)
        return about.f_bavail * about.f_frsize / MIB
    return None


def _heat_deg() -> float | None:
    """Of the hottest zone."""
    found = []
    for zone in ZONES.glob("thermal_zone*/temp"):
        with suppress(OSError, ValueError):
            found.append(int(zone.read_text("ascii")) / 1000)
    return max(found, default=None)
