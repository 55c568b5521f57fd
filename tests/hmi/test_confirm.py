"""What was reckoned from one message waits for the next; what a sender says of himself does not."""

from hypothesis import given
from hypothesis import strategies as st

from obu.apps import base
from obu.core.alert import Alert, Direction, Level, Text
from obu.core.now import NS_PER_MS
from obu.hmi.confirm import RECKONED, Confirm

MOST_MS, LOST_MS = 100, 500  # so much later at the most; so long away, and it begins anew


def alert(app: str = "ICW", subject: str = "a") -> Alert:
    return Alert(
        app=app, subject=subject, level=Level.IMMINENT, priority=1, text=Text("", ""), symbol="x",
        direction=Direction.AHEAD,
    )  # fmt: skip


def shown_ms(looks: list[tuple[int, list[Alert]]]) -> list[int]:
    """At which looks something may be shown."""
    confirm = Confirm()
    return [at_ms for at_ms, claimed in looks if confirm.of(at_ms * NS_PER_MS, claimed)]


def test_they_are_applications() -> None:
    assert {name.lower() for name in RECKONED} < set(base.names())


def test_the_second_message_confirms_and_another_subject_does_not() -> None:
    one, other = [alert()], [alert(subject="b")]
    assert shown_ms([(0, one), (5, one), (60, one), (100, one)]) == [100]
    assert shown_ms([(0, one), (100, other), (200, one)]) == [200], "a lost message is no end"
    assert shown_ms([(0, one), (LOST_MS, one), (LOST_MS + 100, one)]) == [LOST_MS + 100]
    assert shown_ms([(0, [alert("FCW")]), (100, one)]) == []
    assert shown_ms([(0, [alert("EBW")])]) == [0], "he says it himself"


@given(st.lists(st.integers(5, 100), min_size=1, max_size=40), st.lists(st.booleans(), min_size=40, max_size=40))
def test_it_costs_a_tenth_of_a_second_and_no_claim_is_shown_at_its_first_look(
    gaps_ms: list[int], is_claimed: list[bool]
) -> None:
    """Whatever the looks, as long as each comes within 100 ms of the one before, and whatever is claimed in between."""
    confirm, at_ms, since_ms, last_ms = Confirm(), 0, None, None
    for gap_ms, claims in zip(gaps_ms, is_claimed, strict=False):
        at_ms += gap_ms
        found = confirm.of(at_ms * NS_PER_MS, [alert()] if claims else [])
        if not claims:
            assert not found
            continue
        since_ms = at_ms if last_ms is None or at_ms - last_ms >= LOST_MS else since_ms
        assert since_ms is not None
        assert not (found and at_ms == since_ms)
        assert found or at_ms - since_ms < MOST_MS
        last_ms = at_ms
    assert len(confirm.spans) <= 1
