"""The line to the co-processor is disturbed: single octets arrive as others."""

from dataclasses import dataclass

from hil.given import Given

EFFECT = (
    "No garbled frame is taken for a good one; what is lost is sent again, up to a silence where nothing gets through"
)
CHANGES = ("garbled",)


@dataclass(frozen=True, slots=True)
class Parameters:
    """share: of the octets, 0..1."""

    share: float = 0.0005


class Fault:
    """It at work."""

    def __init__(self, parameters: Parameters) -> None:
        self._share = parameters.share

    def act(self, given: Given, is_on: bool) -> None:
        """Each turn."""
        if is_on:
            given.garbled = self._share


make = Fault
