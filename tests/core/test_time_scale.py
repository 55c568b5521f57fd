"""The two time scales: every leap second since 2004, and what lies between."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from obu.core.now import V2X_EPOCH_UNIX_S
from obu.core.time_scale import LEAPS_UNIX_S, US_PER_S, TimeScale, apart_s

# IERS Bulletins C 30, 36, 43, 49 and 52: UTC inserted a second before these midnights.
BULLETINS = [(2006, 1, 1), (2009, 1, 1), (2012, 7, 1), (2015, 7, 1), (2017, 1, 1)]
MIDNIGHTS_US = [(int(datetime(*day, tzinfo=UTC).timestamp()) - V2X_EPOCH_UNIX_S) * US_PER_S for day in BULLETINS]
TAI = TimeScale.TAI
INSTANTS_US = st.integers(0, 100 * 365 * 86_400 * US_PER_S)


def test_the_table_is_that_of_the_bulletins() -> None:
    assert [(leap_s - V2X_EPOCH_UNIX_S) * US_PER_S for leap_s in LEAPS_UNIX_S] == MIDNIGHTS_US


def test_the_utc_scale_counts_as_unix_time_does() -> None:
    assert TimeScale.UTC.to_wire_us(7) == TimeScale.UTC.from_wire_us(7) == 7


def test_they_begin_together_and_are_five_seconds_apart_today() -> None:
    today_us = (int(datetime(2026, 11, 26, tzinfo=UTC).timestamp()) - V2X_EPOCH_UNIX_S) * US_PER_S
    assert (TAI.to_wire_us(0), TAI.from_wire_us(0)) == (0, 0)
    assert TAI.to_wire_us(today_us) - today_us == apart_s(today_us) * US_PER_S == 5 * US_PER_S


@pytest.mark.parametrize(("count", "midnight_us"), [*enumerate(MIDNIGHTS_US)])
def test_a_leap_second_is_counted_once(count: int, midnight_us: int) -> None:
    last_us, first_us = TAI.to_wire_us(midnight_us - 1), TAI.to_wire_us(midnight_us)
    assert first_us - last_us == US_PER_S + 1  # 23:59:60 lies between
    assert last_us == midnight_us - 1 + count * US_PER_S
    # 23:59:60.0 and 00:00:00.0 have the same POSIX number.
    assert TAI.from_wire_us(last_us + 1) == TAI.from_wire_us(first_us) == midnight_us
    assert TAI.from_wire_us(first_us - 1) == midnight_us + US_PER_S - 1


@given(INSTANTS_US)
def test_there_and_back(time_us: int) -> None:
    assert TAI.from_wire_us(TAI.to_wire_us(time_us)) == time_us


@given(INSTANTS_US, st.integers(1, 10 * US_PER_S))
def test_tai_never_stands_still_or_goes_back(time_us: int, later_us: int) -> None:
    assert TAI.to_wire_us(time_us + later_us) - TAI.to_wire_us(time_us) >= later_us


@given(st.integers(0, 2**64 - 1))
def test_any_count_from_the_air_is_an_instant(wire_us: int) -> None:
    assert 0 <= wire_us - TAI.from_wire_us(wire_us) <= 5 * US_PER_S
