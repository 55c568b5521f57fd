"""The contract of an application: NAME, TITLE, NEEDS, Parameters, its conditions, look(view, parameters) -> claims.

It keeps no state. A claim is made where all conditions hold, and nowhere else: `obu explain` tells them one by one.
To add a warning: one file here (its name in small letters is the section [apps.<name>] of the configuration), one
scenario, one test. Timing, priority between warnings and what the driver finally sees are the arbiter's.
"""

import importlib
import pkgutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Any, Protocol

from obu import apps
from obu.core.alert import Alert, Direction, Level, Reason, Text
from obu.core.condition import Condition, above, at_most
from obu.core.world import Neighbour, View, Zone

DIRECTIONS = {
    Zone.SAME: Direction.AHEAD,
    Zone.ADJACENT_LEFT: Direction.AHEAD_LEFT,
    Zone.ADJACENT_RIGHT: Direction.AHEAD_RIGHT,
}


class Need(Enum):
    """What an application cannot do without, beyond time, own place and heading, and what it hears."""

    SPEED = "speed"
    TURN_SIGNAL = "turn_signal"  # our own
    LANE = "lane"  # ours, by MAP
    LIGHT = "light"  # before us, by SPAT
    LEVEL = "level"  # who is on ours, by MAP: no BSM tells a height. Without it there is no sound


class Application(Protocol):
    """What a module in this folder offers.

    NAME: T/CSAE 53 abbreviation in capitals. TITLE: what it warns of, in a word or two. NEEDS: without which it is
    silent. Parameters: a frozen dataclass whose defaults name their source; where it has max_sigma_m the application
    is off above so much relative error, and where it has off_sigma_m too, only without sound (as_sure) between the two.
    ABOUT: the list of the View that it speaks about, "" where it is about ourselves alone. PARTS, if it has any: of it,
    what is off before the rest. ours: what must hold of us; theirs, where it is ABOUT something: of each thing. Both
    can be asked to the end whatever does not hold before. look: pure; the alerts that hold now, most urgent first, at
    most one per subject.

    None of them raises, whatever a stranger sends: each field of the View may hold any value of its type, or nothing.
    One that raises all the same is at fault itself; nothing catches it, and `obu run` ends with it, to be started again
    by its service. A claim is free in its subject, of which the view need not hold anything.
    """

    NAME: str
    ABOUT: str
    TITLE: Text
    NEEDS: frozenset[Need]
    Parameters: type[Any]

    def ours(self, view: View, parameters: Any) -> Iterator[Condition]: ...

    def look(self, view: View, parameters: Any) -> list[Alert]: ...


@dataclass(frozen=True, slots=True)
class Part:
    """Of an application, what is off above a smaller relative error than the rest: limit, the name of its parameter.

    title: what it warns of.
    """

    title: Text
    limit: str
    is_of_buses: bool = False


@dataclass(frozen=True, slots=True)
class Installed:
    """An application with the parameters of this vehicle."""

    name: str
    look: Callable[[View, Any], list[Alert]]
    parameters: Any
    title: Text
    needs: frozenset[Need]
    parts: tuple[Part, ...] = ()

    @property
    def silent_sigma_m(self) -> float | None:
        """Above this relative error it makes no sound; None for one that does not mind."""
        sigma_m: float | None = getattr(self.parameters, "max_sigma_m", None)
        return sigma_m

    @property
    def off_sigma_m(self) -> float | None:
        """Above this one it is off."""
        sigma_m: float | None = getattr(self.parameters, "off_sigma_m", self.silent_sigma_m)
        return sigma_m


def ahead(other: Neighbour, range_m: float, max_age_s: float) -> Iterator[Condition]:
    """Before us on our way, within range, and heard a moment ago."""
    yield above("along_m", other.along_m, 0.0)
    yield above("gap_m", other.gap_m, 0.0)
    yield at_most("gap_m", other.gap_m, range_m)
    yield at_most("age_s", other.age_s, max_age_s)


def as_sure(level: Level, other: Neighbour, max_sigma_m: float) -> Level:
    """The level, or above max_sigma_m of relative error information, which makes no sound."""
    return level if other.sigma_m <= max_sigma_m else Level.INFORMATION


def side_of(other: Neighbour) -> Direction:
    """Where the driver has to look."""
    if abs(other.offset.right_m) < 2.0:
        return Direction.AHEAD
    return Direction.AHEAD_RIGHT if other.offset.right_m > 0 else Direction.AHEAD_LEFT


def reasons(other: Neighbour, *more: Reason) -> tuple[Reason, ...]:
    """The values that decided: whom the warning is about, more of it, and how well he is known."""
    known = ("sigma_m", round(other.sigma_m, 2)), ("age_s", round(other.age_s, 2))
    return ("target", other.subject), *more, *known


def names() -> list[str]:
    """The applications in this folder, by file name."""
    return sorted(info.name for info in pkgutil.iter_modules(apps.__path__) if info.name != "base")


def load(name: str) -> Any:
    """The module of one application."""
    return importlib.import_module(f"obu.apps.{name}")
