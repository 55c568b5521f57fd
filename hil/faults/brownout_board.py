"""The co-processor loses its power for a moment and starts again."""

from dataclasses import dataclass

from hil.given import Given

EFFECT = "Bus and receiver are lost for that moment; the unit greets the new life of the board and goes on by itself"
CHANGES = ("is_board_cut",)


@dataclass(frozen=True, slots=True)
class Parameters:
    """There is none."""


class Fault:
    """It at work."""

    def __init__(self, parameters: Parameters) -> None:
        """Nothing to keep."""

    def act(self, given: Given, is_on: bool) -> None:
        """Each turn."""
        given.is_board_cut = given.is_board_cut or is_on


make = Fault
