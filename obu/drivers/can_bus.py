"""One CAN channel through python-can, which is imported here alone; it listens, and has no way to send.

[can.main] interface = "socketcan", channel = "can0", bitrate = 250000

Any python-can interface by name. listen_only keeps even the acknowledge bit off the wire where the interface takes
the wish (slcan). On socketcan the mode belongs to the interface and is set before: `ip link set can0 up type can
bitrate 250000 listen-only on`. `options` go to the interface as they are. CAN_* of the environment and can.conf are
not looked at.
"""

import os
import socket
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import can
from can.interfaces.slcan import slcanBus

from obu.core.errors import ConfigError
from obu.core.frames import CanFrame, DriverState
from obu.core.now import NS_PER_MS
from obu.drivers.contract import Arrival
from obu.drivers.retry import Retry

MOST_FRAMES = 256  # of one poll, 60 ms of a full 500 kbit/s bus
MOST_BAD = 64  # unreadable ones of one poll
HIGHEST_STANDARD = 0x7FF
HIGHEST_EXTENDED = 0x1FFFFFFF
POLL_NS = 10 * NS_PER_MS  # for interfaces that have nothing to wait on (virtual)

IP_MULTICAST_ALL = 49  # linux/in.h; 0: only groups that this socket has joined itself

# What an interface is told unless the configuration says otherwise.
DEFAULTS: dict[str, dict[str, Any]] = {
    "udp_multicast": {"hop_limit": 0},  # stay on this host
    "slcan": {"sleep_after_open": 0.0, "timeout": 0.0},  # it would sleep in the loop
}

Filter = tuple[int, int, bool]  # identifier, mask, is_extended


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """interface, channel, bitrate, options: as python-can names them. listen_only: see the head of the file."""

    interface: str
    channel: str
    bitrate: int | None = None
    listen_only: bool = True
    options: dict[str, Any] = field(default_factory=dict)


class CanBus:
    """The Driver of one channel. bad: what came in that was no frame, for the status."""

    def __init__(self, name: str, options: Options, filters: Sequence[Filter]) -> None:
        self.name = name
        self.bad = 0
        self._channel = name.partition(".")[2] or name
        self._options = options
        self._filters = tuple(filters)
        self._wanted = _by_mask(filters)
        self._bus: can.BusABC | None = None
        self._fd = -1
        self._next_poll_ns = 0
        self._retry = Retry()
        self._said: DriverState | None = None

    def fileno(self) -> int:
        """What to wait on; -1 while the channel is down or has nothing to wait on."""
        return self._fd

    def wake_at_ns(self) -> int | None:
        """When to open again, or to look at an interface that cannot be waited on."""
        if self._bus is None:
            return self._retry.wake_at_ns()
        return self._next_poll_ns if self._fd < 0 else None

    def poll(self, at_ns: int) -> Sequence[Arrival]:
        """The frames that have come in and pass the filters, after a DriverState if it changed."""
        self._next_poll_ns = at_ns + POLL_NS
        arrivals: list[Arrival] = []
        if self._bus is None:
            if not self._retry.is_due(at_ns):
                return ()
            arrivals.extend(self._open(at_ns))
        if self._bus is not None:
            arrivals.extend(self._drain(self._bus, at_ns))
        return arrivals

    def close(self) -> None:
        """Leaves the bus."""
        bus, self._bus, self._fd = self._bus, None, -1
        if bus is not None:
            with suppress(Exception):  # a lost device fails in many ways when it is given back
                bus.shutdown()

    def _drain(self, bus: can.BusABC, at_ns: int) -> list[Arrival]:
        arrivals: list[Arrival] = []
        bad = 0
        for _ in range(MOST_FRAMES):
            try:
                message = bus.recv(0)
                frame = None if message is None else self._frame(message, at_ns)
            except Exception as error:  # an interface's parser meets strangers' bytes and raises whatever it likes
                if _is_loss(error):
                    arrivals.extend(self._lost(at_ns, error))
                    break
                bad += 1
                self._forget_torn_line(bus)
                if bad >= MOST_BAD:
                    break
                continue
            if message is None:
                break
            self._retry.succeeded()
            if frame is not None:
                arrivals.append(frame)
        self.bad += bad
        return arrivals

    def _forget_torn_line(self, bus: can.BusABC) -> None:
        """python-can's slcan keeps a line that it cannot read and would stumble over it for ever."""
        if isinstance(bus, slcanBus):
            with suppress(can.CanError):
                bus.flush()

    def _frame(self, message: can.Message, at_ns: int) -> CanFrame | None:
        if message.is_error_frame or message.is_remote_frame or message.is_fd:
            return None
        can_id, is_extended = message.arbitration_id, bool(message.is_extended_id)
        highest = HIGHEST_EXTENDED if is_extended else HIGHEST_STANDARD
        if not (isinstance(can_id, int) and 0 <= can_id <= highest):
            raise ValueError("not an identifier")  # udp_multicast passes on what a stranger wrote
        if self._wanted and not any((can_id & mask, is_extended) in ids for mask, ids in self._wanted.items()):
            return None
        return CanFrame(self._channel, can_id, is_extended, bytes(message.data), at_ns)

    def _open(self, at_ns: int) -> tuple[DriverState, ...]:
        try:
            self._bus = can.Bus(ignore_config=True, **self._arguments())
        except Exception as error:  # each interface has its own ways to say that the device is not there
            return self._lost(at_ns, error)
        try:
            self._fd = self._bus.fileno()
        except (NotImplementedError, can.CanError, OSError):
            self._fd = -1
        if self._options.interface == "udp_multicast":
            _only_own_groups(self._fd)
        return self._changed(True, f"{self._options.interface} {self._options.channel}", at_ns)

    def _arguments(self) -> dict[str, Any]:
        options = self._options
        arguments: dict[str, Any] = {"interface": options.interface, "channel": options.channel}
        arguments |= DEFAULTS.get(options.interface, {})
        if options.bitrate is not None and options.interface != "socketcan":
            arguments["bitrate"] = options.bitrate  # on socketcan it belongs to the interface
        if options.interface == "slcan":
            arguments["listen_only"] = options.listen_only
        if options.interface == "socketcan" and self._filters:
            arguments["can_filters"] = [  # the kernel's; elsewhere python-can would hide from us that more is there
                {"can_id": can_id, "can_mask": mask, "extended": is_extended}
                for can_id, mask, is_extended in self._filters
            ]
        return arguments | options.options

    def _lost(self, at_ns: int, error: Exception) -> tuple[DriverState, ...]:
        self.close()
        self._retry.failed(at_ns)
        return self._changed(False, str(error) or type(error).__name__, at_ns)

    def _changed(self, is_up: bool, why: str, at_ns: int) -> tuple[DriverState, ...]:
        if self._said is not None and self._said.is_up == is_up:
            return ()
        self._said = DriverState(self.name, is_up, why, at_ns)
        return (self._said,)


def make(name: str, options: Options, filters: Sequence[Filter] = ()) -> CanBus:
    """The driver of a section, letting through what `filters` name (all when empty). Raises ConfigError.

    An interface that python-can does not have is nonsense; a device that is not there comes up later.
    """
    if options.interface not in can.VALID_INTERFACES:
        known = ", ".join(sorted(can.VALID_INTERFACES))
        raise ConfigError(f"{name}: interface: {options.interface!r} is none of {known}",
                          f"{name}：interface：{options.interface!r} 不在 {known} 之中")  # fmt: skip
    if not options.channel:
        raise ConfigError(f"{name}: channel: is empty", f"{name}：channel：为空")
    if options.bitrate is not None and options.bitrate <= 0:
        raise ConfigError(f"{name}: bitrate: {options.bitrate} is not a rate",
                          f"{name}：bitrate：{options.bitrate} 不是比特率")  # fmt: skip
    for key in ("interface", "channel", "bitrate", "listen_only", "ignore_config", "can_filters"):
        if key in options.options:
            raise ConfigError(f"{name}: options.{key}: belongs beside options, not in it",
                              f"{name}：options.{key}：不应放在 options 中")  # fmt: skip
    return CanBus(name, options, filters)


def _by_mask(filters: Sequence[Filter]) -> dict[int, frozenset[tuple[int, bool]]]:
    """mask -> the masked identifiers that pass, so that a frame costs one look-up per mask."""
    masks = sorted({mask for _, mask, _ in filters})
    return {
        mask: frozenset((can_id & mask, is_extended) for can_id, own, is_extended in filters if own == mask)
        for mask in masks
    }


def _only_own_groups(fd: int) -> None:
    """Linux gives a socket the datagrams of groups that others on the host have joined at the same port."""
    with suppress(OSError), socket.socket(fileno=os.dup(fd)) as twin:
        twin.setsockopt(socket.IPPROTO_IP, IP_MULTICAST_ALL, 0)


def _is_loss(error: Exception) -> bool:
    """A lost device shows as an error of the system or of its library; everything else is an unreadable frame."""
    return isinstance(error.__cause__ or error, OSError | can.CanError)
