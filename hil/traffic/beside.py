"""How much room lies between our outline and a bicycle; pure."""

import math
from collections.abc import Iterator

from hil.traffic.trace import Kind, Mover


def gap_m(kinds: tuple[Kind, Kind], ego: Mover, other: Mover) -> float:
    """From our outline to the other's two ends, its own half width taken off; negative where they overlap."""
    kind, its = kinds
    heading, found = math.radians(ego.heading_deg), []
    for x, y in _ends(other, its.length_m / 2.0):
        dx, dy = x - ego.x, y - ego.y
        ahead_m = dx * math.sin(heading) + dy * math.cos(heading)
        right_m = dx * math.cos(heading) - dy * math.sin(heading)
        found.append(
            math.hypot(max(0.0, abs(ahead_m) - kind.length_m / 2.0), max(0.0, abs(right_m) - kind.width_m / 2.0))
        )
    return min(found) - its.width_m / 2.0


def _ends(mover: Mover, half_m: float) -> Iterator[tuple[float, float]]:
    heading = math.radians(mover.heading_deg)
    for side_m in (-half_m, half_m):
        yield mover.x + side_m * math.sin(heading), mover.y + side_m * math.cos(heading)
