"""NMEA out of a serial line into the unit's receiver input: the bench, or a replay, in the receiver's place."""

from dataclasses import dataclass

import serial

from hil.given import Given
from hil.instruments import Context
from hil.witness import Witness
from obu.core.errors import ConfigError

PLAYS, CARRIES = "gnss", ("sentences", "truth")


@dataclass(frozen=True, slots=True)
class Options:
    """device: path of the line. baud: its rate in bit/s."""

    device: str
    baud: int = 115_200


class GnssSerial:
    """The Instrument."""

    def __init__(self, options: Options, context: Context) -> None:
        self._options = options
        self._line: serial.Serial | None = None

    def begin(self) -> None:
        """Opens it."""
        try:
            self._line = serial.Serial(self._options.device, self._options.baud, write_timeout=0)
        except (OSError, ValueError) as error:
            raise ConfigError(f"gnss: {error}", f"gnss：{error}") from None

    def carry(self, given: Given) -> None:
        """Its sentences."""
        if self._line and given.sentences:
            self._line.write(given.sentences)

    def look(self, witness: Witness, at_s: float, utc_ns: int) -> None:
        """A receiver sees nothing."""

    def close(self) -> None:
        """Gives it back."""
        if self._line:
            self._line.close()


make = GnssSerial
