"""What verified messages said, kept until it is too old; its one rule: bounded in every direction, oldest out first.

Times are UTC instants of the messages themselves (generationTime, secMark), never of their arrival.
"""

import math
from dataclasses import dataclass, field

from obu.codec.messages.bsm import Bsm
from obu.codec.messages.map import MapData
from obu.codec.messages.rsi import Rsi
from obu.codec.messages.rsm import Rsm
from obu.codec.messages.spat import Spat
from obu.core.geo import distance_m, move, wrap_deg
from obu.core.now import MS_PER_MIN, NS_PER_MS, NS_PER_S, Now, minute_of_year, sec_mark_ms

Message = Bsm | MapData | Rsi | Rsm | Spat

# How long a message speaks for itself: several of its periods (T/CSAE 159-2020: RSI and MAP 1 s, SPAT 500 ms, RSM
# 100 ms; GB/T 45315-2025: BSM 100 ms), so that a few lost packets do not make a thing blink.
LIFE_S = {Bsm: 1.5, Rsm: 1.5, Spat: 2.5, Rsi: 5.0, MapData: 30.0}
# More senders than a radio hears at once: beyond it the stalest is forgotten.
MOST = {Bsm: 512, Rsm: 64, Spat: 64, Rsi: 128, MapData: 64}


# A vehicle that changes its name misses no period; so near where it would be, so alike, it is the same one. Ours.
SILENT_S = 0.09
SAME_M, SAME_MPS, SAME_DEG = 2.0, 2.0, 15.0


@dataclass(frozen=True, slots=True)
class Fact:
    """A message with the instant its content is about and the certificate (HashedId8) that vouched for it."""

    message: Message
    content_utc_ns: int
    signer: bytes


@dataclass(frozen=True, slots=True)
class Renamed:
    """A vehicle that changed its name: the one before, what warnings call it, when it first spoke under the new one."""

    before: bytes
    subject: str
    since_utc_ns: int


@dataclass(slots=True)
class FactsState:
    """By kind of message, then by its sender's own identity. renamed: by the name of now, of those that are known."""

    by_kind: dict[str, dict[bytes, Fact]] = field(default_factory=dict)
    forgotten: int = 0
    renamed: dict[bytes, Renamed] = field(default_factory=dict)


class Facts:
    """The store. heard() puts a verified message in, expire() forgets, of_kind() lists in a stable order."""

    def __init__(self) -> None:
        self.state = FactsState()

    def heard(self, message: Message, aid: int, generation_utc_ns: int, signer: bytes) -> None:
        """Takes a verified message in; an older one than what is known of the same sender changes nothing.

        A kind of message that no application looks at is not kept.
        """
        if type(message) not in MOST:
            return
        known = self.state.by_kind.setdefault(type(message).__name__, {})
        key = _identity(message, aid)
        fact = Fact(message, _content_utc_ns(message, generation_utc_ns), signer)
        old = known.get(key)
        if old is None and isinstance(message, Bsm):
            if self._is_of_before(key, fact.content_utc_ns):
                return
            self._succeed(known, message, fact.content_utc_ns)
        if old is not None and old.content_utc_ns > fact.content_utc_ns:
            return
        if old is None and len(known) >= MOST[type(message)]:
            stalest = min(known, key=lambda key: known[key].content_utc_ns)
            self._forget(known, stalest)
            self.state.forgotten += 1
        known[key] = fact

    def expire(self, now: Now) -> None:
        """Forgets what is past its life. Without UTC nothing can be judged, so nothing is kept."""
        for known in self.state.by_kind.values():
            gone = [
                key
                for key, fact in known.items()
                if now.utc_ns is None or now.utc_ns - fact.content_utc_ns > LIFE_S[type(fact.message)] * NS_PER_S
            ]
            for key in gone:
                self._forget(known, key)

    def subject(self, id: bytes) -> str:
        """What a vehicle is called by warnings: its BSM id when it was first heard."""
        renamed = self.state.renamed.get(id)
        return renamed.subject if renamed else id.hex()

    def _succeed(self, known: dict[bytes, Fact], bsm: Bsm, utc_ns: int) -> None:
        """A new name where somebody of the same size has just fallen silent: it is he (GB/T 45315-2025 7.4)."""
        near = [(_off_m(fact, bsm, utc_ns), key) for key, fact in known.items()]
        off_m, before = min(near, default=(math.inf, b""))
        if off_m <= SAME_M:
            self.state.renamed[bsm.id] = Renamed(before, self.subject(before), utc_ns)
            self._forget(known, before)

    def _is_of_before(self, id: bytes, utc_ns: int) -> bool:
        """Whether it was said before the change of name and took longer on its way. An old name that is still in use
        was somebody else's."""
        for name, renamed in self.state.renamed.items():
            if renamed.before == id:
                if utc_ns <= renamed.since_utc_ns:
                    return True
                del self.state.renamed[name]
                return False
        return False

    def _forget(self, known: dict[bytes, Fact], key: bytes) -> None:
        del known[key]
        self.state.renamed.pop(key, None)

    def of_kind(self, kind: type) -> list[Fact]:
        """The facts of one kind of message, ordered by sender."""
        known = self.state.by_kind.get(kind.__name__, {})
        return [known[key] for key in sorted(known)]


def _off_m(fact: Fact, bsm: Bsm, utc_ns: int) -> float:
    """How far this vehicle is from where that one would be, had it gone on as it did; infinite where it is another."""
    other, silent_s = fact.message, (utc_ns - fact.content_utc_ns) / NS_PER_S
    if not isinstance(other, Bsm) or not SILENT_S <= silent_s <= LIFE_S[Bsm]:
        return math.inf
    if None in (other.heading_deg, other.speed_mps, bsm.heading_deg, bsm.speed_mps):
        return math.inf
    assert other.heading_deg is not None and other.speed_mps is not None
    assert bsm.heading_deg is not None and bsm.speed_mps is not None
    if (other.length_m, other.width_m, other.basic_class) != (bsm.length_m, bsm.width_m, bsm.basic_class):
        return math.inf
    now_mps = max(0.0, other.speed_mps + (other.accel_long_mps2 or 0.0) * silent_s)
    if abs(now_mps - bsm.speed_mps) > SAME_MPS or abs(wrap_deg(other.heading_deg - bsm.heading_deg)) > SAME_DEG:
        return math.inf
    return distance_m(move(other.place, other.heading_deg, (other.speed_mps + now_mps) / 2.0 * silent_s), bsm.place)


def _identity(message: Message, aid: int) -> bytes:
    """What a later message of the same kind replaces. An RSU's static, semi-static and dynamic RSI live side by side.

    T/CSAE 159-2020: one class of events per RSI, told apart by the AID.
    """
    if isinstance(message, Rsi):
        return message.id + aid.to_bytes(4, "big")
    if isinstance(message, Bsm | Rsm):
        return message.id
    if isinstance(message, Spat):
        references = [intersection.ref for intersection in message.intersections]
    else:
        references = [node.ref for node in message.nodes]
    return b"".join((ref.region or 0).to_bytes(2, "big") + ref.id.to_bytes(2, "big") for ref in references)


def _content_utc_ns(message: Message, generation_utc_ns: int) -> int:
    """A BSM's content is of its secMark, which lies at most 150 ms about the generation (GB/T 45315-2025 7.3)."""
    if not isinstance(message, Bsm) or message.sec_mark_ms is None:
        return generation_utc_ns
    lag_ms = (sec_mark_ms(generation_utc_ns) - message.sec_mark_ms + MS_PER_MIN // 2) % MS_PER_MIN - MS_PER_MIN // 2
    return generation_utc_ns - lag_ms * NS_PER_MS


def is_active(start_minute: int | None, end_minute: int | None, utc_ns: int) -> bool:
    """Whether an event's time details hold now; absent bounds are open (YD/T 3709 RSITimeDetails).

    Minutes of the year turn over at New Year: a span whose end lies before its start runs across it.
    """
    minute = minute_of_year(utc_ns)
    after_start = start_minute is None or minute >= start_minute
    before_end = end_minute is None or minute <= end_minute
    if start_minute is not None and end_minute is not None and end_minute < start_minute:
        return after_start or before_end
    return after_start and before_end
