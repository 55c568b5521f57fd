"""One situation as a sentence a traffic engineer can judge, and what must be seen of it: hil/scenarios."""

from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Literal

from hil.defects import Defect
from obu.core.errors import ConfigError
from obu.runtime import strict

FOLDER = Path(__file__).parent / "scenarios"


@dataclass(frozen=True, slots=True)
class Window:
    """When the first showing must lie, or during which nothing may show; seconds after green."""

    from_s: float
    to_s: float


@dataclass(frozen=True, slots=True)
class During:
    """What happens to the unit from from_s to to_s.

    A signal or the receiver is lost, the receiver is 300 m off, the clock may be 5 ms off, our bus brakes hard.
    """

    what: Literal["no_yaw_rate", "no_gnss", "unsure_clock", "hard_braking", "gnss_jump"]
    from_s: float
    to_s: float


@dataclass(frozen=True, slots=True)
class Bsms:
    """The unit's own BSMs from from_s to to_s: none, or at most most_gap_ms apart and from either end.

    has_event: those with a critical event, under the AID of such, count alone. most_off_m: how far their place may be
    from the true one, with most_gap_ms.
    """

    from_s: float
    to_s: float
    most_gap_ms: float | None = None
    has_event: bool = False
    most_off_m: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """app: the application under test, its file's name in capitals. trigger: what of the script brings it about.

    kind: warn: app is first shown within the window; no_warn: nothing is shown in the run; fault: the same, and what
    attack sends is refused; rule: bsm and least alone are judged. The run ends two seconds after the window.
    least: figures of the unit's status (docs/local-socket.md), by dotted path, that must at the end be no less.
    alone: nobody else is on the road, and there is no roadside unit.
    defect: what is broken in a unit that must fail here (hil/defects.py).
    """

    title: str
    app: str | None = None
    kind: Literal["warn", "no_warn", "rule", "fault"]
    trigger: Literal["hazards", "braking", "works_elsewhere", "oncoming_brakes", "follower_brakes"] | None = None
    attack: Literal["forged", "replayed", "old", "expired"] | None = None
    alone: bool = False
    defect: Defect
    window: Window
    during: tuple[During, ...] = ()
    bsm: tuple[Bsms, ...] = ()
    least: dict[str, int] = field(default_factory=dict)


NEEDED: dict[str, tuple[str, ...]] = {
    "warn": ("app", "trigger"), "no_warn": ("app", "trigger", "least"), "rule": (), "fault": ("attack",),
}  # fmt: skip


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
    spans = [
        ("window", found.window),
        *(("during", each) for each in found.during),
        *(("bsm", each) for each in found.bsm),
    ]
    for key, span in spans:
        if not 0 <= span.from_s < span.to_s:
            raise ConfigError(f"{path}: {key}: from_s must lie before to_s", f"{path}：{key}：from_s 必须早于 to_s")
    for key in NEEDED[found.kind]:
        if not getattr(found, key):
            raise ConfigError(
                f"{path}: {key}: kind {found.kind!r} needs it", f"{path}：{key}：kind 为 {found.kind!r} 时必填"
            )
    if found.kind == "rule" and not (found.bsm or found.least):
        raise ConfigError(
            f"{path}: bsm: kind 'rule' needs it, or least", f"{path}：bsm：kind 为 'rule' 时须有 bsm 或 least"
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
