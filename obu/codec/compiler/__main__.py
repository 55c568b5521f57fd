"""`make codec`: writes obu/codec/generated/ anew; with --check it only says whether that would change anything."""

import sys
from pathlib import Path

from obu.codec.compiler import files

FOLDER = Path(__file__).parents[1] / "generated"


def main(arguments: list[str]) -> int:
    """0, or 1 where --check finds a difference."""
    wanted = files.generate()
    present = {path.name: path.read_text("utf-8") for path in FOLDER.glob("*.py")}
    if arguments == ["--check"]:
        return int(wanted != present)
    FOLDER.mkdir(exist_ok=True)
    for name in present.keys() - wanted.keys():
        (FOLDER / name).unlink()
    for name, text in wanted.items():
        if present.get(name) != text:
            (FOLDER / name).write_text(text, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
