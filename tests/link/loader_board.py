"""A board in this process: the loader's own files on a folder of the disk, one end of the link, time by hand.

The rule: what a slot "runs" is told by its version alone: whether it falls at its start, and which wire.py it has.
"""

import hashlib
import importlib
import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace

from obu.drivers import libcrypto
from obu.link import manifest as manifests
from obu.link import wire
from obu.link.digest import DIGEST
from obu.link.manifest import Manifest
from obu.link.parcel import Parcel
from obu.security import keys

ROOT = Path(__file__).resolve().parents[2]
LIB = libcrypto.load()
SIGNER = LIB.generate(keys.P256)
NAME, ABI = "stm32_machine", "mpy6.3"
FILES = {
    "main.py": b"WHO = 'new'\n" * 60,
    "tables.bin": bytes(range(256)) * 9,
    "empty.py": b"",
    "identity.py": b"V = 2",
}


def _loader() -> SimpleNamespace:
    """The loader's modules, which call each other by their bare names, as on a board; no other test meets them."""
    names = ("install", "judge", "p256", "served", "slots", "trial")
    folders = [str(ROOT / "firmware_shims/loader"), str(ROOT / "obu/link")]
    sys.path[:0] = folders
    try:
        return SimpleNamespace(**{name: importlib.import_module(name) for name in names})
    finally:
        del sys.path[: len(folders)]
        for name in (*names, "wire"):
            sys.modules.pop(name, None)


LOADER = _loader()
LOADER.install.gc = SimpleNamespace(collect=lambda: None)  # a board's heap wants it; here it is all of pytest's


def parcel(
    version: str = "2.0.0", counter: int = 5, files: Mapping[str, bytes] = FILES, forged: bool = False
) -> Parcel:
    """A bundle for the board, signed by SIGNER."""
    manifest = Manifest(
        product="firmware", hardware=(NAME,), version=version, counter=counter, abi=ABI, minimum_base="1.25",
        key_id=manifests.key_id(SIGNER.point),
        files=tuple(manifests.entry(name, content) for name, content in sorted(files.items())),
    )  # fmt: skip
    raw = manifests.write(manifest)
    signature = b"".join(LIB.sign(SIGNER, keys.sha256(raw + b" " * forged)))
    return Parcel(manifest, raw, signature, files)


@dataclass
class Board:
    """root: its flash. falls: versions whose program ends at once. others: versions with another wire.py."""

    root: Path
    falls: frozenset[str] = frozenset()
    others: frozenset[str] = frozenset()
    knows: tuple[bytes, ...] = (SIGNER.point,)
    is_well: bool = True
    boot: int = 100
    written: int = 0  # octets of WRITE that came
    starts: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        if not (self.root / "app_a").is_dir():
            for folder in ("app_a", "app_b", "data"):
                (self.root / folder).mkdir(parents=True)
            (self.root / "data/settings").write_text("kept")
            (self.root / "app_a/main.py").write_text("WHO = 'old'\n")
            entry = {"name": "main.py", "size": 12, "sha256": hashlib.sha256(b"WHO = 'old'\n").hexdigest()}
            first = {"version": "1.0.0", "counter": 3, "files": [entry]}
            (self.root / "app_a/manifest.json").write_text(json.dumps(first))
            LOADER.slots.Slots(str(self.root)).adopt(0)
        self.power_on()

    def power_on(self) -> None:
        """A start, and all that follow at once where a program falls."""
        while True:
            self.slots = LOADER.slots.Slots(str(self.root))
            self.trial = LOADER.trial.Trial(self.slots)
            about = LOADER.judge.About(NAME, "01020304", "1.25.0", ABI, list(self.knows))
            install = LOADER.install.Install(self.slots, about, self.trial.is_well)
            running = self.slots.start(lambda _: True)
            version = "recovery" if running == LOADER.slots.NONE else self.slots.version(running)
            self.starts.append(version)
            if version not in self.falls or not self.slots.is_on_trial():
                break
        self.boot = (self.boot + 1) & 0xFFFF
        digest = DIGEST if version not in self.others else hashlib.sha256(version.encode()).digest()[:8]
        self.end = wire.End(self.boot, digest, f"{NAME}\t{version}\t01020304".encode())
        self.served = LOADER.served.Served(self.end, install)

    def running(self) -> str:
        """The version of the last start."""
        return self.starts[-1]

    def take(self, data: bytes, at: int) -> None:
        """Bytes from the wire."""
        start = 0
        while start < len(data):
            start = self.end.take(data, start, len(data), at)
            if self.end.kind == wire.INSTALL:
                payload = self.end.payload[wire.PAYLOAD_IN : wire.PAYLOAD_IN + self.end.length]
                assert self.served.take(bytes(payload), at), "more at once than the contract allows"
                self.written += len(payload) - 6 if payload[0] == LOADER.install.WRITE else 0

    def step(self, at: int) -> None:
        """One turn; a restart where one is due."""
        self.served.tick(at)
        self.trial.tick(self.is_well, self.end.is_up, at)
        if self.served.must_restart or self.trial.must_restart:
            self.power_on()
