"""The arbiter's laws, each as a story on a time line, and all of them at once under random claims."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from obu.core.alert import Alert, Direction, Level, Shown, Text
from obu.core.errors import ConfigError
from obu.core.now import NS_PER_MS
from obu.hmi.arbiter import LINGER_S, Arbiter, ArbiterOptions

STEP_MS = 100
LATCH_MS = {"EBW": 3000, "HLW": 1000, "ICW": 1000, "FCW": 1000}
REARM_MS = 3000
LINGER_MS = round(LINGER_S * 1000)


def claim(app: str, subject: str = "", level: Level = Level.CAUTION, distance_m: float | None = 50.0) -> Alert:
    """An alert with the application's usual priority."""
    return Alert(
        app=app,
        subject=subject or f"{app} a",
        level=level,
        priority={"FCW": 1, "ICW": 1, "EBW": 2, "AVW": 3, "HLW": 4}[app],
        text=Text("注意", "mind"),
        symbol="hazard_ahead",
        direction=Direction.AHEAD,
        distance_m=distance_m,
    )


HLW, EBW, ICW = claim("HLW"), claim("EBW"), claim("ICW", level=Level.IMMINENT)


def play(*spans: tuple[int, Sequence[Alert]]) -> list[Shown | None]:
    """What is shown at each step, given (for how many ms, what is claimed)."""
    arbiter = Arbiter(ArbiterOptions())
    at_ms, seen = 0, []
    for for_ms, alerts in spans:
        for _ in range(for_ms // STEP_MS):
            seen.append(arbiter.settle(at_ms * NS_PER_MS, alerts))
            at_ms += STEP_MS
    return seen


def runs(seen: Sequence[Shown | None]) -> list[tuple[str, int, int]]:
    """(application or '-', number, ms) of each stretch."""
    found: list[tuple[str, int, int]] = []
    for one in seen:
        name, number = (one.alert.app, one.number) if one else ("-", 0)
        if found and found[-1][:2] == (name, number):
            found[-1] = (name, number, found[-1][2] + STEP_MS)
        else:
            found.append((name, number, STEP_MS))
    return found


STORIES = [
    ("nothing claimed, nothing shown", [(500, [])], [("-", 0, 500)]),
    ("a claim is shown in the step it is made", [(2000, [HLW])], [("HLW", 1, 2000)]),
    ("a short claim stays its latch time", [(100, [HLW]), (1900, [])], [("HLW", 1, 1000), ("-", 0, 1000)]),
    ("hard braking stays 3 s", [(100, [EBW]), (3900, [])], [("EBW", 1, 3000), ("-", 0, 1000)]),
    ("a long claim lingers, then ends", [(2000, [HLW]), (2000, [])], [("HLW", 1, 2400), ("-", 0, 1600)]),
    (
        "two lost messages end nothing",
        [(2000, [HLW]), (300, []), (1000, [HLW])],
        [("HLW", 1, 3300)],
    ),
    (
        "a more urgent one takes the screen at once; the displaced returns under its own number",
        [(500, [HLW]), (1000, [HLW, ICW]), (2000, [HLW])],
        [("HLW", 1, 500), ("ICW", 2, 1400), ("HLW", 1, 1600)],
    ),
    (
        "imminent danger does not wait behind a caution of a higher rank",
        [(500, [claim("FCW")]), (1000, [claim("FCW"), claim("EBW", level=Level.IMMINENT)])],
        [("FCW", 1, 500), ("EBW", 2, 1000)],
    ),
    (
        "a less urgent one waits for the latch",
        [(100, [EBW]), (4900, [HLW])],
        [("EBW", 1, 3000), ("HLW", 2, 2000)],
    ),
    (
        "a warning that is over is quiet for 3 s, then may come again",
        [(1500, [HLW]), (1000, []), (4000, [HLW])],
        [("HLW", 1, 1900), ("-", 0, 3000), ("HLW", 2, 1600)],
    ),
    (
        "the quiet of one danger does not silence another of the same kind",
        [(1500, [HLW]), (1000, []), (1000, [claim("HLW", "b")])],
        [("HLW", 1, 1900), ("-", 0, 600), ("HLW", 2, 1000)],
    ),
    (
        "a rise of the level breaks the quiet",
        [(1500, [HLW]), (1000, []), (1000, [claim("HLW", level=Level.IMMINENT)])],
        [("HLW", 1, 1900), ("-", 0, 600), ("HLW", 2, 1000)],
    ),
    (
        "a displaced one whose claim ends unseen is quiet too",
        [(500, [HLW]), (1500, [ICW]), (1000, []), (500, [HLW])],
        [("HLW", 1, 500), ("ICW", 2, 1900), ("-", 0, 1100)],
    ),
    (
        "a claim that returns within the latch is the same warning, also after it was displaced",
        [(100, [EBW]), (1400, []), (500, [EBW]), (500, [EBW, ICW]), (2000, [EBW])],
        [("EBW", 1, 2000), ("ICW", 2, 1000), ("EBW", 1, 1500)],
    ),
    (
        "what came back within the latch and was displaced in that step was seen: it is quiet when it ends",
        [(100, [HLW]), (500, []), (100, [HLW, claim("HLW", "b", Level.IMMINENT)]), (1500, []), (300, [HLW])],
        [("HLW", 1, 600), ("HLW", 2, 1000), ("-", 0, 900)],
    ),
    (
        "a claim that went before the screen was free is never shown",
        [(2500, [EBW]), (200, [EBW, HLW]), (2300, [])],
        [("EBW", 1, 3100), ("-", 0, 1900)],
    ),
]


@pytest.mark.parametrize(("spans", "expected"), [story[1:] for story in STORIES], ids=[story[0] for story in STORIES])
def test_story(spans: list[tuple[int, list[Alert]]], expected: list[tuple[str, int, int]]) -> None:
    assert runs(play(*spans)) == expected


def test_among_equals_the_older_goes_first_and_keeps_the_screen() -> None:
    seen = play((500, [claim("HLW", "b")]), (2000, [claim("HLW", "a"), claim("HLW", "b")]))
    assert {one.alert.subject for one in seen if one} == {"b"}


def test_distance_follows_the_claim_and_is_gone_when_nobody_measures_it() -> None:
    seen = play((100, [EBW]), (100, [replace(EBW, distance_m=44.0)]), (2000, []))
    distances = [one.alert.distance_m for one in seen if one]
    assert distances[:2] == [50.0, 44.0]
    assert distances[1 + LINGER_MS // STEP_MS :] == [None] * (len(distances) - 1 - LINGER_MS // STEP_MS)


def test_a_level_rises_at_once_and_falls_only_after_the_latch_time() -> None:
    high = replace(HLW, level=Level.IMMINENT)
    seen = play((500, [HLW]), (100, [high]), (2000, [HLW]))
    levels = [int(one.alert.level) for one in seen if one]
    assert levels == [2] * 5 + [3] * 10 + [2] * 11


def test_a_latch_too_short_to_read_is_refused() -> None:
    with pytest.raises(ConfigError, match="EBW"):
        ArbiterOptions(latch_by_app_s={"EBW": 0.5})


def test_of_one_subject_one_claim_counts_as_urgent_as_any() -> None:
    """A collision with a car silences its braking, and that its hazard lights: no second sound for one thing."""
    car = [claim("AVW", "car"), claim("EBW", "car", Level.IMMINENT), claim("FCW", "car", Level.CAUTION)]
    assert runs(play((300, car))) == [("FCW", 1, 300)]
    assert {one.alert.level for one in play((300, car)) if one} == {Level.IMMINENT}
    assert runs(play((300, car[:2]))) == [("EBW", 1, 300)]
    braking, cautious = car[1], claim("FCW", "car", Level.CAUTION)
    seen = play((500, [braking]), (1000, [braking, cautious]), (2000, [braking]))
    assert runs(seen) == [("EBW", 1, 500), ("FCW", 2, 1400), ("EBW", 1, 1600)], "it brakes still: the same warning"
    seen = play((1500, [cautious]), (1000, []), (300, [cautious, claim("EBW", "car", Level.IMMINENT)]))
    assert runs(seen[-3:]) == [("FCW", 2, 300)], "quiet about the caution is not quiet about the braking"


APPS = st.sampled_from(["HLW", "EBW", "ICW", "FCW"])
CLAIMS = st.lists(st.builds(claim, APPS, st.sampled_from("abc"), st.sampled_from(Level)), max_size=4)


class Laws(RuleBasedStateMachine):
    """An arbiter under random claims; what it shows is kept and judged without looking inside it."""

    def __init__(self) -> None:
        super().__init__()
        self.arbiter = Arbiter(ArbiterOptions())
        self.at_ms = 0
        self.before: Shown | None = None
        self.shown: Shown | None = None
        self.since_ms = 0
        self.claimed_ms = 0  # when what is shown was last claimed
        self.last = HLW  # and how
        self.numbers: set[int] = set()
        self.ended: dict[tuple[str, str], tuple[int, Level]] = {}
        self.claims: dict[tuple[str, str], Alert] = {}
        self.waiting: dict[
            tuple[str, str], tuple[int, Level]
        ] = {}  # displaced: last claimed when, last seen at which level

    @rule(alerts=CLAIMS, steps=st.integers(1, 12))
    def time_passes(self, alerts: list[Alert], steps: int) -> None:
        for _ in range(steps):
            self.at_ms += STEP_MS
            self.before, self.shown = self.shown, self.arbiter.settle(self.at_ms * NS_PER_MS, alerts)
            best: dict[str, Alert] = {}
            for one in sorted(alerts, key=lambda each: (each.priority, -each.level, each.app)):
                best.setdefault(one.subject, one)
            for subject, one in best.items():  # law 6
                level = max(each.level for each in alerts if each.subject == subject)
                best[subject] = replace(one, level=level)
            self.claims = {(one.app, one.subject): one for one in best.values()}
            self.judge()

    def judge(self) -> None:
        before, shown = self.before, self.shown
        self.wait()
        if before is not None and (shown is None or shown.number != before.number):
            self.left(before, shown)
        if shown is not None and (before is None or shown.number != before.number):
            self.came(shown)
        if shown is not None and (shown.alert.app, shown.alert.subject) in self.claims:
            self.claimed_ms = self.at_ms
            self.last = self.claims[shown.alert.app, shown.alert.subject]
        for key, one in self.claims.items():
            quiet_until_ms, level = self.ended.get(key, (0, Level.INFORMATION))
            if self.at_ms >= quiet_until_ms or one.level > level:
                assert shown is not None, "law 5: silence while something is claimed that is not quiet"
                assert urgency(shown.alert) <= urgency(one), "law 2: a more urgent claim is not on the screen"
                is_behind = one.level is Level.IMMINENT and shown.alert.level is not Level.IMMINENT
                assert not is_behind, "law 1: imminent danger waits for nobody less"

    def wait(self) -> None:
        for key, (last_ms, level) in list(self.waiting.items()):
            if key in self.claims:
                self.waiting[key] = (self.at_ms, level)
            elif self.at_ms - last_ms >= LINGER_MS:
                self.ended[key] = (self.at_ms + REARM_MS, level)
                del self.waiting[key]

    def left(self, before: Shown, shown: Shown | None) -> None:
        key = before.alert.app, before.alert.subject
        present = self.claims.get(key, self.last)  # its level may have been held until now
        is_displaced = shown is not None and urgency(shown.alert) < urgency(present)
        stayed_ms = self.at_ms - self.since_ms
        assert is_displaced or stayed_ms >= LATCH_MS[before.alert.app], "law 3: gone before it could be read"
        assert is_displaced or key not in self.claims, "law 3: gone while claimed"
        if key in self.claims:
            self.waiting[key] = (self.at_ms, before.alert.level)
        elif is_displaced and self.at_ms - self.claimed_ms < LINGER_MS:
            self.waiting[key] = (self.claimed_ms, before.alert.level)
        else:
            self.ended[key] = (self.at_ms + REARM_MS, before.alert.level)

    def came(self, shown: Shown) -> None:
        if shown.number not in self.numbers:
            assert shown.number == len(self.numbers) + 1
            self.numbers.add(shown.number)
            until_ms, level = self.ended.get((shown.alert.app, shown.alert.subject), (0, Level.INFORMATION))
            assert self.at_ms >= until_ms or shown.alert.level > level, "law 4: not quiet"
        assert (shown.alert.app, shown.alert.subject) in self.claims, "shown without being claimed"
        self.waiting.pop((shown.alert.app, shown.alert.subject), None)
        self.since_ms = self.at_ms

    @invariant()
    def memory_is_bounded(self) -> None:
        assert len(self.arbiter.state.claims) <= 12
        assert len(self.arbiter.state.quiet) <= 12


def urgency(alert: Alert) -> tuple[int, int, int]:
    """Law 1."""
    return 0 if alert.level == 3 else 1, alert.priority, 3 - alert.level


TestLaws = Laws.TestCase
TestLaws.settings = settings(
    max_examples=150, stateful_step_count=30, deadline=None, phases=[Phase.explicit, Phase.generate, Phase.shrink]
)
