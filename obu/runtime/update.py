"""Installs a release of the host beside the running one; its one rule: the old version and its files stay as they are
until the new one has shown that it holds.

Before the switch the new version itself reads a copy of configuration, state and trust store. A cut at any moment
leaves the old version current, or the new one with its copy whole.
"""

import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from obu.core.errors import LocalError
from obu.link import manifest as manifests
from obu.link.manifest import Target
from obu.runtime import bundle, config, slots
from obu.runtime.bundle import Bundle
from obu.runtime.slots import Record

KEYS = "update-keys.txt"
CHECK_S = 120.0
_EXECUTABLE = "bin/"


def target(record: Record) -> Target:
    """What a bundle meets here."""
    return Target(
        product="host",
        hardware=platform.machine(),
        counter=record.counter if record.is_confirmed else record.previous_counter,
        abi=sys.implementation.cache_tag.replace("cpython-", "cp"),
        base=".".join(map(str, sys.version_info[:3])),
    )


def record_of(root: Path) -> Record:
    """The record of a root. Raises LocalError that names the remedy."""
    try:
        record = slots.read(root)
    except (OSError, ValueError) as error:
        raise LocalError(f"{error}; install the package of the terminal anew",
                         f"{error}；请重新安装终端软件包") from None  # fmt: skip
    if record is None:
        raise LocalError(f"{root}: no version is installed there; name its folder with --root",
                         f"{root}：没有已安装的版本；请用 --root 指定目录") from None  # fmt: skip
    return record


def install(root: Path, file: Path, tell: Callable[[int, int], None]) -> Record:
    """Brings a bundle's version in and makes it the next to start. tell: files done, files in all.

    Raises LocalError in one sentence: refused, not readable by the new version, no room. Nothing has changed then.
    """
    record = record_of(root)
    found = bundle.read(file, bundle.trusted_keys(root / KEYS))
    meets = target(record)
    why = manifests.refusal(found.manifest, meets)
    if why is not None:
        said = manifests.sentence(why, found.manifest, meets)
        raise LocalError(said.en, said.zh)
    version = found.manifest.version
    if version in (record.current, record.previous) and program_is_there(root, version):
        raise LocalError(f"version {version} is installed already; a new release has a new version",
                         f"版本 {version} 已经安装；新的发布须有新的版本号") from None  # fmt: skip
    held = record.current if record.is_confirmed else record.previous
    _keys_stay(root, held)
    try:
        _unpack(root, found, tell)
        _copy_data(root, held, version)
        after = slots.installed(record, version, found.manifest.counter)
        slots.write(root, after)
        _prune(root, after)
    except OSError as error:
        raise LocalError(f"{error.filename or root}: {error.strerror}; nothing has changed",
                         f"{error.filename or root}：{error.strerror}；没有任何改动") from None  # fmt: skip
    return after


def program_is_there(root: Path, version: str) -> bool:
    """Whether a version's command can be started."""
    return os.access(slots.program(root, version), os.X_OK)


def _keys_stay(root: Path, version: str) -> None:
    """Raises LocalError where the key store would be copied with a version's data."""
    keys = Path(config.read(slots.configuration(root, version)).security.keys)
    if keys.resolve().is_relative_to((root / "data").resolve()):
        raise LocalError(f"security.keys: {keys} lies in the version's own data, and keys are not copied; move it out",
                         f"security.keys：{keys} 位于版本数据目录内，密钥不得复制；请移到别处")  # fmt: skip


def _unpack(root: Path, found: Bundle, tell: Callable[[int, int], None]) -> None:
    place = root / "versions" / found.manifest.version
    beside = place.with_name(f".{place.name}.new")
    shutil.rmtree(beside, ignore_errors=True)
    contents = {**found.files, bundle.MANIFEST: found.raw, bundle.SIGNATURE: found.signature}
    for done, (name, content) in enumerate(contents.items(), 1):
        path = beside / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        path.chmod(0o755 if name.startswith(_EXECUTABLE) else 0o644)
        tell(done, len(contents))
    for entry in found.manifest.files:  # read again: what the flash gives back is what will run
        if manifests.entry(entry.name, (beside / entry.name).read_bytes()) != entry:
            raise LocalError(f"{beside / entry.name}: the disk gives back something else; replace it",
                             f"{beside / entry.name}：读回内容不一致；请更换存储")  # fmt: skip
    shutil.rmtree(place, ignore_errors=True)  # left by an install that was cut off, or taken back
    beside.replace(place)
    slots.force(place.parent)


def _copy_data(root: Path, old: str, new: str) -> None:
    """The old version's data for the new one, which says whether it can use it. Raises LocalError with its sentence."""
    place = root / "data" / new
    beside = place.with_name(f".{new}.new")
    shutil.rmtree(beside, ignore_errors=True)
    shutil.copytree(root / "data" / old, beside, symlinks=True)
    words = [str(slots.program(root, new)), "--lang", "en", "run", "--check", "--config", str(beside / "unit.toml")]
    try:
        done = subprocess.run(
            words, capture_output=True, text=True, timeout=CHECK_S, check=False, stdin=subprocess.DEVNULL
        )
        said = (
            "" if done.returncode == 0 else (done.stderr.strip().splitlines() or [f"exit status {done.returncode}"])[-1]
        )
    except subprocess.TimeoutExpired:
        said = f"no answer in {CHECK_S:.0f} s"
    if said:
        shutil.rmtree(beside, ignore_errors=True)
        shutil.rmtree(root / "versions" / new, ignore_errors=True)
        raise LocalError(f"version {new} cannot use this unit's configuration or state ({said}); nothing has changed",
                         f"版本 {new} 无法使用本机的配置或状态（{said}）；没有任何改动")  # fmt: skip
    shutil.rmtree(place, ignore_errors=True)
    beside.replace(place)
    slots.force(place.parent)


def _prune(root: Path, record: Record) -> None:
    """Two versions side by side, no more."""
    for folder in (root / "versions", root / "data"):
        for path in folder.iterdir():
            if path.name not in (record.current, record.previous):
                shutil.rmtree(path, ignore_errors=True)
