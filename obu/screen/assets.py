"""The page's files, read once at the start: what is not in this table cannot be asked for."""

from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).resolve().parent / "static"
TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}


@dataclass(frozen=True, slots=True)
class Asset:
    """One file as it is served."""

    data: bytes
    content_type: str


def load() -> dict[str, Asset]:
    """Every file of the static folder by its path from the root of the site."""
    return {
        "/" + path.relative_to(FOLDER).as_posix(): Asset(path.read_bytes(), TYPES[path.suffix])
        for path in sorted(FOLDER.rglob("*"))
        if path.suffix in TYPES
    }


def symbols(assets: dict[str, Asset]) -> list[str]:
    """The names of the warning symbols."""
    prefix, suffix = "/symbols/", ".svg"
    return sorted(path[len(prefix) : -len(suffix)] for path in assets if path.startswith(prefix))
