"""A share of the packets does not arrive, each by chance of its own."""

from dataclasses import dataclass

from hil.given import Given, Packet

EFFECT = (
    "Neighbours are carried on between what arrives; warnings come up to some tenths of a second later, none is lost"
)
CHANGES = ("packets",)


@dataclass(frozen=True, slots=True)
class Parameters:
    """share: 0..1. of: the actor whose packets are lost, everybody's when empty."""

    share: float = 0.3
    of: str = ""


class Fault:
    """It at work."""

    def __init__(self, parameters: Parameters) -> None:
        self._share, self._of = parameters.share, parameters.of

    def act(self, given: Given, is_on: bool) -> None:
        """Each turn."""
        if is_on:
            given.packets = [each for each in given.packets if not self._is_lost(given, each)]

    def _is_lost(self, given: Given, packet: Packet) -> bool:
        return self._of in ("", packet.of) and given.chance.random() < self._share


make = Fault
