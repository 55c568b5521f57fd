"""What was reckoned from one message waits for the next; what a sender says of himself does not."""

import dataclasses
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from obu.apps import base
from obu.core.alert import Alert, Direction, Level, Text
from obu.core.now import NS_PER_MS
from obu.core.world import View
from obu.hmi.confirm import RECKONED, Confirm
from tests.apps import seen

START_UTC_MS = 1_800_000_000_000
MOST_MS, LOST_MS = 250, 500  # so much later at the most; so long away, and it begins anew


def alert(app: str = "ICW", subject: str = "a") -> Alert:
    return Alert(
        app=app, subject=subject, level=Level.IMMINENT, priority=1, text=Text("", ""), symbol="x",
        direction=Direction.AHEAD,
    )  # fmt: skip


def view(at_ms: int, **said_ms: int) -> View:
    """A look; of whom the newest message is of which instant."""
    there = [seen.other(subject=name, age_s=(at_ms - said) / 1000.0) for name, said in said_ms.items()]
    utc_ns = (START_UTC_MS + at_ms) * NS_PER_MS
    return dataclasses.replace(seen.view(*there), at_ns=at_ms * NS_PER_MS, utc_ns=utc_ns)


def shown_ms(looks: list[tuple[int, int, list[Alert]]]) -> list[int]:
    """Of (when, of which instant the message of a and b is, what is claimed): at which something may be shown."""
    confirm = Confirm()
    return [at_ms for at_ms, said_ms, claimed in looks if confirm.of(view(at_ms, a=said_ms, b=said_ms), claimed)]


def test_they_are_applications() -> None:
    assert {name.lower() for name in RECKONED} < set(base.names())


def test_the_next_message_confirms_whenever_it_comes_and_another_subject_does_not() -> None:
    one, other = [alert()], [alert(subject="b")]
    assert shown_ms([(20, 0, one), (25, 0, one), (80, 0, one), (120, 100, one)]) == [120]
    assert shown_ms([(20, 0, one), (60, 40, one)]) == [60], "he sends sooner, as something happened"
    assert shown_ms([(20, 0, one), (120, 100, other), (220, 200, one)]) == [220], "a lost claim is no end"
    assert shown_ms([(0, 0, one), (LOST_MS, 500, one), (LOST_MS + 100, 600, one)]) == [LOST_MS + 100]
    assert shown_ms([(0, 0, [alert("FCW")]), (100, 100, one)]) == []
    assert shown_ms([(0, 0, [alert("EBW")])]) == [0], "he says it himself"


def test_a_message_that_is_looked_at_again_does_not_confirm_itself() -> None:
    one = [alert()]
    assert shown_ms([(20, 0, one), (120, 0, one), (220, 200, one)]) == [220], "one message was lost"
    assert shown_ms([(20, 0, one), (120, 0, one), (220, 0, one), (320, 0, one)]) == [320], "two: a danger cannot wait"


def test_a_claim_about_somebody_who_is_not_in_the_view_is_shown_when_it_has_stood_for_a_quarter_of_a_second() -> None:
    """No message can confirm it, also where one is there at its beginning, or comes."""
    stranger = [alert(app, "stranger") for app in sorted(RECKONED)]
    confirm, looks = Confirm(), range(0, 2 * MOST_MS, 50)
    shown = {at_ms: confirm.of(view(at_ms, a=at_ms), stranger) for at_ms in looks}
    assert shown == {at_ms: stranger if at_ms >= MOST_MS else [] for at_ms in looks}
    for leaves, comes in ((True, False), (False, True)):
        confirm = Confirm()
        assert not confirm.of(view(0, a=0) if leaves else view(0), [alert()])
        assert not confirm.of(view(100, a=100) if comes else view(100), [alert()])
        assert confirm.of(view(MOST_MS), [alert()])


@given(st.data())
def test_it_waits_for_one_more_message_and_no_longer_than_a_quarter_of_a_second(data: st.DataObject) -> None:
    """Whatever the looks and the messages, and whatever is claimed in between."""
    confirm, at_ms, said_ms = Confirm(), 0, 0
    first: tuple[int, int] | None = None
    last_ms = -LOST_MS
    for gap_ms, is_new, claims in data.draw(st.lists(st.tuples(st.integers(5, 100), st.booleans(), st.booleans()))):
        at_ms += gap_ms
        said_ms = at_ms - gap_ms % 5 if is_new else said_ms
        found = confirm.of(view(at_ms, a=said_ms), [alert()] if claims else [])
        if not claims:
            assert not found
            continue
        if first is None or at_ms - last_ms >= LOST_MS:
            first = at_ms, said_ms
        last_ms = at_ms
        since_ms, of_ms = first
        assert bool(found) == (said_ms != of_ms or at_ms - since_ms >= MOST_MS)
    assert len(confirm.claims) <= 1


@pytest.mark.parametrize("age_s", [0.0, 1e-9, 0.0999, 0.1, 1 / 3, 0.999])
def test_an_age_makes_no_two_messages_of_one(age_s: float) -> None:
    """The age is that of a message to the nanosecond; looked at later it is older by just as much."""
    confirm, one = Confirm(), alert()
    said_ns = START_UTC_MS * NS_PER_MS - math.floor(age_s * 1e9)
    for later_ns in range(0, 200_000_000, 4_999_999):
        utc_ns = START_UTC_MS * NS_PER_MS + later_ns
        there = seen.other(subject="a", age_s=(utc_ns - said_ns) / 1e9)
        assert not confirm.of(dataclasses.replace(seen.view(there), at_ns=later_ns, utc_ns=utc_ns), [one])
