"""Defects of a unit in how it hears others and whom it believes."""

import dataclasses
from typing import Any

from hil.defects.planting import Defect, changed, constant, result
from obu.core.frames import JobOutcome
from obu.runtime import wiring
from obu.security import rules
from obu.security.offsets import Offsets
from obu.security.priority import Standing
from obu.security.replay import Replay
from obu.security.verdict import Verdict
from obu.stack import aids
from obu.stack.receiver import Receiver

AT_ONCE = 5


def _all_good(right: Any) -> Any:
    return lambda self, now, found: right(self, now, dataclasses.replace(found, outcome=JobOutcome.OK))


def _first_ones(right: Any) -> Any:
    return lambda self, now, packets, standing: right(self, now, packets[:AT_ONCE], standing)


def _but(verdict: Verdict) -> Any:
    return lambda fault: None if fault is verdict else fault


def _any_frame(heard: Any) -> Any:
    frames = tuple({frame for row in heard.values() for frame in row.frames})
    return {aid: dataclasses.replace(row, frames=frames) for aid, row in heard.items()}


def _deaf_to(name: str, *unheard: int) -> Defect:
    def less(heard: Any) -> Any:
        return {aid: row for aid, row in heard.items() if aid not in unheard}

    return result(f"it is deaf to {name}", wiring, "heard_aids", less)


EXPIRED, FUTURE = _but(Verdict.CERTIFICATE_EXPIRED), _but(Verdict.GENERATION_IN_FUTURE)
OUT_OF_ORDER, TOO_OFTEN = _but(Verdict.OUT_OF_ORDER), _but(Verdict.RATE_EXCEEDED)
DEFECTS: dict[str, Defect] = {
    "deaf": constant("it hears no packet", Receiver, "take", lambda *_: []),
    "mapless": _deaf_to("MAP", aids.MAP),
    "spatless": _deaf_to("SPAT", aids.SPAT),
    "signless": _deaf_to("the signs of RSI", aids.RSI_STATIC),
    "rsmless": _deaf_to("RSM", aids.RSM),
    "forgetful": constant("it takes any packet for a new one", Replay, "remember", lambda *_: 1),
    "orderless": result("it takes old news for new", Replay, "fault", OUT_OF_ORDER),
    "patient_listener": result("it listens to whoever talks all the time", Replay, "fault", TOO_OFTEN),
    "overwhelmed": changed("it hears five packets a turn", Receiver, "take", _first_ones),
    "timeless": result("a certificate is as good after its end as before", rules, "use_fault", EXPIRED),
    "credulous": changed("any signature is good", Receiver, "settle", _all_good),
    "gracious": result("anybody may say anything", rules, "use_fault", _but(Verdict.AID_NOT_PERMITTED)),
    "boundless": constant("it hears round the globe", Standing, "is_out_of_reach", lambda *_: False),
    "indifferent": result("any message goes under any number", wiring, "heard_aids", _any_frame),
    "lenient": constant("nobody is revoked", rules, "is_revoked", lambda *_: False),
    "visionary": result("what comes from the future is fresh", rules, "header_fault", FUTURE),
    "unsuspecting": constant("it never wonders about its own clock", Offsets, "take", lambda *_: None),
}
