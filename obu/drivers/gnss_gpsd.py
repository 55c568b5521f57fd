"""A receiver behind gpsd: its reports in JSON over TCP, as they come (obu/positioning/gpsd.py reads them).

[gnss] type = "gpsd", host = "127.0.0.1", port = 2947
"""

import json
import socket
from collections.abc import Sequence
from dataclasses import dataclass

from obu.core.frames import GnssBytes
from obu.core.now import NS_PER_S
from obu.drivers import ip_address
from obu.drivers.contract import Arrival
from obu.drivers.retry import Retry
from obu.drivers.said import Said

MOST_BYTES = 32_768  # of one poll
ANSWER_NS = 3 * NS_PER_S  # gpsd greets, and answers a WATCH, at once
# A gpsd on another machine that lost its power says nothing ever again: the kernel asks after it.
KEEPALIVE = ((socket.TCP_KEEPIDLE, 5), (socket.TCP_KEEPINTVL, 2), (socket.TCP_KEEPCNT, 3))


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """host, port: where gpsd listens. device: of its receivers the one to be heard; empty: the first that reports."""

    host: str = "127.0.0.1"
    port: int = 2947
    device: str = ""


class GnssGpsd:
    """The Driver of one gpsd. It is up once gpsd has answered our WATCH."""

    def __init__(self, name: str, options: Options) -> None:
        self.name = name
        self._address = (options.host, options.port)
        device = {"device": options.device} if options.device else {}
        self._watch = b"?WATCH=%s;\n" % json.dumps({"enable": True, "json": True, **device}).encode()
        self._socket: socket.socket | None = None
        self._is_asked = self._is_answered = False
        self._give_up_ns = 0
        self._retry = Retry()
        self._said = Said(name)

    def fileno(self) -> int:
        """What to wait on, -1 while there is no connection: gpsd speaks first, so being readable is being connected."""
        return -1 if self._socket is None else self._socket.fileno()

    def wake_at_ns(self) -> int | None:
        """When to try again, or to give up waiting."""
        if self._socket is None:
            return self._retry.wake_at_ns()
        return None if self._is_answered else self._give_up_ns

    def poll(self, at_ns: int) -> Sequence[Arrival]:
        """What gpsd sent, after a DriverState if it changed."""
        if self._socket is None:
            if not self._retry.is_due(at_ns):
                return ()
            return self._connect(at_ns)
        try:
            data = self._socket.recv(MOST_BYTES)
            if not data:
                return self._lost(at_ns, "gpsd closed the connection")
            if self._is_asked:
                self._is_answered = True
                self._retry.succeeded()
                return (*self._said.tell(True, f"{self._address[0]}:{self._address[1]}", at_ns), GnssBytes(data, at_ns))
            self._is_asked = self._socket.send(self._watch) == len(self._watch)
            return (GnssBytes(data, at_ns),) if self._is_asked else self._lost(at_ns, "gpsd takes no request")
        except BlockingIOError:
            is_silent = not self._is_answered and at_ns >= self._give_up_ns
            return self._lost(at_ns, "no answer of a gpsd") if is_silent else ()
        except OSError as error:
            return self._lost(at_ns, error.strerror or str(error))

    def close(self) -> None:
        """Ends the connection."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _connect(self, at_ns: int) -> tuple[Arrival, ...]:
        self._is_asked = self._is_answered = False
        self._give_up_ns = at_ns + ANSWER_NS
        try:
            family, kind, proto, _, address = socket.getaddrinfo(
                *self._address, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST
            )[0]
            self._socket = socket.socket(family, kind | socket.SOCK_NONBLOCK, proto)
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
            for option, value in KEEPALIVE:
                self._socket.setsockopt(socket.IPPROTO_TCP, option, value)
            self._socket.connect(address)
        except BlockingIOError:
            return ()
        except OSError as error:
            return self._lost(at_ns, error.strerror or str(error))
        return ()

    def _lost(self, at_ns: int, why: str) -> tuple[Arrival, ...]:
        """The break ends the report under way: a line's end, so that the next connection begins a line of its own."""
        was_heard = self._is_asked
        self.close()
        self._retry.failed(at_ns)
        return (*self._said.tell(False, why, at_ns), *([GnssBytes(b"\n", at_ns)] if was_heard else []))


def make(name: str, options: Options) -> GnssGpsd:
    """The driver of a section. Raises ConfigError for a host that is no address, or an impossible port."""
    ip_address.check(name, options.host, options.port)
    return GnssGpsd(name, options)
