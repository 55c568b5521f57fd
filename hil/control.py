"""How a running city is told things: a Unix socket, one command a connection, one line of JSON back."""

import json
import socket
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

LONGEST = 256
WAITING = 8
ANSWER_S = 5.0

Answer = Callable[[list[str]], dict[str, Any]]


class Control:
    """poll() for each turn; `answer` gets the command's words and gives what to say."""

    def __init__(self, path: Path, answer: Answer) -> None:
        path.unlink(missing_ok=True)
        self._path = path
        self._answer = answer
        self._clients: list[socket.socket] = []
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
        self._listener.bind(str(path))
        path.chmod(0o600)
        self._listener.listen(WAITING)

    def fileno(self) -> int:
        """What to wait on; a client that has connected says its command at once."""
        return self._listener.fileno()

    def poll(self) -> None:
        """Answers who has come; who says nothing for a while waits, and costs nothing."""
        with suppress(BlockingIOError):
            client, _ = self._listener.accept()
            client.setblocking(False)
            self._clients = [*self._clients, client][-WAITING:]
        for client in list(self._clients):
            try:
                command = client.recv(LONGEST)
            except BlockingIOError:
                continue
            except OSError:
                command = b""
            self._clients.remove(client)
            with client, suppress(OSError):
                if command:
                    words = command.decode("ascii", "replace").split()
                    client.sendall(json.dumps(self._answer(words)).encode() + b"\n")

    def close(self) -> None:
        """Nobody is listened to any more."""
        for client in self._clients:
            client.close()
        self._listener.close()
        self._path.unlink(missing_ok=True)


def ask(path: Path, *words: str) -> dict[str, Any]:
    """The city's answer. Raises OSError when no city answers there."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as link:
        link.settimeout(ANSWER_S)
        link.connect(str(path))
        link.sendall(" ".join(words).encode("ascii") + b"\n")
        data = b""
        while not data.endswith(b"\n"):
            part = link.recv(4096)
            if not part:
                raise ConnectionResetError("the city closed the connection")
            data += part
    answer: dict[str, Any] = json.loads(data)
    return answer
