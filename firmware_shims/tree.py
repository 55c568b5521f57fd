"""What goes on a board, put together in a folder: root/ and loader/ as its workshop writes them, and a first slot.

A board's folder: boot.py, main.py, loader/ with hardware.py and keys.txt, app_a/ with the device's files, slots.rec.
"""

import hashlib
import json
import shutil
from collections.abc import Sequence
from pathlib import Path

from firmware_shims.device import boards
from firmware_shims.loader import slots

HERE = Path(__file__).resolve().parent
DEVICE = HERE / "device"
LOADER = HERE / "loader"
ROOT = HERE / "root"
SHARED = tuple(HERE.parent / "obu" / "link" / name for name in ("wire.py", "digest.py"))
PINS = tuple(DEVICE / f"{name}.py" for name in ("board", "boards", "can_machine", "can_pyb", "mcp2515"))


def board_names() -> list[str]:
    """As device/boards.py has them."""
    return boards.names()


def application() -> list[Path]:
    """The files of a slot, but identity.py."""
    return [*sorted(DEVICE.glob("*.py")), *SHARED]


def loader() -> list[Path]:
    """The files outside the slots that recovery needs too, but hardware.py."""
    return [*sorted(LOADER.glob("*.py")), *SHARED, *PINS]


def sources() -> list[Path]:
    """Every file of a board that is written by hand."""
    return [*sorted(ROOT.glob("*.py")), *sorted(LOADER.glob("*.py")), *application()]


def flat(folder: Path, board: str, version: str) -> None:
    """All that a slot's program imports in one folder: what the tests of the parts run on."""
    folder.mkdir(parents=True, exist_ok=True)
    for source in [*loader(), *application()]:
        shutil.copyfile(source, folder / source.name)
    _hardware(folder, board, False)
    _identity(folder, version)


def build(folder: Path, board: str, version: str, *, keys: Sequence[bytes] = (), is_open: bool = False) -> None:
    """A whole board. board: a name in device/boards.py. keys: points 04 x y of who may sign. is_open: its REPL."""
    outside(folder, board, keys=keys, is_open=is_open)
    for name in ("app_a", "app_b", "data"):
        (folder / name).mkdir()
    for source in application():
        shutil.copyfile(source, folder / "app_a" / source.name)
    _identity(folder / "app_a", version)
    adopt(folder, board, version)


def outside(folder: Path, board: str, *, keys: Sequence[bytes], is_open: bool) -> None:
    """What stands outside the slots: what `obu flash --loader` puts on a board that has MicroPython alone."""
    for place, files in (("", sorted(ROOT.glob("*.py"))), ("loader", loader())):
        (folder / place).mkdir(parents=True, exist_ok=True)
        for source in files:
            shutil.copyfile(source, folder / place / source.name)
    _hardware(folder / "loader", board, is_open)
    (folder / "loader/keys.txt").write_text("".join(f"{point.hex()}\n" for point in keys), "ascii")


def adopt(folder: Path, board: str, version: str) -> None:
    """What lies in slot a is the confirmed version of a board's folder."""
    _manifest(folder / "app_a", board, version)
    slots.Slots(str(folder)).adopt(0)


def _hardware(folder: Path, board: str, is_open: bool) -> None:
    text = f'"""Which board this is, and whether its REPL is open."""\n\nBOARD = {board!r}\nOPEN_REPL = {is_open}\n'
    (folder / "hardware.py").write_text(text, "utf-8")


def _identity(folder: Path, version: str) -> None:
    (folder / "identity.py").write_text(f"VERSION = {version!r}\n", "utf-8")


def _manifest(folder: Path, board: str, version: str) -> None:
    """Of the first slot, which nobody signs: the workshop adopts it."""
    files = [
        {"name": path.name, "size": path.stat().st_size, "sha256": hashlib.sha256(path.read_bytes()).hexdigest()}
        for path in sorted(folder.glob("*.py"))
    ]
    tree = {"schema": "obu-bundle-1", "product": "firmware", "hardware": [board], "version": version, "counter": 0,
            "abi": "none", "minimum_base": "1.25", "key_id": "", "files": files}  # fmt: skip
    (folder / slots.MANIFEST).write_text(json.dumps(tree), "ascii")
