"""Keeps a warning back that one message alone gave; its one rule: what was reckoned is claimed by two messages.

Whether two ways meet follows from places and courses that err, and one message may err by much: in the simulated city
two of five of ICW's and LTA's claims were gone with the next one. What a sender says of himself, that he brakes hard or
is on duty, what a light shows and what a roadside unit announces is shown at once. A claim about somebody who is not in
the view has no message that could confirm it: it is shown when it has stood for PATIENCE_NS.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from obu.core.alert import Alert
from obu.core.now import NS_PER_MS, NS_PER_S
from obu.core.world import View

RECKONED = frozenset({"DNPW", "FCW", "ICW", "LCW", "LTA", "VRUCW"})
PATIENCE_NS = 250 * NS_PER_MS  # two messages were lost, or he sends seldom (GB/T 45315 annex C): a danger cannot wait
FORGOTTEN_NS = NS_PER_S // 2  # not claimed for so long (five messages), it begins anew

Key = tuple[str, str]  # (app, subject)


@dataclass(slots=True)
class Claim:
    """said_utc_ns: of the first message that gave it, if one did. first_ns, last_ns: the looks that claimed it."""

    said_utc_ns: int | None
    first_ns: int
    last_ns: int


@dataclass(slots=True)
class Confirm:
    """What is claimed, and since when; of() each look."""

    claims: dict[Key, Claim] = field(default_factory=dict)

    def of(self, view: View, alerts: Iterable[Alert]) -> list[Alert]:
        """Of all that is claimed in this view what may be shown. Its at_ns never goes back."""
        claimed = list(alerts)
        kept = {key: one for key, one in self.claims.items() if view.at_ns - one.last_ns < FORGOTTEN_NS}
        for alert in claimed:
            if alert.app in RECKONED:
                new = Claim(_said_utc_ns(view, alert.subject), view.at_ns, view.at_ns)
                kept.setdefault((alert.app, alert.subject), new).last_ns = view.at_ns
        self.claims = kept
        return [alert for alert in claimed if self.is_sure(view, alert)]

    def is_sure(self, view: View, alert: Alert) -> bool:
        """Whether what was claimed in this view, the last of of(), may be shown."""
        if alert.app not in RECKONED:
            return True
        first = self.claims[alert.app, alert.subject]
        now, then = _said_utc_ns(view, alert.subject), first.said_utc_ns
        is_newer = now is not None and then is not None and now > then
        return is_newer or view.at_ns - first.first_ns >= PATIENCE_NS


def _said_utc_ns(view: View, subject: str) -> int | None:
    """The own instant of the newest message about it."""
    said = ((view.utc_ns or 0) - round(other.age_s * NS_PER_S) for other in view.neighbours if other.subject == subject)
    return next(said, None)
