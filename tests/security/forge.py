"""A forger's workshop for the tests of security: genuine packets and certificates, and every way to spoil them."""

import copy
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from obu.codec import coer, uper
from obu.codec.editions import Edition
from obu.codec.messages import pack
from obu.codec.messages.bsm import Bsm
from obu.core.frames import JobOutcome, JobResult
from obu.core.geo import LatLon
from obu.core.now import NS_PER_MS, NS_PER_S, Now, v2x_time_us
from obu.drivers import libcrypto
from obu.runtime import bench_pki
from obu.runtime.bench_pki import BSM_AIDS, BenchPki
from obu.security import certificate as certificates
from obu.security import crl, issuing, keys, profile, trust
from obu.security.certificate import Certificate
from obu.security.crl import Revoked
from obu.security.issuing import Draft, Lifetime
from obu.security.profile import Profile
from obu.security.trust import Snapshot
from obu.security.verdict import Judgement, Pending, Verdict
from obu.security.verifier import Options, Verifier

UTC_NS = 1_795_000_000 * NS_PER_S  # 2026-11-18
HOUR_NS = 3600 * NS_PER_S
NOW = Now(50 * NS_PER_S, UTC_NS, NS_PER_MS)
LIFETIME = Lifetime(UTC_NS - HOUR_NS, 2 * 86_400)
PAYLOAD = bytes(range(46))  # as long as a BSM
UNNAMED = b"\x10" + bytes(45)  # begins as a MAP, which bears no name that two could claim
STRANGE = b"\x70" + bytes(45)  # no message anybody knows: it has no place, and matters least
HERE = LatLon(28.2282, 112.9388)

Change = Callable[[dict[str, Any]], None]


def later(now: Now, ms: float) -> Now:
    """The same clocks, `ms` further on."""
    step_ns = int(ms * NS_PER_MS)
    return Now(now.at_ns + step_ns, None if now.utc_ns is None else now.utc_ns + step_ns, now.utc_error_ns)


def sm2_e(user_id: bytes, point: bytes, tbs: bytes) -> bytes:
    """What an SM2 signature under a user id covers (GM/T 0003.2-2012 6.1)."""
    return keys.sm3(keys.za(user_id, point) + tbs)


@dataclass(frozen=True)
class Station:
    """Somebody on the air."""

    certificate: Certificate
    key: libcrypto.PrivateKey


def bsm(
    place: LatLon, name: bytes = b"car-0001", heading_deg: float = 0.0, speed_mps: float = 10.0, sec_mark_ms: int = 0
) -> bytes:
    """The payload of a vehicle there."""
    message = Bsm(msg_count=1, id=name, sec_mark_ms=sec_mark_ms, place=place, gear=None, speed_mps=speed_mps,
                  heading_deg=heading_deg, yaw_rate_deg_s=0.0, accel_long_mps2=0.0, width_m=1.8, length_m=4.8,
                  basic_class=10)  # fmt: skip
    return uper.encode(*pack(message), Edition.YDT3709)


def nothing(value: dict[str, Any]) -> None:
    """No change."""


@dataclass
class Workshop:
    """One PKI, and genuine or spoilt things made with its keys."""

    pki: BenchPki
    lib: libcrypto.Libcrypto
    vehicle: Station = field(init=False)

    def __post_init__(self) -> None:
        self.vehicle = self.station()

    @property
    def way(self) -> Profile:
        """How everybody here signs."""
        return self.pki.root.certificate.profile

    def station(self, aids: tuple[int, ...] = BSM_AIDS, lifetime: Lifetime = LIFETIME) -> Station:
        """A genuine end entity."""
        key = self.lib.generate(self.way.curve)
        return Station(certificates.parse(self.pki.issue(key.point, lifetime, aids)), key)

    def snapshot(self, *extra: bytes, revoked: tuple[Certificate, ...] = ()) -> Snapshot:
        """The trust store of this PKI and more; the certificates `revoked` are on a list."""
        root8 = self.pki.root.certificate.digest8
        keys_of = [crl.scope(root8, one.craca_id, one.crl_series) + keys.hashed_id10(one.digest) for one in revoked]
        raws = (self.pki.root.certificate.raw, self.pki.pca.certificate.raw, *extra)
        return trust.build(
            {str(number): raw for number, raw in enumerate(raws)},
            self.lib.verifies,
            revoked=Revoked(frozenset(keys_of)),
        )

    def verifier(self, snapshot: Snapshot | None = None, **options: int) -> Verifier:
        """One that has heard nothing yet."""
        return Verifier(snapshot or self.snapshot(), Options(**options))

    def sign_certificate(
        self,
        draft: Draft,
        change: Change = nothing,
        outer: Change = nothing,
        key: libcrypto.PrivateKey | None = None,
        issuer: Certificate | None = None,
    ) -> bytes:
        """A certificate whose content (`change`) or frame (`outer`) was changed before signing / encoding."""
        tbs = copy.deepcopy(draft.tbs)
        change(tbs)
        e = (issuer or self.pki.pca.certificate).e_of(coer.encode("ToBeSignedCertificate", tbs))
        r, s = self.lib.sign(key or self.pki.pca.key, e)
        value = coer.decode("Certificate", issuing.finish(Draft(draft.issuer, tbs, e), r, s))
        outer(value)
        return coer.encode("Certificate", value)

    def odd_station(self, change: Change = nothing, outer: Change = nothing, **rest: Any) -> tuple[bytes, Any]:
        """(certificate bytes, key) of an end entity with a spoilt certificate."""
        key = self.lib.generate(self.way.curve)
        draft = issuing.end_entity(key.point, LIFETIME, rest.get("issuer") or self.pki.pca.certificate, BSM_AIDS)
        return self.sign_certificate(draft, change, outer, **rest), key

    def spdu(
        self,
        change: Change = nothing,
        outer: Change = nothing,
        *,
        station: Station | None = None,
        raw: bytes | None = None,
        key: libcrypto.PrivateKey | None = None,
        full: bool = True,
        aid: int = 111,
        at: Now = NOW,
        payload: bytes | None = None,
        e: Callable[[bytes], bytes] | None = None,
    ) -> bytes:
        """A signed packet. change: of ToBeSignedData before it is signed; outer: of SignedData after.

        payload: PAYLOAD of the vehicle, UNNAMED of others.
        """
        station = station or self.vehicle
        if payload is None:
            payload = PAYLOAD if station is self.vehicle else UNNAMED
        raw = raw or station.certificate.raw
        assert at.utc_ns is not None
        tbs = {
            "payload": {"data": {"protocolVersion": 3, "content": ("unsecuredData", payload)}},
            "headerInfo": {"aid": aid, "generationTime": v2x_time_us(at.utc_ns)},
        }
        change(tbs)
        tbs_bytes = coer.encode("ToBeSignedData", tbs)
        digest = e(tbs_bytes) if e else self.e_of(raw, tbs_bytes)
        r, s = self.lib.sign(key or station.key, digest)
        signed = {
            "hashId": self.way.hash_id,
            "tbsData": tbs,
            "signer": ("certificate", [coer.decode("Certificate", raw)]) if full else ("digest", self.digest8_of(raw)),
            "signature": (self.way.signature, {"rSig": r if self.way is profile.SM2 else ("x-only", r), "sSig": s}),
        }
        outer(signed)
        return coer.encode("V2XSecData", {"protocolVersion": 3, "content": ("signedData", signed)})

    def digest8_of(self, raw: bytes) -> bytes:
        """HashedId8 of a certificate, of its bytes as they are where it cannot be parsed."""
        try:
            return certificates.parse(raw).digest8
        except Exception:
            return self.way.digest(raw)[-8:]

    @staticmethod
    def e_of(raw: bytes, tbs: bytes) -> bytes:
        """The digest under a certificate that may itself be unparseable: then any."""
        try:
            return certificates.parse(raw).e_of(tbs)
        except Exception:
            return bytes(31) + b"\x01"

    def judge(self, verifier: Verifier, spdu: bytes, now: Now = NOW, aid: int = 111) -> Judgement:
        """The final answer, with every job done at once."""
        answer = verifier.judge(now, spdu, aid)
        if isinstance(answer, Judgement):
            return answer
        answers = {judgement.ticket: judgement for judgement in self.finish(verifier, now)}
        if answer.ticket not in answers:  # held for its certificate
            answers |= {judgement.ticket: judgement for judgement in verifier.expire(later(now, 10_000))}
        return answers[answer.ticket]

    def finish(self, verifier: Verifier, now: Now = NOW) -> list[Judgement]:
        """Does all jobs there are, also those that follow from them."""
        judgements = []
        while jobs := verifier.take_jobs():
            for job in jobs:
                outcome = self.lib.verify(job.curve, job.point, job.e, job.r, job.s)
                judgements += verifier.settle(now, JobResult(job.number, outcome))
        return judgements + verifier.expire(now)


def make(way: Profile = profile.SM2) -> Workshop:
    """A workshop with a new PKI."""
    return Workshop(bench_pki.create(LIFETIME, "test", way), libcrypto.load())


def outcome_of_message(shop: Workshop, outcome: JobOutcome) -> Judgement:
    """Of a packet of a known signer whose job ends like this."""
    verifier = shop.verifier()
    assert shop.judge(verifier, shop.spdu()).verdict is Verdict.VALID
    assert isinstance(verifier.judge(NOW, shop.spdu(at=later(NOW, -1)), 111), Pending)
    (job,) = verifier.take_jobs()
    (judgement,) = verifier.settle(NOW, JobResult(job.number, outcome))
    return judgement
