"""A station of the city that signs what it says: a certificate, its key, the cadence of full certificates."""

import random
from pathlib import Path

from hil.remembering import Keys, Memory
from obu.codec import uper
from obu.codec.editions import Edition
from obu.codec.messages import Message, pack
from obu.core.now import NS_PER_MS, NS_PER_US, v2x_time_us
from obu.drivers import key_file
from obu.drivers.radio_udp import Datagram, Kind
from obu.security import certificate as certificates
from obu.security import envelope
from obu.security.pseudonym import L2_SOURCE_MAX, L2_SOURCE_MIN
from obu.stack import aids, dsmp

FULL_NS = 450 * NS_PER_MS  # a full certificate at least so often (GB/T 45315-2025 7.4)
KEY = "00"


class Voice:
    """say() makes one signed packet. folder: a station as `obu cert make-test` writes it. memory: signs for it."""

    def __init__(self, folder: Path, dice: random.Random, memory: Memory | None = None) -> None:
        self.certificate = certificates.parse((folder / "certs" / f"{KEY}.cert").read_bytes())
        store = key_file.open_folder(folder / "keys")
        self._keys = Keys(store, memory) if memory else store
        self._l2_source = dice.randint(L2_SOURCE_MIN, L2_SOURCE_MAX)
        self._full_ns: int | None = None

    def say(
        self, message: Message, aid: int, at_ns: int, utc_ns: int, is_event: bool = False, age_ns: int = 0
    ) -> Datagram:
        """The packet as the modem gets it. age_ns: how much older than utc_ns it claims to be."""
        name, value = pack(message)
        payload = uper.encode(name, value, Edition.YDT3709)
        tbs = envelope.tbs(payload, aid, v2x_time_us(utc_ns - age_ns))
        r, s = self._keys.sign(KEY, self.certificate.e_of(tbs))
        spdu = envelope.assemble(tbs, self.certificate, self._is_full(at_ns, is_event), r, s)
        row = aids.BY_AID.get(aid) or aids.with_day_2((aid,))[aid]
        return Datagram(
            kind=Kind.DATA,
            sdu=dsmp.encode(aid, spdu),
            aid=aid,
            pppp=row.pppp,
            l2_source=self._l2_source,
            l2_destination=row.l2_destination,
            time_us=utc_ns // NS_PER_US,
        )

    def _is_full(self, at_ns: int, is_event: bool) -> bool:
        if not is_event and self._full_ns is not None and at_ns - self._full_ns < FULL_NS:
            return False
        self._full_ns = at_ns
        return True
