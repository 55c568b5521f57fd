"""A recorded drive's sentences out of a serial line into the unit's receiver input, at their own pace.

The road is then that of the recording, whatever the scenario says: for what does not ask where we are. Date and time in
the sentences become the bench's. A drive with its bus is a scenario of its own (`python -m hil from-log`).
"""

from dataclasses import dataclass
from pathlib import Path

import serial

from hil import drive_log
from hil.given import Given
from hil.instruments import Context
from hil.recorded import LogReceiver
from hil.witness import Witness
from obu.core.errors import ConfigError

PLAYS = "gnss"
CARRIES: tuple[str, ...] = ()  # what was recorded is what comes


@dataclass(frozen=True, slots=True)
class Options:
    """device: path of the line, baud: its rate in bit/s. file: of NMEA 0183, as seen from where the rig is started.

    from_s: after its first fix.
    """

    device: str
    file: str
    baud: int = 115_200
    from_s: float = 0.0


class GnssReplay:
    """The Instrument."""

    def __init__(self, options: Options, context: Context) -> None:
        self._options, self._lasts_s = options, context.scenario.lasts_s
        self._line: serial.Serial | None = None
        self._receiver = LogReceiver(())

    def begin(self) -> None:
        """Reads the file, opens the line. Raises ConfigError for either."""
        words = self._options
        sentences, fixes = drive_log.receiver(Path(words.file))
        begin_s = fixes[0].at_s + words.from_s
        if sentences[-1].at_s - begin_s < self._lasts_s:
            raise ConfigError(f"gnss: {words.file}: is shorter than the scenario of {self._lasts_s:g} s",
                              f"gnss：{words.file}：短于场景时长 {self._lasts_s:g} s")  # fmt: skip
        self._receiver = LogReceiver(
            [
                drive_log.Sentences(round(each.at_s - begin_s, 3), each.lines)
                for each in sentences
                if each.at_s >= begin_s
            ]
        )
        try:
            self._line = serial.Serial(words.device, words.baud, write_timeout=0)
        except (OSError, ValueError) as error:
            raise ConfigError(f"gnss: {error}", f"gnss：{error}") from None

    def carry(self, given: Given) -> None:
        """What was said in this tenth of a second."""
        if self._line and given.is_epoch and (said := self._receiver.epoch(given.utc_ns, given.truth)):
            self._line.write(said)

    def look(self, witness: Witness, at_s: float, utc_ns: int) -> None:
        """A receiver sees nothing."""

    def close(self) -> None:
        """Gives it back."""
        if self._line:
            self._line.close()


make = GnssReplay
