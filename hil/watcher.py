"""The rig's own display: follows `obu screen` as a page does and acknowledges warnings, while no real page is open.

It goes the page's whole way, HTTP and the screen's door included, so that a broken screen shows in the summary.
"""

import http.client
import json
import socket
import time
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

BEAT_S = 0.5
AGAIN_S = 0.5
ANSWER_S = 1.0
ESTABLISHED = "01"  # of /proc/net/tcp


class Watcher:
    """poll() often; fileno() to wait on. url: of the screen."""

    def __init__(self, url: str) -> None:
        where = urlsplit(url)
        assert where.hostname and where.port
        self._host, self._port = where.hostname, where.port
        self._origin = f"http://{self._host}:{self._port}"
        self._stream: socket.socket | None = None
        self._data = b""
        self._page: int | None = None
        self._beat_s = self._again_s = 0.0
        self.is_yielding = False

    def fileno(self) -> int:
        """The event stream, -1 while there is none."""
        return -1 if self._stream is None else self._stream.fileno()

    def poll(self, at_s: float) -> None:
        """Reads what the screen said, acknowledges, and beats."""
        if self._stream is None and at_s >= self._again_s:
            self._again_s = at_s + AGAIN_S
            self._connect()
        if self._stream is None:
            return
        for event, body in self._events():
            if event == "hello":
                self._page = body["page"]
            elif event == "alert" and not self._is_real_page_open():
                self._post("/ack", {"number": body["number"], "shown_utc_s": time.time()})
        if at_s >= self._beat_s and self._page is not None:
            self._beat_s = at_s + BEAT_S
            self.is_yielding = self._is_real_page_open()
            if not self.is_yielding:
                self._post("/beat", {"page": self._page})

    def close(self) -> None:
        """Closes the stream."""
        if self._stream is not None:
            self._stream.close()
        self._stream = self._page = None

    def _connect(self) -> None:
        try:
            link = socket.create_connection((self._host, self._port), ANSWER_S)
        except OSError:
            return
        head = f"GET /events HTTP/1.1\r\nHost: {self._host}:{self._port}\r\nAccept: text/event-stream\r\n\r\n"
        link.sendall(head.encode("ascii"))
        link.setblocking(False)
        self._stream, self._data, self._page = link, b"", None

    def _events(self) -> list[tuple[str, dict[str, Any]]]:
        assert self._stream is not None
        try:
            while part := self._stream.recv(65_536):
                self._data += part
            self.close()
        except BlockingIOError:
            pass
        except OSError:
            self.close()
        *blocks, self._data = self._data.replace(b"\r\n", b"\n").split(b"\n\n")
        return [event for block in blocks if (event := _event(block)) is not None]

    def _post(self, path: str, body: dict[str, Any]) -> None:
        link = http.client.HTTPConnection(self._host, self._port, timeout=ANSWER_S)
        with suppress(OSError, http.client.HTTPException):
            headers = {"Content-Type": "application/json", "Origin": self._origin}
            link.request("POST", path, json.dumps(body), headers)
            link.getresponse().read()
        link.close()

    def _is_real_page_open(self) -> bool:
        """Whether anybody but us holds a connection to the screen: an open page keeps its event stream."""
        ours = self._stream.getsockname()[1] if self._stream else 0
        try:
            rows = Path("/proc/net/tcp").read_text("ascii").splitlines()[1:]
        except OSError:
            return False
        for row in rows:
            _, local, remote, state = row.split()[:4]
            local_port, remote_port = int(local.rpartition(":")[2], 16), int(remote.rpartition(":")[2], 16)
            if state == ESTABLISHED and local_port == self._port and remote_port != ours:
                return True
        return False


def _event(block: bytes) -> tuple[str, dict[str, Any]] | None:
    name, data = "message", b""
    for line in block.split(b"\n"):
        if line.startswith(b"event: "):
            name = line[7:].decode("ascii", "replace")
        elif line.startswith(b"data: "):
            data += line[6:]
    try:
        body = json.loads(data)
    except ValueError:
        return None
    return (name, body) if isinstance(body, dict) else None
