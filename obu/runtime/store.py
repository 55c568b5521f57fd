"""What the station wants kept across restarts and power cuts, one file a name; its one rule: whole or absent.

A value is written beside its file, forced to the disk and moved into place by a thread of its own: a disk that is slow
delays nothing, and a power cut leaves the old value or the new one. Of several values for one name only the last is
written. All that was kept comes back in the first poll.
"""

import contextlib
import os
import re
import struct
import threading
import time
import zlib
from collections.abc import Sequence
from pathlib import Path

from obu.core.errors import ConfigError
from obu.core.frames import STORE, DriverState, Save
from obu.runtime import durable

SUFFIX = ".state"
RETRY_S = 5.0  # a full disk is asked again this often
MAX_BYTES = 4 << 20  # of one value; a file beyond it is foreign
_HEADER = struct.Struct(">4sII")  # magic, length, CRC-32
_MAGIC = b"OBU1"
_NAME = re.compile(r"[a-z][a-z0-9_]{0,31}")


class Store:
    """A driver (drivers/contract) that also takes values to keep. A disk that fails is told of, and tried anew.

    written: bytes of values on the disk since it began.
    """

    def __init__(self, folder: Path) -> None:
        """Raises ConfigError when the folder can't be made or written."""
        self.name = STORE
        self.written = 0
        self._folder = folder
        check(folder)
        try:
            durable.make_folder(folder)
        except OSError as error:
            raise _fault(folder, error.strerror or "") from None
        self._work = threading.Condition()
        self._waiting: dict[str, bytes] = {}
        self._told: list[DriverState] = []
        self._last: tuple[bool, str] | None = None
        self._is_first = True
        self._is_closing = False
        self._bell = os.eventfd(1, os.EFD_NONBLOCK | os.EFD_CLOEXEC)  # rung once, so that the first poll comes at once
        self._thread = threading.Thread(target=self._serve, name=self.name, daemon=True)
        self._thread.start()

    def fileno(self) -> int:
        """Readable when there is something to tell; -1 after close."""
        return self._bell

    def poll(self, at_ns: int) -> Sequence[Save | DriverState]:
        """The first time everything that was kept; then how writing went, when that changed."""
        if self._bell < 0:
            return ()
        arrived: list[Save | DriverState] = []
        if self._is_first:
            self._is_first = False
            kept, why = read(self._folder)
            arrived += kept
            self._tell(True, why)
        with self._work:
            with contextlib.suppress(BlockingIOError):
                os.eventfd_read(self._bell)
            arrived += self._told
            self._told.clear()
        return arrived

    def wake_at_ns(self) -> int | None:
        """Never: the bell says when."""
        return None

    def save(self, saves: Sequence[Save]) -> None:
        """Each value takes the place of an earlier one of its name, written or not."""
        with self._work:
            self._waiting.update((save.name, save.data) for save in saves)
            self._work.notify()

    def close(self) -> None:
        """Writes what still waits, then ends."""
        with self._work:
            self._is_closing = True
            self._work.notify()
        self._thread.join()
        if self._bell >= 0:
            os.close(self._bell)
            self._bell = -1

    def _serve(self) -> None:
        while True:
            with self._work:
                while not self._waiting and not self._is_closing:
                    self._work.wait()
                if not self._waiting:
                    return
                name = next(iter(self._waiting))
                data = self._waiting.pop(name)
            try:
                write(self._folder, name, data)
            except OSError as error:
                self._tell(False, f"{self._folder}: {error.strerror}")
                if not self._again(name, data):
                    return
            else:
                self.written += len(data)
                self._tell(True, "")

    def _again(self, name: str, data: bytes) -> bool:
        """Whether to go on after a failed write: the value waits again, unless a newer one does, and a while passes."""
        with self._work:
            self._waiting.setdefault(name, data)
            self._work.wait(RETRY_S)
            return not self._is_closing

    def _tell(self, is_up: bool, why: str) -> None:
        with self._work:
            if (is_up, why) != self._last:
                self._last = (is_up, why)
                self._told = [*self._told[-1:], DriverState(self.name, is_up, why, time.monotonic_ns())]
                if self._bell >= 0:
                    os.eventfd_write(self._bell, 1)


def check(folder: Path) -> None:
    """Raises ConfigError when nothing could be kept there: no folder, or no leave to write in it."""
    nearest = folder
    while not nearest.exists() and nearest != nearest.parent:
        nearest = nearest.parent
    if not nearest.is_dir():
        raise _fault(folder, "not a folder")
    if not os.access(nearest, os.W_OK | os.X_OK):
        raise _fault(folder, "no permission to write")


def write(folder: Path, name: str, data: bytes) -> None:
    """One value, atomically. Raises OSError."""
    assert _NAME.fullmatch(name) and len(data) <= MAX_BYTES, name
    durable.write(folder / f"{name}{SUFFIX}", _HEADER.pack(_MAGIC, len(data), zlib.crc32(data)) + data)


def read(folder: Path) -> tuple[list[Save], str]:
    """Every whole value of the folder by name, and the names of files that are not whole (empty: none)."""
    kept, broken = [], []
    for path in sorted(folder.glob(f"*{SUFFIX}")):
        data = _value(path)
        if data is None:
            broken.append(path.name)
        else:
            kept.append(Save(path.stem, data))
    return kept, f"not whole, left out: {', '.join(broken)}" if broken else ""


def kept(folder: Path, name: str) -> bytes:
    """The value of one name; empty when there is none or it is not whole."""
    return _value(folder / f"{name}{SUFFIX}") or b""


def _value(path: Path) -> bytes | None:
    try:
        with path.open("rb") as file:
            raw = file.read(_HEADER.size + MAX_BYTES + 1)
    except OSError:
        return None
    if len(raw) < _HEADER.size or not _NAME.fullmatch(path.stem):
        return None
    magic, length, crc = _HEADER.unpack_from(raw)
    data = raw[_HEADER.size :]
    return data if magic == _MAGIC and length == len(data) and crc == zlib.crc32(data) else None


def _fault(folder: Path, why: str) -> ConfigError:
    return ConfigError(f"unit.state: {folder}: {why}; name a folder that the unit may write",
                       f"unit.state：{folder}：{why}；请指定一个可写的目录")  # fmt: skip
