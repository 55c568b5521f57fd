"""A real browser for looking at the screen: where one lies, and how it is started without a word to the world."""

import os
import shutil
from pathlib import Path

NAMES = ("chromium", "google-chrome", "google-chrome-stable", "chromium-browser")
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def path() -> str | None:
    """A real Chromium or Chrome, or None; a snap's is none, for it cannot read a test's temporary folder."""
    found = [Path(path) for path in map(shutil.which, NAMES) if path]
    cache_folder = Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH", Path.home() / ".cache" / "ms-playwright"))
    found += sorted(cache_folder.glob("chromium-*/chrome-linux*/chrome"), reverse=True)
    return next((str(path) for path in found if not _is_of_snap(path)), None)


def _is_of_snap(path: Path) -> bool:
    if "snap" in path.resolve().parts or path.resolve().name == "snap":
        return True
    with path.open("rb") as file:
        start = file.read(2048)
    return start.startswith(b"#!") and b"snap" in start
