"""What goes on a board, put together in a folder: the device's files, the link's two, and which board this is."""

import shutil
from pathlib import Path

HERE = Path(__file__).resolve().parent
DEVICE = HERE / "device"
SHARED = tuple(HERE.parent / "obu" / "link" / name for name in ("wire.py", "digest.py"))


def sources() -> list[Path]:
    """Every file of the board but identity.py, which says which one it is."""
    return [*sorted(DEVICE.glob("*.py")), *SHARED]


def build(folder: Path, board: str, version: str) -> None:
    """Fills a folder, which is made if it is not there. board: a name in device/boards.py."""
    folder.mkdir(parents=True, exist_ok=True)
    for source in sources():
        shutil.copyfile(source, folder / source.name)
    (folder / "identity.py").write_text(f"BOARD = {board!r}\nVERSION = {version!r}\n", "utf-8")
