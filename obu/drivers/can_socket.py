"""A CAN channel of the kernel (socketcan), read from a raw socket; it listens, and has no way to send.

[can.main] interface = "socketcan", channel = "can0", bitrate = 250000

Whether an interface acknowledges is its own mode, set before by `ip link`. It is read first, and an interface that
does not listen only is not opened, unless listen_only = false permits it. The kernel filters.
"""

import errno
import socket
import struct
from collections.abc import Callable, Sequence
from contextlib import suppress

from obu.core.alert import Text
from obu.core.errors import ConfigError
from obu.core.frames import CanFrame
from obu.drivers import can_link
from obu.drivers.bus_watch import BusWatch
from obu.drivers.can_link import Link
from obu.drivers.can_options import MOST_FRAMES, Filter, Options, Pace
from obu.drivers.channel_state import ChannelState
from obu.drivers.contract import Arrival
from obu.drivers.retry import Retry

# linux/can.h, linux/can/error.h, linux/can/raw.h
FRAME = struct.Struct("=IB3x8s")
EXTENDED, REMOTE, ERROR = 0x80000000, 0x40000000, 0x20000000
EXTENDED_BITS, STANDARD_BITS = 0x1FFFFFFF, 0x7FF
ERR_CONTROLLER, ERR_BUS_OFF = 0x04, 0x40
ERR_ON_THE_BUS = 0x08 | 0x80  # protocol violation, bus error
RX_OVERFLOW = 0x01  # of data[1]
SOL_CAN_RAW, CAN_RAW_FILTER, CAN_RAW_ERR_FILTER = 101, 1, 2
NO_BUS_BEHIND = ("vcan", "vxcan")
BUFFER_BYTES = 256 * 1024  # the kernel accounts some 800 bytes a frame; a turn may take 50 ms


class SocketBus:
    """The Driver of one interface. watch: whether the bus is fit to be read; overruns: frames the controller lost."""

    def __init__(
        self,
        name: str,
        options: Options,
        filters: Sequence[Filter],
        read_link: Callable[[str], Link] = can_link.read,
        connect: Callable[[str, bytes], socket.socket] | None = None,
    ) -> None:
        """read_link, connect: the kernel's side, for a test on a machine without kernel CAN."""
        self.name = name
        self.overruns = 0
        self.watch = BusWatch(options.bitrate)
        self._channel = name.partition(".")[2] or name
        self._options = options
        self._filters = kernel_filters(filters)
        self._read_link, self._connect = read_link, connect or _connect
        self._socket: socket.socket | None = None
        self._pace = Pace()
        self._received = self._errors = 0
        self._retry = Retry()
        self._state = ChannelState(name, f"socketcan {options.channel}", options.listen_only)

    def fileno(self) -> int:
        """What to wait on; -1 while the channel is down, left alone, or rests between two looks."""
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
            told += self._open(at_ns)
        if self._socket is None:
            return told
        frames: list[CanFrame] = []
        try:
            self._drain(self._socket, frames, at_ns)
        except OSError as error:
            return [*told, *frames, *self._lost(_why(error), at_ns)]
        trouble = self.watch.trouble(at_ns)
        if trouble and (self.watch.is_off or not self._others_are_heard()):
            self.close()
            return [*told, *frames, *self._state.left(trouble, self.watch, at_ns)]
        if self.watch.has_heard:
            told += self._state.heard(at_ns)
        told += self._state.counts(at_ns, self.watch.frames, None, 0, self.watch.errors, self.overruns)
        return told + frames

    def close(self) -> None:
        """Gives the socket back; the interface stays as it is."""
        if self._socket is not None:
            with suppress(OSError):
                self._socket.close()
        self._socket = None

    def _drain(self, link: socket.socket, frames: list[CanFrame], at_ns: int) -> None:
        read = 0
        with suppress(BlockingIOError):
            while read < MOST_FRAMES:
                data = link.recv(FRAME.size)
                read += 1
                can_id, length, payload = FRAME.unpack(data)
                if can_id & ERROR:
                    self._error(can_id, payload, at_ns)
                elif not can_id & REMOTE:
                    is_extended = bool(can_id & EXTENDED)
                    bits = EXTENDED_BITS if is_extended else STANDARD_BITS
                    frames.append(CanFrame(self._channel, can_id & bits, is_extended, payload[:length], at_ns))
        if frames:
            self.watch.heard(len(frames))
            self._retry.succeeded()
        self._pace.looked(at_ns, read, read == MOST_FRAMES)

    def _error(self, can_id: int, payload: bytes, at_ns: int) -> None:
        if can_id & ERR_BUS_OFF:
            self.watch.went_off()
        if can_id & ERR_CONTROLLER and payload[1] & RX_OVERFLOW:
            self.overruns += 1
        if can_id & ERR_ON_THE_BUS:
            self.watch.erred(at_ns)

    def _others_are_heard(self) -> bool:
        """Whether the interface receives frames which our filters keep from us. Some drivers count errors as such."""
        with suppress(OSError):
            received, errors = self._read_link(self._options.channel).received, self.watch.errors
            fresh = received - self._received - (errors - self._errors)
            self._received, self._errors = received, errors
            if fresh > 0:
                self.watch.heard(0)  # none that we read
                return True
        return False

    def _open(self, at_ns: int) -> Sequence[Arrival]:
        try:
            link = self._read_link(self._options.channel)
            refusal = refuses(link, self._options)
            if refusal is None:
                self._socket = self._connect(self._options.channel, self._filters)
        except OSError as error:
            refusal = _why(error)
        if refusal is not None:
            return self._lost(refusal, at_ns)
        self._received, self._errors = link.received, self.watch.errors
        self.watch.opened()
        return self._state.opened(at_ns)

    def _lost(self, why: Text, at_ns: int) -> Sequence[Arrival]:
        self.close()
        self._retry.failed(at_ns)
        return self._state.lost(why, at_ns)


def refuses(link: Link, options: Options) -> Text | None:
    """Why this interface must not be opened as it stands, with the command that mends it; None when it may be."""
    channel = options.channel
    has_bus = link.kind not in NO_BUS_BEHIND
    mend = ip_link(channel, options.bitrate or link.bitrate) if has_bus else f"sudo ip link set {channel} up"
    if not link.is_up:
        return Text(f"{channel} 未启用；请运行：{mend}", f"{channel} is down; run: {mend}")
    is_rate, wanted = link.bitrate, options.bitrate
    if wanted is not None and is_rate not in (None, wanted):
        return Text(f"{channel} 的比特率是 {is_rate}，配置为 {wanted}；请运行：{mend}",
                    f"{channel} runs at {is_rate} bit/s, configured are {wanted}; run: {mend}")  # fmt: skip
    if has_bus and options.listen_only and not link.is_listen_only:
        return Text(f"{channel} 不是只听模式，会在车辆总线上应答；请运行：{mend}（或以 listen_only = false 明确允许）",
                    f"{channel} does not listen only and would acknowledge on the vehicle's bus; run: {mend}"
                    " (or permit it by name: listen_only = false)")  # fmt: skip
    return None


def ip_link(channel: str, bitrate: int | None) -> str:
    """The command that makes an interface listen only. bitrate: in bit/s."""
    rate = bitrate or "BITRATE"
    return f"sudo ip link set {channel} down && sudo ip link set {channel} up type can bitrate {rate} listen-only on"


def kernel_filters(filters: Sequence[Filter]) -> bytes:
    """CAN_RAW_FILTER's list (linux/can.h struct can_filter); only the kind of identifier that was named passes."""
    return b"".join(
        struct.pack("=II", can_id | EXTENDED * is_extended, mask | EXTENDED | REMOTE)
        for can_id, mask, is_extended in filters
    )


def _connect(channel: str, filters: bytes) -> socket.socket:
    """A raw socket on the interface that does not block. Raises OSError."""
    link = socket.socket(socket.AF_CAN, socket.SOCK_RAW, socket.CAN_RAW)
    try:
        link.setblocking(False)
        link.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER_BYTES)
        if filters:
            link.setsockopt(SOL_CAN_RAW, CAN_RAW_FILTER, filters)
        link.setsockopt(SOL_CAN_RAW, CAN_RAW_ERR_FILTER, EXTENDED_BITS)
        link.bind((channel,))
    except OSError:
        link.close()
        raise
    return link


def _why(error: OSError) -> Text:
    if error.errno == errno.EAFNOSUPPORT:
        return Text("内核没有 CAN；请运行：sudo modprobe can can_raw",
                    "the kernel has no CAN; run: sudo modprobe can can_raw")  # fmt: skip
    why = error.strerror or str(error)
    return Text(why, why)


def make(name: str, options: Options, filters: Sequence[Filter]) -> SocketBus:
    """The driver of a section. Raises ConfigError."""
    for key in options.options:
        raise ConfigError(f"{name}.options.{key}: socketcan takes none",
                          f"{name}.options.{key}：socketcan 没有 options")  # fmt: skip
    return SocketBus(name, options, filters)
