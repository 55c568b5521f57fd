"""The machine's clock is off, or is known to be unsure, by off_ms and error_ms; by days: clock_other_day."""

from dataclasses import dataclass

from hil.given import Given
from obu.core.now import NS_PER_MS

EFFECT = "A clock known to be unsure sends nothing; one that lies refuses all others as future or old, and says so"
CHANGES = ("clock_off_ns", "error_ns")
MOST_OFF_MS = 3_600_000


@dataclass(frozen=True, slots=True)
class Parameters:
    """off_ms: how far ahead the clock is, up to an hour. error_ms: the bound of which the unit is told."""

    off_ms: float = 1000.0
    error_ms: float = 1.0


class Fault:
    """It at work."""

    def __init__(self, parameters: Parameters) -> None:
        if abs(parameters.off_ms) > MOST_OFF_MS:
            raise ValueError(f"off_ms: is beyond {MOST_OFF_MS}; the fault clock_other_day is off by days")
        self._off_ns = round(parameters.off_ms * NS_PER_MS)
        self._error_ns = round(parameters.error_ms * NS_PER_MS)

    def act(self, given: Given, is_on: bool) -> None:
        """Each turn."""
        if is_on:
            given.clock_off_ns, given.error_ns = self._off_ns, self._error_ns


make = Fault
