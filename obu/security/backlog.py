"""Packets that wait for a free verifier, in one line a rank; its one rule: what is one too many is handed back.

Before a signature is checked nobody is known to be genuine, so fairness is by bounds alone: so many of one sender, so
many in all. Whoever copies a digest can crowd the one car it names, and no other.
"""

from collections import OrderedDict
from dataclasses import dataclass, field

from obu.codec.messages.claim import Claim
from obu.core.geo import LatLon
from obu.core.quick import quick
from obu.security.certificate import Certificate
from obu.security.envelope import Spdu
from obu.security.priority import Priority

RANKS = tuple(Priority)
Sender = tuple[bytes, int]  # signer's HashedId8, AID


@quick
class Packet:
    """What is kept of a packet while it waits. spdu: its octets; parts: what they hold. until_ns: monotonic.

    place: where we were when it came. claim: what its first bytes say; is_far: that its sender is out of any radio's
    reach. ahead_us: by how much its time was ahead of our clock when it came.
    """

    ticket: int
    spdu: bytes
    parts: Spdu
    generation_us: int
    place: LatLon | None
    claim: Claim | None
    is_far: bool
    rank: Priority
    until_ns: int
    ahead_us: int


@quick
class Waiting:
    """A packet of a known signer, the digest e that its signature covers, and who says it."""

    packet: Packet
    certificate: Certificate
    e: bytes
    sender: Sender


@dataclass(slots=True)
class BacklogState:
    """lines: by rank, packets by ticket, oldest first. of_sender: (rank, ticket) of each, oldest first."""

    lines: list[OrderedDict[int, Waiting]] = field(default_factory=lambda: [OrderedDict() for _ in Priority])
    of_sender: dict[Sender, list[tuple[Priority, int]]] = field(default_factory=dict)
    count: int = 0


@dataclass(frozen=True, slots=True)
class Backlog:
    """The rule: max_count packets in all, max_of_sender of one signer in one application."""

    max_count: int
    max_of_sender: int

    def put(self, state: BacklogState, waiting: Waiting, rank: Priority) -> Waiting | None:
        """Lines a packet up, at the end. Returns who had to go: the sender's oldest, or the oldest of the last rank."""
        gone = None
        own = state.of_sender.get(waiting.sender)
        if own is not None and len(own) >= self.max_of_sender:
            gone = _remove(state, *own[0])
        elif state.count >= self.max_count:
            last = max(rank for rank in RANKS if state.lines[rank])
            if last < rank:  # nobody here matters less
                return waiting
            gone = _remove(state, last, next(iter(state.lines[last])))
        state.lines[rank][waiting.packet.ticket] = waiting
        state.of_sender.setdefault(waiting.sender, []).append((rank, waiting.packet.ticket))
        state.count += 1
        return gone

    def take(self, state: BacklogState, last: Priority) -> tuple[Waiting, Priority] | None:
        """The oldest of the first rank, and that rank, looking no further than `last`; None where nobody waits."""
        for line, rank in zip(state.lines, RANKS, strict=True):
            if line:
                return _remove(state, rank, next(iter(line))), rank
            if rank is last:
                break
        return None

    def expire(self, state: BacklogState, at_ns: int) -> list[Waiting]:
        """Those who have waited too long, from the front of each line."""
        gone = []
        for rank, line in zip(RANKS, state.lines, strict=True):
            while line and line[ticket := next(iter(line))].packet.until_ns < at_ns:
                gone.append(_remove(state, rank, ticket))
        return gone


def _remove(state: BacklogState, rank: Priority, ticket: int) -> Waiting:
    waiting = state.lines[rank].pop(ticket)
    own = state.of_sender[waiting.sender]
    own.remove((rank, ticket))
    if not own:
        del state.of_sender[waiting.sender]
    state.count -= 1
    return waiting
