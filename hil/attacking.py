"""Packets that must be refused, sent again and again: what the faults of hil/faults that are attacks have in common."""

from dataclasses import dataclass

from hil.given import Given, Packet
from obu.core.now import NS_PER_S

CHANGES = ("packets",)


@dataclass(frozen=True, slots=True)
class Parameters:
    """period_s: how often."""

    period_s: float = 1.0


class Attack:
    """One attack of hil/attack.py at its pace."""

    def __init__(self, name: str, parameters: Parameters) -> None:
        self._name = name
        self._period_ns = round(parameters.period_s * NS_PER_S)
        self._due_ns = 0

    def act(self, given: Given, is_on: bool) -> None:
        """The next packet, where it is time."""
        if not is_on or given.at_ns < self._due_ns:
            return
        self._due_ns = given.at_ns + self._period_ns
        packet = given.attacker.packet(self._name, given.at_ns, given.utc_ns, given.last)
        if packet is not None:
            given.packets.append(Packet("attacker", packet))
