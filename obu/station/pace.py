"""How long regular BSMs wait for each other on a crowded channel; event BSMs know no such wait.

GB/T 45315-2025 annex C (informative) has two ways, one a file: by the busy ratio that the modem measures
(pace_channel), and by how many vehicles are near (pace_density). Their one rule: never more than one BSM each 100 ms.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from obu.core.frames import ChannelLoad
from obu.core.geo import LatLon
from obu.core.now import Now
from obu.scene.facts import Facts


@dataclass(frozen=True, slots=True, kw_only=True)
class Motion:
    """Where a vehicle is at an instant (utc_ns) and how it moves, as a BSM says it. heading_deg: None unknown."""

    utc_ns: int
    place: LatLon
    speed_mps: float
    heading_deg: float | None


class Pace(Protocol):
    """hear() each turn, regular_ns() before a regular BSM may be due, sent() when a BSM is on the air.

    state: all that changes. want_random: bytes that the next hear() should bring.
    """

    state: Any

    @property
    def want_random(self) -> int: ...

    def hear(self, now: Now, loads: Sequence[ChannelLoad], facts: Facts, place: LatLon | None) -> None: ...
    def draw(self, random: bytes) -> None: ...
    def regular_ns(self, now: Now, motion: Motion, base_ns: int | None) -> int: ...
    def sent(self, said: Motion, is_event: bool) -> None: ...
    def status(self) -> dict[str, Any]: ...
