"""Where the sounds of warnings lie: <name>.wav, made by `make sounds`; its one rule: found by listing the folder."""

from pathlib import Path

FOLDER = Path(__file__).parent


def names() -> frozenset[str]:
    """Those there are."""
    return frozenset(path.stem for path in FOLDER.glob("*.wav"))
