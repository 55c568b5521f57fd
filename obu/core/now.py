"""Time as a value: every function that needs an instant is handed one, none reads a clock."""

from dataclasses import dataclass

NS_PER_S = 1_000_000_000
NS_PER_MS = 1_000_000
NS_PER_US = 1_000
MS_PER_MIN = 60_000

# 2004-01-01T00:00:00Z in Unix seconds: the zero of Time32 and Time64 (IEEE 1609.2 6.3.15; YD/T 3957).
V2X_EPOCH_UNIX_S = 1_072_915_200


@dataclass(frozen=True, slots=True)
class Now:
    """An instant on two clocks.

    at_ns: monotonic, for ages and deadlines.
    utc_ns: Unix UTC in nanoseconds, or None when unknown: then nothing is signed and nothing is called verified.
    utc_error_ns: the bound of utc_ns's error.
    """

    at_ns: int
    utc_ns: int | None
    utc_error_ns: int = 0


MARK_LIFE_NS = 60 * NS_PER_S  # ours: then whoever told the time must have spoken again
DRIFT_PPM = 100  # of a plain crystal, between -40 and 85 degrees: 6 ms a minute


@dataclass(frozen=True, slots=True)
class ClockMark:
    """At the monotonic at_ns it was utc_ns (Unix), error_ns at most beside it.

    is_pulse: as a receiver's pulse had it, which has no delay of a serial line in it.
    """

    at_ns: int
    utc_ns: int
    error_ns: int
    is_pulse: bool = False

    def carried(self, at_ns: int) -> Now:
        """Another instant. The error grows as a crystal drifts; UTC is None when the mark is too old."""
        passed_ns = at_ns - self.at_ns
        if passed_ns > MARK_LIFE_NS:
            return Now(at_ns, None)
        return Now(at_ns, self.utc_ns + passed_ns, self.error_ns + abs(passed_ns) * DRIFT_PPM // 1_000_000)


def v2x_time_us(utc_ns: int) -> int:
    """Time64: microseconds since 2004-01-01 UTC."""
    return utc_ns // NS_PER_US - V2X_EPOCH_UNIX_S * 1_000_000


def v2x_time_s(utc_ns: int) -> int:
    """Time32: seconds since 2004-01-01 UTC."""
    return utc_ns // NS_PER_S - V2X_EPOCH_UNIX_S


def utc_ns_of_v2x_us(time_us: int) -> int:
    """The Unix instant (ns) of a Time64."""
    return (time_us + V2X_EPOCH_UNIX_S * 1_000_000) * NS_PER_US


def sec_mark_ms(utc_ns: int) -> int:
    """DSecond: milliseconds within the UTC minute, 0..59999 (YD/T 3709 DSecond)."""
    return utc_ns // NS_PER_MS % MS_PER_MIN


def minute_of_year(utc_ns: int) -> int:
    """MinuteOfTheYear, 0..527039 (YD/T 3709)."""
    days, minute_of_day = divmod(utc_ns // (60 * NS_PER_S), 1440)
    return _day_of_year(days) * 1440 + minute_of_day


def _day_of_year(days: int) -> int:
    # Civil calendar from a day count (era of 400 years = 146,097 days), with the year turned to begin in March.
    shifted = days + 719_468
    era, day_of_era = divmod(shifted, 146_097)
    year_of_era = (day_of_era - day_of_era // 1460 + day_of_era // 36_524 - day_of_era // 146_096) // 365
    from_march = day_of_era - (365 * year_of_era + year_of_era // 4 - year_of_era // 100)
    year = year_of_era + era * 400 + (1 if from_march >= 306 else 0)
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    return from_march - 306 if from_march >= 306 else from_march + 59 + leap
