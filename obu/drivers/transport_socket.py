"""Requests to an authority behind a local socket, as on the bench. Its one rule: it waits no longer than it says."""

import json
import socket
from dataclasses import dataclass
from pathlib import Path

MAX_BYTES = 4 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """path: of the Unix socket. timeout_s: for one question and its answer."""

    path: str
    timeout_s: float = 10.0


class SocketTransport:
    """One connection a question: a JSON line there, a JSON line back (hil/authority_door.py)."""

    def __init__(self, options: Options) -> None:
        self._options = options

    def exchange(self, name: str, request: bytes) -> bytes | None:
        """The answer to a request, None when the authority has none yet. Raises OSError."""
        with socket.socket(socket.AF_UNIX) as link:
            link.settimeout(self._options.timeout_s)
            link.connect(self._options.path)
            link.sendall(json.dumps({"ask": "certificates", "request": request.decode()}).encode() + b"\n")
            answer = b""
            while not answer.endswith(b"\n") and len(answer) < MAX_BYTES:
                part = link.recv(65_536)
                if not part:
                    break
                answer += part
        try:
            response = json.loads(answer)["response"]
        except (ValueError, KeyError, TypeError):
            raise OSError(f"{self._options.path}: no answer of an authority") from None
        return None if response is None else str(response).encode()


def make(responses: Path, options: Options) -> SocketTransport:
    """A transport (drivers/contract)."""
    return SocketTransport(options)
