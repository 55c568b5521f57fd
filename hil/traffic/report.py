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

from hil.traffic import command, costs, limits, page, score, sumo
from hil.traffic.causes import LIMITS, Groundless, Missed
from hil.traffic.command import Case, Driven
from hil.traffic.page import LOG, VALUES

MINUTES, SIGMA_M = 2.0, 0.3
PAGE = "city-report.md"
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
    from hil.traffic import learned  # numpy and scikit-learn, which no other command needs

    commit = _commit()
    _log(folder, commit, f"begun: seeds {command.KEPT[0]} to {command.KEPT[-1]}, {MINUTES:g} min each")
    drives = list(drive([Case(seed, MINUTES, SIGMA_M, has_limits=True) for seed in command.KEPT], jobs))
    found: dict[str, Any] = {"date": _today(), "commit": commit, "minutes": MINUTES, "sigma_m": SIGMA_M}
    found |= {"drives": len(drives)} | score.summary([each.drive for each in drives])
    wrong = [{"seed": each.seed} | event for each in drives for event in each.events if event["cause"]]
    found |= {"missed": _counted(wrong, "conflict"), "causeless": _counted(wrong, "warning"), "events": wrong}
    found["limited"] = {what: _by_limit(wrong, what) for what in ("conflict", "warning")}
    found["limits"] = {title: score.summary([each.limits[title] for each in drives]) for title in limits.WHY}
    found["learned"] = learned.reached([(each.drive, each.pairs) for each in drives])
    found["costs"] = {title: costs.of([(each.drive, each.limits[title]) for each in drives]) for title in limits.WHY}
    (folder / VALUES).write_text(json.dumps(found, indent=0) + "\n", "utf-8")
    text = page.made(found)
    (folder / PAGE).write_text(text, "utf-8")
    row = found["all"]
    found_words = f"recall {row['recall']} of {row['critical']}, lead p50 {row['lead_p50_s']} s"
    _log(folder, commit, f"done: {found_words}, groundless {row['groundless_share']} of {row['warnings']}")
    return text


def _counted(wrong: Iterable[Mapping[str, Any]], what: str) -> dict[str, dict[str, int]]:
    """By cause, then by application."""
    found: dict[str, Counter[str]] = {}
    for event in wrong:
        if what in event:
            found.setdefault(event["cause"], Counter())[event[what]["app"]] += 1
    return {cause: dict(sorted(counts.items())) for cause, counts in found.items()}


def _by_limit(wrong: Iterable[Mapping[str, Any]], what: str) -> dict[str, dict[str, int]]:
    """By application, by application and class, and in all, then by what limits it."""
    causes: type[Missed] | type[Groundless] = Missed if what == "conflict" else Groundless
    found: dict[str, Counter[str]] = {}
    for event in wrong:
        if what in event:
            app, limit = event[what]["app"], LIMITS[causes[event["cause"]]].name
            for name in (app, f"{app} {event['class']}", "all"):
                found.setdefault(name, Counter())[limit] += 1
    return {name: dict(sorted(counts.items())) for name, counts in found.items()}


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
