"""What each application asked of each thing at one instant of a journal; its one rule: its own conditions.

Nothing is worked out here: an application speaks where all of its conditions hold, and these are they.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from obu.apps import base
from obu.apps.base import Installed
from obu.core.condition import Condition
from obu.core.now import NS_PER_S
from obu.core.world import Hazard, Neighbour, Sign, View
from obu.runtime import explaining

DAY_S = 86_400.0
WITHIN_S = 1.0  # an instant of which no look is told that lies further back


@dataclass(frozen=True, slots=True)
class When:
    """s: of the day in UTC, or since the first look of the segment."""

    s: float
    is_utc: bool


@dataclass(frozen=True, slots=True)
class Asked:
    """Of one application about one thing. about: its subject, "" of ourselves alone. is_claimed: it spoke of it."""

    app: str
    about: str
    is_claimed: bool
    conditions: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Instant:
    """One look. known: the subjects of all that was in it. shown: what was on the screen, "" for nothing."""

    view: View
    known: tuple[str, ...]
    asked: tuple[Asked, ...]
    shown: str


def instant(paths: Iterable[Path], when: When, of: str) -> Instant | None:
    """The last look at or before that moment, of things whose subject begins with `of`; None where there is none."""
    found = None
    for path in paths:
        first_ns = None
        for turn in explaining.turns(path):
            if (view := turn.view) is None:
                continue
            first_ns = view.at_ns if first_ns is None else first_ns
            if 0.0 <= _before_s(view, when, first_ns) < WITHIN_S:
                found = _instant(view, turn, of)
    return found


def _instant(view: View, turn: explaining.Again, of: str) -> Instant:
    shown = turn.warn.shown
    said = "" if shown is None else f"#{shown.number} {shown.alert.app} {shown.alert.subject}"
    known = tuple(name for kind in ("neighbours", "hazards", "signs") for name in map(about, getattr(view, kind)))
    return Instant(view, known, tuple(_asked(view, turn.apps, of)), said)


def about(thing: Neighbour | Hazard | Sign) -> str:
    """What an application calls a thing of the View."""
    if isinstance(thing, Neighbour):
        return thing.subject
    rsu, number = thing.id
    return f"{rsu.hex()}/sign {number}" if isinstance(thing, Sign) else f"{rsu.hex()}/{number}"


def _before_s(view: View, when: When, first_ns: int) -> float:
    """How long the look lies before that moment; more by one of its last printed digit, which was rounded down."""
    if not when.is_utc:
        return when.s - (view.at_ns - first_ns) / NS_PER_S + 0.001
    if view.utc_ns is None:
        return WITHIN_S
    return (when.s + 0.1 - view.utc_ns / NS_PER_S % DAY_S) % DAY_S


def _asked(view: View, apps: Sequence[Installed], of: str) -> Iterable[Asked]:
    for app in apps:
        module = base.load(app.name.lower())
        ours = tuple(module.ours(view, app.parameters))
        claimed = {alert.subject for alert in app.look(view, app.parameters)}
        if not module.ABOUT:
            if not of:
                yield Asked(app.name, "", bool(claimed), ours)
            continue
        for thing in getattr(view, module.ABOUT):
            if about(thing).startswith(of):
                theirs = tuple(module.theirs(view, thing, app.parameters))
                yield Asked(app.name, about(thing), about(thing) in claimed, ours + theirs)
