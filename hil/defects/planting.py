"""What a planted defect is: names of the unit's code that stand for something else while it is planted."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Patch:
    """place.name is value."""

    place: Any
    name: str
    value: Any


@dataclass(frozen=True, slots=True)
class Defect:
    """what: the defect as a sentence. patches: made anew each time it is planted."""

    what: str
    patches: Callable[[], tuple[Patch, ...]]


def constant(what: str, place: Any, name: str, value: Any) -> Defect:
    """A constant, or a function, that is another."""
    return Defect(what, lambda: (Patch(place, name, value),))


def changed(what: str, place: Any, name: str, change: Callable[[Any], Any]) -> Defect:
    """A function made of the right one."""
    return Defect(what, lambda: (Patch(place, name, change(getattr(place, name))),))


def result(what: str, place: Any, name: str, change: Callable[[Any], Any]) -> Defect:
    """A function whose result is changed."""

    def wrapped(right: Any) -> Any:
        return lambda *words, **named: change(right(*words, **named))

    return changed(what, place, name, wrapped)
