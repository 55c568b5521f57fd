"""The trust of this instant: taken over as a whole when a new one comes, and what there is to say of it.

Its one rule: a list that is too old makes the unit say so; the own domain goes on.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from obu.core.credentials import ListsRefused, TrustUpdate
from obu.core.now import NS_PER_S, Now
from obu.core.time_scale import TimeScale
from obu.security import believed
from obu.security.linkage import Scheme
from obu.security.trust import Snapshot
from obu.security.verifier import Verifier


@dataclass(slots=True)
class TrustingState:
    """update: the last that came, None while the trust of the start is in force. refused: lists, by reason."""

    update: TrustUpdate | None = None
    refused: dict[str, int] = field(default_factory=dict)


class Trusting:
    """take() each turn; status() when asked; snapshot: what is believed now."""

    def __init__(self, snapshot: Snapshot, verifier: Verifier, schemes: Mapping[str, Scheme], scale: TimeScale) -> None:
        self.state = TrustingState()
        self.snapshot = snapshot
        self._verifier = verifier
        self._schemes, self._scale = schemes, scale

    def take(self, updates: tuple[TrustUpdate, ...], refused: tuple[ListsRefused, ...]) -> None:
        """A new trust, and lists that were not taken over."""
        for each in refused:
            for reason, count in each.counts:
                self.state.refused[reason] = self.state.refused.get(reason, 0) + count
        if updates:
            self.state.update = updates[-1]
            self.apply()

    def apply(self) -> None:
        """Believes what the state says: after an update, and when a checkpoint was put back."""
        if self.state.update is not None:
            self.snapshot = believed.of_update(self.state.update, self._schemes, self._scale)
            self._verifier.believe(self.snapshot)

    def status(self, now: Now) -> dict[str, Any]:
        """docs/local-socket.md lists it field by field."""
        snapshot = self.snapshot
        return {
            "version": snapshot.version,
            "roots": len(snapshot.roots),
            "authorities": len(snapshot.authorities),
            "revocations": len(snapshot.revoked.keys) + sum(map(len, snapshot.revoked.groups.values())),
            "lists": [
                {
                    "kind": due.kind,
                    "issuer": due.issuer.hex(),
                    "next_utc_s": due.next_ns // NS_PER_S,
                    "is_stale": now.utc_ns is not None and now.utc_ns >= due.next_ns,
                }
                for due in snapshot.due
            ],
            "refused": dict(sorted(self.state.refused.items())),
        }
