"""Keeps the journal of a running unit, and builds the station of a kept segment again."""

import logging
from pathlib import Path
from typing import Any

from obu.core.errors import LocalError
from obu.core.frames import Inbox, Outbox
from obu.core.now import Now
from obu.runtime import freeze, journal, made_from
from obu.runtime.config import Config
from obu.runtime.made_from import Material
from obu.station.station import Station


class Keeper:
    """Writes every turn; opens a new segment, with the station's state of before the turn, when one is full.

    A disk that fails ends the journal, not the unit, and `log` is told; at the start it is refused instead.
    """

    def __init__(
        self, folder: Path, config: Config, material: Material, station: Station, log: logging.Logger, now: Now
    ) -> None:
        mib = journal.MIB
        bounds = config.journal
        self._writer = journal.Writer(folder, bounds.max_mib * mib, bounds.segment_mib * mib, bounds.max_days)
        self._made_from = {"config": config, "points": material.points}
        self._hashes = material.hashes()
        self._station = station
        self._log = log
        self._has_failed = False
        try:
            self._open(now)
        except OSError as error:
            raise LocalError(
                f"journal folder {folder}: {error.strerror}; name another with --journal",
                f"记录目录 {folder}：{error.strerror}；请用 --journal 换一个目录",
            ) from None

    def observe(self, now: Now, inbox: Inbox, outbox: Outbox) -> None:
        """One turn, after the station has stepped."""
        if self._has_failed:
            return
        try:
            self._writer.keep(now, inbox, outbox)
            if self._writer.is_full(now):
                self._open(now)
        except OSError as error:
            self._fail(error)

    def written(self) -> int:
        """Bytes given to the disk since the start."""
        return self._writer.written

    def _open(self, now: Now) -> None:
        self._writer.open_segment(now, freeze.freeze(self._made_from), self._hashes, self._station.checkpoint())

    def close(self) -> None:
        """Puts what is buffered on the disk."""
        try:
            self._writer.close()
        except OSError as error:
            self._fail(error)

    def _fail(self, error: OSError) -> None:
        if not self._has_failed:
            self._has_failed = True
            self._log.error("the journal ended, the unit goes on: %s; free some space and start again", error.strerror)


def material_of(head: journal.Head, path: Path) -> tuple[Config, Material]:
    """Configuration and material of a kept segment. Raises LocalError when it is of another version's making."""
    kept: Any = freeze.thaw(head.config)
    if not isinstance(kept, dict) or not isinstance(kept.get("config"), Config):
        raise LocalError(f"{path}: not a journal of this version", f"{path}：不是本版本的记录")
    try:
        return kept["config"], made_from.gather(kept["config"], kept["points"])
    except LocalError as error:
        raise LocalError(
            f"{error.text}; if this unit ran in another folder, go there first: relative paths are seen from it",
            f"{error.zh}；若该终端在另一目录运行，请先进入该目录：相对路径以它为准",
        ) from None
