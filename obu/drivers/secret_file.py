"""Files and folders that hold a secret. Its one rule: nobody but their owner can reach them, or they are not read."""

import os
import stat
from collections.abc import Callable
from pathlib import Path

from obu.core.errors import LocalError

MOST_BYTES = 65_536  # no key, PIN or sealed blob is larger


def check_folder(path: Path) -> None:
    """Raises LocalError with the remedy unless it is a folder of 0700, the user's own or root's."""
    _check(path, 0o700, stat.S_ISDIR)


def read(path: Path) -> bytes:
    """The content of a file of 0600, the user's own or root's. Raises LocalError with the remedy."""
    _check(path, 0o600, stat.S_ISREG)
    try:
        with path.open("rb") as file:
            return file.read(MOST_BYTES)
    except OSError as error:
        raise _unreachable(path, error) from None


def write_new(path: Path, content: bytes) -> None:
    """Writes a new file of 0600 to the disk, whole or not at all. Raises LocalError if it exists."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft.unlink(missing_ok=True)  # of a process of this number that was cut off
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            os.link(draft, path)  # unlike a rename it does not write over what is there
        finally:
            draft.unlink()
        folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(folder)  # so that the name, too, survives a power cut
        finally:
            os.close(folder)
    except FileExistsError:
        raise exists(path) from None
    except OSError as error:
        raise _unreachable(path, error) from None


def exists(path: Path) -> LocalError:
    """What is said where a key would be written over."""
    return LocalError(f"{path}: exists, and a key is never written over", f"{path}：已存在，密钥不会被覆盖")


def _check(path: Path, mode: int, is_kind: Callable[[int], bool]) -> None:
    try:
        status = path.stat()
    except OSError as error:
        raise _unreachable(path, error) from None
    if not is_kind(status.st_mode):
        raise LocalError(f"{path}: not what it should be, a file or a folder of keys", f"{path}：类型不符")
    if status.st_mode & 0o077:
        raise LocalError(
            f"{path}: other users may reach this key; run: chmod {mode:04o} {path}",
            f"{path}：其他用户可以访问该密钥；请运行：chmod {mode:04o} {path}",
        )
    if status.st_uid not in (os.geteuid(), 0):
        raise LocalError(
            f"{path}: belongs to another user; run: chown {os.geteuid()} {path}",
            f"{path}：属于其他用户；请运行：chown {os.geteuid()} {path}",
        )


def _unreachable(path: Path, error: OSError) -> LocalError:
    return LocalError(f"{path}: {error.strerror}", f"{path}：无法访问（{error.strerror}）")
