"""One condition of a warning as a value: what an application asks, and `obu explain` tells; its one rule: none decides.

Made by the ten thousand a second, most of them the first of a neighbour and not true: plain tuples.
"""

from collections.abc import Callable, Collection, Iterable
from typing import Any, TypeVar

Condition = tuple[str, Any, str, Any, bool]
"""Name with unit; value, None where there is none; how it must be to the limit; the limit; whether it is."""
Thing = TypeVar("Thing")
Seen = TypeVar("Seen")
Limits = TypeVar("Limits")


def at_least(name: str, value: float | None, limit: float) -> Condition:
    """value >= limit."""
    return name, value, ">=", limit, value is not None and value >= limit


def at_most(name: str, value: float | None, limit: float) -> Condition:
    """value <= limit."""
    return name, value, "<=", limit, value is not None and value <= limit


def above(name: str, value: float | None, limit: float) -> Condition:
    """value > limit."""
    return name, value, ">", limit, value is not None and value > limit


def below(name: str, value: float | None, limit: float) -> Condition:
    """value < limit."""
    return name, value, "<", limit, value is not None and value < limit


def is_same(name: str, value: object, limit: object) -> Condition:
    """Of one of a few: it is that one."""
    return name, value, "=", limit, value is limit


def is_other(name: str, value: object, limit: object) -> Condition:
    """Of one of a few: it is not that one."""
    return name, value, "!=", limit, value is not limit


def is_one_of(name: str, value: object, limit: Collection[Any]) -> Condition:
    """It is one of those."""
    return name, value, "in", limit, value in limit


def has(name: str, value: Collection[Any], limit: Collection[Any]) -> Condition:
    """Of several: one of those is among them."""
    return name, value, "has", limit, any(each in value for each in limit)


def is_there(name: str, value: object) -> Condition:
    """There is one at all: without it nothing more can be asked."""
    return name, value, "!=", None, value is not None


def all_hold(conditions: Iterable[Condition]) -> bool:
    """Asked no further than the first that does not hold."""
    for condition in conditions:  # noqa: SIM110 - all() would cost another generator for each road user
        if not condition[4]:
            return False
    return True


def concerned(
    view: Seen,
    things: Iterable[Thing],
    limits: Limits,
    ours: Callable[[Seen, Limits], Iterable[Condition]],
    theirs: Callable[[Seen, Thing, Limits], Iterable[Condition]],
) -> list[Thing]:
    """The things of a view of which all conditions hold; none where one of our own does not."""
    if not all_hold(ours(view, limits)):
        return []
    return [thing for thing in things if all_hold(theirs(view, thing, limits))]
