"""What differs from run to run, drawn by seed: the air's loss and delay, the receiver's error, the clock's.

A scenario's [variation] gives spans, each [least, most]; where it gives none there is no such disturbance.
"""

import random
from collections import deque
from dataclasses import dataclass

from hil.given import Packet
from hil.nmea import Mount
from hil.scenario import Variation
from obu.core.now import NS_PER_MS


@dataclass(frozen=True, slots=True)
class Drawn:
    """Of one run. loss: a share of the packets. latency_ms: of each. sigma_m, white_m: of the receiver's two errors."""

    loss: float
    latency_ms: float
    sigma_m: float
    white_m: float
    clock_off_ms: float


def drawn(variation: Variation, seed: int) -> Drawn:
    """The same for the same seed, whatever else the scenario has."""
    dice = random.Random(f"variation {seed}")
    spans = (variation.loss, variation.latency_ms, variation.sigma_m, variation.white_m, variation.clock_off_ms)
    return Drawn(*(round(low + (high - low) * dice.random(), 4) for low, high in spans))


def mount(drawn: Drawn, correlation_s: float) -> Mount:
    """The receiver with this run's errors."""
    return Mount(sigma_m=drawn.sigma_m, white_m=drawn.white_m, correlation_s=correlation_s)


class Path:
    """From the others' antennas to ours: carry() each turn what was sent, and get what arrives now."""

    def __init__(self, drawn: Drawn, seed: int) -> None:
        self._loss, self._late_ns = drawn.loss, round(drawn.latency_ms * NS_PER_MS)
        self._dice = random.Random(f"path {seed}")
        self._under_way: deque[tuple[int, Packet]] = deque()

    def carry(self, packets: list[Packet], at_ns: int) -> list[Packet]:
        """In the order in which they were sent."""
        arriving = [each for each in packets if not self._loss or self._dice.random() >= self._loss]
        if not self._late_ns:
            return arriving
        self._under_way.extend((at_ns + self._late_ns, each) for each in arriving)
        found = []
        while self._under_way and self._under_way[0][0] <= at_ns:
            found.append(self._under_way.popleft()[1])
        return found
