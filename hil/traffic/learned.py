"""How right a rule could be that was learned from the drives themselves, from what the unit knows and nothing else.

Trees are grown on the other drives and asked about each (no drive is judged by trees that saw it): is there something
to warn of here, and does it become critical? Who is told of is a line through the two answers. The best line is chosen
when the outcome is known, nothing holds a warning back for another, and no driver has to be told why: a learned rule is
flattered in all of this. It is no bound all the same: a few drives teach it little of what is rare, and ours may be the
better one. Its one rule: it is scored by the same truth and the same words as the unit (hil/traffic/score.py).
"""

import statistics
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier

from hil.traffic import score
from hil.traffic.host import Warned
from hil.traffic.pairs import Pairs
from hil.traffic.score import COLLISION, MOST_GROUNDLESS, WANTED_RECALL, Drive
from hil.traffic.truth import EARLIEST_S, critical

FOLDS = 10  # or as many as there are drives
SEED = 1
TREES = {"max_iter": 150, "learning_rate": 0.06, "max_leaf_nodes": 24, "min_samples_leaf": 60,
         "l2_regularization": 5.0, "max_features": 0.4, "random_state": SEED}  # fmt: skip
WEIGHTS = (0.0, 0.5, 1.0, 2.0, 4.0, 8.0)  # of becoming critical, against having a ground
SHARES = (0.6, 0.7, 0.8, 0.85, 0.9, 0.92, 0.94, 0.95, 0.96, 0.97, 0.975, 0.98, 0.985, 0.99, 0.993, 0.996, 0.998)
NEXT_S = 0.35  # two looks in a row, as the unit has it confirmed
AGAIN_S = 10.0


@dataclass(frozen=True, slots=True)
class Point:
    """What one line gives, for one application or one of a class. lead_s: median, None where nothing is found."""

    found: int
    lead_s: float | None
    warnings: int
    groundless: int

    @property
    def share(self) -> float:
        """Of the warnings, how many had no ground."""
        return self.groundless / self.warnings


def reached(drives: Sequence[tuple[Drive, Pairs]]) -> dict[str, dict[str, Any]]:
    """By application, and by application and class, of which something was critical; {} of fewer than two drives.

    critical: how many were. recall: the most that is found with MOST_GROUNDLESS without a ground, its lead_s and how
    many warnings; groundless: the least share without one with which WANTED_RECALL is found. None: no line does.
    """
    if len(drives) < 2:
        return {}
    has_ground = np.array([each for drive, pairs in drives for each in _has_ground(drive, pairs)])
    is_danger = np.array([each for drive, pairs in drives for each in _becomes_critical(drive, pairs)])
    ground, danger = _asked([pairs for _, pairs in drives], (has_ground, is_danger))
    of_drive = np.cumsum([0, *(len(pairs.who) for _, pairs in drives)])
    counts = _criticals(drive for drive, _ in drives)
    points: dict[str, list[Point]] = {name: [] for name in counts}
    for weight in WEIGHTS:
        claims = ground + weight * danger
        for line in np.quantile(claims, SHARES):
            told = [
                (drive, list(_told(pairs, claims[begin:end] > line, has_ground[begin:end])))
                for (drive, pairs), begin, end in zip(drives, of_drive, of_drive[1:], strict=False)
            ]
            for name, point in _points(told, counts).items():
                points[name].append(point)
    return {name: _best(counts[name], found) for name, found in sorted(points.items())}


def _asked(drives: Sequence[Pairs], truths: Iterable[Any]) -> list[Any]:
    """What trees that saw only other drives answer to each look, for each truth: how likely it is."""
    looks = np.concatenate([np.frombuffer(pairs.numbers, np.float32).reshape(-1, pairs.width) for pairs in drives])
    looks = looks[:, ~np.isnan(looks).all(axis=0)]
    fold = np.concatenate([np.full(len(pairs.who), number % FOLDS) for number, pairs in enumerate(drives)])
    answers = []
    for is_so in truths:
        chance = np.zeros(len(looks))
        for each in np.unique(fold):
            others = fold != each
            if is_so[others].any() and not is_so[others].all():
                trees = HistGradientBoostingClassifier(**TREES).fit(looks[others], is_so[others])
                chance[~others] = trees.predict_proba(looks[~others])[:, 1]
        answers.append(chance)
    return answers


def _has_ground(drive: Drive, pairs: Pairs) -> Iterator[bool]:
    return (score.has_ground(drive, warning, foe) for warning, foe in map(_as_warned, pairs.who))


def _becomes_critical(drive: Drive, pairs: Pairs) -> Iterator[bool]:
    at_s: dict[tuple[str, str], list[float]] = {}
    for each in critical(drive.truth.conflicts):
        at_s.setdefault((each.host, each.foe), []).append(each.at_s)
    for host, foe, _, now_s in pairs.who:
        yield any(now_s <= then_s <= now_s + EARLIEST_S for then_s in at_s.get((host, foe), ()))


def _as_warned(who: tuple[str, str, str, float]) -> tuple[Warned, str]:
    host, foe, app, at_s = who
    return Warned(host, at_s, app, 0, foe, ()), foe


def _told(pairs: Pairs, is_claimed: Iterable[bool], has_ground: Iterable[bool]) -> Iterator[tuple[Warned, str, bool]]:
    """(warning, of whom, whether it has a ground): claimed at two looks in a row, and not again so soon."""
    claimed_s: dict[tuple[str, str], float] = {}
    told_s: dict[tuple[str, str], float] = {}
    for who, is_so, has in zip(pairs.who, is_claimed, has_ground, strict=True):
        if not is_so:
            continue
        pair, at_s = who[:2], who[3]
        if at_s - claimed_s.get(pair, -AGAIN_S) <= NEXT_S and at_s - told_s.get(pair, -AGAIN_S) >= AGAIN_S:
            told_s[pair] = at_s
            warning, foe = _as_warned(who)
            yield warning, foe, bool(has)
        claimed_s[pair] = at_s


def _criticals(drives: Iterable[Drive]) -> dict[str, int]:
    found: dict[str, int] = {}
    for drive in drives:
        for each in critical(drive.truth.conflicts):
            for name in _rows(drive, each.app, each.host):
                found[name] = found.get(name, 0) + 1
    return {name: count for name, count in found.items() if name.split()[0] in COLLISION}


def _rows(drive: Drive, app: str, host: str) -> tuple[str, str]:
    """Where it is counted: of its application, and of that and our vehicle's class."""
    return app, f"{app} {drive.kinds[host]}"


def _points(told: Sequence[tuple[Drive, Sequence[tuple[Warned, str, bool]]]], names: Iterable[str]) -> dict[str, Point]:
    leads: dict[str, list[float]] = {name: [] for name in names}
    warnings, groundless = dict.fromkeys(leads, 0), dict.fromkeys(leads, 0)
    for drive, found in told:
        for warning, _, has_ground in found:
            for name in _rows(drive, warning.app, warning.host):
                if name in leads:
                    warnings[name] += 1
                    groundless[name] += not has_ground
        shown = Drive(drive.truth, [(warning, foe) for warning, foe, _ in found], drive.kinds, drive.hosts_s)
        for each in score.judge(shown):
            for name in _rows(drive, each.conflict.app, each.conflict.host):
                if each.lead_s is not None and name in leads:
                    leads[name].append(each.lead_s)
    return {
        name: Point(len(all_s), statistics.median(all_s) if all_s else None, warnings[name], groundless[name])
        for name, all_s in leads.items()
    }


def _best(count: int, points: Sequence[Point]) -> Mapping[str, Any]:
    spoken = [each for each in points if each.warnings]
    quiet = [each for each in spoken if each.share <= MOST_GROUNDLESS and each.found]
    finding = [each for each in spoken if each.found >= WANTED_RECALL * count]
    most = max(quiet, key=lambda each: (each.found, each.lead_s), default=None)
    least = min(finding, key=lambda each: each.share, default=None)
    return {
        "critical": count,
        "recall": None if most is None else round(most.found / count, 3),
        "lead_s": None if most is None or most.lead_s is None else round(most.lead_s, 2),
        "warnings": None if most is None else most.warnings,
        "groundless": None if least is None else round(least.share, 3),
    }
