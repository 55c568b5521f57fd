"""A clean Debian for one test: a copy of the cached one, and what is typed in it; the cached one stays clean."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).resolve().parents[2]
ROOM = 1 << 30
OF_DPKG = ("var/lib/dpkg", "var/log", "var/cache", "tmp", "run", "proc", "sys", "dev")


def ci(name: str) -> ModuleType:
    """A file of .ci as a module."""
    spec = spec_from_file_location(f"ci_{name}", ROOT / ".ci" / f"{name}.py")
    assert spec and spec.loader
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def is_present() -> bool:
    """Whether there is one to copy, and we may enter it."""
    return os.geteuid() == 0 and ci("debian_root").place() is not None


class System:
    """Its files below `root`."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def run(self, *words: str, **environment: str) -> "subprocess.CompletedProcess[str]":
        """A command in it, as root."""
        clean = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C", "DEBIAN_FRONTEND": "noninteractive"}
        return subprocess.run(
            ["chroot", str(self.root), *words], capture_output=True, text=True, timeout=120, check=False,
            stdin=subprocess.DEVNULL, env=clean | environment,
        )  # fmt: skip

    def said(self, *words: str, **environment: str) -> str:
        """What a command that succeeds says."""
        done = self.run(*words, **environment)
        assert done.returncode == 0, f"{words}: {done.stdout}{done.stderr}"
        return done.stdout

    def install(self, package: Path) -> "subprocess.CompletedProcess[str]":
        """dpkg -i, its questions about configuration answered by keeping what is there."""
        shutil.copy(package, self.root / "tmp/obu.deb")
        return self.run("dpkg", "--force-confold", "--force-unsafe-io", "-i", "/tmp/obu.deb")

    def path(self, name: str) -> Path:
        """Where a file of it lies here."""
        return self.root / name.lstrip("/")

    def files(self) -> set[str]:
        """Every name in it that is not dpkg's own bookkeeping."""
        found = set()
        for folder, folders, names in os.walk(self.root):
            inside = Path(folder).relative_to(self.root)
            folders[:] = [each for each in folders if str(inside / each) not in OF_DPKG]
            found |= {str(inside / name) for name in (*folders, *names)}
        return {name for name in found if not (name.startswith("etc/") and name.endswith("-"))}  # passwd's backups


@contextmanager
def copied() -> Iterator[System]:
    """A copy of the cached system, removed again; in memory where there is room: much is forced to the disk."""
    clean, memory = ci("debian_root").place(), Path("/dev/shm")
    has_room = memory.is_dir() and shutil.disk_usage(memory).free > ROOM
    folder = Path(tempfile.mkdtemp(prefix="obu-clean-", dir=memory if has_room else None))
    place = folder / "root"
    subprocess.run(["cp", "-a", "--reflink=auto", clean, str(place)], check=True)
    try:
        yield System(place)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
