"""Reports about senders whose signed messages cannot be true, kept for the authority (AID 3629); bounded in every way.

Its one rule: only what a verified signature proves is reported; what is forged under a name says nothing of its owner.
The report's form on the air is not public (docs/open-questions.md): what such a report must hold is kept, as JSON.
"""

import json
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from obu.core.now import NS_PER_S, Now
from obu.security.priority import Standing

# Ours. A faulty sender is faulty ten times a second, a report says it once; and the flash of a terminal wears out.
MOST_KEPT = 64
AGAIN_NS = 60 * NS_PER_S
MOST_A_MINUTE = 10
MOST_REMEMBERED = 256

_MINUTE_NS = 60 * NS_PER_S
_FIELDS = {"number": int, "utc_s": float, "reason": str, "signer": str, "certificate": str, "spdus": list,
           "measured": dict, "own": dict}  # fmt: skip

Report = dict[str, Any]  # docs/security-load.md lists its fields


@dataclass(frozen=True, slots=True)
class Suspicion:
    """What a verified sender did. signer: HashedId8. spdus: the evidence, oldest first. measured: figures by name."""

    reason: str
    signer: bytes
    spdus: tuple[bytes, ...]
    measured: tuple[tuple[str, float], ...] = ()
    certificate: bytes = b""


@dataclass(slots=True)
class ReportsState:
    """kept: the last reports, oldest first. next_number: grows for ever. unreported: suspicions that were too many.

    again_ns: when a (signer, reason) may be reported anew. minute_ns, count: reports since the minute began.
    is_new: something is not saved; save_ns: when it may be.
    """

    kept: list[Report] = field(default_factory=list)
    next_number: int = 1
    unreported: int = 0
    again_ns: OrderedDict[tuple[bytes, str], int] = field(default_factory=OrderedDict)
    minute_ns: int = 0
    count: int = 0
    is_new: bool = False
    is_to_save: bool = False
    save_ns: int = 0


class Reports:
    """take() what is suspicious once a turn; recall() and to_save() as every lasting part has them."""

    def __init__(self) -> None:
        self.state = ReportsState()

    def take(self, now: Now, standing: Standing, suspicions: Sequence[Suspicion]) -> None:
        """Turns suspicions into reports. standing: where we were and how we moved, part of what we saw."""
        state = self.state
        for suspicion in suspicions:
            if self._is_worth(now, suspicion):
                state.kept = [*state.kept, _report(now, standing, suspicion, state.next_number)][-MOST_KEPT:]
                state.next_number += 1
                state.is_new = True
            else:
                state.unreported += 1
        if state.is_new and now.at_ns >= state.save_ns:
            state.is_new, state.is_to_save = False, True
            state.save_ns = now.at_ns + _MINUTE_NS

    def hurry(self) -> None:
        """The run ends: what waits for its minute is to be kept now."""
        self.state.is_to_save = self.state.is_to_save or self.state.is_new
        self.state.is_new = False

    def recall(self, data: bytes) -> bool:
        """The reports of an earlier run. What is not understood is as if nothing was kept."""
        try:
            body = json.loads(data)
        except ValueError:
            return False
        if not isinstance(body, list) or not all(_is_report(each) for each in body):
            return False
        self.state.kept = body[-MOST_KEPT:]
        self.state.next_number = max((each["number"] for each in body), default=0) + 1
        return True

    def to_save(self) -> bytes | None:
        """All reports, when there is a new one; at most once a minute."""
        if not self.state.is_to_save:
            return None
        self.state.is_to_save = False
        return json.dumps(self.state.kept).encode()

    def _is_worth(self, now: Now, suspicion: Suspicion) -> bool:
        state, what = self.state, (suspicion.signer, suspicion.reason)
        if now.at_ns - state.minute_ns >= _MINUTE_NS:
            state.minute_ns, state.count = now.at_ns, 0
        if now.utc_ns is None or state.count >= MOST_A_MINUTE or now.at_ns < state.again_ns.get(what, now.at_ns):
            return False
        state.count += 1
        state.again_ns[what] = now.at_ns + AGAIN_NS
        state.again_ns.move_to_end(what)
        if len(state.again_ns) > MOST_REMEMBERED:
            state.again_ns.popitem(last=False)
        return True


def _report(now: Now, standing: Standing, suspicion: Suspicion, number: int) -> Report:
    place = standing.place
    return {
        "number": number,
        "utc_s": round((now.utc_ns or 0) / NS_PER_S, 3),
        "reason": suspicion.reason,
        "signer": suspicion.signer.hex(),
        "certificate": suspicion.certificate.hex(),
        "spdus": [spdu.hex() for spdu in suspicion.spdus],
        "measured": dict(suspicion.measured),
        "own": {
            "lat_deg": None if place is None else round(place.lat_deg, 7),
            "lon_deg": None if place is None else round(place.lon_deg, 7),
            "speed_mps": standing.speed_mps,
            "heading_deg": standing.heading_deg,
        },
    }


def _is_report(body: object) -> bool:
    return isinstance(body, dict) and all(isinstance(body.get(name), kind) for name, kind in _FIELDS.items())
