"""The unit does not know UTC: its clock was never set, or follows a receiver that has lost the time."""

from dataclasses import dataclass

from hil.given import Given

EFFECT = "Nothing is signed, nothing is called verified (clock_unsynchronised), no warning shows; all go on with UTC"
CHANGES = ("error_ns",)


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
            given.error_ns = None


make = Fault
