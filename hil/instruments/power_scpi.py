"""A power supply that speaks SCPI: it feeds the unit, and a brown-out is an output that goes off.

SCPI-1999 and IEEE 488.2: *IDN?, VOLTage, CURRent, OUTPut, SYSTem:ERRor?; each order is read back before it is believed.
"""

import time
from dataclasses import dataclass

from hil.given import Given
from hil.instruments import Context
from hil.scpi import Scpi
from hil.witness import Witness

PLAYS, CARRIES = "power", ("is_cut",)


@dataclass(frozen=True, slots=True)
class Options:
    """device: a serial line, whose rate is baud, or socket://HOST:PORT. volt, ampere: 24 V of a bus; where it limits.

    answer_s: so long may it think. rests_s: so long is the unit without power before it is fed. stays_on: whether it is
    left on at the end.
    """

    device: str
    baud: int = 9600
    volt: float = 24.0
    ampere: float = 3.0
    answer_s: float = 1.0
    rests_s: float = 1.0
    stays_on: bool = False


class PowerScpi:
    """The Instrument. name: as it says of itself."""

    def __init__(self, options: Options, context: Context) -> None:
        self._options = options
        self._scpi = Scpi("power", options.device, options.baud, options.answer_s)
        self._is_cut = False

    @property
    def name(self) -> str:
        """Empty before it has answered."""
        return self._scpi.name

    def begin(self) -> None:
        """The unit starts from nothing: off, set, on. Raises ConfigError when it does not answer, or not as told."""
        words, scpi = self._options, self._scpi
        scpi.open()
        self._switch(False)
        scpi.say(f"VOLT {words.volt:.3f}")
        scpi.say(f"CURR {words.ampere:.3f}")
        set_volt = scpi.number("VOLT?")
        if abs(set_volt - words.volt) > 0.05:
            raise scpi.wrong(f"{self.name} is set to {set_volt} V, not {words.volt}",
                             f"{self.name} 设定为 {set_volt} V，而不是 {words.volt}")  # fmt: skip
        scpi.check()
        time.sleep(words.rests_s)
        self._switch(True)

    def carry(self, given: Given) -> None:
        """Cuts and gives back."""
        if given.is_cut != self._is_cut:
            self._is_cut = given.is_cut
            self._scpi.say(f"OUTP {'OFF' if given.is_cut else 'ON'}")  # not read back: the world goes on meanwhile

    def look(self, witness: Witness, at_s: float, utc_ns: int) -> None:
        """It does not look at the unit."""

    def close(self) -> None:
        """As asked."""
        self._scpi.close(f"OUTP {'ON' if self._options.stays_on else 'OFF'}")

    def _switch(self, is_on: bool) -> None:
        self._scpi.say(f"OUTP {'ON' if is_on else 'OFF'}")
        answer = self._scpi.ask("OUTP?")
        if answer.upper() not in (("1", "ON") if is_on else ("0", "OFF")):
            raise self._scpi.wrong(f"{self.name} says {answer!r} of its output", f"{self.name} 的输出状态为 {answer!r}")


make = PowerScpi
