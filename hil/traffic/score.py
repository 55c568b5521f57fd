"""Warnings held against the truth of a drive: found, missed, groundless, and how early; pure.

A conflict is found when any warning of a collision with that very road user was shown within 10 s before its instant;
a warning has a ground when it comes while an encounter with that road user lasts, up to 8 s before it or 1 s after.
"""

import math
import statistics
from collections import Counter
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hil.traffic.host import Warned
from hil.traffic.truth import EARLIEST_S, Conflict, Truth, critical
from obu.scene.movers import REAR

WANTED_RECALL, WANTED_LEAD_S, MOST_GROUNDLESS = 0.85, 1.5, 0.15  # of each application; the lead is the median
COLLISION = ("FCW", "ICW", "LTA", "LCW", "DNPW", "VRUCW")  # what is held against conflicts; the others are counted
EARLY_S, LATE_S = 8.0, 1.0
AGAIN_S = 10.0  # the same warning within so long is a flicker


@dataclass(frozen=True, slots=True)
class Judged:
    """A warning or a conflict with what became of it. lead_s: of a conflict that was found."""

    conflict: Conflict
    lead_s: float | None


@dataclass(frozen=True, slots=True)
class Drive:
    """What one drive gave. warned: with the names of their subjects. hosts_s: how long each of ours rode."""

    truth: Truth
    warned: Sequence[tuple[Warned, str | None]]
    kinds: Mapping[str, str]
    hosts_s: Mapping[str, float]


def named(warned: Iterable[Warned], ids: Mapping[str, str]) -> list[tuple[Warned, str | None]]:
    """Each warning with the road user that its subject is. ids: names by BSM id, and by roadside id/number, in hex."""
    return [(each, ids.get(each.subject.removesuffix(REAR))) for each in warned]


def summary(drives: Sequence[Drive]) -> dict[str, Any]:
    """All drives together: by application, by class of our vehicle, by both, and in all."""
    judged = [(drive.kinds[each.conflict.host], each) for drive in drives for each in judge(drive)]
    shown = [
        (drive.kinds[warning.host], warning, has_ground(drive, warning, foe))
        for drive in drives
        for warning, foe in drive.warned
    ]
    hosts_h: dict[str, float] = {}
    left_out: Counter[str] = Counter()
    for drive in drives:
        left_out.update(drive.truth.left_out)
        for host, ridden_s in drive.hosts_s.items():
            hosts_h[drive.kinds[host]] = hosts_h.get(drive.kinds[host], 0.0) + ridden_s / 3600.0

    def row(apps: Container[str], classes: Container[str]) -> dict[str, Any]:
        return _row(
            [each for kind, each in judged if kind in classes and each.conflict.app in apps],
            [(warning, ground) for kind, warning, ground in shown if kind in classes and warning.app in apps],
            sum(ridden_h for kind, ridden_h in hosts_h.items() if kind in classes),
        )

    apps = sorted({each.conflict.app for _, each in judged} | {warning.app for _, warning, _ in shown} | {*COLLISION})
    classes = sorted({kind for drive in drives for kind in drive.kinds.values()})
    return {
        "host_hours": round(sum(hosts_h.values()), 3),
        "applications": {app: row((app,), classes) for app in apps},
        "classes": {kind: row(COLLISION, (kind,)) for kind in classes},
        "applications_by_class": {f"{app} {kind}": row((app,), (kind,)) for app in COLLISION for kind in classes},
        "all": row(COLLISION, classes),
        "left_out": dict(sorted(left_out.items())),
    }


def judge(drive: Drive) -> list[Judged]:
    """Each critical conflict of a drive, found or not."""
    first: dict[tuple[str, str], list[float]] = {}
    for warning, foe in drive.warned:
        if foe is not None and warning.app in COLLISION:
            first.setdefault((warning.host, foe), []).append(warning.at_s)
    judged = []
    for conflict in critical(drive.truth.conflicts):
        times_s = [at_s for at_s in first.get((conflict.host, conflict.foe), []) if _is_in_time(at_s, conflict)]
        judged.append(Judged(conflict, round(conflict.at_s - min(times_s), 2) if times_s else None))
    return judged


def has_ground(drive: Drive, warning: Warned, foe: str | None) -> bool:
    """Whether there was something to warn of: the words above."""
    return any(
        (each.host, each.foe) == (warning.host, foe) and each.from_s - EARLY_S <= warning.at_s <= each.to_s + LATE_S
        for each in drive.truth.conflicts
    )


def _is_in_time(at_s: float, conflict: Conflict) -> bool:
    return conflict.at_s - EARLIEST_S <= at_s <= conflict.at_s


def _row(judged: Sequence[Judged], shown: Sequence[tuple[Warned, bool]], hours: float) -> dict[str, Any]:
    leads_s = sorted(each.lead_s for each in judged if each.lead_s is not None)
    is_judged = bool(shown) and shown[0][0].app in COLLISION
    groundless = sum(not ground for _, ground in shown) if is_judged else None
    ages_s = [value for warning, _ in shown for name, value in warning.why if name == "age_s"]
    return {
        "critical": len(judged),
        "found": len(leads_s),
        "recall": round(len(leads_s) / len(judged), 3) if judged else None,
        "recall_95": [round(bound, 3) for bound in wilson(len(leads_s), len(judged))] if judged else None,
        "warnings": len(shown),
        "groundless": groundless,
        "precision": round(1.0 - groundless / len(shown), 3) if groundless is not None else None,
        "groundless_share": round(groundless / len(shown), 3) if groundless is not None else None,
        "groundless_95": [round(bound, 3) for bound in wilson(groundless, len(shown))]
        if groundless is not None
        else None,
        "lead_p10_s": _share(leads_s, 0.1),
        "lead_p50_s": _share(leads_s, 0.5),
        "lead_p90_s": _share(leads_s, 0.9),
        "warnings_per_hour": round(len(shown) / hours, 1) if hours else None,
        "age_p50_s": round(statistics.median(ages_s), 2) if ages_s else None,
        "flicker": _flicker([warning for warning, _ in shown]),
    }


def _share(sorted_s: Sequence[float], share: float) -> float | None:
    return round(sorted_s[min(len(sorted_s) - 1, int(share * len(sorted_s)))], 2) if sorted_s else None


def _flicker(warned: Sequence[Warned]) -> int:
    """Warnings that are the same one again."""
    last: dict[tuple[str, str, str], float] = {}
    again = 0
    for each in sorted(warned, key=lambda one: one.at_s):
        key = (each.host, each.app, each.subject)
        again += key in last and each.at_s - last[key] <= AGAIN_S
        last[key] = each.at_s
    return again


def wilson(hits: int, of: int, z: float = 1.96) -> tuple[float, float]:
    """The 95 % interval of a rate (Wilson score)."""
    rate, square = hits / of, z * z / of
    middle = rate + square / 2.0
    half = z * math.sqrt(rate * (1 - rate) / of + square / of / 4.0)
    return max(0.0, (middle - half) / (1 + square)), min(1.0, (middle + half) / (1 + square))
