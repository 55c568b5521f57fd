"""A receiver that sends its sentences in UDP datagrams to us.

[gnss] type = "udp", host = "127.0.0.1", port = 10110
"""

import socket
from collections.abc import Sequence
from dataclasses import dataclass

from obu.core.frames import DriverState, GnssBytes
from obu.drivers import ip_address
from obu.drivers.contract import Arrival
from obu.drivers.retry import Retry
from obu.drivers.said import Said

MOST_DATAGRAMS = 64  # of one poll
LONGEST_DATAGRAM = 65_535


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """host, port: where we listen; another host than loopback lets the whole network speak to us."""

    host: str = "127.0.0.1"
    port: int


class GnssUdp:
    """The Driver of one receiver."""

    def __init__(self, name: str, options: Options) -> None:
        self.name = name
        self._address = (options.host, options.port)
        self._socket: socket.socket | None = None
        self._retry = Retry()
        self._said = Said(name)

    def fileno(self) -> int:
        """What to wait on, -1 while the port is not ours."""
        return -1 if self._socket is None else self._socket.fileno()

    def wake_at_ns(self) -> int | None:
        """When to ask for the port again."""
        return self._retry.wake_at_ns() if self._socket is None else None

    def poll(self, at_ns: int) -> Sequence[Arrival]:
        """The datagrams that have come in, after a DriverState if it changed."""
        if self._socket is None:
            if not self._retry.is_due(at_ns):
                return ()
            return self._open(at_ns)
        arrivals: list[Arrival] = []
        try:
            while len(arrivals) < MOST_DATAGRAMS:
                arrivals.append(GnssBytes(self._socket.recv(LONGEST_DATAGRAM), at_ns))
        except BlockingIOError:
            pass
        except OSError as error:
            arrivals.extend(self._lost(at_ns, error))
        return arrivals

    def close(self) -> None:
        """Gives the port back."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _open(self, at_ns: int) -> tuple[DriverState, ...]:
        try:
            family, kind, proto, _, address = socket.getaddrinfo(
                *self._address, type=socket.SOCK_DGRAM, flags=socket.AI_NUMERICHOST | socket.AI_PASSIVE
            )[0]
            self._socket = socket.socket(family, kind | socket.SOCK_NONBLOCK, proto)
            self._socket.bind(address)
        except OSError as error:
            return self._lost(at_ns, error)
        self._retry.succeeded()
        return self._said.tell(True, f"{self._address[0]}:{self._address[1]}", at_ns)

    def _lost(self, at_ns: int, error: OSError) -> tuple[DriverState, ...]:
        self.close()
        self._retry.failed(at_ns)
        return self._said.tell(False, error.strerror or str(error), at_ns)


def make(name: str, options: Options) -> GnssUdp:
    """The driver of a section. Raises ConfigError for a host that is no address, or an impossible port."""
    ip_address.check(name, options.host, options.port)
    return GnssUdp(name, options)
