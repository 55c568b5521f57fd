"""A spoofer draws the receiver away slowly, with true speed and course in the sentences."""

from dataclasses import dataclass, replace

from hil.given import Given
from obu.core.geo import move

EFFECT = "Slower than the gate's bound it cannot be told from an error: the unit follows; what is faster is refused"
CHANGES = ("truth",)


@dataclass(frozen=True, slots=True)
class Parameters:
    """drift_mps: to the north, from its begin on. most_m: no further."""

    drift_mps: float = 1.0
    most_m: float = 50.0


class Fault:
    """It at work."""

    def __init__(self, parameters: Parameters) -> None:
        self._with, self._began_s = parameters, 0.0

    def act(self, given: Given, is_on: bool) -> None:
        """Each turn."""
        if not is_on:
            self._began_s = given.at_s
            return
        off_m = min(self._with.most_m, self._with.drift_mps * (given.at_s - self._began_s))
        given.truth = replace(given.truth, place=move(given.truth.place, 0.0, off_m))


make = Fault
