"""A person before the warning lamp, asked at the end of a run whether it was lit."""

from dataclasses import dataclass

from hil.given import Given
from hil.instruments import Context
from hil.witness import Witness

PLAYS = "lamp"
CARRIES: tuple[str, ...] = ()
YES = ("y", "yes", "是")


@dataclass(frozen=True, slots=True)
class Options:
    """There is none."""


class LampPerson:
    """The Instrument. One question a run: a person has no stop-watch, so when it was is not asked."""

    def __init__(self, options: Options, context: Context) -> None:
        self._ask, self._end_s, self._is_asked = context.ask, context.scenario.lasts_s, False

    def begin(self) -> None:
        """Asks for attention."""
        self._ask("Look at the warning lamp, then press Enter / 请注视预警灯，然后按回车: ")

    def carry(self, given: Given) -> None:
        """Nothing."""

    def look(self, witness: Witness, at_s: float, utc_ns: int) -> None:
        """Asks, when it is over."""
        if at_s >= self._end_s and not self._is_asked:
            self._is_asked = True
            answer = self._ask("Was the warning lamp lit? y/n / 预警灯亮过吗？y/n: ")
            witness.lit(answer.strip().lower() in YES, at_s)

    def close(self) -> None:
        """Nothing."""


make = LampPerson
