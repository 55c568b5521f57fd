"""The page of `make city-report`, made of its values; pure."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from hil.traffic import command, limits, score, verdict
from hil.traffic.causes import LIMITS, Groundless, Limit, Missed
from hil.traffic.score import MOST_GROUNDLESS, WANTED_LEAD_S, WANTED_RECALL

WANTED = (
    f"Wanted: recall at least {WANTED_RECALL} with a median lead of at least {WANTED_LEAD_S} s, groundless at most "
    f"{MOST_GROUNDLESS}."
)
HEADS = ("", "critical", "found", "recall", "lead p10, p50, p90 s", "warnings", "groundless", "share")
VALUES, LOG = "city-report.json", "city-report.log"


def made(found: Mapping[str, Any]) -> str:
    """What is kept for readers."""
    lines = [
        "# How right the warnings are in the simulated city", "",
        f"Made by `make city-report` on {found['date']} of commit {found['commit']}: {found['drives']} drives of "
        f"{found['minutes']:g} min, {found['host_hours']} host-hours, relative sigma {found['sigma_m']} m, "
        f"seeds {command.KEPT[0]} to {command.KEPT[-1]}, on which nothing was tuned.", "",
        f"{WANTED} Intervals are of 95 % (Wilson). What is held dangerous: [city.md](city.md). Each use of these "
        f"seeds: [{LOG}]({LOG}); each miss and each groundless warning with its values: [{VALUES}]({VALUES}).", "",
        *_scores({**found["applications"], **found["classes"], "all": found["all"]}), "",
        "## Applications by class of our vehicle", "", *_scores(found["applications_by_class"]), "",
        f"Left out, and why: {', '.join(f'{count} {why}' for why, count in found['left_out'].items()) or 'none'}.", "",
        *_verdict(found), "",
        *_causes("Conflicts that were missed", found["missed"], Missed), "",
        *_causes("Warnings without a ground", found["causeless"], Groundless), "",
        *_limited(found), "",
        *_learned(found), "",
        *_limits(found["limits"], found["costs"]),
    ]  # fmt: skip
    return "\n".join(lines) + "\n"


def _scores(rows: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Without those that met nothing and said nothing, and those that are not judged."""
    told = {name: row for name, row in rows.items() if row["critical"] or row["groundless"] is not None}
    return _table(HEADS, [_cells(name, row) for name, row in told.items()])


def _cells(name: str, row: Mapping[str, Any]) -> tuple[str, ...]:
    leads = ", ".join(_word(row[f"lead_{share}_s"]) for share in ("p10", "p50", "p90"))
    found, share = (
        _with_interval(row["recall"], row["recall_95"]),
        _with_interval(row["groundless_share"], row["groundless_95"]),
    )
    counts = (row["critical"], row["found"], found, leads, row["warnings"], row["groundless"], share)
    return name, *map(_word, counts)


def _with_interval(rate: float | None, bounds: Sequence[float] | None) -> str | None:
    return None if rate is None or bounds is None else f"{rate:.2f} ({bounds[0]:.2f} to {bounds[1]:.2f})"


def _word(value: object) -> str:
    return "-" if value is None else str(value)


def _verdict(found: Mapping[str, Any]) -> list[str]:
    rows = list(verdict.rows(found, [*score.COLLISION, *found["applications_by_class"]]))
    title = "## Which figures are reached, and what keeps the others"
    return [title, "", verdict.WORDS, "", *_table(verdict.HEADS, rows)]


def _causes(title: str, counted: Mapping[str, Mapping[str, int]], kinds: type[Missed] | type[Groundless]) -> list[str]:
    apps = sorted({app for row in counted.values() for app in row})
    rows = [
        (kind.value, LIMITS[kind].value, *(_word(counted[kind.name].get(app, 0)) for app in apps))
        for kind in kinds
        if kind.name in counted
    ]
    return [f"## {title}", "", *_table(("cause", "limit", *apps), rows)]


def _limited(found: Mapping[str, Any]) -> list[str]:
    """By how much each limit keeps each figure from what is wanted, by application and class."""
    settled = found["limits"][limits.SETTLED]
    names = [*score.COLLISION, *found["applications_by_class"], "all"]
    rows = {name: (_row_of(found, name), _row_of(settled, name)) for name in names}
    missed = [
        (name, f"{row['found']} of {row['critical']}", *_by_limit(found["limited"]["conflict"], name, Missed),
         f"{(row['found'] + _counted(found['limited']['conflict'], name, Limit.TOLD)) / row['critical']:.2f}",
         f"{(row['found'] + _counted(found['limited']['conflict'], name, Limit.RULES)) / row['critical']:.2f}",
         f"{then['found']} of {then['critical']}")
        for name, (row, then) in rows.items() if row["critical"]
    ]  # fmt: skip
    wrong = [
        (name, f"{row['groundless']} of {row['warnings']}", *_by_limit(found["limited"]["warning"], name, Groundless),
         f"{(row['groundless'] - _counted(found['limited']['warning'], name, Limit.RULES)) / row['warnings']:.2f}",
         f"{then['groundless'] / row['warnings']:.2f}")
        for name, (row, then) in rows.items() if row["warnings"]
    ]  # fmt: skip
    return [
        "## What keeps the figures from what is wanted, by application and class", "",
        "Each miss and each warning without a ground by the limit of its cause, as the two tables above have it. It is "
        "told from the courses, not tried: another rule may tell before another application does, or guess better what "
        "drivers do and which way they go. Told at all: found, or told otherwise. At best: what is left to the rules "
        "put right, and nothing else. Settled: without what SUMO calls dangerous and the courses do not.", "",
        *_table(("", "found", *_titles(Missed), "told at all", "recall at best", "found, settled"), missed), "",
        *_table(("", "groundless", *_titles(Groundless), "share at best", "share, settled"), wrong),
    ]  # fmt: skip


def _learned(found: Mapping[str, Any]) -> list[str]:
    """How far a learned rule comes, beside ours."""
    rows = []
    for name, most in found["learned"].items():
        ours = _row_of(found, name)
        told = "-" if most["recall"] is None else f"{most['recall']:.2f}, {_word(most['lead_s'])} s, {most['warnings']}"
        share = "-" if ours["groundless_share"] is None else f"{ours['groundless_share']:.2f}"
        at = f"{ours['recall']:.2f}, {_word(ours['lead_p50_s'])} s, {ours['warnings']}"
        rows.append((name, _word(most["critical"]), at, share, told, _word(most["groundless"])))
    return [
        "## What a learned rule reaches", "",
        "Trees grown on the other drives from all that our unit knows of itself and of each road user around it, now "
        "and a second ago, asked five times a second whether there is something to warn of, by the same truth. Whom to "
        "warn of is a line through their answers, for each row the best one when the outcome is known; no warning "
        "waits for another. What such a rule does not reach either is hard to tell from what the unit knows: a sign, "
        "no proof, as a few drives teach it little of what is rare ([city.md](city.md)). Told are its recall, median "
        f"lead and warnings where at most {MOST_GROUNDLESS} of these have no ground, and the least share without one "
        f"with which {WANTED_RECALL} are found.", "",
        *_table(("", "critical", "ours: recall, lead, warnings", "groundless", f"learned: recall at {MOST_GROUNDLESS}",
                 f"groundless at {WANTED_RECALL}"), rows),
    ]  # fmt: skip


def _counted(counted: Mapping[str, Mapping[str, int]], name: str, limit: Limit) -> int:
    return counted.get(name, {}).get(limit.name, 0)


def _row_of(found: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    parts = found["applications"] | found["applications_by_class"] | {"all": found["all"]}
    row: Mapping[str, Any] = parts[name]
    return row


def _limits_of(kinds: type[Missed] | type[Groundless]) -> list[Limit]:
    return [limit for limit in Limit if limit in {LIMITS[kind] for kind in kinds}]


def _titles(kinds: type[Missed] | type[Groundless]) -> list[str]:
    return [limit.value for limit in _limits_of(kinds)]


def _by_limit(
    counted: Mapping[str, Mapping[str, int]], name: str, kinds: type[Missed] | type[Groundless]
) -> Iterable[str]:
    return (str(_counted(counted, name, limit)) for limit in _limits_of(kinds))


def _limits(known: Mapping[str, Mapping[str, Any]], cost: Mapping[str, Mapping[str, Mapping[str, int]]]) -> list[str]:
    lines = [
        "## What limits the warnings, and by how much", "",
        "The same drives, with one thing known as it really was; how it is told: [city.md](city.md).", "",
        *(f"- {title}: {limits.WHY[title]}" for title in known), "",
        "More (+) and less (-) conflicts that would have been found, against those that were missed; less (-) and more "
        "(+) warnings without a ground, against those that there were:", "",
        *_table(("", *score.COLLISION), [(title, *map(_cost, row.values())) for title, row in cost.items()]), "",
        "Found of all that was critical (median lead); without a ground of all warnings:", "",
    ]  # fmt: skip
    for part in ("applications", "classes"):
        names = [*(score.COLLISION if part == "applications" else next(iter(known.values()))[part]), "all"]
        rows = [
            (title, *(_known(found["all"] if name == "all" else found[part][name]) for name in names))
            for title, found in known.items()
        ]
        lines += [*_table(("", *names), rows), ""]
    return lines[:-1]


def _cost(row: Mapping[str, int]) -> str:
    found = f"+{row['missed_no_more']} -{row['lost']}, {row['missed']} missed"
    return f"{found}; -{row['groundless_no_more']} +{row['new']}, {row['groundless']} groundless"


def _known(row: Mapping[str, Any]) -> str:
    lead = "" if row["lead_p50_s"] is None else f" ({row['lead_p50_s']} s)"
    return f"{row['found']} of {row['critical']}{lead}; {row['groundless'] or 0} of {row['warnings']}"


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    return [f"| {' | '.join(row)} |" for row in (heads, ["---"] * len(heads), *rows)]
