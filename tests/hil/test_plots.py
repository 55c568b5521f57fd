"""The report's drawings, without a browser: every value is in a bar, whatever a broken clock makes of it."""

import re

import pytest

from hil import plots


@pytest.mark.parametrize("values", [[-5e9, 3.0], [-2.0, -1.0], [0.0], [0.5, 99.0, 100.0]])
def test_a_histogram_counts_every_value(values: list[float]) -> None:
    bars = re.findall(r'height="([\d.]+)" fill', plots.histogram(values, "ms"))
    assert 1 <= len(bars) <= len(values) and max(map(float, bars)) == 60.0


def test_a_histogram_of_nothing_is_nothing() -> None:
    assert plots.histogram([], "ms") == ""
