"""Units broken on purpose, each by its name: a scenario that none of them fails shows nothing."""

import dataclasses
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal
from unittest import mock

from obu.core.geo import Offset
from obu.core.world import Course, View, Zone
from obu.positioning import gate
from obu.runtime.config import Config
from obu.scene import view as scene
from obu.security import rules
from obu.security.replay import Replay
from obu.security.verdict import Verdict

# Done by the bench about the unit: deaf hears no packet, slow lets each BSM wait, holding keeps a lost signal's last
# value. By configuration, past its own check: gullible trusts the forger's root, patient takes packets of 10 s of age,
# adrift sends whatever its position is worth, careless whatever its clock is. In the code: startled takes every
# neighbour for one ahead in its lane, roadblind every event for one of its road; believing takes any fix for true,
# forgetful any packet for a new one, timeless a certificate as good after its end as before.
Defect = Literal[
    "deaf", "slow", "holding", "gullible", "patient", "adrift", "careless", "startled", "roadblind",
    "believing", "forgetful", "timeless",
]  # fmt: skip
SLOW_S = 0.3
PATIENT_MS, ADRIFT_MS, CARELESS_MS = 10_000, 60_000, 1000.0
EVENT_AHEAD_M = 50.0


def configured(usual: Config, defect: str) -> Config:
    """The configuration of a unit with this defect."""
    replace = dataclasses.replace
    if defect == "patient":
        return replace(usual, security=replace(usual.security, max_message_age_ms=PATIENT_MS))
    if defect == "adrift":
        return replace(usual, bsm=replace(usual.bsm, max_fix_age_ms=ADRIFT_MS))
    if defect == "careless":
        return replace(usual, clock=replace(usual.clock, max_error_ms=CARELESS_MS))
    return usual


@contextmanager
def planted(defect: str) -> Iterator[None]:
    """Within it the unit's code has this defect, if it is one of the code."""
    build = scene.build

    def startled(*words: Any) -> View:
        seen = build(*words)
        return dataclasses.replace(seen, neighbours=tuple(_as_ahead(other) for other in seen.neighbours))

    use_fault = rules.use_fault

    def timeless(*words: Any) -> Verdict | None:
        fault = use_fault(*words)
        return None if fault is Verdict.CERTIFICATE_EXPIRED else fault

    broken: dict[str, tuple[Any, str, Any]] = {
        "startled": (scene, "build", startled),
        "roadblind": (scene, "ahead_m", lambda *_: EVENT_AHEAD_M),
        "forgetful": (Replay, "remember", lambda *_: 1),
        "timeless": (rules, "use_fault", timeless),
        "believing": (gate, "_jump", lambda *_: None),
    }
    if defect not in broken:
        yield
        return
    with mock.patch.object(*broken[defect]):
        yield


def _as_ahead(other: Any) -> Any:
    offset = Offset(abs(other.offset.ahead_m) + 1.0, 0.0)
    return dataclasses.replace(other, zone=Zone.SAME, course=Course.SAME, offset=offset, gap_m=offset.ahead_m)
