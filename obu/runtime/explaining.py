"""Why each warning of a journal was given, held back or not claimed; its one rule: what is told was asked again.

The station of today is stepped through the journal as by `obu replay`; beside it the applications, which are pure, are
asked about the very same views. Where replay differs, what is told is what the program of today would have done.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from obu.apps import base
from obu.apps.base import Installed
from obu.core.alert import Alert, Level
from obu.core.now import NS_PER_S
from obu.core.world import View
from obu.hmi.arbiter import ArbiterState
from obu.runtime import journal, keeper, replay, wiring
from obu.runtime.counterfactual import Change, nearly
from obu.station.warn import WarnState

APART_NS = 5 * NS_PER_S  # what comes again after so long a silence is told as another


@dataclass(slots=True)
class Span:
    """When it held: the first and the last view, and the number of them."""

    first: View
    last: View
    looks: int = 1

    def extend(self, view: View) -> None:
        """One view more."""
        self.last, self.looks = view, self.looks + 1


@dataclass(slots=True)
class Given:
    """A warning that the driver saw. begun, ended: as first and last shown. number: None for a mark beside us."""

    number: int | None
    begun: Alert
    ended: Alert
    level: Level
    span: Span


@dataclass(slots=True)
class Held:
    """What was claimed and not shown. behind: the number of the warning on the screen; None in the quiet after it.

    is_unsure: by one message alone so far.
    """

    alert: Alert
    behind: int | None
    is_unsure: bool
    span: Span


@dataclass(slots=True)
class Missed:
    """A warning that was not claimed, one change away. about: "" of ourselves.

    changes: each that would have brought it, with the number of looks and the first in which it would have.
    """

    app: str
    about: str
    span: Span
    changes: dict[Change, tuple[int, View]] = field(default_factory=dict)

    def take(self, view: View, changes: Iterable[Change]) -> None:
        """What would have brought it in one look."""
        for change in changes:
            looks, first = self.changes.get(change, (0, view))
            self.changes[change] = looks + 1, first


@dataclass(slots=True)
class Story:
    """Of one run of the unit. differs: the first turn in which the station of today does otherwise, by segment."""

    apps: tuple[str, ...]
    looks: int = 0
    given: list[Given] = field(default_factory=list)
    held: list[Held] = field(default_factory=list)
    missed: list[Missed] = field(default_factory=list)
    differs: list[tuple[str, int]] = field(default_factory=list)
    first: View | None = None
    last: View | None = None

    def look(self, view: View, apps: Sequence[Installed], warn: WarnState, arbiter: ArbiterState) -> None:
        """One view with what the arbiter made of the claims; nearly-claims are asked for once a second."""
        is_new_second = self.last is None or view.at_ns // NS_PER_S != self.last.at_ns // NS_PER_S
        self.looks, self.first, self.last = self.looks + 1, self.first or view, view
        self._given(view, warn)
        claimed = [alert for app in apps for alert in app.look(view, app.parameters)]
        self._held(view, claimed, warn, arbiter)
        if is_new_second:
            self._missed(view, apps, {_about(alert.app, alert.subject) for alert in claimed})

    def silent(self) -> tuple[str, ...]:
        """The applications that neither spoke nor were one change away from it."""
        spoke = {each.begun.app for each in self.given} | {each.alert.app for each in self.held}
        return tuple(app for app in self.apps if app not in spoke | {each.app for each in self.missed})

    def _given(self, view: View, warn: WarnState) -> None:
        shown = warn.shown
        if shown is None:
            return
        same = next((one for one in self.given if one.number == shown.number), None)
        if same is None:
            self.given.append(Given(shown.number, shown.alert, shown.alert, shown.alert.level, Span(view, view)))
            return
        same.ended, same.level = shown.alert, max(same.level, shown.alert.level)
        same.span.extend(view)

    def _held(self, view: View, claimed: Iterable[Alert], warn: WarnState, arbiter: ArbiterState) -> None:
        for alert in claimed:
            key = (alert.app, alert.subject)
            if alert.is_mark:
                self._marked(view, alert)
                continue
            if warn.shown is not None and key == (warn.shown.alert.app, warn.shown.alert.subject):
                continue
            quiet, is_unsure = arbiter.quiet.get(key), not warn.confirm.is_sure(view, alert)
            is_quiet = quiet is not None and alert.level <= quiet.level
            behind = None if is_unsure or is_quiet or warn.shown is None else warn.shown.number
            new = Held(alert, behind, is_unsure, Span(view, view))
            same = next((one for one in self.held if _is(one, new) and _goes_on(one.span, view)), None)
            if same is None:
                self.held.append(new)
            else:
                same.span.extend(view)

    def _marked(self, view: View, mark: Alert) -> None:
        """A mark is shown whenever it is claimed."""
        same = next((one for one in self.given if _is_mark(one, mark) and _goes_on(one.span, view)), None)
        if same is None:
            self.given.append(Given(None, mark, mark, mark.level, Span(view, view)))
        else:
            same.ended = mark
            same.span.extend(view)

    def _missed(self, view: View, apps: Iterable[Installed], claimed: set[tuple[str, str]]) -> None:
        for near in (near for app in apps for near in nearly(app, view)):
            about = _about(near.app, near.about)
            if about in claimed:
                continue
            same = next(
                (one for one in self.missed if (one.app, one.about) == about and _goes_on(one.span, view)), None
            )
            if same is None:
                same = Missed(*about, Span(view, view))
                self.missed.append(same)
            else:
                same.span.extend(view)
            same.take(view, near.changes)


@dataclass(frozen=True, slots=True)
class Again:
    """A turn. view: of the look that was taken in it, None without one. differs: from what was recorded."""

    started_ns: int | None
    apps: Sequence[Installed]
    view: View | None
    warn: WarnState
    arbiter: ArbiterState
    differs: bool


def tell(paths: Iterable[Path]) -> list[Story]:
    """One story for each run of the unit that the segments hold, in order."""
    stories: dict[int | None, Story] = {}
    for path in paths:
        _tell(path, stories)
    return list(stories.values())


def _tell(path: Path, stories: dict[int | None, Story]) -> None:
    story, has_differed = None, False
    for number, turn in enumerate(turns(path), 1):
        if story is None:
            story = stories.setdefault(turn.started_ns, Story(tuple(app.name for app in turn.apps)))
        if not has_differed and turn.differs:
            has_differed = True
            story.differs.append((path.name, number))
        if turn.view is not None:
            story.look(turn.view, turn.apps, turn.warn, turn.arbiter)


def turns(path: Path) -> Iterator[Again]:
    """Each turn of a segment, stepped again by the station of today."""
    head = replay.head(path)
    apps, _ = wiring.applications(keeper.material_of(head, path)[0])
    station, _ = wiring.station_of_journal(head, path)
    seen_ns = None
    for turn in (one for one in journal.read(path) if isinstance(one, journal.Turn)):
        outbox = station.step(turn.now, turn.inbox)
        kept = station.checkpoint()
        warn = kept["warn"]
        view = warn.view if warn.view is not None and seen_ns != warn.view.at_ns == turn.now.at_ns else None
        seen_ns = view.at_ns if view is not None else seen_ns
        differs = bool(replay.differing(turn.digests, journal.digests(outbox)))
        yield Again(kept["station"].started_ns, apps, view, warn, kept["arbiter"], differs)


def _about(app: str, subject: str) -> tuple[str, str]:
    """Of ourselves alone an application speaks with a limit or a light as the subject, which a change moves."""
    return app, subject if base.load(app.lower()).ABOUT else ""


def _is(held: Held, new: Held) -> bool:
    is_same = (held.alert.app, held.alert.subject) == (new.alert.app, new.alert.subject)
    return is_same and (held.behind, held.is_unsure) == (new.behind, new.is_unsure)


def _is_mark(given: Given, mark: Alert) -> bool:
    begun = given.begun
    return given.number is None and (begun.app, begun.subject, begun.direction) == (
        mark.app,
        mark.subject,
        mark.direction,
    )


def _goes_on(span: Span, view: View) -> bool:
    return view.at_ns - span.last.at_ns < APART_NS
