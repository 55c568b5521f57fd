"""The bench authority's local socket. Its one rule: a client that stalls or lies costs nothing, and ends nothing."""

import json
import os
import selectors
import socket
from pathlib import Path
from typing import Any, Protocol

MAX_LINE = 4 << 20
MAX_CLIENTS = 16


class Answers(Protocol):
    """Who is asked."""

    def answer(self, question: dict[str, Any], utc_ns: int) -> dict[str, Any]: ...


class Door:
    """serve() whenever the descriptor is readable: one JSON line a question, one an answer."""

    def __init__(self, authority: Answers, path: Path) -> None:
        self._authority, self._path = authority, path
        path.unlink(missing_ok=True)
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(path))
        os.chmod(path, 0o600)
        self._listener.listen()
        self._listener.setblocking(False)
        self._waiting: dict[socket.socket, bytes] = {}
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._listener, selectors.EVENT_READ)

    def serve(self, utc_ns: int, wait_s: float) -> None:
        """Whatever is asked within wait_s."""
        for key, _ in self._selector.select(wait_s):
            if key.fileobj is self._listener:
                self._welcome()
            else:
                assert isinstance(key.fileobj, socket.socket)
                self._hear(key.fileobj, utc_ns)

    def close(self) -> None:
        """Closes everything and takes the socket away."""
        for client in list(self._waiting):
            self._leave(client)
        self._selector.close()
        self._listener.close()
        self._path.unlink(missing_ok=True)

    def _welcome(self) -> None:
        client, _ = self._listener.accept()
        if len(self._waiting) >= MAX_CLIENTS:
            client.close()
            return
        client.settimeout(5)
        self._waiting[client] = b""
        self._selector.register(client, selectors.EVENT_READ)

    def _hear(self, client: socket.socket, utc_ns: int) -> None:
        try:
            part = client.recv(65_536)
            line = self._waiting[client] + part
            if part and not line.endswith(b"\n") and len(line) < MAX_LINE:
                self._waiting[client] = line
                return
            if line.endswith(b"\n"):
                question = json.loads(line)
                answer = self._authority.answer(question if isinstance(question, dict) else {}, utc_ns)
                client.sendall(json.dumps(answer).encode() + b"\n")
        except (OSError, ValueError, RecursionError):
            pass  # whoever asks like this gets no answer
        self._leave(client)

    def _leave(self, client: socket.socket) -> None:
        self._selector.unregister(client)
        client.close()
        del self._waiting[client]
