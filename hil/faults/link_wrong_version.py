"""The co-processor has another firmware than the unit brings."""

from dataclasses import dataclass

from hil.given import Given

EFFECT = "Nothing of it is used; the status says which end is to be flashed"
CHANGES = ("line",)


@dataclass(frozen=True, slots=True)
class Parameters:
    """There is none."""


class Fault:
    """It at work."""

    def __init__(self, parameters: Parameters) -> None:
        """Nothing to keep."""

    def act(self, given: Given, is_on: bool) -> None:
        """Each turn."""
        if is_on:
            given.line = "other_firmware"


make = Fault
