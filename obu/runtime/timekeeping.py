"""[clock] as the parts that keep time: the clock, what asks about it, what the station may expect of a receiver.

The rule: one source at a time; the others are not looked at.
"""

from obu.core.now import NS_PER_MS
from obu.drivers.chrony import ChronyClock
from obu.drivers.clock import GnssClock, SystemClock
from obu.drivers.contract import Driver
from obu.runtime.config import Clock
from obu.station.timing import Options

UnitClock = SystemClock | ChronyClock | GnssClock


def clock_of(section: Clock) -> UnitClock:
    """The unit's UTC."""
    if section.source == "system":
        return SystemClock(section.error_ms)
    return ChronyClock(section.chronyd_port) if section.source == "chrony" else GnssClock()


def asked(clock: UnitClock) -> list[Driver]:
    """What the loop must poll for the clock's sake."""
    return [clock] if isinstance(clock, ChronyClock) else []


def options(section: Clock) -> Options:
    """What the station may expect of its time."""
    return Options(
        source=section.source,
        latency_ns=round(section.latency_ms * NS_PER_MS),
        error_ns=round(section.error_ms * NS_PER_MS),
        max_error_ns=round(section.max_error_ms * NS_PER_MS),
    )
