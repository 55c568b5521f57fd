"""A file that is whole after a power cut at any moment, the old or the new; its one rule is the order of its steps."""

import os
from pathlib import Path


def write(path: Path, data: bytes, mode: int = 0o600) -> None:
    """Written beside, forced to the disk, moved into place, and the move forced too. Raises OSError: no change."""
    beside = path.with_name(f".{path.name}.new")
    with os.fdopen(os.open(beside, os.O_CREAT | os.O_TRUNC | os.O_WRONLY | os.O_NOFOLLOW, mode), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
    _keep_names(path.parent)


def make_folder(path: Path) -> None:
    """A folder of 0700 with those above it, where they are missing, forced to the disk. Raises OSError."""
    missing = [each for each in (path, *path.parents) if not each.exists()]
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    for each in missing:
        _keep_names(each.parent)


def _keep_names(folder: Path) -> None:
    directory = os.open(folder, os.O_DIRECTORY | os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)
