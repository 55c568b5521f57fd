"""An instrument that speaks SCPI-1999 over a serial line, or over TCP as socket://HOST:5025; what it says is read back.

Each refusal is a ConfigError that begins with the instrument's role.
"""

from contextlib import suppress
from typing import Any

import serial

from obu.core.errors import ConfigError

END = b"\n"


class Scpi:
    """open() once, then say() and ask(). name: as it says of itself."""

    def __init__(self, role: str, device: str, baud: int, answer_s: float) -> None:
        """answer_s: so long may it think."""
        self._role, self._device, self._baud, self._answer_s = role, device, baud, answer_s
        self._line: Any = None
        self.name = ""

    def open(self) -> None:
        """Asks who is there. Raises ConfigError."""
        try:
            self._line = serial.serial_for_url(self._device, self._baud, timeout=self._answer_s)
        except (OSError, ValueError) as error:
            raise self.wrong(str(error)) from None
        self.name = self.ask("*IDN?")

    def say(self, order: str) -> None:
        """An order; nothing is awaited."""
        assert self._line
        try:
            self._line.write(order.encode("ascii") + END)
        except OSError as error:
            raise self.wrong(str(error)) from None

    def ask(self, question: str) -> str:
        """The answer's line. Raises ConfigError when none comes."""
        self.say(question)
        assert self._line
        try:
            answer: str = self._line.read_until(END).decode("ascii", "replace").strip()
        except OSError as error:
            raise self.wrong(str(error)) from None
        if not answer:
            raise ConfigError(f"{self._role}: nothing answers {question} at {self._device}",
                              f"{self._role}：{self._device} 对 {question} 没有应答")  # fmt: skip
        return answer

    def number(self, question: str) -> float:
        """An answer that is one."""
        answer = self.ask(question)
        try:
            return float(answer)
        except ValueError:
            raise ConfigError(f"{self._role}: {question} is answered {answer!r}",
                              f"{self._role}：{question} 的回答为 {answer!r}") from None  # fmt: skip

    def check(self) -> None:
        """Raises ConfigError for the first error in its queue."""
        error = self.ask("SYST:ERR?")
        if not error.lstrip("+").startswith("0"):
            raise self.wrong(f"{self.name}: {error}")

    def wrong(self, why: str, zh: str = "") -> ConfigError:
        """The refusal."""
        return ConfigError(f"{self._role}: {why}", f"{self._role}：{zh or why}")

    def close(self, last: str = "") -> None:
        """last: an order to leave it with; one that is gone is left alone."""
        if self._line is None:
            return
        with suppress(OSError, ConfigError):
            if last and self.name:
                self.say(last)
            self._line.close()
        self._line = None
