"""Which seconds the counts of a packet are: with or without leap seconds. Its one rule: inside, nothing counts them.

Time32 and Time64 count from 2004-01-01T00:00:00Z. IEEE 1609.2 counts TAI seconds, the Chinese texts do not say; today
the two are 5 s apart (docs/open-questions.md).
"""

from bisect import bisect_right
from enum import Enum

from obu.core.now import V2X_EPOCH_UNIX_S

US_PER_S = 1_000_000

# The midnights (Unix) before which a second was inserted since 2004: IERS Bulletin C of 2006, 2009, 2012, 2015, 2017.
# None has been announced since; when one is, its midnight is added here.
LEAPS_UNIX_S = (1_136_073_600, 1_230_768_000, 1_341_100_800, 1_435_708_800, 1_483_228_800)
_LEAPS_US = tuple((leap_s - V2X_EPOCH_UNIX_S) * US_PER_S for leap_s in LEAPS_UNIX_S)
_LEAPS_TAI_US = tuple(leap_us + count * US_PER_S for count, leap_us in enumerate(_LEAPS_US, 1))


class TimeScale(Enum):
    """utc: without leap seconds, as Unix time. tai: each of them counts. Microseconds since 2004 in and out."""

    UTC = "utc"
    TAI = "tai"

    def to_wire_us(self, time_us: int) -> int:
        """What stands in a packet for an instant, which is given without leap seconds."""
        return time_us + bisect_right(_LEAPS_US, time_us) * US_PER_S if self is TimeScale.TAI else time_us

    def from_wire_us(self, wire_us: int) -> int:
        """The instant of what stands in a packet. A leap second is numbered as the one after it, as POSIX has it."""
        return wire_us - bisect_right(_LEAPS_TAI_US, wire_us) * US_PER_S if self is TimeScale.TAI else wire_us


def apart_s(time_us: int) -> int:
    """How many seconds TAI is ahead at an instant since 2004."""
    return bisect_right(_LEAPS_US, time_us)
