"""Where the shipped data lies: beside the package in a checkout, inside it in an installed wheel."""

from pathlib import Path

PACKAGE = Path(__file__).resolve().parent.parent


def vehicles() -> Path:
    """The folder of the vehicle profiles (<vehicle>.dbc + <vehicle>.toml)."""
    installed = PACKAGE / "_data" / "dbc"
    return installed if installed.is_dir() else PACKAGE.parent / "dbc"
