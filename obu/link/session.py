"""The unit's end of the link: what the board says as values, what it shall do as frames.

The rule: it never waits and never grows; after each start of the board it is told everything anew, in one order.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from obu.core.alert import Text
from obu.core.frames import BoardHealth, BoardInputs, CanFrame, GnssBytes, Indication, PowerSense, PulseEdge
from obu.core.now import NS_PER_US
from obu.link import wire
from obu.link.clocks import Clocks
from obu.link.digest import DIGEST

Said = CanFrame | GnssBytes | PowerSense | BoardInputs | BoardHealth | PulseEdge

BITRATE, MODE, FILTERS, FILTERS_OFF, FAIL_SLOW = 1, 2, 3, 4, 5  # keys of CONFIG, as the board's settings.py has them
EXTENDED = 0x80000000
HIGHEST_ID = 0x1FFFFFFF
FILTERS_A_FRAME = 29  # 3 + 29 * 8 bytes
MOST_FILTERS = 64  # the board keeps no more; beyond, everything passes to the unit
MOST_TEXT_BYTES = 96
MOST_WAITING = 64
ENTRY = struct.Struct("<HIB")
INPUT = struct.Struct("<IHHH")
HEALTH = struct.Struct("<IIIIIHHHBB")
PULSE = struct.Struct("<IH")
UNKNOWN_MV = 0xFFFF
IGNITION = 1  # of the levels, as the board's inputs.py has them
STEP_US = 10  # of a CAN frame's delta


@dataclass(frozen=True, slots=True, kw_only=True)
class Bus:
    """One of the board's buses. channel: what the unit calls it. mode: "silent", or "normal" where it was so named.

    filters: (identifier, mask, is_extended) of what shall come; empty is everything.
    """

    channel: str
    bitrate: int = 250_000
    mode: str = "silent"
    filters: tuple[tuple[int, int, bool], ...] = ()


class Session:
    """take() what the port read, pull() what it shall write, both with the instant."""

    def __init__(self, boot: int, name: str, buses: tuple[Bus, ...], fail_slow: int) -> None:
        """boot: 1..65535, by chance. buses: in the board's order. fail_slow: lamps of the fail-safe pattern."""
        self.end = wire.End(boot, DIGEST, name.encode())
        self.bad = 0  # payloads of the board that make no sense
        self._clocks = Clocks()
        self._buses = buses
        self._fail_slow = fail_slow
        self._indication = Indication()
        self._life: tuple[int, int] | None = None  # of the board that was told everything
        self._to_say: list[tuple[int, bytes]] = []

    def take(self, data: bytes, at_ns: int) -> list[Said]:
        """What the board says with these bytes. Nothing in them raises."""
        said: list[Said] = []
        at, end, start = _clock(at_ns), self.end, 0
        while start < len(data):
            start = end.take(data, start, len(data), at)
            if end.kind:
                payload = bytes(end.payload[wire.PAYLOAD_IN : wire.PAYLOAD_IN + end.length])
                before = len(said)
                said.extend(self._values(end.kind, payload, at_ns))
                self.bad += len(said) == before and end.kind != wire.CAN
        self._clocks.follow(end)
        return said

    def indicate(self, indication: Indication) -> None:
        """What the board's lamps, buzzer and display shall show; the newest counts, a sound is played once."""
        self._to_say += _indicated(indication, self._indication)
        self._indication = indication
        if len(self._to_say) > MOST_WAITING:
            self._life = None  # the board is slow or away: it will be told all of the newest, once

    def pull(self, at_ns: int) -> bytes:
        """The next frame to write, empty when there is none now."""
        end = self.end
        if not end.is_up:
            self._life = None
            self._to_say = []
        else:
            life = (end.peer_boot, end.restarts)
            if life != self._life:
                self._life = life
                self._to_say = [*self._configuration(), *_indicated(self._indication, None)]
            while self._to_say and end.room():
                end.send(*self._to_say.pop(0))
        length = end.pull(_clock(at_ns))
        return bytes(end.frame[:length]) if length else b""

    def is_up(self) -> bool:
        """Whether both ends hear each other."""
        return self.end.is_up

    def board(self) -> str:
        """What the board says it is: board, version and unique id; empty before it has greeted."""
        return " ".join(self.end.peer_name.decode("utf-8", "replace").split("\t")[:3])

    def fault(self) -> Text | None:
        """Why the board cannot be used, in one sentence that says which end is to be flashed; None while it can."""
        end = self.end
        if not end.peer_version or end.is_compatible():
            return None
        if end.peer_version > wire.VERSION:
            return Text(
                f"协处理器（{self.board()}）的链路版本较新（{end.peer_version}），请更新本机软件",
                f"the co-processor ({self.board()}) speaks a newer link ({end.peer_version}): update the unit",
            )
        return Text(
            f"协处理器（{self.board()}）的固件与本机不一致，请给协处理器刷写本机自带的固件",
            f"the co-processor ({self.board()}) has another firmware than this unit's: flash the co-processor",
        )

    def _values(self, kind: int, payload: bytes, at_ns: int) -> Iterator[Said]:
        if kind == wire.CAN:
            yield from self._frames(payload, at_ns)
        elif kind == wire.INPUT and len(payload) == INPUT.size:
            stamp, levels, wired, supply_mv = INPUT.unpack(payload)
            supply_v = None if supply_mv == UNKNOWN_MV else supply_mv / 1000
            ignition_on = bool(levels & IGNITION) if wired & IGNITION else None
            yield PowerSense(ignition_on, supply_v, "", at_ns)
            yield BoardInputs(levels, wired, self._clocks.at_ns(stamp, at_ns))
        elif kind == wire.PPS and len(payload) == PULSE.size:
            if self._clocks.is_set():
                rose_ns = self._clocks.at_ns(PULSE.unpack(payload)[0], at_ns)
                yield PulseEdge(rose_ns, self._clocks.error_us() * NS_PER_US)
        elif kind == wire.GNSS and payload:
            yield GnssBytes(payload, at_ns)
        elif kind == wire.HEALTH and len(payload) == HEALTH.size:
            yield self._health(payload, at_ns)

    def _frames(self, payload: bytes, at_ns: int) -> Iterator[CanFrame]:
        if len(payload) < 4:
            self.bad += 1
            return
        base, size, at = int.from_bytes(payload[:4], "little"), len(payload), 4
        base_ns, unpack, channels = self._clocks.at_ns(base, at_ns), ENTRY.unpack_from, self._buses
        while at + ENTRY.size <= size:
            delta, word, length = unpack(payload, at)
            at += ENTRY.size + length
            channel = word >> 29 & 3
            if at > size or length > 8 or channel >= len(channels):
                self.bad += 1
                return
            can_id, is_extended = word & HIGHEST_ID, word >= EXTENDED
            seen_ns = min(base_ns + delta * STEP_US * NS_PER_US, at_ns)
            yield CanFrame(channels[channel].channel, can_id, is_extended, payload[at - length : at], seen_ns)

    def _health(self, payload: bytes, at_ns: int) -> BoardHealth:
        uptime_s, free, received, filtered, dropped, bad, resent, lost, faults, refused = HEALTH.unpack(payload)
        return BoardHealth(
            board=self.board(), uptime_s=uptime_s, free_bytes=free, can_received=received, can_filtered=filtered,
            can_dropped=dropped, link_bad=bad, link_resent=resent, gnss_lost=lost, faults=faults, refused=refused,
            at_ns=at_ns,
        )  # fmt: skip

    def _configuration(self) -> Iterator[tuple[int, bytes]]:
        yield wire.CONFIG, bytes((FAIL_SLOW, self._fail_slow))
        for number, bus in enumerate(self._buses):
            yield wire.CONFIG, struct.pack("<BBI", BITRATE, number, bus.bitrate)
            yield wire.CONFIG, bytes((MODE, number)) + bus.mode.encode()
            if not bus.filters or len(bus.filters) > MOST_FILTERS:
                yield wire.CONFIG, bytes((FILTERS_OFF, number))
                continue
            for start in range(0, len(bus.filters), FILTERS_A_FRAME):
                part = bus.filters[start : start + FILTERS_A_FRAME]
                more = start + FILTERS_A_FRAME < len(bus.filters)
                packed = (struct.pack("<II", can_id | EXTENDED * ext, mask) for can_id, mask, ext in part)
                yield wire.CONFIG, bytes((FILTERS, number, more)) + b"".join(packed)


def _clock(at_ns: int) -> int:
    return at_ns // NS_PER_US & wire.MASK


def _indicated(new: Indication, old: Indication | None) -> Iterator[tuple[int, bytes]]:
    """What of an indication the board has not been told; a sound is no state and is not told again."""
    lamps = (new.steady, new.slow, new.fast)
    if old is None or lamps != (old.steady, old.slow, old.fast):
        yield wire.LAMPS, struct.pack("<HHH", *lamps)
    for row, line in enumerate(new.lines):
        if old is None or row >= len(old.lines) or line != old.lines[row]:
            yield wire.TEXT, bytes((row,)) + line.encode()[:MOST_TEXT_BYTES].decode("utf-8", "ignore").encode()
    if old is not None and (new.sound, new.number) != (old.sound, old.number):
        yield wire.SOUND, bytes((new.sound, new.times))
