"""The unit loses its power for a moment and starts again; what it had saved is all it knows."""

from dataclasses import dataclass

from hil.given import Given

EFFECT = (
    "BSMs pause from the cut until the unit has a fix again; identity and msgCnt begin anew; what it saved is recalled"
)
CHANGES = ("is_cut",)


@dataclass(frozen=True, slots=True)
class Parameters:
    """There is none."""


class Fault:
    """It at work."""

    def __init__(self, parameters: Parameters) -> None:
        """Nothing to keep."""

    def act(self, given: Given, is_on: bool) -> None:
        """Each turn."""
        given.is_cut = given.is_cut or is_on


make = Fault
