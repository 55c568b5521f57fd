"""Who moved over to whose side, and of where a warning was; pure.

LCW tells of a side, whoever is there, FCW of what is ahead, and LTA of who comes towards us.
"""

from hil.traffic.host import Warned
from hil.traffic.trace import LEFT, RIGHT, Mover
from hil.traffic.truth import SAME_DEG, Conflict, Steps, seen
from obu.core.geo import wrap_deg

APP, AHEAD, ONCOMING = "LCW", "FCW", "LTA"
MET_THERE = ("ICW", "LTA")  # by whom somebody who comes towards us would be told, as we have begun to turn or not
SIGNAL_S = 3.0  # before an instant a signal told of the move


def is_of_there(known: Steps, warning: Warned, subject: str | None, conflict: Conflict) -> bool:
    """Whether a warning before the instant of a conflict was of another who is where a driver looks for both: ahead, on
    that side, or coming towards us from there. subject: the name of that other."""
    if warning.at_s > conflict.at_s:
        return False
    if warning.app == ONCOMING:
        return conflict.app in MET_THERE and _come_alike(known, warning.at_s, subject, conflict.foe)
    if warning.app != conflict.app:
        return False
    if warning.app == AHEAD:
        return True
    right_m = _right_m(known, conflict, warning.at_s) if warning.app == APP else None
    return right_m is not None and float(dict(warning.why)["right_m"]) * right_m > 0.0


def _come_alike(known: Steps, at_s: float, one: str | None, other: str) -> bool:
    """Whether two head the same way."""
    both = None if one is None else known.mover(one, at_s), known.mover(other, at_s)
    if both[0] is None or both[1] is None:
        return False
    return abs(wrap_deg(both[0].heading_deg - both[1].heading_deg)) < SAME_DEG


def has_come_over(known: Steps, conflict: Conflict) -> bool:
    """Whether the other signalled to our side just before a conflict of LCW's, and we not to his."""
    if conflict.app != APP:
        return False
    told = [
        (_signalled(ours) * right_m, _signalled(theirs) * -right_m)
        for at_s in (conflict.at_s - SIGNAL_S, conflict.at_s)
        if (ours := known.mover(conflict.host, at_s))
        and (theirs := known.mover(conflict.foe, at_s))
        and (right_m := _right_m(known, conflict, at_s))
    ]
    return any(his > 0.0 for _, his in told) and not any(ours > 0.0 for ours, _ in told)


def _signalled(mover: Mover) -> int:
    """To which side: right 1, left -1, none 0."""
    return bool(mover.flags & RIGHT) - bool(mover.flags & LEFT)


def _right_m(known: Steps, conflict: Conflict, at_s: float) -> float | None:
    ours, theirs = known.mover(conflict.host, at_s), known.mover(conflict.foe, at_s)
    return None if ours is None or theirs is None else seen(ours, theirs)[1]
