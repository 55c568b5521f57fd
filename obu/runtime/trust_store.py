"""The trust store on disk: anchors as files, put there by hand, and one file of lists; whole or unchanged, always.

What is taken over is judged by security/book together with all the rest, and written as one file that is moved into
place; a unit that runs and `obu trust` may both do so, one at a time.
"""

import fcntl
import os
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from obu.core.errors import ConfigError, LocalError, RemoteError
from obu.core.time_scale import TimeScale
from obu.drivers import libcrypto, libcrypto_ecb
from obu.runtime import durable, made_from, store
from obu.security import book as books
from obu.security import keys
from obu.security.book import Book, Kind, Tools
from obu.security.linkage import Scheme

KEY = "security.trust"
_ITEM = struct.Struct(">4sI")
_MARKS = {Kind.TRCL: b"TRCL", Kind.CTL: b"CTL ", Kind.CRL: b"CRL "}
_KINDS = {mark: kind for kind, mark in _MARKS.items()}


def schemes() -> dict[str, Scheme]:
    """How linkage values are made in each profile: of P-256 by IEEE 1609.2, of SM2 with the ciphers of YD/T 3957."""
    return {
        keys.SM2: Scheme("sm3", libcrypto_ecb.cipher(libcrypto_ecb.SM4)),
        keys.P256: Scheme("sha256", libcrypto_ecb.cipher(libcrypto_ecb.AES)),
    }


def tools(grace_days: int, scale: TimeScale) -> Tools:
    """What judging lists needs, from this machine's libcrypto."""
    return Tools(libcrypto.load().verifies, schemes(), grace_days * 86_400, scale)


def anchors(folder: Path) -> dict[str, bytes]:
    """The certificates of the folder. Raises ConfigError that names the key."""
    return made_from.certificates(KEY, folder)


def packed(book: Book) -> bytes:
    """All lists of a book as one value."""
    return b"".join(_ITEM.pack(_MARKS[kind], len(raw)) + raw for kind, raw in book.lists())


def unpacked(data: bytes) -> Iterator[tuple[Kind, bytes]]:
    """The lists of a value; ends where it is not one of ours."""
    at = 0
    while at + _ITEM.size <= len(data):
        mark, length = _ITEM.unpack_from(data, at)
        at += _ITEM.size
        if mark not in _KINDS or at + length > len(data):
            return
        yield _KINDS[mark], data[at : at + length]
        at += length


def book_of(files: dict[str, bytes], lists: bytes, with_tools: Tools) -> tuple[Book, list[str]]:
    """The book of anchors and lists, each judged anew but for its dates, and why lists were left out."""
    book, left_out = Book(files), []
    for kind, raw in unpacked(lists):
        try:
            book = books.adopt(book, kind, raw, None, with_tools)
        except RemoteError as error:
            left_out.append(f"{kind.value}: {error.reason}")
    return book, left_out


def load(folder: Path, with_tools: Tools) -> tuple[Book, list[str]]:
    """The folder's book. Raises ConfigError for a folder without anchors."""
    return book_of(anchors(folder), store.kept(folder, made_from.LISTS), with_tools)


def adopt(folder: Path, kind: Kind, raw: bytes, utc_ns: int, with_tools: Tools) -> Book:
    """Takes one list over into the folder. Raises RemoteError (the reason), OSError, ConfigError: nothing changed."""
    with _alone(folder):
        book, _ = load(folder, with_tools)
        book = books.adopt(book, kind, raw, utc_ns, with_tools)
        store.write(folder, made_from.LISTS, packed(book))
    return book


def add(folder: Path, name: str, raw: bytes, with_tools: Tools) -> None:
    """A certificate as a further anchor. Raises LocalError in one sentence when it does not hold; nothing changed."""
    with _alone(folder):
        path = folder / name
        if path.exists():
            raise LocalError(f"{path} is there already", f"{path} 已存在")
        files = {**(anchors(folder) if any(folder.glob("*.cert")) else {}), name: raw}
        book, _ = book_of(files, store.kept(folder, made_from.LISTS), with_tools)
        books.snapshot_of(book, with_tools)
        durable.write(path, raw, 0o644)


def stamp(folder: Path) -> tuple[tuple[str, int, int], ...]:
    """Changes when a file of the store does."""
    found = []
    for path in sorted(folder.iterdir()):
        if path.suffix in (made_from.CERTIFICATE_SUFFIX, store.SUFFIX):
            about = path.stat()
            found.append((path.name, about.st_mtime_ns, about.st_ino))
    return tuple(found)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    try:
        lock = os.open(folder, os.O_DIRECTORY | os.O_RDONLY)
    except OSError as error:
        raise ConfigError(f"{KEY}: {folder}: {error.strerror}", f"{KEY}：{folder}：{error.strerror}") from None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)
