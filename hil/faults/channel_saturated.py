"""The channel is full: the modem measures it, and part of the packets is lost in collisions."""

from dataclasses import dataclass

from hil.given import Given

EFFECT = "Regular BSMs go as rarely as GB/T 45315-2025 annex C has it for that ratio; event BSMs still each 100 ms"
CHANGES = ("busy", "packets")


@dataclass(frozen=True, slots=True)
class Parameters:
    """busy: ratio 0..1 that the modem tells. lost: share 0..1 of packets that nobody hears."""

    busy: float = 0.95
    lost: float = 0.3


class Fault:
    """It at work."""

    def __init__(self, parameters: Parameters) -> None:
        self._with = parameters

    def act(self, given: Given, is_on: bool) -> None:
        """Each turn."""
        if is_on:
            given.busy = self._with.busy
            given.packets = [each for each in given.packets if given.chance.random() >= self._with.lost]


make = Fault
