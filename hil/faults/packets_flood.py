"""Somebody floods the channel: nonsense of fresh strangers, or far too many genuine messages of one sender."""

from dataclasses import dataclass
from typing import Literal

from hil import attack
from hil.given import Given, Packet

EFFECT = "Nonsense is refused, one sender beyond 50 a second is rate_exceeded; own BSMs and warnings go on in time"
CHANGES = ("packets",)


@dataclass(frozen=True, slots=True)
class Parameters:
    """of: what comes. a_turn: packets each 10 ms; 10 are a thousand a second."""

    of: Literal["garbage", "one_sender"] = "garbage"
    a_turn: int = 10


class Fault:
    """It at work."""

    def __init__(self, parameters: Parameters) -> None:
        self._name = attack.GARBAGE if parameters.of == "garbage" else attack.CHATTER
        self._count = parameters.a_turn

    def act(self, given: Given, is_on: bool) -> None:
        """Each turn."""
        made = (
            given.attacker.packet(self._name, given.at_ns, given.utc_ns, given.last)
            for _ in range(self._count if is_on else 0)
        )
        given.packets = [*(Packet("attacker", packet) for packet in made if packet is not None), *given.packets]


make = Fault
