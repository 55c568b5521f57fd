"""A modem behind a UDP address (docs/radio-modem.md), one datagram a packet; its one rule: only the modem is heard.

[radio] type = "udp", modem = "192.168.1.20:5905"

The unit joins, and renews that each second, so that a modem that was restarted needs nothing from the unit.
"""

import ipaddress
import socket
import struct
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import IntEnum

from obu.core.alert import Text
from obu.core.errors import ConfigError
from obu.core.frames import AirPacket, ChannelLoad, DriverState, RadioCounts, TxPacket
from obu.core.now import NS_PER_S, NS_PER_US
from obu.drivers.contract import Arrival
from obu.drivers.retry import Retry
from obu.drivers.said import Said

MAGIC = b"V2XM"
VERSION = 1
HEADER = struct.Struct(">4sBBBB3s3sHQH")  # magic version kind pppp flags l2_source l2_destination aid time_us length
FLAG_RECEIVE_ONLY = 0x01

COUNTS_NS = 1 * NS_PER_S
JOIN_NS = 1 * NS_PER_S
ANSWER_NS = 3 * NS_PER_S
MOST_DATAGRAMS = 256  # of one poll: half a second of 50 neighbours
LONGEST_DATAGRAM = 65_535
RECEIVE_BUFFER = 1 << 20


class Kind(IntEnum):
    """What a datagram is."""

    JOIN = 1
    JOIN_ACK = 2
    LEAVE = 3
    DATA = 4
    LOAD = 5


KINDS = frozenset(Kind)


@dataclass(frozen=True, slots=True, kw_only=True)
class Datagram:
    """One datagram between unit and modem. l2_source, l2_destination: 24 bits, 0 unknown. time_us: Unix UTC, 0 unknown.

    pppp 1..8 and aid 0..65535 of a DATA; 0 otherwise. sdu: of a LOAD, one octet, the channel's busy ratio in percent.
    """

    kind: Kind
    sdu: bytes = b""
    aid: int = 0
    pppp: int = 0
    l2_source: int = 0
    l2_destination: int = 0
    time_us: int = 0
    is_receive_only: bool = False

    def encode(self) -> bytes:
        """The datagram's bytes."""
        head = HEADER.pack(
            MAGIC,
            VERSION,
            self.kind,
            self.pppp,
            FLAG_RECEIVE_ONLY if self.is_receive_only else 0,
            self.l2_source.to_bytes(3, "big"),
            self.l2_destination.to_bytes(3, "big"),
            self.aid,
            self.time_us,
            len(self.sdu),
        )
        return head + self.sdu


def decode(data: bytes) -> Datagram | str:
    """A datagram of the other side, or why it is none: modem_truncated, _magic, _version, _kind, _length."""
    if len(data) < HEADER.size:
        return "modem_truncated"
    magic, version, kind, pppp, flags, source, destination, aid, time_us, length = HEADER.unpack_from(data)
    if magic != MAGIC:
        return "modem_magic"
    if version != VERSION:
        return "modem_version"
    if kind not in KINDS:
        return "modem_kind"
    if length != len(data) - HEADER.size:
        return "modem_length"
    return Datagram(
        kind=Kind(kind),
        sdu=data[HEADER.size :],
        aid=aid,
        pppp=pppp,
        l2_source=int.from_bytes(source, "big"),
        l2_destination=int.from_bytes(destination, "big"),
        time_us=time_us,
        is_receive_only=bool(flags & FLAG_RECEIVE_ONLY),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """modem: where it is, bind: where we are, both ADDRESS:PORT ([ADDRESS]:PORT of IPv6). receive_only: never send."""

    modem: str
    bind: str | None = None
    receive_only: bool = False


Address = tuple[str, int]


class RadioUdp:
    """The Radio of one modem. counts: what was not sent and what was not understood, by reason."""

    def __init__(self, name: str, modem: Address, bind: Address, is_receive_only: bool) -> None:
        self.name = name
        self.counts: dict[str, int] = {}
        self._modem = modem
        self._bind = bind
        self._is_receive_only = is_receive_only
        self._socket: socket.socket | None = None
        self._is_closed = False
        self._retry = Retry()
        self._join_ns = 0  # the next join
        self._answer_ns = 0  # without an answer by then the modem is down
        self._trouble = ""
        self._said = Said(name)
        self._told: tuple[tuple[str, int], ...] = ()
        self._told_ns = 0

    def fileno(self) -> int:
        """What to wait on, -1 while we have no socket."""
        return -1 if self._socket is None else self._socket.fileno()

    def wake_at_ns(self) -> int | None:
        """The next join, or the next attempt to open."""
        if self._is_closed:
            return None
        if self._socket is None:
            return self._retry.wake_at_ns()
        return min(self._join_ns, self._answer_ns) if self._is_waiting() else self._join_ns

    def poll(self, at_ns: int) -> Sequence[Arrival]:
        """The packets that have come in, after a DriverState if it changed."""
        if self._is_closed:
            return ()
        arrivals: list[Arrival] = []
        if self._socket is None:
            if not self._retry.is_due(at_ns):
                return ()
            arrivals.extend(self._open(at_ns))
        if self._socket is not None:
            if at_ns >= self._join_ns:
                self._join(at_ns)
            arrivals.extend(self._drain(self._socket, at_ns))
            if at_ns >= self._answer_ns:
                arrivals.extend(self._said.tell(False, self._silence(), at_ns))
        return [*arrivals, *self._counted(at_ns)]

    def send(self, packets: Sequence[TxPacket]) -> None:
        """Hands packets to the modem; what it cannot take at once is dropped and counted."""
        for packet in packets:
            if self._is_receive_only or self._socket is None:
                self._count("receive_only" if self._is_receive_only else "no_socket")
                continue
            datagram = Datagram(
                kind=Kind.DATA,
                sdu=packet.sdu,
                aid=packet.aid,
                pppp=packet.pppp,
                l2_source=packet.l2_source,
                l2_destination=packet.l2_destination,
                time_us=time.time_ns() // NS_PER_US,
            )
            if not self._put(datagram.encode()):
                self._count("not_sent")

    def close(self) -> None:
        """Leaves the air; a second call does nothing."""
        self._is_closed = True
        if self._socket is not None:
            self._put(Datagram(kind=Kind.LEAVE).encode())
            self._socket.close()
            self._socket = None

    def _open(self, at_ns: int) -> tuple[DriverState, ...]:
        family = socket.AF_INET6 if ":" in self._modem[0] else socket.AF_INET
        link = socket.socket(family, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
        try:
            with suppress(OSError):  # the system's limit may be lower
                link.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER)
            link.bind(self._bind)
            link.connect(self._modem)  # from here on the kernel passes nobody else's datagrams
        except OSError as error:
            link.close()
            self._retry.failed(at_ns)
            return self._said.tell(False, error.strerror or str(error), at_ns)
        self._retry.succeeded()
        self._socket = link
        self._join_ns, self._answer_ns = at_ns, at_ns + ANSWER_NS
        return ()

    def _join(self, at_ns: int) -> None:
        self._join_ns = max(self._join_ns + JOIN_NS, at_ns + JOIN_NS // 2)
        join = Datagram(kind=Kind.JOIN, is_receive_only=self._is_receive_only).encode()
        # The first attempt may only bring the news that an earlier datagram was refused (udp(7)).
        if not self._put(join):
            self._put(join)

    def _drain(self, link: socket.socket, at_ns: int) -> list[Arrival]:
        arrivals: list[Arrival] = []
        for _ in range(MOST_DATAGRAMS):
            try:
                data, sender = link.recvfrom(LONGEST_DATAGRAM)
            except BlockingIOError:
                break
            except OSError as error:  # refused or unreachable: the modem is away, and may come back
                self._trouble = error.strerror or str(error)
                continue
            if sender[:2] != self._modem:  # came between bind and connect
                self._count("not_the_modem")
                continue
            arrivals.extend(self._take(data, at_ns))
        return arrivals

    def _take(self, data: bytes, at_ns: int) -> tuple[Arrival, ...]:
        datagram = decode(data)
        if isinstance(datagram, str):
            self._count(datagram)
            return ()
        if datagram.kind is Kind.DATA:
            return (AirPacket(datagram.sdu, at_ns, datagram.l2_source or None),)
        if datagram.kind is Kind.LOAD:
            return self._load(datagram.sdu, at_ns)
        if datagram.kind is Kind.JOIN_ACK:
            self._answer_ns, self._trouble = at_ns + ANSWER_NS, ""
            return self._said.tell(True, f"{self._modem[0]}:{self._modem[1]}", at_ns)
        self._count("modem_kind")
        return ()

    def _load(self, percent: bytes, at_ns: int) -> tuple[Arrival, ...]:
        if len(percent) != 1 or percent[0] > 100:
            self._count("modem_load")
            return ()
        return (ChannelLoad(percent[0] / 100, at_ns),)

    def _put(self, data: bytes) -> bool:
        assert self._socket is not None
        try:
            return self._socket.send(data) == len(data)
        except BlockingIOError:
            return False
        except OSError as error:
            self._trouble = error.strerror or str(error)
            return False

    def _is_waiting(self) -> bool:
        """Silence would be news."""
        return self._said.last is None or self._said.last.is_up

    def _silence(self) -> Text:
        where = f"{self._modem[0]}:{self._modem[1]}"
        more = f" ({self._trouble})" if self._trouble else ""
        return Text(f"调制解调器 {where} 没有应答{more}", f"no answer from the modem at {where}{more}")

    def _counted(self, at_ns: int) -> tuple[RadioCounts, ...]:
        """The counts when they have changed, at most each second."""
        if not self.counts or at_ns - self._told_ns < COUNTS_NS:
            return ()
        counts = tuple(sorted(self.counts.items()))
        if counts == self._told:
            return ()
        self._told, self._told_ns = counts, at_ns
        return (RadioCounts(counts, at_ns),)

    def _count(self, reason: str) -> None:
        self.counts[reason] = self.counts.get(reason, 0) + 1


def make(name: str, options: Options) -> RadioUdp:
    """The driver of a section. Raises ConfigError for an address that is none."""
    modem = _address(name, "modem", options.modem)
    if modem[1] == 0:
        raise ConfigError(f"{name}.modem: port 0 is nobody's", f"{name}.modem：端口不能为 0")
    anywhere = ("::", 0) if ":" in modem[0] else ("0.0.0.0", 0)
    bind = anywhere if options.bind is None else _address(name, "bind", options.bind)
    if (":" in bind[0]) != (":" in modem[0]):
        raise ConfigError(f"{name}.bind: not of the modem's kind of address, IPv4 or IPv6",
                          f"{name}.bind：与 modem 的地址类型（IPv4/IPv6）不一致")  # fmt: skip
    return RadioUdp(name, modem, bind, options.receive_only)


def _address(name: str, key: str, text: str) -> Address:
    host, _, port = text.rpartition(":")
    try:
        address = str(ipaddress.ip_address(host.removeprefix("[").removesuffix("]")))
        number = int(port)
        if not 0 <= number < 65_536:
            raise ValueError(port)
    except ValueError:
        raise ConfigError(f"{name}.{key}: {text!r} is not ADDRESS:PORT, as in 127.0.0.1:5905",
                          f"{name}.{key}：{text!r} 不是“地址:端口”，例如 127.0.0.1:5905") from None  # fmt: skip
    return address, number
