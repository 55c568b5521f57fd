"""Packets wait by chance, so that they arrive in another order than they were sent."""

from dataclasses import dataclass

from hil.given import Given, Packet
from obu.core.now import NS_PER_S

EFFECT = "Older news of a neighbour never takes the place of newer; half a second behind it is out_of_order"
CHANGES = ("packets",)


@dataclass(frozen=True, slots=True)
class Parameters:
    """most_s: of a packet's wait."""

    most_s: float = 0.25


class Fault:
    """It at work."""

    def __init__(self, parameters: Parameters) -> None:
        self._most_s = parameters.most_s
        self._waiting: list[tuple[int, Packet]] = []

    def act(self, given: Given, is_on: bool) -> None:
        """Each turn."""
        if is_on:
            delays = ((round(given.chance.random() * self._most_s * NS_PER_S), each) for each in given.packets)
            self._waiting += [(given.at_ns + wait_ns, each) for wait_ns, each in delays]
            given.packets = []
        given.packets += [each for due_ns, each in self._waiting if due_ns <= given.at_ns]
        self._waiting = [row for row in self._waiting if row[0] > given.at_ns]


make = Fault
