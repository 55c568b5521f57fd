"""The line to the co-processor is cut: nothing comes, nothing goes."""

from dataclasses import dataclass

from hil.given import Given

EFFECT = "Bus and receiver are lost as their values age; after 3 s the status says that the co-processor is silent"
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
            given.line = "dead"


make = Fault
