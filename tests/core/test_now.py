"""Time as a value: the calendar arithmetic against Python's own."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from obu.core import now

EPOCH_2004 = datetime(2004, 1, 1, tzinfo=UTC)
INSTANTS = st.datetimes(min_value=datetime(2004, 1, 1), max_value=datetime(2099, 12, 31), timezones=st.just(UTC))


def unix_ns(instant: datetime) -> int:
    return (instant - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1) * 1000


@given(INSTANTS)
def test_minute_of_year_is_the_calendars(instant):
    start = datetime(instant.year, 1, 1, tzinfo=UTC)
    assert now.minute_of_year(unix_ns(instant)) == (instant - start) // timedelta(minutes=1)


@given(INSTANTS)
def test_time64_counts_microseconds_since_2004_and_comes_back(instant):
    time_us = now.v2x_time_us(unix_ns(instant))
    assert time_us == (instant - EPOCH_2004) // timedelta(microseconds=1)
    assert now.utc_ns_of_v2x_us(time_us) == unix_ns(instant)
    assert now.v2x_time_s(unix_ns(instant)) == (instant - EPOCH_2004) // timedelta(seconds=1)


@given(INSTANTS)
def test_sec_mark_is_the_millisecond_of_the_minute(instant):
    assert now.sec_mark_ms(unix_ns(instant)) == instant.second * 1000 + instant.microsecond // 1000
