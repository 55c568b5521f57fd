"""Defects of a unit in how it hears others and whom it believes."""

import dataclasses
from typing import Any

from hil.defects.planting import Defect, changed, constant, result
from obu.core.frames import JobOutcome
from obu.security import rules
from obu.security.replay import Replay
from obu.security.verdict import Verdict
from obu.stack.receiver import Receiver


def _all_good(right: Any) -> Any:
    return lambda self, now, found: right(self, now, dataclasses.replace(found, outcome=JobOutcome.OK))


def _but(verdict: Verdict) -> Any:
    return lambda fault: None if fault is verdict else fault


EXPIRED, FUTURE = _but(Verdict.CERTIFICATE_EXPIRED), _but(Verdict.GENERATION_IN_FUTURE)
DEFECTS: dict[str, Defect] = {
    "deaf": constant("it hears no packet", Receiver, "take", lambda *_: []),
    "forgetful": constant("it takes any packet for a new one", Replay, "remember", lambda *_: 1),
    "timeless": result("a certificate is as good after its end as before", rules, "use_fault", EXPIRED),
    "credulous": changed("any signature is good", Receiver, "settle", _all_good),
    "lenient": constant("nobody is revoked", rules, "is_revoked", lambda *_: False),
    "visionary": result("what comes from the future is fresh", rules, "header_fault", FUTURE),
}
