"""`python -m hil compare OLD NEW`: what two runs of the scenarios differ in: verdicts, rates, moments, latency."""

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Any

from obu.core.errors import ConfigError

MOVED_S, SLOWER_MS = 0.05, 5.0  # less is not told
NEEDED, NEEDED_OF_RUN = {"name", "ok", "rate", "interval", "runs"}, {"why", "shown", "age_ms"}


def arguments(parser: argparse.ArgumentParser) -> None:
    """What `compare` takes."""
    for name in ("old", "new"):
        parser.add_argument(name, type=Path, metavar=name.upper(), help="of `run --out`: folder or results.json")


def run(args: argparse.Namespace) -> int:
    """0: nothing became worse, 1: something did, 2: no results there."""
    try:
        (old, old_bench), (new, new_bench) = _read(args.old), _read(args.new)
    except ConfigError as error:
        print(error, file=sys.stderr)
        return 2
    is_worse = False
    if old_bench != new_bench:
        print(f"= bench {old_bench}, now {new_bench}: moments and ages are of different machines")
    for mark, line in changes(old, new):
        is_worse = is_worse or mark == "-"
        print(f"{mark} {line}")
    both = old.keys() & new.keys()
    print(f"{len(both)} in both, {len(new.keys() - both)} new, {len(old.keys() - both)} gone")
    return 1 if is_worse else 0


def changes(old: dict[str, Any], new: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """(mark, what) of each: - became worse, + better, = otherwise different."""
    for name in sorted(old.keys() | new.keys()):
        if name not in new:
            yield "-", f"{name}: is gone"
        elif name not in old:
            yield ("+" if new[name]["ok"] else "-"), f"{name}: is new, {_word(new[name])}"
        else:
            yield from ((mark, f"{name}: {what}") for mark, what in _of_one(old[name], new[name]))


def _of_one(was: dict[str, Any], now: dict[str, Any]) -> Iterator[tuple[str, str]]:
    if was["ok"] != now["ok"]:
        why = next((each["why"] for each in now["runs"] if each["why"]), "")
        yield ("+" if now["ok"] else "-"), f"{_word(was)}, now {_word(now)}" + (f": {why}" if why else "")
    elif was["rate"] != now["rate"]:
        sure = "" if _overlap(was["interval"], now["interval"]) else ", beyond chance"
        yield "=", f"rate {was['rate']:.2f}, now {now['rate']:.2f}{sure}"
    firsts = [[each["shown"][0][1] for each in side["runs"] if each["shown"]] for side in (was, now)]
    if all(firsts) and abs(moved := median(firsts[1]) - median(firsts[0])) > MOVED_S:
        yield (
            "=",
            f"first warning {abs(moved):.2f} s {'later' if moved > 0 else 'earlier'}, at {median(firsts[1]):.2f} s",
        )
    elif bool(firsts[0]) != bool(firsts[1]):
        yield "=", "warnings came, now none" if firsts[0] else "no warning came, now some do"
    for index, what in enumerate(("middle", "99 %")):
        ages = [median(each["age_ms"][index] for each in side["runs"]) for side in (was, now)]
        if abs(ages[1] - ages[0]) > SLOWER_MS:
            yield "=", f"age of BSMs on the air ({what}) {ages[0]:.0f} ms, now {ages[1]:.0f} ms"


def _read(path: Path) -> tuple[dict[str, Any], str]:
    """The scenarios by name, and their bench."""
    file = path / "results.json" if path.is_dir() else path
    try:
        found = json.loads(file.read_bytes())
        rows = found["scenarios"]
        lacking = {key for row in rows for key in _lacking(row)}
        if lacking:  # of another version
            raise KeyError(", ".join(sorted(lacking)))
        return {row["name"]: row for row in rows}, str(found.get("bench", "sim"))
    except OSError as error:
        raise ConfigError(f"{file}: {error.strerror}; it is made by `run --out`",
                          f"{file}：{error.strerror}；由 `run --out` 生成") from None  # fmt: skip
    except (ValueError, KeyError, TypeError) as error:
        raise ConfigError(f"{file}: no results: {error}", f"{file}：没有结果：{error}") from None


def _lacking(row: dict[str, Any]) -> set[str]:
    """What a comparison needs and this row has not."""
    return NEEDED - row.keys() | {key for run in row.get("runs", ()) for key in NEEDED_OF_RUN - run.keys()}


def _overlap(one: list[float], other: list[float]) -> bool:
    return one[0] <= other[1] and other[0] <= one[1]


def _word(side: dict[str, Any]) -> str:
    return "as expected" if side["ok"] else "not as expected"
