"""Private keys as PKCS#8 PEM files, the stem is the key's name. Its one rule: they are used here, never handed out.

For the bench and small fleets; the folder must be 0700 and each file 0600, the user's own.
"""

import base64
import binascii
import os
import stat
from collections.abc import Callable
from pathlib import Path

from obu.core.errors import LocalError
from obu.drivers import libcrypto

SUFFIX = ".pem"
_BEGIN = "-----BEGIN PRIVATE KEY-----"
_END = "-----END PRIVATE KEY-----"


class KeyFiles:
    """A KeyStore (drivers/crypto_pool) over the .pem files of one folder, read once."""

    def __init__(self, keys: dict[str, libcrypto.PrivateKey]) -> None:
        self._library = libcrypto.load()
        self._keys = keys

    def points(self) -> dict[str, tuple[str, bytes]]:
        """(curve, point 04 || x || y) of every key by its name."""
        return {name: (key.curve, key.point) for name, key in self._keys.items()}

    def sign(self, name: str, e: bytes) -> tuple[bytes, bytes]:
        """(r, s) over the digest e. Raises LocalError: no such key, or libcrypto failed."""
        key = self._keys.get(name)
        if key is None:
            raise LocalError(f"no key named {name}", f"没有名为 {name} 的密钥")
        return self._library.sign(key, e)


def open_folder(folder: Path) -> KeyFiles:
    """The key store of a folder. Raises LocalError that names file and remedy: absent, open to others, not a key."""
    _check(folder, 0o700, stat.S_ISDIR)
    return KeyFiles({path.stem: _load(path) for path in sorted(folder.glob(f"*{SUFFIX}"))})


def create(folder: Path, name: str, curve: str) -> bytes:
    """Makes a key in the folder (0700 where it is made); its point 04 || x || y. Raises LocalError if it exists."""
    library = libcrypto.load()
    key = library.generate(curve)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / f"{name}{SUFFIX}"
    body = base64.encodebytes(library.dump_private(key)).decode("ascii")
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise LocalError(f"{path}: exists, and a key is never written over",
                         f"{path}：已存在，密钥不会被覆盖") from None  # fmt: skip
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(f"{_BEGIN}\n{body}{_END}\n")
    return key.point


def _load(path: Path) -> libcrypto.PrivateKey:
    _check(path, 0o600, stat.S_ISREG)
    lines = path.read_text(encoding="ascii", errors="replace").split("\n")
    try:
        body = lines[lines.index(_BEGIN) + 1 : lines.index(_END)]
        der = base64.b64decode("".join(body), validate=True)
    except (ValueError, binascii.Error):
        raise LocalError(f"{path}: not an unencrypted PKCS#8 PEM file",
                         f"{path}：不是未加密的 PKCS#8 PEM 文件") from None  # fmt: skip
    try:
        return libcrypto.load().load_private(der)
    except LocalError as error:
        raise LocalError(f"{path}: {error.text}", f"{path}：{error.zh}") from None


def _check(path: Path, mode: int, is_kind: Callable[[int], bool]) -> None:
    try:
        status = path.stat()
    except OSError as error:
        raise LocalError(f"{path}: {error.strerror}", f"{path}：无法访问（{error.strerror}）") from None
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
