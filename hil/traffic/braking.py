"""Whether a driver behind somebody needed a warning: not one who brakes in time and enough of himself; pure.

SUMO's time to collision takes nobody to brake on: in the last metres of any stop behind a queue it falls below 1.5 s.
"""

from collections.abc import Mapping

from hil.traffic.trace import HOST, STEP_S, Kind, Mover
from hil.traffic.truth import EARLIEST_S, Conflict, Steps, seen
from hil.windows import EARLIEST, LATEST

APP = "FCW"
SHARE = 0.9  # who brakes with so much of what is needed is not warned (FCW's rule of suppression)
MEAN_S = 0.5  # a foot is not felt in less
AHEAD_S, TRIED_S = 8.0, 0.05


def was_in_time(known: Steps, kinds: Mapping[str, Kind], conflict: Conflict) -> bool:
    """Of a conflict of FCW's: whether no warning would have made our driver brake sooner.

    One is due where neither what he brakes keeps him behind the other, nor what hil/windows.py has for the earliest
    warning of his class would: an earlier one is a nuisance. Who brakes within a quick driver's reaction after it was
    first due has not needed it.
    """
    if conflict.app != APP:
        return False
    ours, theirs = (
        list(known.course(name, conflict.at_s, -EARLIEST_S - MEAN_S)) for name in (conflict.host, conflict.foe)
    )
    name, half_m = kinds[conflict.host].name, (kinds[conflict.host].length_m + kinds[conflict.foe].length_m) / 2.0
    kind, earlier = name.removeprefix(HOST), round(MEAN_S / STEP_S)
    if len(ours) <= earlier:
        return False  # who has just come into the traffic, of whom nobody knows how he brakes
    due_s = 0.0
    for now, before, lead in zip(ours, ours[earlier:], theirs, strict=False):
        gap_m, brakes_mps2 = seen(now, lead)[0] - half_m, (before.speed_mps - now.speed_mps) / MEAN_S
        is_kept = _stays_behind(gap_m, now.speed_mps, lead, 0.0, brakes_mps2 / SHARE)
        is_kept = is_kept or _stays_behind(gap_m, now.speed_mps, lead, *EARLIEST[kind])
        due_s = 0.0 if is_kept else due_s + STEP_S
        if due_s > LATEST[kind][0]:
            return False
    return True


def _stays_behind(gap_m: float, own_mps: float, lead: Mover, after_s: float, brakes_mps2: float) -> bool:
    """Whether a gap stays, while one brakes so much after so long, and the other goes on as he does."""
    lead_mps, lead_mps2 = lead.speed_mps, min(0.0, lead.accel_mps2)
    for number in range(round(AHEAD_S / TRIED_S)):
        if gap_m <= 0.0:
            return False
        gap_m -= (own_mps - lead_mps) * TRIED_S
        lead_mps = max(0.0, lead_mps + lead_mps2 * TRIED_S)
        if number * TRIED_S >= after_s:
            own_mps = max(0.0, own_mps - max(0.0, brakes_mps2) * TRIED_S)
    return True
