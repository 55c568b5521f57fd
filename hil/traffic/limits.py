"""What limits the warnings, and by how much: each look of our units once more, with one thing known as it really was.

Ten looks a second are taken as the unit had them, changed (hil/traffic/knowing.py), and given to the same applications,
confirmation and arbiter. Its one rule: between two kinds of knowledge nothing else differs.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from hil.traffic import knowing
from hil.traffic.host import Warned
from hil.traffic.knowing import Knower
from hil.traffic.score import COLLISION
from obu.apps import base
from obu.apps.base import Installed
from obu.core.alert import Alert, Direction, Level
from obu.core.now import NS_PER_MS, NS_PER_S, Now
from obu.core.world import Neighbour, View
from obu.hmi.arbiter import Arbiter, ArbiterOptions
from obu.hmi.confirm import Confirm
from obu.scene.facts import FactsState
from obu.scene.view import Scene
from obu.station.warn import WarnState

LOOK_APART_NS = 90 * NS_PER_MS
AGAIN_NS = round(3.5 * NS_PER_S)  # a claim that was away for less is the same: the arbiter's linger and quiet
MEETING = ("ICW", "LTA", "VRUCW")  # which guess who will drive on, by these conditions of others and of us
OF_OTHERS = frozenset({"stops_for_light", "waits", "speed_mps", "waits_at_kerb"})
OF_US = frozenset({"light_holds_us", "own_stops"})


class Known(Enum):
    """What is known in place of what the unit reckoned, as the report calls it."""

    AS_IS = "as it is"
    EXACT = "places exact and of now"
    SCREEN = "every claim at once"
    WAYS = "the ways driven"
    OTHERS = "what others will do"
    WILL = "what all will do"
    ALL = "all of these"


SETTLED, BOTH = "truth without what is not settled", "all of these, and that truth"
WHY = {
    Known.AS_IS.value: "Nothing else is known, and ten looks a second are taken instead of up to fifty. What differs "
    "from the first table comes of that alone.",
    Known.EXACT.value: "No error of place on either side, no latency, no message of a moment ago. It tells what better "
    "receivers and a faster radio would give.",
    Known.SCREEN.value: "Not held back until a second message confirms it, nor behind a more urgent warning on the one "
    "screen. It tells what these two cost, and what they keep from the driver.",
    Known.WAYS.value: "Where two ways meet, and who is on ours, follows from what both drove, not from lanes and turn "
    "signals; when they come there is still reckoned. Who steered out of a way is known to do so, too.",
    Known.OTHERS.value: "The ways driven, when the other really came where they meet, and how he brakes within 2 s; "
    "whether he heeds lights and right of way is not guessed. A near miss that he will avert is thus not warned of.",
    Known.WILL.value: "The same of our driver, too. A near miss that anybody will avert is lost here: what counts is "
    "which warnings without a ground are not there any more.",
    Known.ALL.value: "Exact places, what all will do, and every claim at once. A warning without a ground here is so "
    "by the rules, or by what counts as an encounter.",
    SETTLED: "Nothing more is known, but a conflict of two who never came within 2 s of one place, nor would have, had "
    "neither braked nor steered, does not count, nor one behind whom our driver braked of himself in time and enough: "
    "SUMO's time to collision takes nobody to brake on. A warning has a ground wherever the two did come so near "
    "within 8 s, or had, if our driver had not braked; of FCW, where they had touched.",
    BOTH: "The last two rows together. What has no ground here is left to the rules.",
}

SEEN = (Known.AS_IS, Known.SCREEN)  # of what the unit itself claimed
WITH_WAYS = (Known.WAYS, Known.OTHERS, Known.WILL, Known.ALL)
WITH_OTHERS, WITH_OURS = (Known.OTHERS, Known.WILL, Known.ALL), (Known.WILL, Known.ALL)
EXACTLY = (Known.EXACT, Known.ALL)
UNSCREENED = (Known.SCREEN, Known.ALL)


class Again:
    """Some kinds of knowledge of one of ours. look() after each turn; warned: by kind, as Host has them."""

    def __init__(self, knower: Knower, apps: Sequence[Installed], kinds: Sequence[Known]) -> None:
        self._knower, self._apps = knower, [app for app in apps if app.name in COLLISION]
        self._scene = Scene()
        self._screens = {known: Claims() if known in UNSCREENED else Screen() for known in kinds}
        self._looked_ns = 0
        self.warned: dict[Known, list[Warned]] = {known: [] for known in kinds}

    def look(self, now: Now, at_s: float, state: WarnState, facts: FactsState) -> None:
        """state, facts: of the unit's warnings after this turn."""
        view = state.view
        if view is None or view.at_ns != now.at_ns or now.at_ns - self._looked_ns < LOOK_APART_NS:
            return
        self._looked_ns = now.at_ns
        exact = self._exact(now, at_s, view, facts)
        for known, screen in self._screens.items():
            claims, seen = state.claims, exact if known in EXACTLY else view
            if known not in SEEN:
                others = (alert for alert in claims if alert.app not in COLLISION)
                claims = (*others, *self._claims(known, at_s, seen))
            for alert in screen.new(seen, [alert for alert in claims if not alert.is_mark]):
                why = tuple(sorted(alert.why))
                self.warned[known].append(
                    Warned(self._knower.host, at_s, alert.app, int(alert.level), alert.subject, why)
                )

    def _exact(self, now: Now, at_s: float, view: View, facts: FactsState) -> View:
        if not any(known in EXACTLY for known in self._screens):
            return view
        own = knowing.exact_own(self._knower, now, at_s, view.own)
        return self._scene.build(now, own, knowing.exact_facts(self._knower, now, at_s, facts))

    def _claims(self, known: Known, at_s: float, view: View) -> Iterator[Alert]:
        others, ours = known in WITH_OTHERS, known in WITH_OURS
        guessed = (OF_OTHERS if others else frozenset()) | (OF_US if ours else frozenset())
        if known in WITH_WAYS:
            view = knowing.with_ways(self._knower, at_s, view, others, ours)
        for app in self._apps:
            alerts = app.look(view, app.parameters)
            yield from alerts
            if guessed and app.name in MEETING:
                yield from _unguessed(view, app, {alert.subject for alert in alerts}, guessed)


class Screen:
    """Confirmed and one at a time."""

    def __init__(self) -> None:
        self._confirm, self._arbiter, self._last = Confirm(), Arbiter(ArbiterOptions()), 0

    def new(self, view: View, alerts: Iterable[Alert]) -> Iterator[Alert]:
        """What the driver sees for the first time."""
        shown = self._arbiter.settle(view.at_ns, self._confirm.of(view, alerts))
        if shown is not None and shown.number > self._last:
            self._last = shown.number
            yield shown.alert


@dataclass(slots=True)
class Claims:
    """All that is claimed. last_ns: when, by application and subject."""

    last_ns: dict[tuple[str, str], int] = field(default_factory=dict)

    def new(self, view: View, alerts: Iterable[Alert]) -> Iterator[Alert]:
        """What was not claimed a while ago."""
        for alert in alerts:
            key = (alert.app, alert.subject)
            if view.at_ns - self.last_ns.get(key, -AGAIN_NS) >= AGAIN_NS:
                yield alert
            self.last_ns[key] = view.at_ns


def _unguessed(view: View, app: Installed, told: set[str], guessed: frozenset[str]) -> Iterator[Alert]:
    """Of whom an application keeps silent for what it takes somebody to do, who is known to do otherwise."""
    module = base.load(app.name.lower())
    ours = {condition[0] for condition in module.ours(view, app.parameters) if not condition[4]}
    if not ours <= guessed:
        return
    for other in view.neighbours:
        if other.conflict is not None and other.subject not in told:
            theirs = {condition[0] for condition in module.theirs(view, other, app.parameters) if not condition[4]}
            if theirs <= guessed:
                yield _alert(module, other)


def _alert(module: Any, other: Neighbour) -> Alert:
    return Alert(
        app=module.NAME, subject=other.subject, level=Level.IMMINENT, priority=module.PRIORITY, text=module.TITLE,
        symbol="", direction=Direction.AHEAD, why=(("target", other.subject),),
    )  # fmt: skip
