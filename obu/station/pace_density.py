"""The pace of regular BSMs by the vehicles near and by what they must believe of us (GB/T 45315-2025 annex C).

As SAE J2945/1. Laws: the more are near the rarer, down to one each 600 ms; one goes sooner, by lot or surely, when
those who extrapolate our last BSM would see us at a wrong place. A near vehicle is a verified signer.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from obu.codec.messages.bsm import Bsm
from obu.core.frames import ChannelLoad
from obu.core.geo import LatLon, distance_m, move
from obu.core.now import NS_PER_MS, NS_PER_S, Now
from obu.scene.facts import Facts
from obu.station.pace import Motion
from obu.station.schedule import PERIOD_NS

# GB/T 45315-2025 annex C.
NEAR_M = 100.0
SMOOTHING = 0.05  # lambda
FREE = 25  # B: so many vehicles near slow nobody down
LONGEST_NS = 600 * NS_PER_MS
ERROR_M = 0.2  # T: below it the others see us well
SURE_ERROR_M = 0.5  # S: from here on a BSM goes
STEEPNESS = 75.0  # alpha, 1/m2

COUNT_NS = NS_PER_S  # SAE J2945/1 vCBPMeasInt
DRAW_BYTES, DRAWS_BYTES = 2, 32


@dataclass(slots=True)
class DensityState:
    """near: vehicles, smoothed; None before the first count, a second after the start.

    looked_ns: where on the grid the lot was drawn last. draws: random bytes not used yet. said: what the last
    BSM on the air said.
    """

    near: float | None = None
    counted_ns: int | None = None
    looked_ns: int = 0
    draws: bytes = b""
    said: Motion | None = None


class ByDensity:
    """A Pace."""

    def __init__(self) -> None:
        self.state = DensityState()

    @property
    def want_random(self) -> int:
        """Bytes, when few are left."""
        return 0 if len(self.state.draws) > DRAW_BYTES else DRAWS_BYTES

    def draw(self, random: bytes) -> None:
        """Fresh randomness."""
        self.state.draws += random if self.want_random else b""

    def hear(self, now: Now, loads: Sequence[ChannelLoad], facts: Facts, place: LatLon | None) -> None:
        """Counts who is near, once a second."""
        state = self.state
        if state.counted_ns is None:
            state.counted_ns = now.at_ns  # nobody can have been heard before
        if place is None or now.utc_ns is None or now.at_ns - state.counted_ns < COUNT_NS:
            return
        state.counted_ns = now.at_ns
        near = _near(facts, place, now.utc_ns)
        state.near = near if state.near is None else state.near + SMOOTHING * (near - state.near)

    def regular_ns(self, now: Now, motion: Motion, base_ns: int | None) -> int:
        """The present period, or the time since base_ns (the last BSM's place on the grid) when one should go now."""
        longest_ns = self._longest_ns()
        if base_ns is None or longest_ns <= PERIOD_NS:
            return PERIOD_NS
        since_ns = (now.at_ns - base_ns) // PERIOD_NS * PERIOD_NS
        if since_ns > 0 and base_ns + since_ns > self.state.looked_ns:
            self.state.looked_ns = base_ns + since_ns
            if self._is_called_for(motion):
                return since_ns
        return longest_ns

    def _longest_ns(self) -> int:
        share = (self.state.near or 0.0) / FREE
        return min(max(round(PERIOD_NS * share), PERIOD_NS), LONGEST_NS)

    def _is_called_for(self, motion: Motion) -> bool:
        said = self.state.said
        if said is None:
            return True
        believed = said.place
        if said.heading_deg is not None:
            believed = move(believed, said.heading_deg, said.speed_mps * (motion.utc_ns - said.utc_ns) / NS_PER_S)
        error_m = distance_m(believed, motion.place)
        if error_m < ERROR_M:
            return False
        return error_m >= SURE_ERROR_M or self._lot() < 1.0 - math.exp(-STEEPNESS * (error_m - ERROR_M) ** 2)

    def _lot(self) -> float:
        """0..1, evenly; 1 when no randomness is left, so that nothing goes by lot."""
        draws = self.state.draws
        if len(draws) < DRAW_BYTES:
            return 1.0
        self.state.draws = draws[DRAW_BYTES:]
        return int.from_bytes(draws[:DRAW_BYTES], "big") / (1 << 8 * DRAW_BYTES)

    def sent(self, said: Motion, is_event: bool) -> None:
        """What the others now know."""
        self.state.said = said

    def status(self) -> dict[str, Any]:
        """docs/local-socket.md."""
        near = self.state.near
        return {
            "by": "density",
            "vehicles": None if near is None else round(near, 1),
            "period_ms": self._longest_ns() // NS_PER_MS,
        }


def _near(facts: Facts, place: LatLon, utc_ns: int) -> int:
    """How many signers said within the last second that they are near."""
    signers = set()
    for fact in facts.of_kind(Bsm):
        assert isinstance(fact.message, Bsm)
        if utc_ns - fact.content_utc_ns <= COUNT_NS and distance_m(fact.message.place, place) <= NEAR_M:
            signers.add(fact.signer)
    return len(signers)
