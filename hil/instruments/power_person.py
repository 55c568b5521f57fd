"""A person at the switch: asked to feed the unit before a run, and to leave it as wished after."""

from dataclasses import dataclass

from hil.given import Given
from hil.instruments import Context
from hil.witness import Witness

PLAYS = "power"
CARRIES: tuple[str, ...] = ()  # nobody cuts for so many milliseconds


@dataclass(frozen=True, slots=True)
class Options:
    """volt: what the person shall set."""

    volt: float = 24.0


class PowerPerson:
    """The Instrument."""

    def __init__(self, options: Options, context: Context) -> None:
        self._options, self._ask = options, context.ask

    def begin(self) -> None:
        """Asks."""
        self._ask(f"Switch the unit off and on again at {self._options.volt:g} V, then press Enter / "
                  f"请断电后以 {self._options.volt:g} V 重新上电，然后按回车: ")  # fmt: skip

    def carry(self, given: Given) -> None:
        """Nothing."""

    def look(self, witness: Witness, at_s: float, utc_ns: int) -> None:
        """Nothing."""

    def close(self) -> None:
        """The unit stays as it is."""


make = PowerPerson
