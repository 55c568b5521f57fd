"""Senders whose clock is off by whole leap seconds: they count time in another scale. Its one rule: it decides nothing.

Such packets are refused as too old or of the future whoever sent them, so nothing here is verified, and a forger can at
most make the unit say something untrue in its status.
"""

from collections import OrderedDict, deque
from dataclasses import dataclass, field
from statistics import median

from obu.core.now import NS_PER_S, Now, v2x_time_us
from obu.core.time_scale import US_PER_S, apart_s
from obu.security.verdict import Judgement, Verdict

MAX_SENDERS = 64
SAMPLES = 8  # ours: nearly a second of one vehicle's BSMs
# Ours. Vehicles' clocks are good to milliseconds, a packet is at most some 100 ms under way.
NEAR_US = 300_000
FORGOTTEN_NS = 30 * NS_PER_S


@dataclass(slots=True)
class Sender:
    """The last offsets of one signer's refused packets, in microseconds: ahead of us is positive."""

    offsets_us: deque[int] = field(default_factory=lambda: deque(maxlen=SAMPLES))
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


class Offsets:
    """take() for each refusal, found() for the status."""

    def __init__(self) -> None:
        self.state = OffsetState()

    def take(self, now: Now, judgement: Judgement) -> None:
        """Remembers by how much a refused packet was off; all but digests with a wrong time are passed over."""
        signer = judgement.signer
        if now.utc_ns is None or signer is None:
            return
        if judgement.verdict not in (Verdict.GENERATION_TOO_OLD, Verdict.GENERATION_IN_FUTURE):
            return
        senders = self.state.senders
        sender = senders.pop(signer, None) or Sender()
        if len(senders) >= MAX_SENDERS:
            senders.popitem(last=False)
        senders[signer] = sender
        sender.at_ns = now.at_ns
        sender.offsets_us.append(judgement.generation_time_us - v2x_time_us(now.utc_ns))

    def found(self, now: Now) -> Found | None:
        """What is to be told, None where there is nothing."""
        if now.utc_ns is None:
            return None
        leaps_us = apart_s(v2x_time_us(now.utc_ns)) * US_PER_S
        medians = [
            median(sender.offsets_us)
            for sender in self.state.senders.values()
            if now.at_ns - sender.at_ns < FORGOTTEN_NS and _is_constant(sender, leaps_us)
        ]
        return Found(len(medians), round(median(medians) / US_PER_S, 1)) if medians else None


def _is_constant(sender: Sender, leaps_us: int) -> bool:
    """Whether all its packets were off by the leap seconds, to the same side."""
    offsets = sender.offsets_us
    if len(offsets) < SAMPLES:
        return False
    expected_us = leaps_us if offsets[0] > 0 else -leaps_us
    return all(abs(offset_us - expected_us) <= NEAR_US for offset_us in offsets)
