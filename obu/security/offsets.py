"""How far the clocks of verified senders and our own are apart: who is off, by how much. Its rule: it decides nothing.

A packet can be late for many reasons (signing, the air, a relay, somebody who plays an old one again), and is early for
none. So of each sender the least late packet counts, and of all senders the middle one: to move it more than half of
them must lie, each with a certificate of its own.
"""

from collections import OrderedDict, deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median

from obu.core.now import NS_PER_S, Now, v2x_time_us
from obu.core.time_scale import US_PER_S, apart_s

MAX_SENDERS = 64
SAMPLES = 8  # of a sender that are kept, and
LEAST_SAMPLES = 3  # how many it needs to count
LEAST_SENDERS = 3  # so that one bad clock is outvoted
FORGOTTEN_NS = 30 * NS_PER_S
# Ours. Vehicles' clocks are good to milliseconds, a packet is at most some 100 ms under way.
NEAR_US = 300_000
WAY_US = 100_000  # the delay budget of a BSM (GB/T 45315-2025): the least late of three is not later
TELL_US = 5_000  # clocks of the standard are good to 1 ms
FAST_CLOCKS = 2  # so many of a crowd may be fast before a clock of ours that is fast itself is not noticed


@dataclass(slots=True)
class Sender:
    """By how many microseconds the last packets of one signer were ahead of our clock."""

    ahead_us: deque[int] = field(default_factory=lambda: deque(maxlen=SAMPLES))
    at_ns: int = 0


@dataclass(slots=True)
class OffsetState:
    """senders: by HashedId8, the last to speak at the end."""

    senders: OrderedDict[bytes, Sender] = field(default_factory=OrderedDict)


@dataclass(frozen=True, slots=True)
class Found:
    """So many senders' clocks are all off_s away from ours, the whole seconds that lie between the two scales."""

    senders: int
    off_s: float


@dataclass(frozen=True, slots=True)
class Apart:
    """Our own clock is slow by slow_ms at least, fast where that is negative, if so many senders are right."""

    senders: int
    slow_ms: int


class Offsets:
    """take() for each packet whose signature was good, whatever became of it; found() and own() for the status."""

    def __init__(self) -> None:
        self.state = OffsetState()

    def take(self, now: Now, signer: bytes, ahead_us: int) -> None:
        """Remembers by how much it was ahead of our clock when it came."""
        senders = self.state.senders
        sender = senders.pop(signer, None) or Sender()
        if len(senders) >= MAX_SENDERS:
            senders.popitem(last=False)
        senders[signer] = sender
        sender.at_ns = now.at_ns
        sender.ahead_us.append(ahead_us)

    def found(self, now: Now) -> Found | None:
        """Who counts time in another scale; None where nobody does."""
        medians = [median(each.ahead_us) for each in self._heard(now) if _is_other_scale(each.ahead_us, now)]
        return Found(len(medians), round(median(medians) / US_PER_S, 1)) if medians else None

    def own(self, now: Now) -> Apart | None:
        """How far our own clock is off for sure; None where it may be right, or too few of its scale are heard."""
        best = sorted((max(s.ahead_us) for s in self._heard(now) if not _is_other_scale(s.ahead_us, now)), reverse=True)
        if len(best) < LEAST_SENDERS:
            return None
        middle_us = median(best)
        if middle_us > TELL_US:
            return Apart(len(best), round(middle_us / 1000))
        first_us = best[
            min(FAST_CLOCKS, (len(best) - 1) // 2)
        ]  # packets played again make the middle one late, not this
        return Apart(len(best), round((first_us + WAY_US) / 1000)) if first_us < -WAY_US - TELL_US else None

    def _heard(self, now: Now) -> list[Sender]:
        """Who has spoken often enough, and lately."""
        return [
            each
            for each in self.state.senders.values()
            if len(each.ahead_us) >= LEAST_SAMPLES and now.at_ns - each.at_ns < FORGOTTEN_NS
        ]


def _is_other_scale(ahead_us: Sequence[int], now: Now) -> bool:
    """Whether all its packets were off by the leap seconds, to the same side."""
    if now.utc_ns is None:
        return False
    leaps_us = apart_s(v2x_time_us(now.utc_ns)) * US_PER_S
    expected_us = leaps_us if ahead_us[0] > 0 else -leaps_us
    return all(abs(each_us - expected_us) <= NEAR_US for each_us in ahead_us)
