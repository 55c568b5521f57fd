"""A CAN channel of the bench: python-can's udp_multicast as datagrams, read without it; it has no way to send.

[can.main] interface = "udp_multicast", channel = "239.74.163.2", options = { port = 43113 }

A frame is a msgpack map with python-can's names for its fields. Anybody on the host may send to the group.
"""

import socket
import struct
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import msgpack

from obu.core.alert import Text
from obu.core.errors import ConfigError
from obu.core.frames import CanFrame
from obu.drivers.bus_watch import BusWatch
from obu.drivers.can_options import (
    HIGHEST_EXTENDED,
    HIGHEST_STANDARD,
    MOST_FRAMES,
    Filter,
    Options,
    Pace,
    Sieve,
)
from obu.drivers.channel_state import ChannelState
from obu.drivers.contract import Arrival
from obu.drivers.retry import Retry

PORT = 43_113  # python-can's
MOST_BYTES = 1024  # of a datagram; a frame takes some 160
BUFFER_BYTES = 1 << 20
IP_MULTICAST_ALL, IPV6_MULTICAST_ALL = 49, 29  # linux/in.h, linux/in6.h; 0: only groups this socket has joined itself


class MulticastBus:
    """The Driver of one group. bad: datagrams that were no frame; watch: whether the bus is fit to be read."""

    def __init__(self, name: str, options: Options, filters: Sequence[Filter]) -> None:
        self.name = name
        self.bad = self._passed_over = 0
        self.watch = BusWatch(options.bitrate)
        self._channel = name.partition(".")[2] or name
        self._options = options
        self._sieve = Sieve(filters)
        self._socket: socket.socket | None = None
        self._pace = Pace()
        self._retry = Retry()
        self._state = ChannelState(name, f"udp_multicast {options.channel}", options.listen_only)

    def fileno(self) -> int:
        """What to wait on; -1 while the channel is down or rests between two looks."""
        return -1 if self._socket is None or self._pace.is_resting else self._socket.fileno()

    def wake_at_ns(self) -> int | None:
        """When to look again, or to open."""
        if self._socket is not None:
            return self._pace.look_ns if self._pace.is_resting else None
        left_ns = self._state.may_open_ns
        return None if left_ns is None else max(left_ns, self._retry.wake_at_ns())

    def poll(self, at_ns: int) -> Sequence[Arrival]:
        """The frames that have come in and pass the filters, after a DriverState if it changed."""
        told: list[Arrival] = []
        if self._socket is None:
            if not (self._state.may_open(at_ns) and self._retry.is_due(at_ns)):
                return ()
            try:
                self._socket = _join(self._options)
            except OSError as error:
                return self._lost(error, at_ns)
            self.watch.opened()
            told += self._state.opened(at_ns)
        frames: list[CanFrame] = []
        try:
            self._drain(self._socket, frames, at_ns)
        except OSError as error:
            return [*told, *frames, *self._lost(error, at_ns)]
        if trouble := self.watch.trouble(at_ns):
            self.close()
            return [*told, *frames, *self._state.left(trouble, self.watch, at_ns)]
        if self.watch.has_heard:
            told += self._state.heard(at_ns)
        told += self._state.counts(at_ns, self.watch.frames, self._passed_over, self.bad, self.watch.errors, 0)
        return told + frames

    def close(self) -> None:
        """Leaves the group."""
        if self._socket is not None:
            with suppress(OSError):
                self._socket.close()
        self._socket = None

    def _drain(self, group: socket.socket, frames: list[CanFrame], at_ns: int) -> None:
        read = 0
        with suppress(BlockingIOError):
            while read < MOST_FRAMES:
                data = group.recv(MOST_BYTES)
                read += 1
                try:
                    frame = self._frame(msgpack.unpackb(data), at_ns)
                except (ValueError, TypeError, KeyError, msgpack.UnpackException):  # whatever a stranger wrote
                    self.bad += 1
                    continue
                if frame is not None:
                    frames.append(frame)
        if read:
            self._retry.succeeded()
        self._pace.looked(at_ns, read, read == MOST_FRAMES)

    def _frame(self, said: dict[str, Any], at_ns: int) -> CanFrame | None:
        """Raises ValueError, TypeError or KeyError for what is no frame."""
        if said["is_error_frame"]:
            self.watch.erred(at_ns)
            return None
        can_id, data, is_extended = said["arbitration_id"], said["data"], said["is_extended_id"]
        if type(can_id) is not int or type(is_extended) is not bool or type(data) is not bytes:
            raise TypeError("not a frame")
        if not 0 <= can_id <= (HIGHEST_EXTENDED if is_extended else HIGHEST_STANDARD):
            raise ValueError("not an identifier")
        if said["is_fd"] or said["is_remote_frame"]:
            return None
        if len(data) > 8:
            raise ValueError("too long")
        self.watch.heard()
        if not self._sieve.passes(can_id, is_extended):
            self._passed_over += 1
            return None
        return CanFrame(self._channel, can_id, is_extended, data, at_ns)

    def _lost(self, error: OSError, at_ns: int) -> Sequence[Arrival]:
        self.close()
        self._retry.failed(at_ns)
        why = error.strerror or str(error)
        return self._state.lost(Text(why, why), at_ns)


def _join(options: Options) -> socket.socket:
    """A socket that hears the group and no other. Raises OSError."""
    port = options.options.get("port", PORT)
    family, *_ = socket.getaddrinfo(options.channel, port, type=socket.SOCK_DGRAM, flags=socket.AI_NUMERICHOST)[0]
    group = socket.socket(family, socket.SOCK_DGRAM)
    try:
        group.setblocking(False)
        group.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        group.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        group.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER_BYTES)
        group.bind(("", port))
        address = socket.inet_pton(family, options.channel)
        if family == socket.AF_INET:
            group.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, address + struct.pack("=I", 0))
            group.setsockopt(socket.IPPROTO_IP, IP_MULTICAST_ALL, 0)
        else:
            group.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_JOIN_GROUP, address + struct.pack("=I", 0))
            group.setsockopt(socket.IPPROTO_IPV6, IPV6_MULTICAST_ALL, 0)
    except OSError:
        group.close()
        raise
    return group


def make(name: str, options: Options, filters: Sequence[Filter]) -> MulticastBus:
    """The driver of a section. Raises ConfigError."""
    for key, value in options.options.items():
        if key not in ("port", "hop_limit") or type(value) is not int or not 0 <= value <= 0xFFFF:
            raise ConfigError(f"{name}.options.{key}: there are port and hop_limit, both numbers",
                              f"{name}.options.{key}：可用 port 和 hop_limit，均为数字")  # fmt: skip
    return MulticastBus(name, options, filters)
