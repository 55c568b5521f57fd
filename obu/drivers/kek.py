"""The key that encrypts key files (the KEK): 64 hex digits in a file of 0600. Its one rule: it is never told."""

import os
from pathlib import Path

from obu.core.errors import LocalError
from obu.drivers import libcrypto_aes, secret_file


def load(path: Path) -> bytes:
    """The KEK, 32 bytes. Raises LocalError that names file and remedy."""
    try:
        kek = bytes.fromhex(secret_file.read(path).decode("ascii"))
    except ValueError:
        kek = b""
    if len(kek) != libcrypto_aes.KEY_BYTES:
        raise LocalError(f"{path}: not a key-encryption key; make one with: obu key kek FILE",
                         f"{path}：不是密钥加密密钥；请运行 obu key kek 文件 生成") from None  # fmt: skip
    return kek


def create(path: Path) -> None:
    """A new random one in a new file. Raises LocalError if the file exists."""
    secret_file.write_new(path, os.urandom(libcrypto_aes.KEY_BYTES).hex().encode("ascii") + b"\n")
