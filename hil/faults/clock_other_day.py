"""The machine's clock is off by days: one whose battery is empty, or that a technician set wrong."""

from dataclasses import dataclass

from hil.given import Given

EFFECT = "No certificate is valid by its clock, its own neither: it tells nothing, believes nobody, and says why"
CHANGES = ("clock_days",)


@dataclass(frozen=True, slots=True)
class Parameters:
    """days: how far ahead the clock is; negative: behind."""

    days: int = 60


class Fault:
    """It at work."""

    def __init__(self, parameters: Parameters) -> None:
        self._days = parameters.days

    def act(self, given: Given, is_on: bool) -> None:
        """Each turn."""
        if is_on:
            given.clock_days = self._days


make = Fault
