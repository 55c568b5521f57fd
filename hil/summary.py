"""What a run came to: the unit's own counts from its first BSM on, and beside them the city's truth; numbers only."""

from dataclasses import dataclass, field
from typing import Any

Status = dict[str, Any]


@dataclass(slots=True)
class Record:
    """Fed with each status line; the last one before the first BSM is where counting begins.

    begin_*: the unit's and the city's counts then, none if the unit was quicker than that. alerts: by number, from all
    status lines.
    """

    begin_air: dict[str, Any] = field(default_factory=lambda: {"received": 0, "verified": 0, "dropped": {}})
    begin_can: dict[str, Any] = field(default_factory=lambda: {"frames": 0})
    begin_truth: dict[str, Any] = field(default_factory=dict)
    last: Status = field(default_factory=dict)
    alerts: dict[int, dict[str, Any]] = field(default_factory=dict)

    @property
    def first_utc_s(self) -> float | None:
        """The unit's first BSM."""
        first: float | None = self.last["bsm"]["first_utc_s"] if self.last else None
        return first

    def take(self, status: Status) -> None:
        """One status line of the unit."""
        self.last = status
        for alert in status["alerts"]:
            self.alerts[alert["number"]] = alert

    def begin(self, truth: dict[str, Any]) -> None:
        """No BSM yet: counting begins at the latest of these. truth: of the instant of the last status."""
        self.begin_air, self.begin_can, self.begin_truth = self.last["air"], self.last["can"], truth


def grown(after: dict[str, int], before: dict[str, int]) -> dict[str, int]:
    """By name, how much was added; what was not is left out."""
    apart = {name: count - before.get(name, 0) for name, count in after.items()}
    return {name: count for name, count in sorted(apart.items()) if count}


def alerts(record: Record, lang: str) -> list[dict[str, Any]]:
    """Every warning in order; shown_at_s: when a page had drawn it, in seconds from the first BSM, None if never."""
    first_utc_s = record.first_utc_s
    return [
        {
            "app": alert["app"],
            "text": alert["text"][lang],
            "issued_at_s": _since(first_utc_s, alert["issued_utc_s"]),
            "shown_at_s": _since(first_utc_s, alert["shown_utc_s"]),
        }
        for _, alert in sorted(record.alerts.items())
    ]


def summary(record: Record, truth: dict[str, Any], lang: str) -> dict[str, Any]:
    """The unit's part; `truth` holds what the city counted for this unit over the same span."""
    bsm, air, begin = record.last["bsm"], record.last["air"], record.begin_air
    offered = grown(truth.get("offered", {}), record.begin_truth.get("offered", {}))
    return {
        "bsm_sent": bsm["sent"],
        "bsm_period_ms": bsm["period_ms"],
        "received": air["received"] - begin["received"],
        "verified": air["verified"] - begin["verified"],
        "pending": air["pending"],
        "dropped": grown(air["dropped"], begin["dropped"]),
        "can_frames": record.last["can"]["frames"] - record.begin_can["frames"],
        "alerts": alerts(record, lang),
        "truth": {
            "genuine_sent": offered.get("genuine", 0),
            "attacks_sent": {name: count for name, count in offered.items() if name not in ("genuine", "unit")},
            "bsm_heard": truth.get("unit_sent", 0),
        },
    }


def _since(first_utc_s: float | None, utc_s: float | None) -> float | None:
    return None if first_utc_s is None or utc_s is None else round(utc_s - first_utc_s, 3)
