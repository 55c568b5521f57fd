"""A drive judged without what no rule can settle: where SUMO's measure and what both really drove say different things.

Its one rule: a conflict is left out, or a warning has a ground, by the courses alone, whoever warned of it or did not.
"""

import dataclasses
from collections.abc import Mapping

from hil.traffic import causes, score
from hil.traffic.score import COLLISION, Drive
from hil.traffic.trace import Kind
from hil.traffic.truth import Conflict, Steps


def of(drive: Drive, known: Steps, kinds: Mapping[str, Kind]) -> Drive:
    """Without conflicts of two who never came near each other, or behind whom our driver braked in time with
    what was needed; whoever came near, or would have, had our driver not braked, was met, if SUMO has it or not."""
    conflicts = [
        dataclasses.replace(each, is_critical=each.is_critical and causes.is_real(known, kinds, each))
        for each in drive.truth.conflicts
    ]
    met = [
        Conflict(warning.host, foe, warning.app, warning.at_s, warning.at_s, warning.at_s, is_critical=False)
        for warning, foe in drive.warned
        if warning.app in COLLISION
        and not score.has_ground(drive, warning, foe)
        and causes.LIMITS[causes.of_groundless(known, kinds, warning, foe)] is causes.Limit.TRUTH
        and foe is not None
    ]
    return dataclasses.replace(drive, truth=dataclasses.replace(drive.truth, conflicts=(*conflicts, *met)))
