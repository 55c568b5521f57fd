"""The Pythons that the firmware's tests run on: CPython, and Debian's real MicroPython with 64 and with 32 bits."""

import sys
from collections.abc import Sequence
from pathlib import Path

from firmware_shims.micropython import FETCHER

ROOT = Path(__file__).resolve().parents[2]
SHIMS = ROOT / "firmware_shims" / "shims"
ARCHITECTURES = {"micropython64": "amd64", "micropython32": "i386"}
NAMES = ("cpython", *ARCHITECTURES)
HEAP = "192k"  # a small board's; the tests of all parts are loaded at once


def is_present(name: str) -> bool:
    """Whether it can be started here."""
    return name == "cpython" or FETCHER.what_is(ARCHITECTURES[name]) is not None


def what(name: str) -> str:
    """Its version, and of MicroPython the SHA-256 of the program."""
    if name == "cpython":
        return "CPython {}.{}.{}".format(*sys.version_info[:3])
    said = FETCHER.what_is(ARCHITECTURES[name])
    bits = name.removeprefix("micropython")
    return f"MicroPython {said['version']} {bits}-bit (SHA-256 {said['binary'][:16]})" if said else f"no {name}"


def words(name: str, heap: str = HEAP) -> list[str]:
    """The command that starts it, to be followed by a script."""
    if name == "cpython":
        return [sys.executable, "-B", "-I"]
    return [*FETCHER.command(ARCHITECTURES[name]), "-X", f"heapsize={heap}"]


def paths(name: str, *folders: Path) -> Sequence[str]:
    """The module folders of a run, with the shims that this Python needs."""
    own = [SHIMS / "cpython"] if name == "cpython" else []
    return [str(folder) for folder in (*folders, SHIMS, *own)]
