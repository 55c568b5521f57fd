"""Bundles for boards under test: a good one, and others with one thing wrong each, signed by a key of this run."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from obu.drivers import libcrypto
from obu.link import manifest as manifests
from obu.link.manifest import Manifest
from obu.security import keys

LIB = libcrypto.load()
FILES = {"main.py": b"WHO = 'new'\n", "tables.bin": bytes(range(256)) * 5, "identity.py": b"VERSION = '1.1.0'\n"}
CHANGES: dict[str, dict[str, Any]] = {
    "good": {},
    "same": {"version": "1.0.9", "counter": 3},
    "newer": {"version": "1.2.0", "counter": 6},
    "older": {"counter": 2},
    "host": {"product": "host"},
    "hardware": {"hardware": ("esp32_mcp2515", "rp2_mcp2515")},
    "abi": {"abi": "mpy7.0"},
    "base": {"minimum_base": "1.26"},
    "unknown": {"key_id": "0123456789abcdef"},
}


@dataclass(frozen=True, slots=True)
class Signer:
    """A key that lives as long as the run."""

    key: libcrypto.PrivateKey
    point: bytes

    def sign(self, raw: bytes) -> bytes:
        """r and s over the SHA-256."""
        return b"".join(LIB.sign(self.key, keys.sha256(raw)))


def signer() -> Signer:
    """A new one."""
    key = LIB.generate(keys.P256)
    return Signer(key, key.point)


def manifest(by: Signer, files: Mapping[str, bytes], **changes: Any) -> bytes:
    """Octets of a manifest of these files for the boards under test."""
    said: dict[str, Any] = {
        "product": "firmware", "hardware": ("stm32_machine", "stm32_pyb"), "version": "1.1.0", "counter": 5,
        "abi": "mpy6.3", "minimum_base": "1.25", "key_id": manifests.key_id(by.point),
        "files": tuple(manifests.entry(name, content) for name, content in sorted(files.items())),
    }  # fmt: skip
    return manifests.write(Manifest(**(said | changes)))


def write_all(folder: Path, by: Signer) -> None:
    """keys.txt, files/, and of each bundle NAME.json and NAME.sig, as tests/firmware/board/kit.py reads them."""
    (folder / "files").mkdir(parents=True)
    for name, content in FILES.items():
        (folder / "files" / name).write_bytes(content)
    (folder / "keys.txt").write_text(f"# who may sign\n{signer().point.hex()}\n{by.point.hex()}\n", "ascii")
    for name, changes in CHANGES.items():
        raw = manifest(by, FILES, **changes)
        _write(folder, name, raw, by.sign(raw))
    raw = manifest(by, FILES)
    _write(folder, "forged", raw, by.sign(raw + b" "))
    for name, torn in (("torn", raw[:-40]), ("list", b"[]"), ("keys", json.dumps({"schema": "obu-bundle-1"}).encode()),
                       ("numbers", raw.replace(b'"counter": 5', b'"counter": true')), ("deep", b"[" * 4000),
                       ("path", raw.replace(b"main.py", b"../b.py"))):  # fmt: skip
        _write(folder, name, torn, by.sign(torn))


def _write(folder: Path, name: str, raw: bytes, signature: bytes) -> None:
    (folder / f"{name}.json").write_bytes(raw)
    (folder / f"{name}.sig").write_bytes(signature)
