"""What stood between an application and its warning; its one rule: a reason is a single change after which it speaks.

An application is a pure function of view and parameters, so it is asked again with one value changed: of the thing it
could speak about, of the view, or one of its parameters. Nothing here knows what an application does.
"""

import dataclasses
import math
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Any

from obu.apps.base import Installed
from obu.core.alert import Alert
from obu.core.driving import ByClass
from obu.core.vehicle import Event
from obu.core.world import View

MOST_THINGS = 8  # of each kind, the nearest
FURTHEST = 16.0  # so many times more, or less, of a parameter is still the same kind of warning
HALVINGS = 12  # until a parameter's limit is known to 0.1 %
FRESH = {"age_s", "sigma_m"}  # what would be asked of a perfect message
NOT_ASKED = {"own", "vehicle", "sections"}  # nobody drives otherwise, or another vehicle, for a warning


@dataclass(frozen=True, slots=True)
class Change:
    """what: the value's name, with `parameters.` before it where it is one. was, needed: as text.

    times: so many times more or less it had to be; infinite of what is no number.
    """

    what: str
    was: str
    needed: str
    times: float = math.inf


@dataclass(frozen=True, slots=True)
class Near:
    """A warning that was one change away. about: its subject."""

    app: str
    about: str
    changes: tuple[Change, ...]


def nearly(app: Installed, view: View) -> list[Near]:
    """The warnings of one application that a single change would have brought, one for each subject."""
    found: dict[str, dict[Change, None]] = {}
    for alone, where in _alone(view):
        claimed = {alert.subject for alert in app.look(alone, app.parameters)}
        for change, alerts in _asked(app, alone, where):
            for alert in alerts:
                if alert.subject not in claimed:
                    found.setdefault(alert.subject, {})[change] = None
    return [Near(app.name, about, tuple(changes)) for about, changes in found.items()]


def _alone(view: View) -> Iterator[tuple[View, str | None]]:
    """The view with one thing at a time, and in which of its fields that is; first with none of them."""
    names = [each.name for each in dataclasses.fields(view) if each.name not in NOT_ASKED]
    kinds = [name for name in names if isinstance(getattr(view, name), tuple)]
    empty = view
    for kind in kinds:
        empty = _with(empty, kind, ())
    yield empty, None
    for kind in kinds:
        for thing in getattr(view, kind)[:MOST_THINGS]:
            yield _with(empty, kind, (thing,)), kind


def _asked(app: Installed, view: View, where: str | None) -> Iterator[tuple[Change, list[Alert]]]:
    """Each single change with what the application claims after it."""
    for change, changed in _views(view, where):
        yield change, app.look(changed, app.parameters)
    before = {alert.subject for alert in app.look(view, app.parameters)}
    for name in (each.name for each in dataclasses.fields(app.parameters)):
        yield from _limits(app, view, name, before)


def _views(view: View, where: str | None) -> Iterator[tuple[Change, View]]:
    yield from _variants(view, "")
    if where is None:
        return
    (thing,) = getattr(view, where)
    for change, changed in _variants(thing, ""):
        yield change, _with(view, where, (changed,))


def _variants(thing: Any, before: str) -> Iterator[tuple[Change, Any]]:
    """The thing with one of its values otherwise: what is yes or no, one of a few, an event, or its freshness."""
    for name in (each.name for each in dataclasses.fields(thing) if each.name not in NOT_ASKED):
        was = getattr(thing, name)
        for other in _others(name, was):
            change = Change(before + name, text_of(was), text_of(other))
            yield change, _with(thing, name, other)
        if dataclasses.is_dataclass(was):
            for change, other in _variants(was, f"{before}{name}."):
                yield change, _with(thing, name, other)


def _others(name: str, was: Any) -> list[Any]:
    if isinstance(was, bool):
        return [not was]
    if isinstance(was, Enum):
        return [other for other in type(was) if other is not was]
    if name == "events" and isinstance(was, frozenset):
        return [was | {event} for event in Event if event not in was]
    return [0.0] if name in FRESH and was else []


def _limits(app: Installed, view: View, name: str, before: set[str]) -> Iterator[tuple[Change, list[Alert]]]:
    """A parameter as little more, or less, as lets the application speak; none where it would not."""
    was = getattr(app.parameters, name)

    def ask(factor: float) -> list[Alert]:
        changed = _with(app.parameters, name, _scaled(was, factor))
        return [alert for alert in app.look(view, changed) if alert.subject not in before]

    if _scaled(was, 2.0) == was:
        return
    for far in (FURTHEST, 1.0 / FURTHEST):
        if not ask(far):
            continue
        silent, speaks = 1.0, far
        for _ in range(HALVINGS):
            middle = (silent * speaks) ** 0.5
            silent, speaks = (silent, middle) if ask(middle) else (middle, speaks)
        needed = _scaled(was, speaks)
        told, wanted = (text_of(_of_us(value, view)) for value in (was, needed))
        yield Change(f"parameters.{name}", told, wanted, max(speaks, 1.0 / speaks)), ask(speaks)


def _of_us(parameter: Any, view: View) -> Any:
    """Of one that differs by class, our class's."""
    return parameter.of(view.vehicle) if isinstance(parameter, ByClass) else parameter


def _scaled(value: Any, factor: float) -> Any:
    """A number, or a parameter that has one for each class of vehicle, times the factor; else the value itself."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        if not dataclasses.is_dataclass(value) or isinstance(value, type):
            return value
        each = {one.name: _scaled(getattr(value, one.name), factor) for one in dataclasses.fields(value)}
        return dataclasses.replace(value, **each)
    return value * factor


def _with(thing: Any, name: str, value: Any) -> Any:
    return dataclasses.replace(thing, **{name: value})


def text_of(value: Any) -> str:
    """As a person reads it."""
    if isinstance(value, Enum):
        return str(value.value)
    if value is None:
        return "-"
    if isinstance(value, (frozenset, tuple, dict)):
        return " ".join(sorted(text_of(each) for each in value)) or "-"
    if isinstance(value, float):
        return f"{value:.4g}"
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return "/".join(text_of(getattr(value, each.name)) for each in dataclasses.fields(value))
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)
