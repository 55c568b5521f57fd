"""What an application tells the driver, and how it looks on its way to the screen."""

from dataclasses import dataclass
from enum import Enum, IntEnum

Reason = tuple[str, float | str]
"""Name with unit, and value."""


@dataclass(frozen=True, slots=True)
class Text:
    """One sentence for people, in both languages."""

    zh: str
    en: str


class Level(IntEnum):
    """How urgent, as ISO 15623 and the warning guidelines rank it."""

    INFORMATION = 1
    CAUTION = 2
    IMMINENT = 3


class Direction(Enum):
    """Where the danger is, as the driver sees it."""

    AHEAD = "ahead"
    AHEAD_LEFT = "ahead_left"
    AHEAD_RIGHT = "ahead_right"
    LEFT = "left"
    RIGHT = "right"
    BEHIND = "behind"
    BEHIND_LEFT = "behind_left"
    BEHIND_RIGHT = "behind_right"


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """One application's present claim. The arbiter decides what the driver sees of it.

    app: the application's name in capitals (HLW, EBW). subject: what it is about, stable while the danger lasts
    (sender id or event id), so that one danger is one warning. priority: 1 is most urgent. why: the values that
    decided, by name with unit, for logs, tests and the bench screen. time_s: until we are there or it is with us,
    as both go now. is_mark: it is no sentence but a mark at its side of the screen, beside any warning.
    """

    app: str
    subject: str
    level: Level
    priority: int
    text: Text
    symbol: str  # name of a symbol of the screen: obu/screen/static/symbols/<symbol>.svg
    direction: Direction
    distance_m: float | None = None
    time_s: float | None = None
    why: tuple[Reason, ...] = ()
    is_mark: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """The one warning that is on the screen. number grows by one with each new warning of this run of the unit."""

    number: int
    since_ns: int  # monotonic
    alert: Alert
