"""Which of the wanted figures are reached, and by how much each limit keeps the others from it; pure.

Its one rule: a figure that chance alone may keep short, as the wanted one lies in its interval, is told to be so.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from hil.traffic import limits
from hil.traffic.causes import Limit
from hil.traffic.score import MOST_GROUNDLESS, WANTED_LEAD_S, WANTED_RECALL

HEADS = ("", f"recall {WANTED_RECALL}", f"median lead {WANTED_LEAD_S} s", f"groundless {MOST_GROUNDLESS}")
WORDS = (
    "Not reached: by how much, then how much each limit takes (the tables below count the causes), and what there "
    "would be were nothing left to the rules. May be chance: the wanted figure lies within the interval of 95 %."
)


def rows(found: Mapping[str, Any], names: Iterable[str]) -> Iterator[tuple[str, ...]]:
    """Of each application, or application and class, that had a danger or spoke: (name, recall, lead, groundless)."""
    parts = found["applications"] | found["applications_by_class"]
    for name in names:
        row = parts[name]
        missed, wrong = (found["limited"][what].get(name, {}) for what in ("conflict", "warning"))
        if row["critical"] or row["warnings"]:
            lead = _lead(row["lead_p50_s"], _known_s(found["limits"], name))
            yield name, _recall(row, missed), lead, _share(row, wrong)


def _recall(row: Mapping[str, Any], counted: Mapping[str, int]) -> str:
    found, of = row["recall"], row["critical"]
    if found is None or found >= WANTED_RECALL:
        return _reached(found)
    best = (row["found"] + counted.get(Limit.RULES.name, 0)) / of
    words = f"{found:.2f}, {WANTED_RECALL - found:.2f} short: {_limits(counted, of)}; at best {best:.2f}"
    return words + _chance(row["recall_95"], WANTED_RECALL)


def _share(row: Mapping[str, Any], counted: Mapping[str, int]) -> str:
    found, of = row["groundless_share"], row["warnings"]
    if found is None or found <= MOST_GROUNDLESS:
        return _reached(found)
    best = (row["groundless"] - counted.get(Limit.RULES.name, 0)) / of
    words = f"{found:.2f}, {found - MOST_GROUNDLESS:.2f} over: {_limits(counted, of)}; at best {best:.2f}"
    return words + _chance(row["groundless_95"], MOST_GROUNDLESS)


def _known_s(known: Mapping[str, Mapping[str, Any]], name: str) -> dict[str, float | None]:
    """The median lead with each thing known; without the rows in which nothing more is."""
    told = ((title, row["applications"] | row["applications_by_class"]) for title, row in known.items())
    nothing = {limits.Known.AS_IS.value, limits.SETTLED}
    return {title: row.get(name, {}).get("lead_p50_s") for title, row in told if title not in nothing}


def _lead(lead_s: float | None, known_s: Mapping[str, float | None]) -> str:
    """With what it would be long enough: the first thing that suffices."""
    if lead_s is None or lead_s >= WANTED_LEAD_S:
        return _reached(lead_s, " s")
    words = f"{lead_s} s, {WANTED_LEAD_S - lead_s:.2f} s short"
    long_enough = ((title, then_s) for title, then_s in known_s.items() if then_s and then_s >= WANTED_LEAD_S)
    title, then_s = next(long_enough, (None, None))
    return f"{words}: {then_s} s if known: {title}" if title else f"{words}, whatever were known"


def _reached(found: float | None, unit: str = "") -> str:
    return "-" if found is None else f"reached: {found:.2f}{unit}"


def _limits(counted: Mapping[str, int], of: int) -> str:
    """The largest first."""
    told = sorted(counted.items(), key=lambda each: -each[1])
    return ", ".join(f"{Limit[name].value} {count / of:.2f}" for name, count in told)


def _chance(interval: tuple[float, float] | None, wanted: float) -> str:
    return "; may be chance" if interval and interval[0] <= wanted <= interval[1] else ""
