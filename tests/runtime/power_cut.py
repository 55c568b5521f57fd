"""A disk that loses power: every way a series of steps on a real folder may come out.

The model is the one of Pillai et al., "All File Systems Are Not Created Equal" (OSDI 2014): what is written and not
synchronised may be there in part, as zeros or not at all; names appear in their order, but perhaps later than content
that has no need to wait; fsync of a file keeps its content, fsync of a folder keeps its names.
"""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from obu.runtime import durable

Step = tuple[
    Any, ...
]  # ("create", path, inode) ("data", inode, bytes) ("sync", inode) ("rename", from, to) ("names", folder)


class _File:
    """A file whose bytes reach the system at flush() and close(), and are noted then."""

    def __init__(self, disk: "Disk", handle: int) -> None:
        self._disk, self._handle, self._buffer = disk, handle, b""

    def write(self, data: bytes) -> int:
        self._buffer += data
        return len(data)

    def flush(self) -> None:
        if self._buffer:
            self._disk.steps.append(("data", self._disk.inodes[self._handle], self._buffer))
            os.write(self._handle, self._buffer)
            self._buffer = b""

    def fileno(self) -> int:
        return self._handle

    def __enter__(self) -> "_File":
        return self

    def __exit__(self, *_: object) -> None:
        self.flush()
        os.close(self._handle)


class Disk:
    """In the place of `os` for durable.write: does as it does, and notes each step. at: what existed before."""

    O_CREAT, O_TRUNC, O_WRONLY, O_RDONLY = os.O_CREAT, os.O_TRUNC, os.O_WRONLY, os.O_RDONLY
    O_NOFOLLOW, O_DIRECTORY = os.O_NOFOLLOW, os.O_DIRECTORY

    def __init__(self) -> None:
        self.steps: list[Step] = []
        self.inodes: dict[int, int] = {}
        self._folders: dict[int, str] = {}
        self._count = 0

    def open(self, path: Path, flags: int, mode: int = 0o777) -> int:
        handle = os.open(path, flags, mode)
        if flags & os.O_DIRECTORY:
            self._folders[handle] = str(path)
        else:
            self._count += 1
            self.inodes[handle] = self._count
            self.steps.append(("create", str(path), self._count))
        return handle

    def fdopen(self, handle: int, mode: str) -> _File:
        return _File(self, handle)

    def fsync(self, handle: int) -> None:
        if handle in self._folders:
            self.steps.append(("names", self._folders[handle]))
        else:
            self.steps.append(("sync", self.inodes[handle]))

    def close(self, handle: int) -> None:
        self._folders.pop(handle, None)
        os.close(handle)


@contextlib.contextmanager
def traced() -> Iterator[Disk]:
    """Every durable.write within is noted."""
    disk, real = Disk(), Path.replace

    def replace(self: Path, target: Path) -> Path:
        disk.steps.append(("rename", str(self), str(target)))
        return real(self, target)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(durable, "os", disk)
        patch.setattr(Path, "replace", replace)
        yield disk


def left_behind(steps: list[Step]) -> Iterator[dict[str, bytes]]:
    """Every folder that may be found after the power went with these steps done: content by path."""
    content: dict[int, bytes] = {}
    loose: set[int] = set()
    names: list[Step] = []
    kept_names = 0
    for step in steps:
        match step:
            case ("create", _, inode):
                content[inode] = b""
                names.append(step)
            case ("data", inode, data):
                content[inode] += data
                loose.add(inode)
            case ("sync", inode):
                loose.discard(inode)
            case ("rename", _, _):
                names.append(step)
            case ("names", _):
                kept_names = len(names)
    for last in range(kept_names, len(names) + 1):
        by_name: dict[str, int] = {}
        for step in names[:last]:
            if step[0] == "create":
                by_name[step[1]] = step[2]
            else:
                by_name[step[2]] = by_name.pop(step[1])
        for spoil in (None, b"", "half", "zeros"):
            yield {path: _spoilt(content[inode], spoil if inode in loose else None) for path, inode in by_name.items()}


def _spoilt(data: bytes, how: object) -> bytes:
    if how is None:
        return data
    return {b"": b"", "half": data[: len(data) // 2], "zeros": bytes(len(data))}[how]  # type: ignore[index]


def put(folder: Path, found: dict[str, bytes]) -> None:
    """The folder as it is found when the power is back."""
    folder.mkdir()
    for path, data in found.items():
        (folder / Path(path).name).write_bytes(data)
