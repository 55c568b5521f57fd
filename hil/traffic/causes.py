"""Why a conflict was missed and why a warning had no ground, told from where both really drove; pure.

The first cause of a list that holds is the cause. Its one rule: what a driver could not have seen is told apart from
what our rules got wrong, and both from what SUMO's measure alone calls a conflict.
"""

from collections.abc import Callable, Mapping, Sequence
from enum import Enum

from hil.traffic import apart, braking, sideways
from hil.traffic.apart import STOOD_MPS, Timed
from hil.traffic.host import Warned
from hil.traffic.score import COLLISION
from hil.traffic.trace import Kind
from hil.traffic.truth import Conflict, Steps

BEFORE_S, AFTER_S = 10.0, 3.0  # a warning so long about an instant was of it
NEAR_S = 2.0  # as truth.py: less between two at a place is an encounter
TOUCHED_S = 0.2  # as far apart two courses are timed
SUDDEN_S = 1.5  # what begins later cannot be warned of with the wanted lead
REACTED_MPS2 = 1.0  # who brakes with so much, more than a motor does, has reacted (FCW's rule)
UNBRAKED_S = (3.0, 2.0, 1.0)  # before the instant: what somebody would have done who did not brake from then on
FOLLOWING = "FCW"  # who follows is within 2 s of the other's place every day
ALONG = ("FCW", "LCW")  # here one can steer out of the other's way


class Missed(Enum):
    """Causes of a miss."""

    ALREADY = "it was warned of by another application of no collision"
    IN_TIME = "our driver braked of himself, in time and enough: no warning would have made him brake sooner"
    SHARED = "the same warning, of another ahead, on that side or coming from there, was on the screen"
    LATE = "the warning came after the instant"
    RED_LIGHT = "we ran a red light, and were warned of that"
    AVERTED = "one of the two braked or steered: they would have come within 2 s of one place"
    NEVER_NEAR = "the two never came within 2 s of one place, nor would have: SUMO's measure alone"
    BLOCKED = "it stood in our way, and went on standing"
    SUDDEN = "one of the two stood until 1.5 s before"
    BRAKING = "our driver was braking already 1.5 s before"
    ITS_MOVE = "it came over to us, who told of no move of ours, which alone LCW is about"
    SCREEN = "nothing told of it, while another collision was on the screen"
    RULE = "nothing told of it, nor of another collision"


class Groundless(Enum):
    """Causes of a warning without a ground. To meet: within 2 s of one place; of FCW, at one place at one time."""

    NOBODY = "its subject was not in the traffic"
    NEAR = "the two did meet: SUMO's measure has no encounter"
    WE_BRAKED = "our driver braked: else the two had met"
    LIGHT = "it stopped for its light: else the two had met"
    GAVE_WAY = "it braked: else the two had met"
    BOTH_BRAKED = "both braked: else the two had met"
    WAYS = "the ways did not meet: one of them was taken wrongly"
    FOLLOWED = "we followed it, and would not have reached it within 8 s"
    TIME = "the ways met, and more than 2 s lay between the two, had neither braked"


class Limit(Enum):
    """What keeps a figure from what is wanted. RULES: whatever nothing else accounts for."""

    TRUTH = "what SUMO calls dangerous"
    TOLD = "told otherwise"
    DRIVERS = "what drivers do"
    WAYS = "which way they go"
    RULES = "rules"


LIMITS: Mapping[Missed | Groundless, Limit] = {
    Missed.ALREADY: Limit.TOLD, Missed.SHARED: Limit.TOLD, Missed.RED_LIGHT: Limit.TOLD,
    Missed.IN_TIME: Limit.TRUTH, Missed.NEVER_NEAR: Limit.TRUTH,
    Missed.SUDDEN: Limit.DRIVERS, Missed.BRAKING: Limit.DRIVERS, Missed.ITS_MOVE: Limit.DRIVERS,
    # Most dangers that are found are averted, too: that somebody braked is no reason why nothing was told.
    Missed.AVERTED: Limit.RULES, Missed.LATE: Limit.RULES,
    Missed.BLOCKED: Limit.RULES, Missed.SCREEN: Limit.RULES, Missed.RULE: Limit.RULES,
    Groundless.NEAR: Limit.TRUTH, Groundless.WE_BRAKED: Limit.TRUTH,
    Groundless.LIGHT: Limit.DRIVERS, Groundless.GAVE_WAY: Limit.DRIVERS, Groundless.BOTH_BRAKED: Limit.DRIVERS,
    Groundless.WAYS: Limit.WAYS,
    Groundless.NOBODY: Limit.RULES, Groundless.FOLLOWED: Limit.RULES, Groundless.TIME: Limit.RULES,
}  # fmt: skip


def of_miss(
    known: Steps, kinds: Mapping[str, Kind], conflict: Conflict, warned: Sequence[tuple[Warned, str | None]]
) -> Missed:
    """warned: all that was shown in the drive, with the names of the subjects."""
    ours = [
        (warning, foe)
        for warning, foe in warned
        if warning.host == conflict.host and -AFTER_S <= conflict.at_s - warning.at_s <= BEFORE_S
    ]
    of_it = [warning for warning, foe in ours if foe == conflict.foe]
    if any(warning.app not in COLLISION and warning.at_s <= conflict.at_s for warning in of_it):
        return Missed.ALREADY
    if braking.was_in_time(known, kinds, conflict):
        return Missed.IN_TIME
    if any(sideways.is_of_there(known, warning, subject, conflict) for warning, subject in ours):
        return Missed.SHARED
    if of_it:
        return Missed.LATE
    if any(warning.app == "RLVW" and warning.at_s <= conflict.at_s for warning, _ in ours):
        return Missed.RED_LIGHT
    if not _is_near(known, kinds, conflict, apart.driven, AFTER_S):
        return Missed.AVERTED if is_real(known, kinds, conflict) else Missed.NEVER_NEAR
    if all(_stood(known, conflict.foe, at_s) for at_s in (conflict.at_s - SUDDEN_S, conflict.at_s)):
        return Missed.BLOCKED
    if any(_stood(known, name, conflict.at_s - SUDDEN_S) for name in (conflict.host, conflict.foe)):
        return Missed.SUDDEN
    ours_then = known.mover(conflict.host, conflict.at_s - SUDDEN_S)
    if ours_then is not None and ours_then.accel_mps2 <= -REACTED_MPS2:
        return Missed.BRAKING
    if sideways.has_come_over(known, conflict):
        return Missed.ITS_MOVE
    is_taken = any(warning.app in COLLISION and warning.at_s <= conflict.at_s for warning, _ in ours)
    return Missed.SCREEN if is_taken else Missed.RULE


def of_groundless(known: Steps, kinds: Mapping[str, Kind], warning: Warned, foe: str | None) -> Groundless:
    """foe: the name of its subject."""
    if foe is None or known.mover(foe, warning.at_s) is None or known.mover(warning.host, warning.at_s) is None:
        return Groundless.NOBODY
    pair = (warning.host, foe)
    ours, theirs = (apart.driven(known, name, warning.at_s) for name in pair)
    ours_on, theirs_on = (apart.unbraked(known, name, warning.at_s) for name in pair)
    is_following = warning.app == FOLLOWING

    def meet(one: Timed, other: Timed) -> bool:
        apart_s = apart.least_s(kinds, pair, one, other)
        return apart_s is not None and apart_s <= (TOUCHED_S if is_following else NEAR_S)

    if meet(ours, theirs):
        return Groundless.NEAR
    if meet(ours_on, theirs):
        return Groundless.WE_BRAKED
    if meet(ours, theirs_on):
        return Groundless.LIGHT if dict(warning.why).get("light") in ("red", "yellow") else Groundless.GAVE_WAY
    if meet(ours_on, theirs_on):
        return Groundless.BOTH_BRAKED
    if apart.least_s(kinds, pair, ours_on, theirs_on) is None:
        return Groundless.WAYS
    return Groundless.FOLLOWED if is_following else Groundless.TIME


def is_real(known: Steps, kinds: Mapping[str, Kind], conflict: Conflict) -> bool:
    """Whether the two came within NEAR_S of one place, or would have, had neither braked nor steered from then on.

    Then: one of UNBRAKED_S before the instant. Who turns steers anyway: straight on goes only who is along the other.
    Behind whom our driver braked in time with what was needed, nothing was to be warned of.
    """
    if braking.was_in_time(known, kinds, conflict):
        return False
    if _is_near(known, kinds, conflict, apart.driven, AFTER_S):
        return True
    otherwise = (apart.unbraked, apart.straight_on) if conflict.app in ALONG else (apart.unbraked,)
    return any(_is_near(known, kinds, conflict, course, before_s) for course in otherwise for before_s in UNBRAKED_S)


def _is_near(
    known: Steps,
    kinds: Mapping[str, Kind],
    conflict: Conflict,
    course: Callable[[Steps, str, float], Timed],
    before_s: float,
) -> bool:
    """Whether the two come within NEAR_S of one place on such courses from so long before the instant on."""
    pair = (conflict.host, conflict.foe)
    apart_s = apart.least_s(kinds, pair, *(course(known, name, conflict.at_s - before_s) for name in pair))
    return apart_s is not None and apart_s <= NEAR_S


def _stood(known: Steps, name: str, at_s: float) -> bool:
    mover = known.mover(name, at_s)
    return mover is None or mover.speed_mps < STOOD_MPS
