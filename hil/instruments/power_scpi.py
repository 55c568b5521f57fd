"""A power supply that speaks SCPI over a serial line: it feeds the unit, and a brown-out is an output that goes off.

SCPI-1999 and IEEE 488.2: *IDN?, VOLTage, CURRent, OUTPut, SYSTem:ERRor?; each order is read back before it is believed.
"""

import time
from dataclasses import dataclass

import serial

from hil.given import Given
from hil.instruments import Context
from hil.witness import Witness
from obu.core.errors import ConfigError

PLAYS, CARRIES = "power", ("is_cut",)
END = b"\n"


@dataclass(frozen=True, slots=True)
class Options:
    """device, baud: of its line. volt, ampere: 24 V of a bus, and where it limits. answer_s: so long may it think.

    rests_s: so long is the unit without power before it is fed. stays_on: whether it is left on at the end.
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
        self._line: serial.Serial | None = None
        self._is_cut = False
        self.name = ""

    def begin(self) -> None:
        """The unit starts from nothing: off, set, on. Raises ConfigError when it does not answer, or not as told."""
        words = self._options
        try:
            self._line = serial.Serial(words.device, words.baud, timeout=words.answer_s, write_timeout=words.answer_s)
        except (OSError, ValueError) as error:
            raise ConfigError(f"power: {error}", f"power：{error}") from None
        self.name = self._ask("*IDN?")
        self._switch(False)
        self._say(f"VOLT {words.volt:.3f}")
        self._say(f"CURR {words.ampere:.3f}")
        set_volt = self._number("VOLT?")
        if abs(set_volt - words.volt) > 0.05:
            raise ConfigError(f"power: {self.name} is set to {set_volt} V, not {words.volt}",
                              f"power：{self.name} 设定为 {set_volt} V，而不是 {words.volt}")  # fmt: skip
        error = self._ask("SYST:ERR?")
        if not error.lstrip("+").startswith("0"):
            raise ConfigError(f"power: {self.name}: {error}", f"power：{self.name}：{error}")
        time.sleep(words.rests_s)
        self._switch(True)

    def carry(self, given: Given) -> None:
        """Cuts and gives back."""
        if given.is_cut != self._is_cut:
            self._is_cut = given.is_cut
            self._say(f"OUTP {'OFF' if given.is_cut else 'ON'}")  # not read back: the world goes on meanwhile

    def look(self, witness: Witness, at_s: float, utc_ns: int) -> None:
        """It does not look at the unit."""

    def close(self) -> None:
        """As asked; a supply that is gone is left alone."""
        if self._line is None:
            return
        try:
            if self.name:
                self._say(f"OUTP {'ON' if self._options.stays_on else 'OFF'}")
            self._line.close()
        except OSError:
            self._line = None

    def _switch(self, is_on: bool) -> None:
        self._say(f"OUTP {'ON' if is_on else 'OFF'}")
        answer = self._ask("OUTP?")
        if answer.upper() not in (("1", "ON") if is_on else ("0", "OFF")):
            raise ConfigError(
                f"power: {self.name} says {answer!r} of its output", f"power：{self.name} 的输出状态为 {answer!r}"
            )

    def _number(self, question: str) -> float:
        answer = self._ask(question)
        try:
            return float(answer)
        except ValueError:
            raise ConfigError(
                f"power: {question} is answered {answer!r}", f"power：{question} 的回答为 {answer!r}"
            ) from None

    def _ask(self, question: str) -> str:
        self._say(question)
        assert self._line
        answer: str = self._line.read_until(END).decode("ascii", "replace").strip()
        if not answer:
            raise ConfigError(f"power: nothing answers {question} at {self._options.device}",
                              f"power：{self._options.device} 对 {question} 没有应答")  # fmt: skip
        return answer

    def _say(self, order: str) -> None:
        assert self._line
        try:
            self._line.write(order.encode("ascii") + END)
        except (OSError, serial.SerialException) as error:
            raise ConfigError(f"power: {error}", f"power：{error}") from None


make = PowerScpi
