"""Keeps the journal of a running unit, and builds the station of a kept segment again."""

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

    A disk that fails ends the journal, not the unit; `why` says so then.
    """

    def __init__(self, folder: Path, config: Config, material: Material, station: Station) -> None:
        mib = journal.MIB
        self._writer = journal.Writer(folder, config.journal.max_mib * mib, config.journal.segment_mib * mib)
        self._made_from = {"config": config, "points": material.points}
        self._hashes = material.hashes()
        self._station = station
        self.why: str | None = None
        self._open()

    def observe(self, now: Now, inbox: Inbox, outbox: Outbox) -> None:
        """One turn, after the station has stepped."""
        if self.why is not None:
            return
        try:
            self._writer.keep(now, inbox, outbox)
            if self._writer.is_full():
                self._open()
        except OSError as error:
            self.why = f"the journal ended: {error.strerror}"

    def _open(self) -> None:
        self._writer.open_segment(freeze.freeze(self._made_from), self._hashes, self._station.checkpoint())

    def close(self) -> None:
        """Puts what is buffered on the disk."""
        self._writer.close()


def material_of(head: journal.Head, path: Path) -> tuple[Config, Material]:
    """Configuration and material of a kept segment. Raises LocalError when it is of another version's making."""
    kept: Any = freeze.thaw(head.config)
    if not isinstance(kept, dict) or not isinstance(kept.get("config"), Config):
        raise LocalError(f"{path}: not a journal of this version", f"{path}：不是本版本的记录")
    return kept["config"], made_from.gather(kept["config"], kept["points"])
