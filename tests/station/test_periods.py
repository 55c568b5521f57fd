"""Percentiles of the histogram against the sorted list."""

import math

from hypothesis import given
from hypothesis import strategies as st

from obu.core.now import NS_PER_MS
from obu.station.periods import Periods


@given(st.lists(st.integers(1, 1999), min_size=1, max_size=200), st.sampled_from([0.5, 0.9, 0.99, 1.0]))
def test_a_percentile_is_that_of_the_sorted_periods(periods_ms, share):
    periods, at_ns = Periods(), 0
    periods.sent(at_ns)
    for period_ms in periods_ms:
        at_ns += period_ms * NS_PER_MS
        periods.sent(at_ns)
    expected = sorted(periods_ms)[max(0, math.ceil(share * len(periods_ms) - 1e-9) - 1)]
    assert periods.percentile_ms(share) == expected


def test_a_pause_is_no_period():
    periods = Periods()
    periods.sent(0)
    periods.broken()
    periods.sent(500 * NS_PER_MS)
    assert periods.percentile_ms(0.5) is None
