"""Decides which one of many alerts the driver sees; its one rule: one warning at a time, and no flicker.

Laws:
  1. More urgent is: imminent danger before all else, then the smaller priority number, then the higher level.
     Between equals the older claim goes first; age alone never takes the screen away.
  2. A more urgent claim takes the screen at once, whatever is there. The one it displaced returns under its
     own number if it is still claimed when the screen is free again.
  3. Else a warning stays for its latch time at least, and for as long as it is claimed. A claim that is away
     for less than LINGER_S (a lost message) has not ended; where it has ended within the latch time the
     sentence stays, without distance and time, which nobody measures any more. The level rises at once and falls
     only after it stood for the latch time.
  4. A warning that is over is quiet for its re-arm time: the same (app, subject) is not shown again within
     it, unless its level is higher than the one the driver saw.
  5. The screen is empty only when nothing is claimed that is not quiet.
  6. Of one subject only the claim of the smallest priority number counts, at the highest level that any claims of
     it: a collision with a car silences that it brakes, and that it stands with its hazard lights on, but not how
     urgent that is. What is silenced has not ended: as something displaced it returns under its own number.

Sources: one audible warning at a time, latch 1 s or more, re-arm 3 to 5 s, warnings that stop by themselves
(NHTSA, Preliminary Human Factors Guidelines for Crash Avoidance Warning Devices, 1996); EBW 3 to 5 s (hard
braking may end sooner than a glance away from the road, up to 2 s by NHTSA's 2013 guidelines); below about
70 % right drivers stop listening (FHWA-HRT-15-007), hence the quiet after each.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from types import MappingProxyType

from obu.core.alert import Alert, Level, Shown
from obu.core.errors import ConfigError
from obu.core.now import NS_PER_S

SHORTEST_LATCH_S = 1.0
LINGER_S = 0.5  # our own: five BSM periods, so that two lost in a row do not end a warning

Key = tuple[str, str]  # (app, subject)


@dataclass(frozen=True, slots=True, kw_only=True)
class ArbiterOptions:
    """latch_s: the least stay of a warning, by application where it differs; rearm_s: the quiet after."""

    latch_s: float = 1.0
    latch_by_app_s: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({"EBW": 3.0}))
    rearm_s: float = 3.0

    def __post_init__(self) -> None:
        for app, latch_s in (("*", self.latch_s), *sorted(self.latch_by_app_s.items())):
            if latch_s < SHORTEST_LATCH_S:
                raise ConfigError(
                    f"latch_s of {app}: {latch_s} s cannot be read, {SHORTEST_LATCH_S} s is the least",
                    f"latch_s（{app}）：{latch_s} 秒来不及看清，至少 {SHORTEST_LATCH_S} 秒",
                )


@dataclass(slots=True)
class Claim:
    """What an application claims, since when, when last at all and when last unsilenced (law 6); the number and the
    last level the driver saw it under."""

    alert: Alert
    first_ns: int
    heard_ns: int
    last_ns: int
    number: int | None = None
    seen: Level | None = None


@dataclass(slots=True)
class Quiet:
    """A warning that is over: not again before until_ns, unless above `level`."""

    until_ns: int
    level: Level


@dataclass(slots=True)
class ArbiterState:
    """Everything that changes. claims: present or lingering, by (app, subject)."""

    claims: dict[Key, Claim] = field(default_factory=dict)
    quiet: dict[Key, Quiet] = field(default_factory=dict)
    shown: Shown | None = None
    risen_ns: int = 0  # when the shown warning reached its level
    last_number: int = 0


class Hold(Enum):
    """How firmly what is on the screen sits there."""

    EMPTY = "empty"
    CLAIMED = "claimed"
    LATCHED = "latched"  # no longer claimed, but not long enough on the screen
    OVER = "over"


class Then(Enum):
    """What becomes of the screen."""

    STAY = "stay"
    YIELD = "yield"  # to the best rival; what was there returns later if still claimed
    END = "end"  # quiet from now; then the best rival, if any
    FILL = "fill"  # with the best rival, if any


# (what is on the screen, is the best rival more urgent) -> what then: laws 2 to 5 in one table.
TABLE: Mapping[tuple[Hold, bool], Then] = MappingProxyType(
    {
        (Hold.EMPTY, False): Then.FILL,
        (Hold.EMPTY, True): Then.FILL,
        (Hold.CLAIMED, False): Then.STAY,
        (Hold.CLAIMED, True): Then.YIELD,
        (Hold.LATCHED, False): Then.STAY,
        (Hold.LATCHED, True): Then.END,
        (Hold.OVER, False): Then.END,
        (Hold.OVER, True): Then.END,
    }
)


class Arbiter:
    """Many claims in, one warning out. All that changes is in `state`."""

    def __init__(self, options: ArbiterOptions) -> None:
        self._rearm_ns = round(options.rearm_s * NS_PER_S)
        self._latch_ns = round(options.latch_s * NS_PER_S)
        self._latch_by_app_ns = {app: round(s * NS_PER_S) for app, s in options.latch_by_app_s.items()}
        self._linger_ns = round(LINGER_S * NS_PER_S)
        self.state = ArbiterState()

    def settle(self, at_ns: int, alerts: Sequence[Alert]) -> Shown | None:
        """What the driver sees from at_ns on, given all that is claimed now. at_ns never goes back."""
        state = self.state
        self._take(at_ns, alerts)
        if state.shown is not None:
            state.shown = self._refresh(at_ns, state.shown)
        state.quiet = {key: quiet for key, quiet in state.quiet.items() if at_ns < quiet.until_ns}
        rival = self._best_rival(at_ns)
        then = TABLE[self._hold(at_ns), rival is not None and self._is_more_urgent(rival)]
        if then is Then.END and state.shown is not None:
            ended = state.shown.alert
            state.quiet[_key(ended)] = Quiet(at_ns + self._rearm_ns, ended.level)
            state.shown = None
        if then is not Then.STAY:
            state.shown = self._show(at_ns, rival)
        if state.shown is not None and (claim := state.claims.get(_key(state.shown.alert))) is not None:
            claim.seen = state.shown.alert.level
        return state.shown

    def _take(self, at_ns: int, alerts: Sequence[Alert]) -> None:
        claims, shown = self.state.claims, self.state.shown
        shown_key = _key(shown.alert) if shown else None
        for alert in _one_of_each(alerts):
            key = _key(alert)
            if key not in claims:
                is_back = shown if key == shown_key else None  # within the latch: the same warning
                number, seen = (is_back.number, is_back.alert.level) if is_back else (None, None)
                claims[key] = Claim(alert, at_ns, at_ns, at_ns, number, seen)
            claims[key].alert, claims[key].heard_ns, claims[key].last_ns = alert, at_ns, at_ns
        for alert in alerts:
            if (silenced := claims.get(_key(alert))) is not None and silenced.last_ns < at_ns:
                silenced.alert, silenced.heard_ns = alert, at_ns
        for key in [key for key, claim in claims.items() if at_ns - claim.heard_ns >= self._linger_ns]:
            ended = claims.pop(key)
            if ended.seen is not None and key != shown_key:  # displaced, and over before it could return
                self.state.quiet[key] = Quiet(at_ns + self._rearm_ns, ended.seen)

    def _best_rival(self, at_ns: int) -> Claim | None:
        state = self.state
        shown_key = _key(state.shown.alert) if state.shown else None
        rivals = [
            (*_urgency(claim.alert), claim.first_ns, key)
            for key, claim in state.claims.items()
            if claim.last_ns == at_ns and key != shown_key and not self._is_quiet(key, claim.alert)
        ]
        return state.claims[min(rivals)[-1]] if rivals else None

    def _is_quiet(self, key: Key, alert: Alert) -> bool:
        quiet = self.state.quiet.get(key)
        return quiet is not None and alert.level <= quiet.level

    def _hold(self, at_ns: int) -> Hold:
        shown = self.state.shown
        if shown is None:
            return Hold.EMPTY
        if _key(shown.alert) in self.state.claims:
            return Hold.CLAIMED
        return Hold.LATCHED if at_ns - shown.since_ns < self._latch(shown.alert.app) else Hold.OVER

    def _is_more_urgent(self, rival: Claim) -> bool:
        shown = self.state.shown
        return shown is None or _urgency(rival.alert) < _urgency(shown.alert)

    def _refresh(self, at_ns: int, shown: Shown) -> Shown:
        """The warning on the screen with what is claimed of it now."""
        claim = self.state.claims.get(_key(shown.alert))
        if claim is None:
            return replace(shown, alert=replace(shown.alert, distance_m=None, time_s=None))
        now = claim.alert
        if now.level > shown.alert.level:
            self.state.risen_ns = at_ns
        elif now.level < shown.alert.level and at_ns - self.state.risen_ns < self._latch(now.app):
            told = replace(shown.alert, distance_m=now.distance_m, time_s=now.time_s, why=now.why)
            return replace(shown, alert=told)
        return replace(shown, alert=now)

    def _show(self, at_ns: int, claim: Claim | None) -> Shown | None:
        if claim is None:
            return None
        if claim.number is None:
            self.state.last_number += 1
            claim.number = self.state.last_number
        self.state.risen_ns = at_ns
        return Shown(number=claim.number, since_ns=at_ns, alert=claim.alert)

    def _latch(self, app: str) -> int:
        return self._latch_by_app_ns.get(app, self._latch_ns)


def _one_of_each(alerts: Sequence[Alert]) -> list[Alert]:
    """Law 6."""
    best: dict[str, Alert] = {}
    for alert in sorted(alerts, key=lambda one: (one.priority, -one.level, one.app)):
        rival = best.setdefault(alert.subject, alert)
        if alert.level > rival.level:
            best[alert.subject] = replace(rival, level=alert.level)
    return list(best.values())


def _key(alert: Alert) -> Key:
    return alert.app, alert.subject


def _urgency(alert: Alert) -> tuple[bool, int, int]:
    """Law 1."""
    return alert.level is not Level.IMMINENT, alert.priority, -alert.level
