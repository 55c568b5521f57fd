"""Instants as the messages write them: minutes of the year, milliseconds of the minute, dates in parts; all UTC."""

from dataclasses import dataclass

from obu.codec.messages.record import AsItIs, At, Code, Record
from obu.codec.messages.rest import Rest

MINUTE_UNAVAILABLE = 527_040
SECOND_UNAVAILABLE = 65_535
SECOND_MAX = 60_999  # 60000..60999 is the leap second (GB/T 45315-2025)


@dataclass(frozen=True, slots=True)
class Count:
    """A whole number from 0 to `most`; what is above says that it is not known. nothing: how that is written."""

    most: int
    nothing: int
    needs_origin: bool = False

    def reading(self, code: Code, raw: str) -> str:
        return f"{raw} if {raw} <= {self.most} else None"

    def loses(self, code: Code, is_optional: bool) -> str:
        return "v is None" if is_optional else f"v is None and x != {self.nothing}"

    def writing(self, code: Code, value: str) -> str:
        return value


SECOND_MS = Count(SECOND_MAX, SECOND_UNAVAILABLE)  # DSecond
MINUTE = Count(MINUTE_UNAVAILABLE - 1, MINUTE_UNAVAILABLE)  # MinuteOfTheYear
NO_PART = AsItIs(nothing=0)  # as in SAE J2735, 0 is no year, no month, no day


@dataclass(frozen=True, slots=True, kw_only=True)
class DateTime:
    """DDateTime; any part may be unknown. offset_min: from UTC."""

    year: int | None = None
    month: int | None = None
    day: int | None = None
    hour: int | None = None
    minute: int | None = None
    second_ms: int | None = None
    offset_min: int | None = None
    rest: Rest = None


DATE_TIME = Record(
    DateTime,
    At("year?", "year", NO_PART),
    At("month?", "month", NO_PART),
    At("day?", "day", NO_PART),
    At("hour?", "hour", Count(23, 24)),
    At("minute?", "minute", Count(59, 60)),
    At("second?", "second_ms", SECOND_MS),
    At("offset?", "offset_min"),
)
