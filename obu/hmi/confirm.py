"""Keeps a warning back that one message alone gave; its one rule: what was reckoned is claimed twice, a message apart.

Whether two ways meet follows from places and courses that err, and one message may err by much: in the simulated city
two of five of ICW's and LTA's claims were gone with the next one. What a sender says of himself, that he brakes hard or
is on duty, what a light shows and what a roadside unit announces is shown at once.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from obu.core.alert import Alert
from obu.core.now import NS_PER_MS, NS_PER_S

RECKONED = frozenset({"DNPW", "FCW", "ICW", "LCW", "LTA", "VRUCW"})
APART_NS = 90 * NS_PER_MS  # BSMs and RSMs come each 100 ms, and looks up to 10 ms after them
FORGOTTEN_NS = NS_PER_S // 2  # not claimed for so long (five messages), it begins anew

Key = tuple[str, str]  # (app, subject)


@dataclass(slots=True)
class Confirm:
    """When each of what is claimed was first, and last, as obu/runtime/freeze keeps it; of() each look."""

    spans: dict[Key, tuple[int, int]] = field(default_factory=dict)

    def of(self, at_ns: int, alerts: Iterable[Alert]) -> list[Alert]:
        """Of all that is claimed now what may be shown. at_ns never goes back."""
        claimed = list(alerts)
        kept = {key: span for key, span in self.spans.items() if at_ns - span[1] < FORGOTTEN_NS}
        for alert in claimed:
            if alert.app in RECKONED:
                key = (alert.app, alert.subject)
                kept[key] = kept.get(key, (at_ns, at_ns))[0], at_ns
        self.spans = kept
        return [alert for alert in claimed if self.is_sure(at_ns, alert)]

    def is_sure(self, at_ns: int, alert: Alert) -> bool:
        """Whether what was claimed at the look of at_ns may be shown."""
        if alert.app not in RECKONED:
            return True
        first_ns, _ = self.spans.get((alert.app, alert.subject), (at_ns, at_ns))
        return at_ns - first_ns >= APART_NS
