"""A share of the packets does not arrive, each by chance of its own."""

from dataclasses import dataclass

from hil.given import Given

EFFECT = (
    "Neighbours are carried on between what arrives; warnings come up to some tenths of a second later, none is lost"
)
CHANGES = ("packets",)


@dataclass(frozen=True, slots=True)
class Parameters:
    """share: 0..1."""

    share: float = 0.3


class Fault:
    """It at work."""

    def __init__(self, parameters: Parameters) -> None:
        self._share = parameters.share

    def act(self, given: Given, is_on: bool) -> None:
        """Each turn."""
        if is_on:
            given.packets = [each for each in given.packets if given.chance.random() >= self._share]


make = Fault
