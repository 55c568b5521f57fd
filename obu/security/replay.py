"""What verified senders said lately: refuses repeats, the past and floods. Its one rule: only the verified teach it.

A forger who copies a genuine sender's digest changes nothing here.
"""

from collections import OrderedDict
from dataclasses import dataclass, field

from obu.core.now import NS_PER_S
from obu.security.verdict import Verdict

MAX_SEEN = 16_384  # 2 s of 8,000 verified packets a second
MAX_SENDERS = 4096


@dataclass(slots=True)
class Sender:
    """One signer in one application. newest_us: Time64; count: packets within the second from since_ns."""

    newest_us: int
    since_ns: int
    count: int


@dataclass(slots=True)
class ReplayState:
    """seen: e of each verified packet, which binds message, header and signer, to when it may be forgotten."""

    seen: OrderedDict[bytes, int] = field(default_factory=OrderedDict)
    senders: OrderedDict[tuple[bytes, int], Sender] = field(default_factory=OrderedDict)


@dataclass(frozen=True, slots=True)
class Replay:
    """The rule: keep_ns a packet is remembered, reorder_us one may be behind another, max_per_s per signer and AID."""

    keep_ns: int
    reorder_us: int
    max_per_s: int

    def fault(
        self, state: ReplayState, at_ns: int, sender: tuple[bytes, int], generation_us: int, e: bytes
    ) -> Verdict | None:
        """Why a packet of a sender (signer, AID) is refused; None when nothing speaks against it."""
        if e in state.seen:
            return Verdict.REPLAYED
        known = state.senders.get(sender)
        if known is not None:
            if generation_us < known.newest_us - self.reorder_us:
                return Verdict.OUT_OF_ORDER
            if at_ns - known.since_ns < NS_PER_S and known.count >= self.max_per_s:
                return Verdict.RATE_EXCEEDED
        # To forget early would let a repeat pass.
        return Verdict.QUEUE_FULL if len(state.seen) >= MAX_SEEN else None

    def remember(self, state: ReplayState, at_ns: int, sender: tuple[bytes, int], generation_us: int, e: bytes) -> int:
        """Takes note of a verified packet. Returns how many came of this sender within the second."""
        state.seen[e] = at_ns + self.keep_ns
        known = state.senders.pop(sender, None) or Sender(generation_us, at_ns, 0)
        if at_ns - known.since_ns >= NS_PER_S:
            known.since_ns, known.count = at_ns, 0
        known.newest_us = max(known.newest_us, generation_us)
        known.count += 1
        if len(state.senders) >= MAX_SENDERS:
            state.senders.popitem(last=False)
        state.senders[sender] = known  # last in the order of use
        return known.count

    def forget(self, state: ReplayState, at_ns: int) -> None:
        """Lets go, once a turn, of packets so old that their time alone has them refused."""
        seen = state.seen
        while seen and seen[next(iter(seen))] <= at_ns:
            seen.popitem(last=False)
