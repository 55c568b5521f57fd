"""One situation as a sentence a traffic engineer can judge, and when its warning must be seen: hil/scenarios."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

from obu.core.errors import ConfigError
from obu.runtime import strict

FOLDER = Path(__file__).parent / "scenarios"


@dataclass(frozen=True, slots=True)
class Window:
    """When the first showing must lie, in seconds."""

    from_s: float
    to_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """app: the application under test, its file's name in capitals. trigger: what of the script brings it about."""

    title: str
    app: str
    kind: Literal["warn"]
    trigger: Literal["hazards", "braking"]
    window: Window


def read(path: Path) -> Scenario:
    """A scenario's file. Raises ConfigError that names file and key."""
    found = strict.read_toml(path, Scenario)
    if not 0 <= found.window.from_s < found.window.to_s:
        raise ConfigError(f"{path}: window: from_s must lie before to_s", f"{path}：window：from_s 必须早于 to_s")
    return found


@cache
def all_by_trigger() -> dict[str, Scenario]:
    """Every scenario of the folder by its trigger, earliest first."""
    found = [read(path) for path in sorted(FOLDER.glob("*.toml"))]
    return {each.trigger: each for each in sorted(found, key=lambda each: each.window.from_s)}
