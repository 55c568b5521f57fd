"""`python -m hil replay DIR`: kept runs once more; on `sim` all of the world anew, else the unit on what it was given.

A run is the same where its journal is, byte for byte; else the first turn that differs is told, and in what.
"""

import argparse
import itertools
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from hil import kept
from hil.sim import START_NS, Sim
from obu.core.errors import LocalError
from obu.core.now import NS_PER_S
from obu.runtime import journal, replay, wiring
from obu.runtime.freeze import freeze

SAME = ""


def arguments(parser: argparse.ArgumentParser) -> None:
    """What `replay` takes."""
    parser.add_argument("folder", type=Path, metavar="DIR", help="of one run, or of many / 运行目录")


def run(args: argparse.Namespace) -> int:
    """0: all the same, 1: not, 2: no kept run there, or one that this version cannot read."""
    folders = list(kept.below(args.folder))
    if not folders:
        print(f"{args.folder}: no kept run in it (a folder with {kept.RUN}) / 没有已保存的运行", file=sys.stderr)
        return 2
    status = 0
    for folder in folders:
        try:
            found = again(folder)
        except LocalError as error:
            print(f"{folder}: {error}", file=sys.stderr)
            status = 2
            continue
        status = max(status, 1 if found else 0)
        print(f"{folder}: {found or 'the same'}", flush=True)
    return status


def again(folder: Path) -> str:
    """What differs first; empty when nothing does. Raises LocalError for what is no kept run."""
    was, scenario = kept.load(folder)
    if was.bench != "sim":
        return _stepped(folder / kept.JOURNAL)
    with tempfile.TemporaryDirectory(prefix="obu-hil-") as scratch:
        Sim(scenario, was.seed, Path(scratch) / "pki", Path(scratch)).run()
        return difference(folder / kept.JOURNAL, Path(scratch) / kept.JOURNAL)


def difference(before: Path, after: Path) -> str:
    """Of the journals in two folders."""
    old, new = journal.segments(before), journal.segments(after)
    if [path.read_bytes() for path in old] == [path.read_bytes() for path in new]:
        return SAME
    pairs = itertools.zip_longest(_turns(old), _turns(new))
    for number, (was, now) in enumerate(pairs, 1):
        if was is None or now is None:
            return f"ends at turn {number}, {'later' if was is None else 'earlier'} than it did"
        fields = _fields(was, now)
        if fields:
            at_s = (was.now.at_ns - START_NS) / NS_PER_S
            return f"turn {number}, {at_s:.2f} s from the start, differs in {', '.join(fields)}"
    return "what the unit was made from differs, no turn does"


def _turns(paths: list[Path]) -> Iterator[journal.Turn]:
    for path in paths:
        for record in journal.read(path):
            if isinstance(record, journal.Turn):
                yield record


def _fields(was: journal.Turn, now: journal.Turn) -> list[str]:
    """By name: of the time, of what came in, of what went out."""
    found = ["now"] if was.now != now.now else []
    names = type(was.inbox).__dataclass_fields__
    found += [f"in {name}" for name in names if _plain(was, name) != _plain(now, name)]
    return found + [f"out {name}" for name in replay.differing(was.digests, now.digests)]


def _plain(turn: journal.Turn, name: str) -> object:
    return freeze(getattr(turn.inbox, name))


def _stepped(folder: Path) -> str:
    """The station of today on the kept inboxes, as `obu replay` does it."""
    for path in journal.segments(folder):
        station, _ = wiring.station_of_journal(replay.head(path), path)
        _, found = replay.replay(path, station)
        if found:
            fields = ", ".join(f"out {name}" for name in found.fields)
            return f"turn {found.turn} of {found.segment} differs in {fields}"
    return SAME
