"""A journal for a helper far away: what the inputs were, without where the vehicle or anybody else was.

Its one rule: only what is known to be harmless is shown; positions keep whole minutes of arc (1.9 km), everything that
is not understood is counted.
"""

import re
from collections import Counter
from typing import Any

from obu.core.errors import RemoteError
from obu.core.frames import AirPacket, CanFrame, Inbox
from obu.core.now import NS_PER_MS, NS_PER_S
from obu.runtime.journal import Turn
from obu.stack import dsmp

# Of NMEA 0183 4.11: sentences that tell no place, and those that do with the fields of latitude and longitude.
WITHOUT_PLACE = frozenset({"GST", "GSA", "GSV", "VTG", "ZDA"})
PLACE_FIELDS = {"RMC": (3, 5), "GGA": (2, 4), "GNS": (2, 4), "GLL": (1, 3)}
SENTENCE = re.compile(rb"\$([A-Z]{2}([A-Z]{3}),[\x20-\x23\x25-\x29\x2b-\x7e]*)\*([0-9A-Fa-f]{2})\r?")
ANGLE = re.compile(r"\d{3,5}(\.\d*)?")
LONGEST_LINE = 256
# J1939 groups that carry a place (SAE J1939-71 and J1939-73, NMEA 2000), and the transport that may carry anything.
GROUPS_WITH_PLACE = frozenset({65267, 65256, 129025, 129029, 60160, 60416})


class Coarse:
    """turn() for each turn in order: a sentence of the receiver may be cut over several."""

    def __init__(self) -> None:
        self._rest = b""

    def turn(self, turn: Turn) -> dict[str, Any]:
        """One turn as a JSON object; what is empty is left out."""
        inbox = turn.inbox
        lines, odd = self._sentences(b"".join(each.data for each in inbox.gnss))
        shown: dict[str, Any] = {
            "at_ms": round(turn.now.at_ns / NS_PER_MS, 1),
            "utc_s": None if turn.now.utc_ns is None else round(turn.now.utc_ns / NS_PER_S, 3),
            "can": [_can(frame) for frame in inbox.can if not _has_place(frame)],
            "gnss": lines,
            "gnss_bytes_left_out": odd,
            "air": [_air(packet) for packet in inbox.air],
            "results": dict(Counter(result.outcome.value for result in inbox.results)),
            "drivers": [[driver.name, driver.is_up, driver.why] for driver in inbox.drivers],
            "power": [[sense.ignition_on, sense.supply_v, sense.wake] for sense in inbox.power],
            "others": _others(inbox),
            "out": sorted(turn.digests),
        }
        return {name: value for name, value in shown.items() if value not in ([], {}, 0)}

    def _sentences(self, data: bytes) -> tuple[list[str], int]:
        """Whole sentences with whole minutes, and how many bytes are not shown."""
        *lines, rest = (self._rest + data).split(b"\n")
        self._rest = rest[-LONGEST_LINE:]
        shown, odd = [], len(rest) - len(self._rest)
        for line in lines:
            sentence = coarse_sentence(line)
            if sentence is None:
                odd += len(line) + 1
            else:
                shown.append(sentence)
        return shown, odd


def coarse_sentence(line: bytes) -> str | None:
    """An NMEA sentence without its fine place; None for one that is not whole or not known."""
    found = SENTENCE.fullmatch(line)
    if found is None or _checksum(found[1]) != int(found[3], 16):
        return None
    kind, body = found[2].decode("ascii"), found[1].decode("ascii")
    if kind in PLACE_FIELDS:
        fields = body.split(",")
        for index in PLACE_FIELDS[kind]:
            if index < len(fields):
                fields[index] = fields[index].partition(".")[0] + ".0" if ANGLE.fullmatch(fields[index]) else ""
        body = ",".join(fields)
    elif kind not in WITHOUT_PLACE:
        return None
    return f"${body}*{_checksum(body.encode('ascii')):02X}"


def _checksum(body: bytes) -> int:
    """Exclusive or of all that stands between $ and * (NMEA 0183)."""
    checksum = 0
    for byte in body:
        checksum ^= byte
    return checksum


def _has_place(frame: CanFrame) -> bool:
    """PDU1 groups by their number without the destination (SAE J1939-21 5.2)."""
    number = frame.can_id >> 8 & 0x3FFFF
    return frame.is_extended and not GROUPS_WITH_PLACE.isdisjoint((number, number & ~0xFF))


def _can(frame: CanFrame) -> str:
    """As candump(1) writes it."""
    return f"{frame.channel} {frame.can_id:0{8 if frame.is_extended else 3}X}#{frame.data.hex().upper()}"


def _air(packet: AirPacket) -> list[int | None]:
    """AID and octets: what was said in it is the places of others."""
    try:
        aid: int | None = dsmp.decode(packet.sdu).aid
    except RemoteError:
        aid = None
    return [aid, len(packet.sdu)]


SHOWN = frozenset({"can", "gnss", "air", "results", "drivers", "power", "random"})


def _others(inbox: Inbox) -> dict[str, int]:
    """How many there were of what is not shown."""
    counts = {name: len(getattr(inbox, name)) for name in Inbox.__slots__ if name not in SHOWN}
    return {name: count for name, count in counts.items() if count}
