"""One situation as a sentence a traffic engineer can judge, and what must be seen of it: hil/scenarios."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

from obu.core.errors import ConfigError
from obu.runtime import strict

FOLDER = Path(__file__).parent / "scenarios"


@dataclass(frozen=True, slots=True)
class Window:
    """When the first showing must lie, or during which nothing may show; seconds after green."""

    from_s: float
    to_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """app: the application under test, its file's name in capitals. trigger: what of the script brings it about.

    kind: warn: app is first shown within the window; fault: nothing is shown in it, and what attack sends is refused.
    defect: what is broken in a unit that must fail here (hil/sim.py).
    """

    title: str
    app: str | None = None
    kind: Literal["warn", "fault"]
    trigger: Literal["hazards", "braking"] | None = None
    attack: Literal["forged", "replayed", "old", "expired"] | None = None
    defect: Literal["deaf", "patient", "gullible"]
    window: Window


def read(path: Path) -> Scenario:
    """A scenario's file. Raises ConfigError that names file, line (where the key has one) and key."""
    text = strict.read_text(path)
    try:
        return _checked(strict.parse_toml(text, Scenario, str(path)), path)
    except ConfigError as error:
        key = str(error).removeprefix(f"{path}: ").partition(":")[0]
        line = _line_of(key, text)
        if line is None:
            raise
        texts = (words.replace(str(path), f"{path}:{line}", 1) for words in (error.text, error.zh))
        raise ConfigError(*texts) from None


def _checked(found: Scenario, path: Path) -> Scenario:
    if not 0 <= found.window.from_s < found.window.to_s:
        raise ConfigError(f"{path}: window: from_s must lie before to_s", f"{path}：window：from_s 必须早于 to_s")
    needed = ("app", "trigger") if found.kind == "warn" else ("attack",)
    for key in needed:
        if getattr(found, key) is None:
            raise ConfigError(
                f"{path}: {key}: kind {found.kind!r} needs it", f"{path}：{key}：kind 为 {found.kind!r} 时必填"
            )
    return found


def _line_of(key: str, text: str) -> int | None:
    """Where the dotted key stands, counted from 1; its table's line where it stands nowhere."""
    table, _, name = key.rpartition(".")
    current, of_table = "", None
    for number, line in enumerate(text.splitlines(), start=1):
        words = line.strip()
        if words.startswith("["):
            current = words.partition("]")[0].strip("[ ")
            of_table = number if current in (key, table) else of_table
        elif current == table and words.partition("=")[0].strip() == name and "=" in words:
            return number
    return of_table


def paths() -> dict[str, Path]:
    """Every scenario of the folder by its name."""
    return {path.stem: path for path in sorted(FOLDER.glob("*.toml"))}


@cache
def all_by_trigger() -> dict[str, Scenario]:
    """What the demonstration warns of, by its trigger, earliest first."""
    found = [each for each in map(read, paths().values()) if each.kind == "warn"]
    return {each.trigger: each for each in sorted(found, key=lambda each: each.window.from_s) if each.trigger}
