"""The journal: every (Now, inbox) of the unit, for replay; bounded in size and age, safe against a torn last record.

A segment is a file of records (runtime/records). The first is its head: version, configuration, hashes of what the
station was made from, and the station's state, never key material; so replay can start at any kept segment. When a
segment is full or an hour old the next begins; when all together are too large, or the oldest is too old by the unit's
own UTC, the oldest goes. A segment of before the time was known is as old as the next that knows.
"""

import json
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import obu
from obu.core.errors import LocalError
from obu.core.frames import Inbox, Outbox
from obu.core.now import NS_PER_S, Now
from obu.runtime import records
from obu.runtime.freeze import freeze, thaw
from obu.runtime.records import RecordFile

FORMAT = 3
SUFFIX = ".journal"
MIB = 1 << 20
LONGEST_NS = 3600 * NS_PER_S  # of one segment, so that age is judged to the hour
DAY_S = 86_400


@dataclass(frozen=True, slots=True)
class Head:
    """The first record of a segment, its config and state still frozen. made_from: hash of each thing, by name.

    utc_s: when it was opened, None when the time was not known.
    """

    version: str
    config: Any
    made_from: dict[str, str]
    state: Any
    utc_s: int | None = None


@dataclass(frozen=True, slots=True)
class Turn:
    """One kept turn. digests: of what the outbox held, by its fields."""

    now: Now
    inbox: Inbox
    digests: dict[str, int]


def digests(outbox: Outbox) -> dict[str, int]:
    """A checksum of each filled field of an outbox: tells which part of two outboxes differs without keeping them."""
    fields = {
        "packets": outbox.packets,
        "sign_jobs": outbox.sign_jobs,
        "verify_jobs": outbox.verify_jobs,
        "events": tuple((event.kind, _plain(event.body)) for event in outbox.events),
        "wake_at_ns": outbox.wake_at_ns,
        "want_random": outbox.want_random,
        "clock_mark": outbox.clock_mark,
        "saves": outbox.saves,
        "lists": outbox.lists,
        "end": outbox.end,
    }
    return {name: zlib.crc32(_bytes(freeze(value))) for name, value in fields.items() if value}


def _plain(body: dict[str, object]) -> str:
    return json.dumps(body, sort_keys=True, ensure_ascii=False)


def _bytes(tree: Any) -> bytes:
    return json.dumps(tree, separators=(",", ":"), ensure_ascii=False).encode()


class Writer:
    """Keeps turns under a folder (made 0700, files 0600)."""

    def __init__(self, folder: Path, max_bytes: int, segment_bytes: int, max_days: int) -> None:
        self._folder, self._max_bytes, self._segment_bytes = folder, max_bytes, min(segment_bytes, max_bytes // 2)
        self._max_age_s = max_days * DAY_S
        self._end_ns = 0
        self._closed_bytes = 0
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._sizes = {path: path.stat().st_size for path in segments(folder)}
            self._opened_s = {path: _opened_s(path) for path in self._sizes}
        except OSError as error:
            raise LocalError(f"journal folder {folder}: {error.strerror}; name another with --journal",
                             f"记录目录 {folder}：{error.strerror}；请用 --journal 换一个目录") from None  # fmt: skip
        self._file: RecordFile | None = None
        self._path = Path()

    @property
    def written(self) -> int:
        """Octets on the disk since it began."""
        return self._closed_bytes + (self._file.size if self._file else 0)

    def is_full(self, now: Now) -> bool:
        """Whether the next record needs a new segment, with a new head: also where this one did not know its time."""
        if self._file is None or now.at_ns >= self._end_ns or self._file.size >= self._segment_bytes:
            return True
        return self._opened_s[self._path] is None and now.utc_ns is not None

    def open_segment(self, now: Now, config: Any, made_from: dict[str, str], state: Any) -> None:
        """Begins the next segment with the present state of the station."""
        self.close()
        utc_s = None if now.utc_ns is None else now.utc_ns // NS_PER_S
        self._end_ns = now.at_ns + LONGEST_NS
        last = max((int(path.stem) for path in self._sizes), default=0)
        self._path = self._folder / f"{last + 1:08d}{SUFFIX}"
        self._file = RecordFile(self._path)
        self._sizes[self._path], self._opened_s[self._path] = 0, utc_s
        head = {"format": FORMAT, "version": obu.__version__, "config": config, "made_from": made_from,
                "state": freeze(state), "utc_s": utc_s}  # fmt: skip
        self._file.write(head)
        self._drop(utc_s)

    def _drop(self, utc_s: int | None) -> None:
        """Whole segments, the oldest first, until size and age are within bounds; the present one stays."""
        old = [
            path for path, opened_s in self._opened_s.items()
            if utc_s is not None and opened_s is not None and utc_s - opened_s > self._max_age_s
        ]  # fmt: skip
        while len(self._sizes) > 1:
            oldest = min(self._sizes)
            if sum(self._sizes.values()) <= self._max_bytes and not any(path >= oldest for path in old):
                return
            oldest.unlink(missing_ok=True)
            del self._sizes[oldest], self._opened_s[oldest]

    def keep(self, now: Now, inbox: Inbox, outbox: Outbox) -> None:
        """One turn."""
        assert self._file is not None
        self._file.write({"n": freeze(now), "i": freeze(inbox), "o": digests(outbox)})

    def close(self) -> None:
        """Puts what is buffered on the disk."""
        file, self._file = self._file, None
        if file is not None:
            try:
                file.close()
            finally:
                self._sizes[self._path] = file.size
                self._closed_bytes += file.size


def segments(folder: Path) -> list[Path]:
    """The kept segments, oldest first."""
    return sorted(path for path in folder.glob(f"*{SUFFIX}") if path.stem.isdigit())


def read(path: Path) -> Iterator[Head | Turn]:
    """The head and the turns of one segment; ends at the first torn record, as a power cut leaves it."""
    for index, record in enumerate(records.read(path)):
        if index == 0:
            yield _head(record, path)
        else:
            yield Turn(thaw(record["n"]), thaw(record["i"]), record["o"])


def _head(record: dict[str, Any], path: Path) -> Head:
    if record.get("format") != FORMAT:
        raise LocalError(f"{path}: not a journal of this program (format {record.get('format')})",
                         f"{path}：不是本程序的记录文件（格式 {record.get('format')}）")  # fmt: skip
    return Head(record["version"], record["config"], record["made_from"], record["state"], record.get("utc_s"))


def _opened_s(path: Path) -> int | None:
    """When a segment of an earlier run was opened; None when it does not know, or is not whole."""
    utc_s = next(records.read(path), {}).get("utc_s")
    return utc_s if isinstance(utc_s, int) else None
