"""Who is beside us, as a mark at that side of the screen: it takes no warning's place and has neither latch nor sound.

A mark is on from the claim, and HELD_NS beyond it, so that two lost messages do not make it blink; ISO 17387 wants it
off within 1 s.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from obu.core.alert import Alert, Direction
from obu.core.now import NS_PER_MS

HELD_NS = 500 * NS_PER_MS


@dataclass(slots=True)
class Marks:
    """Until when each side has one, as obu/runtime/freeze keeps it."""

    left_ns: int = 0
    right_ns: int = 0

    def take(self, at_ns: int, claims: Sequence[Alert]) -> None:
        """All that is claimed now."""
        sides = {claim.direction for claim in claims if claim.is_mark}
        if Direction.LEFT in sides:
            self.left_ns = at_ns + HELD_NS
        if Direction.RIGHT in sides:
            self.right_ns = at_ns + HELD_NS

    def beside(self, at_ns: int) -> dict[str, bool]:
        """Whether somebody is beside us, on the left, on the right."""
        return {"left": at_ns < self.left_ns, "right": at_ns < self.right_ns}
