"""The pace of regular BSMs by the channel's busy ratio and the own speed (GB/T 45315-2025 annex C).

Laws: without a report of the modem the channel counts as free; a pace is kept for at least ten messages.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from obu.core.frames import ChannelLoad
from obu.core.geo import LatLon
from obu.core.now import NS_PER_MS, NS_PER_S, Now
from obu.core.units import mps
from obu.scene.facts import Facts
from obu.station.pace import Motion
from obu.station.schedule import PERIOD_NS

# GB/T 45315-2025 annex C: above this busy ratio, up to these speeds in km/h, this many ms; faster ones 100 ms.
CROWDED = (
    (0.8, ((5.0, 1000), (10.0, 500), (25.0, 400))),
    (0.6, ((5.0, 1000), (10.0, 500), (25.0, 200))),
)
LEAST_MESSAGES = 10  # of one pace (same annex)
REPORT_NS = 3 * NS_PER_S  # ours: as long as a modem may be silent before it counts as away


@dataclass(slots=True)
class ChannelState:
    """report: the modem's last. sent: regular BSMs since the period began."""

    report: ChannelLoad | None = None
    period_ns: int = PERIOD_NS
    sent: int = 0


class ByChannel:
    """A Pace."""

    want_random = 0

    def __init__(self) -> None:
        self.state = ChannelState()

    def hear(self, now: Now, loads: Sequence[ChannelLoad], facts: Facts, place: LatLon | None) -> None:
        """Keeps the modem's last report while it is fresh."""
        state = self.state
        if loads:
            state.report = loads[-1]
        if state.report is not None and now.at_ns - state.report.at_ns > REPORT_NS:
            state.report = None

    def draw(self, random: bytes) -> None:
        """Nothing is left to chance."""

    def regular_ns(self, now: Now, motion: Motion, base_ns: int | None) -> int:
        """The present period."""
        state = self.state
        wanted_ns = self._wanted_ns(motion.speed_mps)
        if wanted_ns != state.period_ns and state.sent >= LEAST_MESSAGES:
            state.period_ns, state.sent = wanted_ns, 0
        return state.period_ns

    def _wanted_ns(self, speed_mps: float) -> int:
        ratio = 0.0 if self.state.report is None else self.state.report.busy_ratio
        rows = next((rows for above, rows in CROWDED if ratio > above), ())
        return next((ms * NS_PER_MS for kph, ms in rows if speed_mps <= mps(kph)), PERIOD_NS)

    def sent(self, said: Motion, is_event: bool) -> None:
        """Counts the regular ones."""
        self.state.sent += not is_event

    def status(self) -> dict[str, Any]:
        """docs/local-socket.md."""
        report = self.state.report
        busy_percent = None if report is None else round(report.busy_ratio * 100)
        return {"by": "channel", "busy_percent": busy_percent, "period_ms": self.state.period_ns // NS_PER_MS}
