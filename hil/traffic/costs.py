"""What each limit costs: of what was missed what would have been found, of what was groundless what had not been; pure.

Its one rule: it is counted against what the drivers really got, one by one, so that no gain hides a loss.
"""

from collections import Counter
from collections.abc import Iterable, Sequence

from hil.traffic import score
from hil.traffic.host import Warned
from hil.traffic.score import COLLISION, Drive
from hil.traffic.truth import Conflict

NEAR_S = 5.0  # so near in time a warning of the same road user is the same one
COUNTED = ("missed", "missed_no_more", "groundless", "groundless_no_more", "lost", "new")


def of(pairs: Sequence[tuple[Drive, Drive]]) -> dict[str, dict[str, int]]:
    """By application. pairs: each drive as it was, and as it would have been.

    lost: what was found and would not have been; new: groundless warnings that there were not.
    """
    found = {name: Counter[str]() for name in COUNTED}
    for drive, other in pairs:
        missed, missed_then = _missed(drive), _missed(other)
        wrong, wrong_then = _groundless(drive), _groundless(other)
        found["missed"].update(each.app for each in missed)
        found["missed_no_more"].update(each.app for each in missed if each not in missed_then)
        found["lost"].update(each.app for each in missed_then if each not in missed)
        found["groundless"].update(warning.app for warning, _ in wrong)
        found["groundless_no_more"].update(_without(wrong, wrong_then))
        found["new"].update(_without(wrong_then, wrong))
    return {app: {name: found[name][app] for name in COUNTED} for app in COLLISION}


def _missed(drive: Drive) -> Sequence[Conflict]:
    return [each.conflict for each in score.judge(drive) if each.lead_s is None]


def _groundless(drive: Drive) -> Sequence[tuple[Warned, str | None]]:
    return [
        (warning, foe)
        for warning, foe in drive.warned
        if warning.app in COLLISION and not score.has_ground(drive, warning, foe)
    ]


def _without(warned: Iterable[tuple[Warned, str | None]], others: Sequence[tuple[Warned, str | None]]) -> list[str]:
    """The applications of the warnings that the others do not have."""
    return [
        warning.app
        for warning, foe in warned
        if not any(
            (warning.host, foe) == (other.host, its_foe) and abs(warning.at_s - other.at_s) <= NEAR_S
            for other, its_foe in others
        )
    ]
