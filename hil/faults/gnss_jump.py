"""The receiver is somewhere else at once, by a reflection or a weak spoofer, and vouches for it as before."""

from dataclasses import dataclass, replace

from hil.given import Given
from obu.core.geo import move

EFFECT = "Fixes to which no vehicle drives so fast are refused (place_jump); the place is carried on as in a tunnel"
CHANGES = ("truth",)


@dataclass(frozen=True, slots=True)
class Parameters:
    """off_m: to the north."""

    off_m: float = 300.0


class Fault:
    """It at work."""

    def __init__(self, parameters: Parameters) -> None:
        self._off_m = parameters.off_m

    def act(self, given: Given, is_on: bool) -> None:
        """Each turn."""
        if is_on:
            given.truth = replace(given.truth, place=move(given.truth.place, 0.0, self._off_m))


make = Fault
