"""Who moved over to whose side, and which warning was of that side: LCW tells of a side, whoever is there, and FCW of
what is ahead; pure."""

from hil.traffic.host import Warned
from hil.traffic.trace import LEFT, RIGHT, Mover
from hil.traffic.truth import Conflict, Steps, seen

APP, AHEAD = "LCW", "FCW"
SIGNAL_S = 3.0  # before an instant a signal told of the move


def is_of_there(known: Steps, warning: Warned, conflict: Conflict) -> bool:
    """Whether a warning before the instant of a conflict was of another who is where a driver looks for both: ahead, or
    on that side."""
    if warning.app != conflict.app or warning.at_s > conflict.at_s:
        return False
    if warning.app == AHEAD:
        return True
    right_m = _right_m(known, conflict, warning.at_s) if warning.app == APP else None
    return right_m is not None and float(dict(warning.why)["right_m"]) * right_m > 0.0


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
