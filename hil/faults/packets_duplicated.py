"""Each packet arrives twice, as where a repeater answers."""

from collections import deque
from dataclasses import dataclass

from hil.given import Given, Packet

EFFECT = "The second of each is refused as replayed; nothing else changes"
CHANGES = ("packets",)


@dataclass(frozen=True, slots=True)
class Parameters:
    """after_turns: of 10 ms, between the two."""

    after_turns: int = 3


class Fault:
    """It at work."""

    def __init__(self, parameters: Parameters) -> None:
        self._waiting: deque[list[Packet]] = deque([[] for _ in range(parameters.after_turns)])

    def act(self, given: Given, is_on: bool) -> None:
        """Each turn."""
        self._waiting.append(list(given.packets) if is_on else [])
        given.packets = [*given.packets, *self._waiting.popleft()]


make = Fault
