"""Replay: steps the same station through a journal and finds the first turn whose outbox differs."""

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import obu
from obu.core.errors import LocalError
from obu.core.frames import Inbox, Outbox
from obu.core.now import Now
from obu.runtime import journal


class Replayable(Protocol):
    """A station that can be put into a kept state."""

    def step(self, now: Now, inbox: Inbox) -> Outbox: ...


@dataclass(frozen=True, slots=True)
class Difference:
    """Where the station of today does otherwise: segment, number of the turn in it, and the fields that differ."""

    segment: str
    turn: int
    at_ns: int
    fields: tuple[str, ...]


def differing(kept: dict[str, int], fresh: dict[str, int]) -> tuple[str, ...]:
    """The names of outbox fields whose checksums differ."""
    return tuple(sorted(name for name in kept.keys() | fresh.keys() if kept.get(name) != fresh.get(name)))


def segments(folder: Path, number: int | None) -> tuple[list[Path], list[Path]]:
    """The segments to step through, all or that one, and those that hold nothing: the unit ended as they began.

    Raises LocalError when there is none of the first.
    """
    found = journal.segments(folder)
    asked = [path for path in found if number in (None, int(path.stem))]
    if found and not asked:
        there = ", ".join(str(int(path.stem)) for path in found)
        raise LocalError(f"--segment {number}: is not in {folder}; there are: {there}",
                         f"--segment {number}：{folder} 中没有该段；可用：{there}")  # fmt: skip
    empty = [path for path in asked if next(journal.read(path), None) is None]
    if asked == empty:
        names = ", ".join(path.name for path in empty)
        raise LocalError(f"no journal in {folder}" + f": no whole record in {names}" * bool(empty),
                         f"{folder} 中没有记录" + f"：{names} 中没有完整的记录" * bool(empty))  # fmt: skip
    return [path for path in asked if path not in empty], empty


def head(path: Path) -> journal.Head:
    """The head of a segment. Raises LocalError when not even that is whole."""
    first = next(journal.read(path), None)
    if not isinstance(first, journal.Head):
        raise LocalError(f"{path}: no whole record in it", f"{path}：没有完整的记录")
    return first


def replay(path: Path, station: Replayable) -> tuple[int, Difference | None]:
    """Steps the station, already in the state of the segment's head, through its turns; (turns stepped, difference)."""
    number = 0
    for record in journal.read(path):
        if not isinstance(record, journal.Turn):
            continue
        number += 1
        fields = differing(record.digests, journal.digests(station.step(record.now, record.inbox)))
        if fields:
            return number, Difference(path.name, number, record.now.at_ns, fields)
    return number, None


def changes(head: journal.Head, made_from: dict[str, str]) -> tuple[str, ...]:
    """What is not as when the journal was kept: the program's version, each thing the station is made from."""
    names = sorted(made_from.keys() | head.made_from.keys())
    changed = [name for name in names if made_from.get(name) != head.made_from.get(name)]
    return (*(("version",) if head.version != obu.__version__ else ()), *changed)
