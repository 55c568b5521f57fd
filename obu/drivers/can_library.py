"""A CAN channel through python-can, for every interface that has no reader of its own; it has no way to send.

CAN_* of the environment and can.conf are not looked at. `options` go to the interface as they are.
"""

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import can

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

MOST_BAD = 64  # unreadable frames of one poll

# What each interface is told so that it cannot disturb a bus; the first has none behind it. The others of
# python-can cannot be told to keep silent.
SILENT: dict[str, dict[str, Any]] = {
    "virtual": {},
    "pcan": {"state": can.BusState.PASSIVE},
    "kvaser": {"driver_mode": False},
    "seeedstudio": {"operation_mode": "silent"},
}


class LibraryBus:
    """The Driver of one channel. bad: what came in that was no frame; watch: whether the bus is fit to be read."""

    def __init__(self, name: str, options: Options, filters: Sequence[Filter]) -> None:
        self.name = name
        self.bad = self._passed_over = 0
        self.watch = BusWatch(options.bitrate)
        self._channel = name.partition(".")[2] or name
        self._options = options
        self._sieve = Sieve(filters)
        self._bus: can.BusABC | None = None
        self._fd = -1
        self._pace = Pace()
        self._state = ChannelState(name, f"{options.interface} {options.channel}", options.listen_only)
        self._retry = Retry()

    def fileno(self) -> int:
        """What to wait on; -1 while the channel is down, rests between two looks, or has nothing to wait on."""
        return -1 if self._pace.is_resting else self._fd

    def wake_at_ns(self) -> int | None:
        """When to open again, or to look."""
        if self._bus is None:
            left_ns = self._state.may_open_ns
            return None if left_ns is None else max(left_ns, self._retry.wake_at_ns())
        return self._pace.look_ns if self._pace.is_resting or self._fd < 0 else None

    def poll(self, at_ns: int) -> Sequence[Arrival]:
        """The frames that have come in and pass the filters, after a DriverState if it changed."""
        arrivals: list[Arrival] = []
        if self._bus is None:
            if not (self._state.may_open(at_ns) and self._retry.is_due(at_ns)):
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
        bad = read = 0
        while read < MOST_FRAMES and bad < MOST_BAD:
            try:
                message = bus.recv(0)
                if message is None:
                    break
                read += 1
                frame = self._frame(message, at_ns)
            except Exception as error:  # an interface's parser meets strangers' bytes and raises whatever it likes
                if _is_loss(error):
                    return [*arrivals, *self._lost(at_ns, error)]
                bad += 1
                continue
            self._retry.succeeded()
            if frame is not None:
                arrivals.append(frame)
        self.bad += bad
        self._pace.looked(at_ns, read + bad, read == MOST_FRAMES or bad == MOST_BAD)
        if trouble := self.watch.trouble(at_ns):
            self.close()
            return [*arrivals, *self._state.left(trouble, self.watch, at_ns)]
        told = self._state.heard(at_ns) if self.watch.has_heard else ()
        counts = self._state.counts(at_ns, self.watch.frames, self._passed_over, self.bad, self.watch.errors, 0)
        return [*told, *counts, *arrivals]

    def _frame(self, message: can.Message, at_ns: int) -> CanFrame | None:
        if message.is_error_frame:
            self.watch.erred(at_ns)
            return None
        can_id, is_extended = message.arbitration_id, bool(message.is_extended_id)
        highest = HIGHEST_EXTENDED if is_extended else HIGHEST_STANDARD
        if not (isinstance(can_id, int) and 0 <= can_id <= highest):
            raise ValueError("not an identifier")
        self.watch.heard()
        if not self._sieve.passes(can_id, is_extended):
            self._passed_over += 1
            return None
        if message.is_remote_frame or message.is_fd:
            return None
        return CanFrame(self._channel, can_id, is_extended, bytes(message.data), at_ns)

    def _open(self, at_ns: int) -> Sequence[Arrival]:
        try:
            self._bus = can.Bus(ignore_config=True, **self._arguments())
        except Exception as error:  # each interface has its own ways to say that the device is not there
            return self._lost(at_ns, error)
        try:
            self._fd = self._bus.fileno()
        except (NotImplementedError, can.CanError, OSError):
            self._fd = -1
        self.watch.opened()
        return self._state.opened(at_ns)

    def _arguments(self) -> dict[str, Any]:
        options = self._options
        arguments: dict[str, Any] = {"interface": options.interface, "channel": options.channel}
        if options.bitrate is not None:
            arguments["bitrate"] = options.bitrate
        if options.listen_only:
            arguments |= SILENT[options.interface]
        return arguments | options.options

    def _lost(self, at_ns: int, error: Exception) -> Sequence[Arrival]:
        self.close()
        self._retry.failed(at_ns)
        why = str(error) or type(error).__name__
        return self._state.lost(Text(why, why), at_ns)


def make(name: str, options: Options, filters: Sequence[Filter]) -> LibraryBus:
    """The driver of a section. Raises ConfigError: an unknown interface, or one that cannot be told to keep silent."""
    if options.interface not in can.VALID_INTERFACES:
        known = ", ".join(sorted(can.VALID_INTERFACES))
        raise ConfigError(f"{name}.interface: {options.interface!r} is none of {known}",
                          f"{name}.interface：{options.interface!r} 不在 {known} 之中")  # fmt: skip
    if options.listen_only and options.interface not in SILENT:
        en = (f"{name}.listen_only: {options.interface} cannot be told to keep silent; take socketcan "
              "or slcan, or permit it to acknowledge: listen_only = false")  # fmt: skip
        zh = (f"{name}.listen_only：{options.interface} 不能设为只听；请用 socketcan 或 slcan，"
              "或允许应答：listen_only = false")  # fmt: skip
        raise ConfigError(en, zh)
    for key in ("interface", "channel", "bitrate", "listen_only", "ignore_config", "can_filters"):
        if key in options.options:
            raise ConfigError(f"{name}.options.{key}: belongs beside options, not in it",
                              f"{name}.options.{key}：不应放在 options 中")  # fmt: skip
    return LibraryBus(name, options, filters)


def _is_loss(error: Exception) -> bool:
    """A lost device shows as an error of the system or of its library; everything else is an unreadable frame."""
    return isinstance(error.__cause__ or error, OSError | can.CanError)
