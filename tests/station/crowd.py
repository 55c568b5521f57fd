"""Many vehicles of one PKI around the unit, all driving as it does; each signs as a real one would, in memory."""

from dataclasses import dataclass
from pathlib import Path

from obu.codec import uper
from obu.codec.editions import Edition
from obu.codec.messages import pack
from obu.core.geo import LatLon, move
from obu.core.now import NS_PER_S, v2x_time_us
from obu.drivers import libcrypto
from obu.runtime import bench_pki
from obu.security import certificate as certificates
from obu.security import envelope
from obu.security.certificate import Certificate
from obu.stack import aids, dsmp

from .others import car
from .unit import START_UTC_NS

FULL_EVERY = 5  # messages: 500 ms at 10 Hz (GB/T 45315-2025 7.4: whenever 450 ms have passed)
SPACING_M = 7.0  # between two vehicles of one lane


@dataclass(frozen=True)
class Member:
    """A vehicle, and where it stays relative to the unit: so far ahead, so far to the right."""

    name: bytes
    certificate: Certificate
    key: libcrypto.PrivateKey
    ahead_m: float
    right_m: float

    def place(self, own: LatLon, heading_deg: float) -> LatLon:
        return move(move(own, heading_deg, self.ahead_m), heading_deg + 90.0, self.right_m)


class Crowd:
    """make() a PKI folder and its vehicles; sdu() is what one of them sends."""

    def __init__(self, folder: Path, places: list[tuple[float, float]], utc_ns: int = START_UTC_NS):
        """places: (ahead_m, right_m) of each vehicle. utc_ns: from when on the certificates are valid."""
        self.folder = folder
        pki = bench_pki.make_test(folder, utc_ns, 30, 3, 0)
        self._library = libcrypto.load()
        lifetime = bench_pki.Lifetime(utc_ns - 3600 * NS_PER_S, 30 * 86_400)
        self.members = []
        for number, (ahead_m, right_m) in enumerate(places):
            key = self._library.generate("sm2")
            certificate = certificates.parse(pki.issue(key.point, lifetime, bench_pki.BSM_AIDS))
            self.members.append(Member(b"car-%04d" % number, certificate, key, ahead_m, right_m))

    def sdu(self, member: Member, own: LatLon, heading_deg: float, utc_ns: int, full: bool) -> bytes:
        """The member's BSM of that instant. full: with its certificate, else with its digest."""
        message = car(member.place(own, heading_deg), heading_deg, utc_ns, id=member.name)
        tbs = envelope.tbs(uper.encode(*pack(message), Edition.YDT3709), aids.BSM, v2x_time_us(utc_ns))
        r, s = self._library.sign(member.key, member.certificate.e_of(tbs))
        return dsmp.encode(aids.BSM, envelope.assemble(tbs, member.certificate, full, r, s))


def lanes(count: int, right_m: float, behind_m: float, apart_m: float = 3.5) -> list[tuple[float, float]]:
    """Places of `count` vehicles in three lanes, the first lane so far to the right of the unit's own."""
    return [(SPACING_M * (number // 3) - behind_m, right_m + apart_m * (number % 3)) for number in range(count)]
