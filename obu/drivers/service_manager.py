"""Tells systemd that the unit runs, and goes on to: a unit that hangs is started anew. Its one rule: it is fed by the
loop's own turns, so that only a loop that turns is well.

Nothing to configure: systemd says in the environment where it listens and how patient it is (sd_notify(3)).
"""

import os
import socket
from collections.abc import Mapping, Sequence
from contextlib import suppress

from obu.core.now import NS_PER_US
from obu.drivers.contract import Arrival


class ServiceManager:
    """The Driver. Without systemd it is idle. watch_ns: how often it must hear, None where it does not watch."""

    def __init__(self, address: str, watch_ns: int | None) -> None:
        self.name = "service"
        self._address = "\0" + address[1:] if address.startswith("@") else address
        self._every_ns = None if watch_ns is None else watch_ns // 2
        self._is_said = False
        self._next_ns = 0
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK) if address else None

    def fileno(self) -> int:
        """There is nothing to wait on."""
        return -1

    def wake_at_ns(self) -> int | None:
        """When it must hear again."""
        return self._next_ns if self._socket and self._every_ns is not None else None

    def poll(self, at_ns: int) -> Sequence[Arrival]:
        """READY at the first turn, then WATCHDOG at half of its patience. Nothing comes in."""
        if not self._is_said:
            self._is_said = True
            self._say("READY=1")
        if self._every_ns is not None and at_ns >= self._next_ns:
            self._next_ns = at_ns + self._every_ns
            self._say("WATCHDOG=1")
        return ()

    def close(self) -> None:
        """The unit ends by its own will."""
        self._say("STOPPING=1")
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _say(self, word: str) -> None:
        if self._socket is not None:
            with suppress(OSError):  # a manager that went away, or whose queue is full, is no matter of ours
                self._socket.sendto(word.encode("ascii"), self._address)


def make(environment: Mapping[str, str] = os.environ) -> ServiceManager:
    """As the environment says. A watch that is meant for another process is not ours."""
    address = environment.get("NOTIFY_SOCKET", "")
    patience, process = environment.get("WATCHDOG_USEC", ""), environment.get("WATCHDOG_PID", "")
    is_ours = process in ("", str(os.getpid())) and patience.isdecimal() and int(patience) > 0
    return ServiceManager(address, int(patience) * NS_PER_US if is_ours else None)
