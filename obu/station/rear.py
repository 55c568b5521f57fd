"""The light before us for those who follow: what a panel at the rear of a bus shows, or nothing.

The rule: never a word that may be wrong. It is told only where `[hmi] rear_panel = true`, only of a light near ahead
whose end is known, with the way that it holds for, and each telling is good for VALID_MS: a panel that hears nothing
goes blank by itself.
"""

from dataclasses import dataclass
from typing import Any

from obu.core.frames import FeedEvent
from obu.core.now import NS_PER_MS, Now
from obu.core.world import View
from obu.station.ahead import LAMPS

AGAIN_NS = 250 * NS_PER_MS
VALID_MS = 1000
FARTHEST_M = 150.0  # who follows sees no light further ahead for us


@dataclass(slots=True)
class RearState:
    """told_ns: when last. lamp: what then."""

    told_ns: int | None = None
    lamp: str | None = None


class RearPanel:
    """look() each turn. is_on: by configuration."""

    def __init__(self, is_on: bool) -> None:
        self.state = RearState()
        self._is_on = is_on

    def look(self, now: Now, view: View | None) -> list[FeedEvent]:
        """What the panel shows from now on: again and again, at once when the lamp changes."""
        if not self._is_on:
            return []
        state, body = self.state, _body(view)
        is_due = state.told_ns is None or now.at_ns - state.told_ns >= AGAIN_NS
        if not is_due and body["lamp"] == state.lamp:
            return []
        state.told_ns, state.lamp = now.at_ns, body["lamp"]
        return [FeedEvent("rear", body)]


def _body(view: View | None) -> dict[str, Any]:
    signal = view.signal if view else None
    if signal is None or signal.left_s is None or not 0.0 <= signal.stop_m <= FARTHEST_M:
        return {"lamp": None, "turn": None, "left_s": None, "valid_ms": VALID_MS}
    return {
        "lamp": LAMPS[signal.lamp],
        "turn": view.turn.value if view and view.turn else None,
        "left_s": round(signal.left_s, 1),
        "valid_ms": VALID_MS,
    }
