"""A light sensor before the warning lamp: a serial line that says 1 as it becomes bright, 0 as it becomes dark."""

from dataclasses import dataclass

import serial

from hil.given import Given
from hil.instruments import Context
from hil.witness import Witness
from obu.core.errors import ConfigError

PLAYS = "lamp"
CARRIES: tuple[str, ...] = ()
MOST_BYTES = 256


@dataclass(frozen=True, slots=True)
class Options:
    """device, baud: of its line."""

    device: str
    baud: int = 9600


class LampSerial:
    """The Instrument. Other octets than 0 and 1 are the ends of its lines."""

    def __init__(self, options: Options, context: Context) -> None:
        self._options = options
        self._line: serial.Serial | None = None
        self._has_begun = False

    def begin(self) -> None:
        """Opens it; what it said before counts for nothing."""
        try:
            self._line = serial.Serial(self._options.device, self._options.baud, timeout=0)
            self._line.reset_input_buffer()
        except (OSError, ValueError) as error:
            raise ConfigError(f"lamp: {error}", f"lamp：{error}") from None

    def carry(self, given: Given) -> None:
        """Nothing."""

    def look(self, witness: Witness, at_s: float, utc_ns: int) -> None:
        """What it saw; at first it is dark, so that a sensor that says nothing is no lamp that was lit."""
        if not self._has_begun:
            self._has_begun = True
            witness.lit(False, at_s)
        for octet in self._line.read(MOST_BYTES) if self._line else b"":
            if octet in b"01":
                witness.lit(octet == ord("1"), at_s)

    def close(self) -> None:
        """Gives it back."""
        if self._line:
            self._line.close()


make = LampSerial
