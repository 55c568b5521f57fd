"""The rig at the unit's local socket: reads every event, keeps the last status."""

import socket
from contextlib import suppress
from pathlib import Path
from typing import Any

from obu import feed
from obu.core.errors import RemoteError


class FeedClient:
    """poll() gives the events that have come, [] while there is no unit; ended: it was there, and closed."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._link: socket.socket | None = None
        self._data = b""
        self.ended = False

    def fileno(self) -> int:
        """What to wait on, -1 while there is no unit."""
        return -1 if self._link is None else self._link.fileno()

    def poll(self) -> list[tuple[str, dict[str, Any]]]:
        """(kind, body) of each event."""
        if self._link is None and not self._connect():
            return []
        assert self._link is not None
        try:
            while part := self._link.recv(65_536):
                self._data += part
            self._close()
        except BlockingIOError:
            pass
        except OSError:
            self._close()
        *lines, self._data = self._data.split(b"\n")
        events = []
        for line in lines:
            try:
                events.append(feed.decode_event(line))
            except RemoteError:
                continue
        return events

    def say(self, line: bytes) -> None:
        """A display's line, if the unit is there to hear it."""
        if self._link is not None:
            with suppress(OSError):
                self._link.send(line)

    def _connect(self) -> bool:
        link = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
        if link.connect_ex(str(self._path)) != 0:
            link.close()
            return False
        self._link, self.ended, self._data = link, False, b""
        return True

    def _close(self) -> None:
        if self._link is not None:
            self._link.close()
        self._link, self.ended = None, True
