"""A real CAN interface by python-can: the vehicle's frames on a wire."""

from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import can

from hil.given import Given
from hil.instruments import Context
from hil.vehicle_bus import is_extended
from hil.witness import Witness
from obu.core.errors import ConfigError

PLAYS, CARRIES = "can", ("frames",)


@dataclass(frozen=True, slots=True)
class Options:
    """As python-can has them. bitrate: in bit/s. options: to the interface as they are."""

    interface: str
    channel: str
    bitrate: int = 250_000
    options: dict[str, Any] = field(default_factory=dict)


class CanInterface:
    """The Instrument. lost: frames that the interface did not take."""

    def __init__(self, options: Options, context: Context) -> None:
        self._options = options
        self._bus: can.BusABC | None = None
        self.lost = 0

    def begin(self) -> None:
        """Opens it."""
        words = self._options
        try:
            self._bus = can.Bus(interface=words.interface, channel=words.channel, bitrate=words.bitrate,
                                ignore_config=True, **words.options)  # fmt: skip
        except Exception as error:  # each interface fails in ways of its own
            raise ConfigError(f"can: {words.interface} {words.channel}: {error}",
                              f"can：{words.interface} {words.channel}：{error}") from None  # fmt: skip

    def carry(self, given: Given) -> None:
        """Its frames; what the interface cannot take is lost, as on a bus."""
        for frame in given.frames if self._bus else ():
            is_long = is_extended(frame.can_id)
            message = can.Message(arbitration_id=frame.can_id, is_extended_id=is_long, data=frame.data)
            try:
                self._bus.send(message)  # type: ignore[union-attr]
            except (can.CanError, OSError):
                self.lost += 1

    def look(self, witness: Witness, at_s: float, utc_ns: int) -> None:
        """A listener on a bus says nothing there."""

    def close(self) -> None:
        """Gives it back."""
        if self._bus is not None:
            with suppress(Exception):
                self._bus.shutdown()


make = CanInterface
