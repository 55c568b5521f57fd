"""The air of the bench: a hub behind the address where a unit looks for its modem; what one sends, all others hear.

Stations of other processes come by UDP (docs/radio-modem.md); the city's own speak through say(). A station is
remembered for LEASE_NS after its last join.
"""

import random
import socket
import time
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

from obu.core.now import NS_PER_S, NS_PER_US
from obu.drivers.capture import Capture
from obu.drivers.radio_udp import LONGEST_DATAGRAM, Address, Datagram, Kind, decode

HOST = "127.0.0.1"
LEASE_NS = 5 * NS_PER_S
MOST_DATAGRAMS = 256  # of one poll
MOST_STATIONS = 64
SEND_BUFFER = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Weather:
    """What the air does to packets: share that is lost (0..1) and delay, alike for every hearer; seed of the losses.

    busy_percent: what its modem says of the channel's load; None: it does not measure it.
    """

    loss: float = 0.0
    latency_ms: float = 0.0
    seed: int = 0
    busy_percent: int | None = None


@dataclass(slots=True)
class Station:
    """A station behind an address. heard: packets of it.

    By the sender's label: offered, what was said while it was here; delivered, what the weather let through.
    """

    until_ns: int
    is_receive_only: bool
    heard: int = 0
    offered: Counter[str] = field(default_factory=Counter)
    delivered: Counter[str] = field(default_factory=Counter)


class Air:
    """poll() for each turn, say() for the city's own packets, switch() for a power cut, close() at the end.

    stations: who is here; departed: who was, with what it heard. sent: the city's packets by label. refused: by reason.
    """

    def __init__(
        self,
        port: int = 0,
        weather: Weather | None = None,
        capture: Path | None = None,
        on_packet: Callable[[Datagram, Address], None] | None = None,
    ) -> None:
        self.stations: dict[Address, Station] = {}
        self.departed: dict[Address, Station] = {}
        self.sent: Counter[str] = Counter()
        self.refused: Counter[str] = Counter()
        self._weather = weather or Weather()
        self._random = random.Random(f"air {self._weather.seed}")
        self._delayed: deque[tuple[int, Datagram, str, Address | None]] = deque()
        self._capture = Capture(capture) if capture else None
        self._on_packet = on_packet
        self._socket: socket.socket | None = self._open(port)
        self._port: int = self._socket.getsockname()[1]

    @property
    def where(self) -> str:
        """Its address as a configuration says it."""
        return f"{HOST}:{self._port}"

    def fileno(self) -> int:
        """What to wait on; -1 while it is switched off."""
        return -1 if self._socket is None else self._socket.fileno()

    def wake_at_ns(self) -> int | None:
        """When a delayed packet is due."""
        return self._delayed[0][0] if self._delayed else None

    def switch(self, is_on: bool) -> None:
        """Off: a modem that lost its power, all who joined are forgotten. On: the same address answers again."""
        if is_on and self._socket is None:
            self._socket = self._open(self._port)
        elif not is_on and self._socket is not None:
            self._socket.close()
            self._socket = None
            self._delayed.clear()
            for address in list(self.stations):
                self._forget(address)

    def tell_load(self, busy_percent: int) -> None:
        """What its modem says of the channel now, to all who are here."""
        for address in self.stations if self._socket is not None else ():
            self._put(Datagram(kind=Kind.LOAD, sdu=bytes((busy_percent,))), address)

    def poll(self, at_ns: int) -> None:
        """Takes what stations sent, and delivers what is due. Never raises for what a stranger sends."""
        if self._socket is None:
            return
        for _ in range(MOST_DATAGRAMS):
            try:
                data, sender = self._socket.recvfrom(LONGEST_DATAGRAM)
            except BlockingIOError:
                break
            except OSError:  # the news that some station's port is closed
                continue
            self._take(data, sender, at_ns)
        for address in [each for each, station in self.stations.items() if station.until_ns < at_ns]:
            self._forget(address)
        while self._delayed and self._delayed[0][0] <= at_ns:
            _, datagram, label, sender = self._delayed.popleft()
            self._deliver(datagram, label, sender)

    def say(self, datagram: Datagram, label: str, at_ns: int) -> None:
        """A packet of one of the city's own stations, counted under its label."""
        if self._socket is None:
            return
        self.sent[label] += 1
        self._carry(datagram, label, None, at_ns)

    def close(self) -> None:
        """Ends the air, and its record."""
        self.switch(False)
        if self._capture:
            self._capture.close()

    def _open(self, port: int) -> socket.socket:
        link = socket.socket(socket.AF_INET, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
        link.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)
        link.bind((HOST, port))
        return link

    def _take(self, data: bytes, sender: Address, at_ns: int) -> None:
        datagram = decode(data)
        if isinstance(datagram, str):
            self.refused[datagram] += 1
        elif datagram.kind is Kind.JOIN:
            self._join(datagram, sender, at_ns)
        elif datagram.kind is Kind.LEAVE:
            self._forget(sender)
        elif datagram.kind is Kind.DATA and sender in self.stations:
            self.stations[sender].heard += 1
            if self._on_packet:
                self._on_packet(datagram, sender)
            self._carry(datagram, "unit", sender, at_ns)
        else:
            self.refused["not_joined" if datagram.kind is Kind.DATA else "modem_kind"] += 1

    def _join(self, datagram: Datagram, sender: Address, at_ns: int) -> None:
        if sender not in self.stations:
            if len(self.stations) >= MOST_STATIONS:
                self.refused["too_many_stations"] += 1
                return
            fresh = Station(0, datagram.is_receive_only)
            self.stations[sender] = self.departed.pop(sender, fresh)
        self.stations[sender].until_ns = at_ns + LEASE_NS
        self._put(Datagram(kind=Kind.JOIN_ACK), sender)
        if self._weather.busy_percent is not None:
            self._put(Datagram(kind=Kind.LOAD, sdu=bytes((self._weather.busy_percent,))), sender)

    def _forget(self, address: Address) -> None:
        station = self.stations.pop(address, None)
        if station is None:
            return
        self.departed[address] = station
        if len(self.departed) > MOST_STATIONS:
            del self.departed[next(iter(self.departed))]

    def _carry(self, datagram: Datagram, label: str, sender: Address | None, at_ns: int) -> None:
        stamped = replace(datagram, time_us=time.time_ns() // NS_PER_US)
        if self._capture:
            self._capture.write(stamped.sdu, stamped.time_us * NS_PER_US)
        if self._weather.latency_ms > 0:
            self._delayed.append((at_ns + int(self._weather.latency_ms * 1e6), stamped, label, sender))
        else:
            self._deliver(stamped, label, sender)

    def _deliver(self, datagram: Datagram, label: str, sender: Address | None) -> None:
        for address, station in self.stations.items():
            if address == sender:
                continue
            station.offered[label] += 1
            if self._weather.loss and self._random.random() < self._weather.loss:
                continue
            if self._put(datagram, address):
                station.delivered[label] += 1

    def _put(self, datagram: Datagram, address: Address) -> bool:
        assert self._socket is not None
        try:
            self._socket.sendto(datagram.encode(), address)
        except OSError:
            self.refused["not_delivered"] += 1
            return False
        return True
