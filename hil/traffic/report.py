"""`make city-report`: the figures we stand by, from seeds on which nothing was tuned; every use leaves lines in docs.

Its one rule: the log's line is there before anything is driven, so that no use can be hidden.
"""

import argparse
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from hil.traffic import command, costs, limits, score, sumo
from hil.traffic.causes import Groundless, Missed
from hil.traffic.command import Case, Driven

MINUTES, SIGMA_M = 2.0, 0.3
LOG, PAGE, VALUES = "city-report.log", "city-report.md", "city-report.json"
WANTED = "Wanted: recall at least 0.85 with a median lead of at least 1.5 s, groundless at most 0.15."
HEADS = ("", "critical", "found", "recall", "lead p10, p50, p90 s", "warnings", "groundless", "share")
Drive = Callable[[Sequence[Case], int], Iterable[Driven]]


def arguments(parser: argparse.ArgumentParser) -> None:
    """Of the command."""
    parser.add_argument("--jobs", type=command.count, default=2, metavar="N", help="drives at a time / 并行数")
    parser.add_argument("--out", type=Path, default=Path("docs"), metavar="DIR", help="where it is kept / 输出目录")


def run(args: argparse.Namespace) -> int:
    """0; 2 for missing SUMO or a folder that is none."""
    try:
        print(written(args.out, args.jobs, command.driven))
    except sumo.Missing:
        print(command.NO_SUMO, file=sys.stderr)
        return 2
    except OSError as error:
        print(f"{error}", file=sys.stderr)
        return 2
    return 0


def written(folder: Path, jobs: int, drive: Drive) -> str:
    """Drives, and keeps page, values and log in the folder; the page."""
    commit = _commit()
    _log(folder, commit, f"begun: seeds {command.KEPT[0]} to {command.KEPT[-1]}, {MINUTES:g} min each")
    drives = list(drive([Case(seed, MINUTES, SIGMA_M, has_limits=True) for seed in command.KEPT], jobs))
    found: dict[str, Any] = {"date": _today(), "commit": commit, "minutes": MINUTES, "sigma_m": SIGMA_M}
    found |= {"drives": len(drives)} | score.summary([each.drive for each in drives])
    wrong = [{"seed": each.seed} | event for each in drives for event in each.events if event["cause"]]
    found |= {"missed": _counted(wrong, "conflict"), "causeless": _counted(wrong, "warning"), "events": wrong}
    found["limits"] = {title: score.summary([each.limits[title] for each in drives]) for title in limits.WHY}
    found["costs"] = {title: costs.of([(each.drive, each.limits[title]) for each in drives]) for title in limits.WHY}
    (folder / VALUES).write_text(json.dumps(found, indent=0) + "\n", "utf-8")
    text = page(found)
    (folder / PAGE).write_text(text, "utf-8")
    row = found["all"]
    found_words = f"recall {row['recall']} of {row['critical']}, lead p50 {row['lead_p50_s']} s"
    _log(folder, commit, f"done: {found_words}, groundless {row['groundless_share']} of {row['warnings']}")
    return text


def page(found: Mapping[str, Any]) -> str:
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
        *_causes("Conflicts that were missed", found["missed"], Missed), "",
        *_causes("Warnings without a ground", found["causeless"], Groundless), "",
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


def _causes(title: str, counted: Mapping[str, Mapping[str, int]], kinds: type[Missed] | type[Groundless]) -> list[str]:
    apps = sorted({app for row in counted.values() for app in row})
    rows = [
        (kind.value, *(_word(counted[kind.name].get(app, 0)) for app in apps)) for kind in kinds if kind.name in counted
    ]
    return [f"## {title}", "", *_table(("cause", *apps), rows)]


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


def _counted(wrong: Iterable[Mapping[str, Any]], what: str) -> dict[str, dict[str, int]]:
    """By cause, then by application."""
    found: dict[str, Counter[str]] = {}
    for event in wrong:
        if what in event:
            found.setdefault(event["cause"], Counter())[event[what]["app"]] += 1
    return {cause: dict(sorted(counts.items())) for cause, counts in found.items()}


def _log(folder: Path, commit: str, words: str) -> None:
    with (folder / LOG).open("a", encoding="utf-8") as file:
        file.write(f"{_today()} {commit} {words}\n")


def _today() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%d %H:%M")


def _commit() -> str:
    """Of what runs; says so where it is not as committed."""
    words = [("git", "rev-parse", "--short=12", "HEAD"), ("git", "status", "--porcelain", "--", "obu", "hil")]
    try:
        head, changed = (
            subprocess.run(each, capture_output=True, text=True, check=True, timeout=60).stdout for each in words
        )
    except (OSError, subprocess.SubprocessError):
        return "unknown"
    return head.strip() + ("+changes" if changed.strip() else "")
