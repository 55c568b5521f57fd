"""Packets that must never reach the screen, each with the reason under which the unit must count it."""

import dataclasses
import random
from pathlib import Path

from hil import pki, rsu
from hil.remembering import Memory
from hil.route import Route
from hil.voice import Voice
from obu.codec import uper
from obu.codec.editions import Edition
from obu.codec.messages import Message, pack
from obu.core.now import NS_PER_MS, NS_PER_S
from obu.drivers.radio_udp import Datagram
from obu.stack import aids

FORGED, REPLAYED, OLD, EXPIRED = "forged", "replayed", "old", "expired"
CHANGED, REVOKED, FUTURE, GARBAGE, CHATTER = "changed", "revoked", "future", "garbage", "chatter"
# The reason is the unit's own word for it (obu/security/verdict.py).
REASONS = {
    FORGED: "certificate_issuer_unknown",
    REPLAYED: "replayed",
    OLD: "generation_too_old",
    EXPIRED: "certificate_expired",
    CHANGED: "bad_signature",
    REVOKED: "certificate_revoked",
    FUTURE: "generation_in_future",
}
WRONG_WAY = 904  # GB/T 29100-2012 with YD/T 3709 annex A: nothing else in the city announces it
OLD_NS = 5 * NS_PER_S
NUMBER = 200  # rteId


class Attacker:
    """packet() makes the attack of a name. folder: the run's PKI."""

    def __init__(self, route: Route, folder: Path, dice: random.Random, memory: Memory | None = None) -> None:
        self._route = route
        self._id = dice.randbytes(8)
        self._voices = {
            FORGED: Voice(folder / "attackers" / pki.UNKNOWN_ROOT, dice, memory),
            OLD: Voice(folder / "rsu", dice, memory),
            EXPIRED: Voice(folder / "attackers" / pki.EXPIRED, dice, memory),
            REVOKED: Voice(folder / "attackers" / pki.REVOKED, dice, memory),
        }
        self._dice = dice

    def packet(self, name: str, at_ns: int, utc_ns: int, heard: Datagram | None) -> Datagram | None:
        """The packet, None where there is nothing to replay. heard: the last RSI of the real RSU."""
        if name == REPLAYED:
            return heard
        if name == GARBAGE:
            return dataclasses.replace(heard, sdu=heard.sdu[:12] + self._dice.randbytes(200)) if heard else None
        message = rsu.works(self._route, self._id, 0, utc_ns, WRONG_WAY, NUMBER)
        age_ns = {OLD: OLD_NS, FUTURE: -OLD_NS, CHATTER: self._dice.randrange(NS_PER_MS)}.get(name, 0)
        voice = self._voices.get(name, self._voices[OLD])
        packet = voice.say(message, aids.RSI_SEMI_STATIC, at_ns, utc_ns, is_event=True, age_ns=age_ns)
        return _changed(packet, message) if name == CHANGED else packet


def _changed(packet: Datagram, message: Message) -> Datagram:
    """Not what was signed: one bit in the middle of the message is turned over."""
    payload = uper.encode(*pack(message), Edition.YDT3709)
    at = packet.sdu.index(payload) + len(payload) // 2
    return dataclasses.replace(packet, sdu=packet.sdu[:at] + bytes((packet.sdu[at] ^ 1,)) + packet.sdu[at + 1 :])
