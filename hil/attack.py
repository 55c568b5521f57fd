"""Packets that must never reach the screen, each with the reason under which the unit must count it."""

import random
from pathlib import Path

from hil import pki, rsu
from hil.remembering import Memory
from hil.route import Route
from hil.voice import Voice
from obu.core.now import NS_PER_S
from obu.drivers.radio_udp import Datagram
from obu.stack import aids

FORGED, REPLAYED, OLD, EXPIRED = "forged", "replayed", "old", "expired"
# The reason is the unit's own word for it (obu/security/verdict.py).
REASONS = {
    FORGED: "certificate_issuer_unknown",
    REPLAYED: "replayed",
    OLD: "generation_too_old",
    EXPIRED: "certificate_expired",
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
        }

    def packet(self, name: str, at_ns: int, utc_ns: int, heard: Datagram | None) -> Datagram | None:
        """The packet, None where there is nothing to replay. heard: the last RSI of the real RSU."""
        if name == REPLAYED:
            return heard
        message = rsu.works(self._route, self._id, 0, utc_ns, WRONG_WAY, NUMBER)
        age_ns = OLD_NS if name == OLD else 0
        voice = self._voices[name]
        return voice.say(message, aids.RSI_SEMI_STATIC, at_ns, utc_ns, is_event=True, age_ns=age_ns)
