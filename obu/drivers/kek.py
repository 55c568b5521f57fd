"""The key that encrypts key files (the KEK): 64 hex digits, or sealed by a TPM. Its one rule: it is never told."""

import json
import os
from dataclasses import dataclass
from pathlib import Path

from obu.core.errors import LocalError
from obu.drivers import libcrypto_aes, secret_file, tpm

FORMAT = "obu-tpm-kek-1"
MOST_PCRS = 24


@dataclass(frozen=True, slots=True)
class SealedKek:
    """A KEK that only this TPM opens. pcrs: and only while these are as they were when it was made."""

    device: Path
    blob: tpm.Blob
    pcrs: tuple[int, ...]

    def unseal(self) -> bytes:
        """The KEK, 32 bytes. Raises LocalError: the TPM is away or refuses."""
        chip = tpm.Tpm(self.device)
        try:
            return chip.unseal(self.blob, self.pcrs)
        finally:
            chip.close()


def load(path: Path, device: Path) -> bytes | SealedKek:
    """The KEK of a file, or what a TPM behind device will make of it. Raises LocalError that names file and remedy."""
    content = secret_file.read(path)
    try:
        if content.startswith(b"{"):
            return _sealed(content, device)
        kek = bytes.fromhex(content.decode("ascii"))
        if len(kek) != libcrypto_aes.KEY_BYTES:
            raise ValueError
        return kek
    except (ValueError, TypeError, KeyError):
        raise LocalError(f"{path}: not a key-encryption key; make one with: obu key kek FILE",
                         f"{path}：不是密钥加密密钥；请运行 obu key kek 文件 生成") from None  # fmt: skip


def _sealed(content: bytes, device: Path) -> SealedKek:
    kept = json.loads(content)
    pcrs = tuple(kept["pcrs"])
    if kept["format"] != FORMAT or not all(type(number) is int and 0 <= number < MOST_PCRS for number in pcrs):
        raise ValueError
    return SealedKek(device, tpm.blob_of(kept), pcrs)


def create(path: Path) -> None:
    """A new random one in a new file. Raises LocalError if the file exists."""
    secret_file.write_new(path, os.urandom(libcrypto_aes.KEY_BYTES).hex().encode("ascii") + b"\n")


def create_sealed(path: Path, device: Path, pcrs: tuple[int, ...]) -> None:
    """A new random one that only the TPM behind device opens. Raises LocalError if the file exists, or it refuses."""
    if path.exists():
        raise secret_file.exists(path)
    chip = tpm.Tpm(device)
    try:
        blob = chip.seal(os.urandom(libcrypto_aes.KEY_BYTES), pcrs)
    finally:
        chip.close()
    content = {"format": FORMAT, "pcrs": list(pcrs), **blob.fields()}
    secret_file.write_new(path, json.dumps(content, indent=1).encode("ascii") + b"\n")
