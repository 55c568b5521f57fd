"""Watches over the unit's own certificates beside the loop, so that a refilled pool is used without a restart.

Its one rule: what reaches the loop is a whole pool in which each certificate has its key; else the old one stays.
"""

import threading
from collections.abc import Callable, Sequence
from pathlib import Path

from obu.core.credentials import PoolUpdate
from obu.core.errors import LocalError
from obu.drivers.contract import Arrival
from obu.runtime import made_from
from obu.runtime.told import Told

LOOK_S = 5.0  # the folders are looked at this often
LONGEST_GOODBYE_S = 5.0

Stamp = tuple[tuple[str, int, int], ...]


class PoolKeeper:
    """A driver (drivers/contract) of one thread. folders: of certificates; read: what they amount to now.

    held: what the station was built from. read raises LocalError for what does not hold.
    """

    def __init__(self, folders: Sequence[Path], read: Callable[[], PoolUpdate], held: PoolUpdate) -> None:
        self.name = "certificates"
        self._folders, self._read, self._held = folders, read, held
        self._told = Told(self.name)
        self._stamp: Stamp = ()  # what changed between the start and now is found at the first look
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._serve, name=self.name, daemon=True)
        self._thread.start()

    def fileno(self) -> int:
        """Readable when there is something to tell; -1 after close."""
        return self._told.fileno()

    def poll(self, at_ns: int) -> Sequence[Arrival]:
        """Another pool, or why there is none."""
        return self._told.poll()

    def wake_at_ns(self) -> int | None:
        """Never: the bell says when."""
        return None

    def close(self) -> None:
        """Ends the thread after what it is at, but waits for no hung chip."""
        self._closing.set()
        self._thread.join(LONGEST_GOODBYE_S)
        self._told.close()

    def _serve(self) -> None:
        while not self._closing.wait(LOOK_S):
            try:
                self._look()
                self._told.state(True)
            except LocalError as error:
                self._told.state(False, error.text, error.zh)
            except OSError as error:
                self._told.state(False, str(error))

    def _look(self) -> None:
        stamp = _stamp(self._folders)
        if stamp == self._stamp:
            return
        found = self._read()
        self._stamp = stamp  # only now: what could not be read is read again
        if found != self._held:
            self._held = found
            self._told.put(found)


def _stamp(folders: Sequence[Path]) -> Stamp:
    """Changes when a certificate does."""
    paths = [path for folder in folders for path in sorted(folder.glob(f"*{made_from.CERTIFICATE_SUFFIX}"))]
    return tuple((path.name, path.stat().st_mtime_ns, path.stat().st_ino) for path in paths)
