"""What keeps a figure from what is wanted is told with its size; what is reached, or may be chance, is named so."""

from typing import Any

import pytest

from hil.traffic import limits, score, verdict
from hil.traffic.score import MOST_GROUNDLESS, WANTED_LEAD_S, WANTED_RECALL


def row(found: int = 0, critical: int = 0, lead_s: float | None = None, wrong: int = 0, warnings: int = 0) -> Any:
    return {
        "found": found, "critical": critical, "recall": found / critical if critical else None,
        "recall_95": score.wilson(found, critical) if critical else None, "lead_p50_s": lead_s,
        "warnings": warnings, "groundless": wrong, "groundless_share": wrong / warnings if warnings else None,
        "groundless_95": score.wilson(wrong, warnings) if warnings else None,
    }  # fmt: skip


def told(own: Any, missed: dict[str, int], wrong: dict[str, int], known_s: dict[str, float | None]) -> tuple[str, ...]:
    """Of one application in a report that has no other."""
    known = {title: {"applications": {"ICW": row(lead_s=each)}, "applications_by_class": {}}
             for title, each in known_s.items()}  # fmt: skip
    found = {
        "applications": {"ICW": own}, "applications_by_class": {}, "limits": known,
        "limited": {"conflict": {"ICW": missed}, "warning": {"ICW": wrong}},
    }  # fmt: skip
    return next(verdict.rows(found, ["ICW"]))


def test_what_is_reached_is_said_to_be() -> None:
    own = row(found=18, critical=20, lead_s=WANTED_LEAD_S, wrong=3, warnings=20)
    assert told(own, {"RULES": 2}, {"WAYS": 3}, {}) == ("ICW", "reached: 0.90", "reached: 1.50 s", "reached: 0.15")


def test_each_limit_takes_its_part() -> None:
    """Of 100 dangers 30 are found: 55 % are wanted more; the largest part first, and rules alone give back 20."""
    own = row(found=30, critical=100, lead_s=1.0, wrong=50, warnings=100)
    _, recall, lead, share = told(own, {"TRUTH": 10, "DRIVERS": 40, "RULES": 20}, {"WAYS": 30, "RULES": 20}, {})
    assert recall == (
        "0.30, 0.55 short: what drivers do 0.40, rules 0.20, what SUMO calls dangerous 0.10; at best 0.50"
    )
    assert share == "0.50, 0.35 over: which way they go 0.30, rules 0.20; at best 0.30"
    assert lead == "1.0 s, 0.50 s short, whatever were known"


def test_a_lead_would_be_long_enough_with_the_first_thing_that_suffices() -> None:
    """Rows in which nothing more is known count for nothing, however long their leads are."""
    known_s = {limits.Known.AS_IS.value: 2.0, "exact places": 1.2, "ways": 1.6, "all": 3.0, limits.SETTLED: 4.0}
    _, _, lead, _ = told(row(found=1, critical=1, lead_s=1.0), {}, {}, known_s)
    assert lead == "1.0 s, 0.50 s short: 1.6 s if known: ways"


@pytest.mark.parametrize(("of", "may_be"), [(10, True), (1000, False)])
def test_few_dangers_may_be_short_by_chance(of: int, may_be: bool) -> None:
    own = row(found=round(0.7 * of), critical=of, wrong=round(0.3 * of), warnings=of)
    _, recall, _, share = told(own, {}, {}, {})
    assert [words.endswith("may be chance") for words in (recall, share)] == [may_be, may_be]
    assert f"{WANTED_RECALL - 0.7:.2f} short" in recall and f"{0.3 - MOST_GROUNDLESS:.2f} over" in share


def test_who_had_no_danger_and_said_nothing_has_no_row() -> None:
    found = {"applications": {"ICW": row()}, "applications_by_class": {}, "limited": {"conflict": {}, "warning": {}}}
    assert not list(verdict.rows(found | {"limits": {}}, ["ICW"]))
