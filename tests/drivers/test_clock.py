"""The unit's clocks: what they are handed is what they tell, carried on by the monotonic clock."""

import pytest

from obu.core.now import NS_PER_MS, NS_PER_S, ClockMark
from obu.drivers import clock
from obu.drivers.clock import GnssClock

UTC_NS = 1_800_000_000 * NS_PER_S
START_NS = 5 * NS_PER_S  # of the monotonic clock, when it was UTC_NS


@pytest.fixture
def hand(monkeypatch):
    """Sets the monotonic clock."""
    return lambda at_ns: monkeypatch.setattr(clock.time, "monotonic_ns", lambda: at_ns)


def test_without_marks_the_error_grows_until_the_time_is_unknown(hand):
    tried = GnssClock()
    hand(START_NS)
    assert tried.now().utc_ns is None
    tried.follow(ClockMark(START_NS, UTC_NS, NS_PER_MS))
    errors_ns = []
    for passed_s in (0, 10, 60):
        hand(START_NS + passed_s * NS_PER_S)
        errors_ns.append(tried.now().utc_error_ns)
    assert errors_ns == [1_000_000, 2_000_000, 7_000_000]  # 0.1 ms a second
    hand(START_NS + 60 * NS_PER_S + 1)
    assert tried.now().utc_ns is None


def test_a_new_mark_sets_it_right_again_forwards_and_backwards(hand):
    tried = GnssClock()
    for step_ns in (0, 3 * NS_PER_S, -2 * NS_PER_S):
        tried.follow(ClockMark(START_NS, UTC_NS + step_ns, NS_PER_MS))
        hand(START_NS)
        assert (tried.now().utc_ns, tried.now().utc_error_ns) == (UTC_NS + step_ns, NS_PER_MS)
