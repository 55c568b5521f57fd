"""Installs a release of the host beside the running one; its one rule: the old version and its files stay as they are
until the new one has shown that it holds.

Before the switch the new version itself reads a copy of configuration, state and trust store. A cut at any moment
leaves the old version current, or the new one with its copy whole.
"""

import compileall
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from obu.core.errors import LocalError
from obu.link import manifest as manifests
from obu.link.manifest import Target
from obu.runtime import bundle, config, durable, slots
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
    return _bring(root, record, Incoming(version, found.manifest.counter, files_of(found)), tell)


@dataclass(frozen=True, slots=True)
class Incoming:
    """A version that comes in. files: its contents by name."""

    version: str
    counter: int
    files: Mapping[str, bytes]


def files_of(found: Bundle) -> dict[str, bytes]:
    """What of a bundle is put on the disk: its files, and who signed them."""
    return {**found.files, bundle.MANIFEST: found.raw, bundle.SIGNATURE: found.signature}


def adopt(root: Path, folder: Path, version: str, first: Path, tell: Callable[[int, int], None]) -> Record | None:
    """Takes over the version that a package of the system unpacked into `folder`; None where it is here already.

    On a terminal in service as `install`: beside the current one, tried, to be confirmed. On any other it is the one
    that runs from now on, with the configuration that is there, or a copy of `first`. A package has no counter of its
    own: who may install one is root here, and the counter of bundles stays. Raises LocalError in one sentence.
    """
    files = bundle.folder_files(folder)
    record = record_of(root) if (root / slots.RECORD).exists() else None
    if record is None:
        return _begin(root, Incoming(version, 0, files), "", first, tell)
    if version in (record.current, record.previous) and program_is_there(root, version):
        place = root / "versions" / version
        if all((place / name).is_file() and (place / name).read_bytes() == content for name, content in files.items()):
            return None
        raise LocalError(f"another version {version} is installed already; a new release has a new version",
                         f"已安装另一个 {version} 版本；新的发布须有新的版本号")  # fmt: skip
    coming = Incoming(version, record.counter, files)
    if record.is_confirmed and refusal(root, record.current, slots.configuration(root, record.current)):
        return _begin(root, coming, record.current, first, tell)
    return _bring(root, record, coming, tell)


def _begin(root: Path, coming: Incoming, held: str, first: Path, tell: Callable[[int, int], None]) -> Record:
    """The version of a terminal that is not in service, with `held`'s data, if any. Cut off, it begins anew."""
    data, after = root / "data" / coming.version, Record(coming.version, coming.counter)
    try:
        if held and not data.exists():
            _copy_beside(root, held, coming.version).replace(data)
        for place, mode in ((root / "versions", 0o755), (data / "state", 0o700), (data / "trust", 0o755)):
            place.mkdir(mode=mode, parents=True, exist_ok=True)
        if not (data / "unit.toml").exists():
            durable.write(data / "unit.toml", first.read_bytes(), 0o644)
        _unpack(root, coming, tell)
        slots.point_at(root, coming.version)
        slots.write(root, after)
        _prune(root, after)
    except OSError as error:
        raise _no_room(root, error) from None
    return after


def _bring(root: Path, record: Record, coming: Incoming, tell: Callable[[int, int], None]) -> Record:
    """Puts a version beside the one in use, tries it on a copy of the unit's files, makes it the next to start."""
    if not record.is_confirmed:  # what it has used of the pseudonyms would be known to neither of the two that stay
        raise LocalError(f"{record.current} is not confirmed yet: obu update confirm or rollback, and restart, first",
                         f"{record.current} 尚未确认：请先 obu update confirm 或 rollback，并重启")  # fmt: skip
    held = record.current
    _keys_stay(root, held)
    try:
        _unpack(root, coming, tell)
        _copy_data(root, held, coming.version)
        after = slots.installed(record, coming.version, coming.counter)
        slots.write(root, after)
        _prune(root, after)
    except OSError as error:
        raise _no_room(root, error) from None
    return after


def _no_room(root: Path, error: OSError) -> LocalError:
    return LocalError(f"{error.filename or root}: {error.strerror}; nothing has changed",
                      f"{error.filename or root}：{error.strerror}；没有任何改动")  # fmt: skip


def program_is_there(root: Path, version: str) -> bool:
    """Whether a version's command can be started."""
    return os.access(slots.program(root, version), os.X_OK)


def _keys_stay(root: Path, version: str) -> None:
    """Raises LocalError where the key store would be copied with a version's data."""
    keys = Path(config.read(slots.configuration(root, version)).security.keys)
    if keys.resolve().is_relative_to((root / "data").resolve()):
        raise LocalError(f"security.keys: {keys} lies in the version's own data, and keys are not copied; move it out",
                         f"security.keys：{keys} 位于版本数据目录内，密钥不得复制；请移到别处")  # fmt: skip


def _unpack(root: Path, coming: Incoming, tell: Callable[[int, int], None]) -> None:
    place = root / "versions" / coming.version
    beside = place.with_name(f".{place.name}.new")
    shutil.rmtree(beside, ignore_errors=True)
    for done, (name, content) in enumerate(coming.files.items(), 1):
        path = beside / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        path.chmod(0o755 if name.startswith(_EXECUTABLE) else 0o644)
        tell(done, len(coming.files))
    for name, content in coming.files.items():  # read again: what the flash gives back is what will run
        if (beside / name).read_bytes() != content:
            raise LocalError(f"{beside / name}: the disk gives back something else; replace it",
                             f"{beside / name}：读回内容不一致；请更换存储")  # fmt: skip
    compileall.compile_dir(beside, quiet=2, stripdir=str(beside), prependdir=str(place))
    shutil.rmtree(place, ignore_errors=True)  # left by an install that was cut off, or taken back
    beside.replace(place)
    slots.force(place.parent)


def _copy_data(root: Path, old: str, new: str) -> None:
    """The old version's data for the new one, which says whether it can use it. Raises LocalError with its sentence."""
    place = root / "data" / new
    beside = _copy_beside(root, old, new)
    if said := refusal(root, new, beside / "unit.toml"):
        shutil.rmtree(beside, ignore_errors=True)
        shutil.rmtree(root / "versions" / new, ignore_errors=True)
        raise LocalError(f"version {new} cannot use this unit's configuration or state ({said}); nothing has changed",
                         f"版本 {new} 无法使用本机的配置或状态（{said}）；没有任何改动")  # fmt: skip
    shutil.rmtree(place, ignore_errors=True)
    beside.replace(place)
    slots.force(place.parent)


def _copy_beside(root: Path, old: str, new: str) -> Path:
    beside = root / "data" / f".{new}.new"
    shutil.rmtree(beside, ignore_errors=True)
    shutil.copytree(root / "data" / old, beside, symlinks=True)
    return beside


def refusal(root: Path, version: str, configuration: Path) -> str:
    """Why a version cannot use a configuration and what belongs to it, in its own words; empty where it can."""
    words = [str(slots.program(root, version)), "--lang", "en", "run", "--check", "--config", str(configuration)]
    try:
        done = subprocess.run(
            words, capture_output=True, text=True, timeout=CHECK_S, check=False, stdin=subprocess.DEVNULL
        )
    except subprocess.TimeoutExpired:
        return f"no answer in {CHECK_S:.0f} s"
    except OSError as error:
        return str(error)
    return "" if done.returncode == 0 else (done.stderr.strip().splitlines() or [f"exit status {done.returncode}"])[-1]


def _prune(root: Path, record: Record) -> None:
    """Two versions side by side, no more."""
    for folder in (root / "versions", root / "data"):
        for path in folder.iterdir():
            if path.name not in (record.current, record.previous):
                shutil.rmtree(path, ignore_errors=True)
