"""What differs from run to run, drawn by seed: the air's loss and delay, everybody's error of place, the clock's.

A scenario's [variation] gives spans, each [least, most]; where it gives none there is no such disturbance.
"""

import random
from collections import deque
from dataclasses import dataclass, fields, replace

from hil.given import Packet
from hil.neighbour import State
from hil.nmea import Mount, Receiver
from hil.people import Person
from hil.scenario import Variation
from hil.wander import Wander
from obu.core.geo import move
from obu.core.now import NS_PER_MS


@dataclass(frozen=True, slots=True)
class Drawn:
    """Of one run. loss: a share of the packets. latency_ms: of each. sigma_m, white_m: of the receiver's two errors.

    others_sigma_m: of each axis of each other's place.
    """

    loss: float
    latency_ms: float
    sigma_m: float
    white_m: float
    clock_off_ms: float
    others_sigma_m: float


def drawn(variation: Variation, seed: int) -> Drawn:
    """The same for the same seed, whatever else the scenario has."""
    dice = random.Random(f"variation {seed}")
    spans = (getattr(variation, each.name) for each in fields(Drawn))
    return Drawn(*(round(low + (high - low) * dice.random(), 4) for low, high in spans))


class Errors:
    """Of everybody's place in this run: of our receiver(), and told() of the others."""

    def __init__(self, drawn: Drawn, correlation_s: float, seed: int) -> None:
        self._drawn, self._correlation_s, self._seed = drawn, correlation_s, seed

    def receiver(self) -> Receiver:
        """On our roof."""
        drawn = self._drawn
        mount = Mount(sigma_m=drawn.sigma_m, white_m=drawn.white_m, correlation_s=self._correlation_s)
        return Receiver(mount, self._seed)

    def told(self, person: Person, by: str) -> "Told":
        """Somebody as his own receiver places him, or a camera: by each (`by`) with an error of its own."""
        dice = random.Random(f"place of {person.number} by {by} {self._seed}")
        return Told(person, self._drawn.others_sigma_m, self._correlation_s, dice)


class Told:
    """What a Talker or the roadside unit is given of somebody: state() with the error of his place."""

    def __init__(self, person: Person, sigma_m: float, correlation_s: float, dice: random.Random) -> None:
        self.role, self.kin, self.number = person.role, person.kin, person.number
        self._person, self._sigma_m, self._at_s = person, sigma_m, 0.0
        self._wander = Wander(dice, (sigma_m, sigma_m), correlation_s)

    def state(self, at_s: float) -> State:
        """As a Person's; asked in the order of time."""
        state = self._person.state(at_s)
        if not self._sigma_m:
            return state
        east_m, north_m = self._wander.after(abs(at_s - self._at_s))
        self._at_s = at_s
        return replace(state, place=move(state.place, 0.0, north_m, east_m), sigma_m=self._sigma_m)


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
