"""One forged packet a Verdict, and more: each refused for its own reason; a Verdict that nobody forges fails here."""

from collections.abc import Callable
from typing import Any

import pytest

from obu.codec import coer
from obu.core.frames import JobOutcome, JobResult
from obu.core.geo import LatLon
from obu.core.now import NS_PER_S, Now, v2x_time_us
from obu.runtime import bench_pki
from obu.security import certificate as certificates
from obu.security import issuing, keys, profile
from obu.security.issuing import Lifetime
from obu.security.trust import ChainFault
from obu.security.verdict import Judgement, Pending, Verdict
from obu.security.verifier import Verifier
from tests.security import forge
from tests.security.forge import HOUR_NS, LIFETIME, NOW, PAYLOAD, UTC_NS, Workshop, later

V = Verdict
N = keys.CURVES[keys.SM2].n
Case = Callable[[Workshop], Judgement]
CASES: list[tuple[Verdict, str, Case]] = []


def case(verdict: Verdict, name: str) -> Callable[[Case], Case]:
    def add(function: Case) -> Case:
        CASES.append((verdict, name, function))
        return function

    return add


def packet(verdict: Verdict, name: str, **spdu: Any) -> None:
    """A case of one spoilt packet, judged by a verifier that knows nothing."""
    CASES.append((verdict, name, lambda shop: shop.judge(shop.verifier(), shop.spdu(**spdu))))


def data(verdict: Verdict, name: str, spoil: Callable[[bytes], bytes]) -> None:
    """A case of a genuine packet whose bytes were spoilt."""
    CASES.append((verdict, name, lambda shop: shop.judge(shop.verifier(), spoil(shop.spdu()))))


def badge(verdict: Verdict, name: str, **change: Any) -> None:
    """A case of a genuine packet under a spoilt certificate."""

    def run(shop: Workshop) -> Judgement:
        raw, key = shop.odd_station(**change)
        return shop.judge(shop.verifier(), shop.spdu(raw=raw, key=key))

    CASES.append((verdict, name, run))


def put(path: str, new: Any) -> Callable[[dict[str, Any]], None]:
    """A change that puts a value at a dotted path."""

    def change(value: dict[str, Any]) -> None:
        *steps, last = path.split(".")
        for step in steps:
            value = value[step]
        value[last] = new

    return change


def drop(path: str) -> Callable[[dict[str, Any]], None]:
    """A change that takes a field away."""

    def change(value: dict[str, Any]) -> None:
        *steps, last = path.split(".")
        for step in steps:
            value = value[step]
        del value[last]

    return change


def content(version: int, kind: str, body: Any) -> dict[str, Any]:
    return {"protocolVersion": version, "content": (kind, body)}


GENERATION_US = v2x_time_us(UTC_NS)

packet(V.VALID, "genuine")
packet(V.VALID, "one second old", at=later(NOW, -1000))
packet(V.VALID, "ahead by our own clock's error", at=later(NOW, 1))
packet(V.VALID, "expires later", change=put("headerInfo.expiryTime", GENERATION_US + 1))

# encoding
for cut in (0, 1, 3, 10, 100):
    data(V.TRUNCATED, f"cut to {cut}", lambda spdu, cut=cut: spdu[:cut])
data(V.TRUNCATED, "last byte missing", lambda spdu: spdu[:-1])
data(V.TRAILING_BYTES, "one zero more", lambda spdu: spdu + b"\x00")
data(V.NOT_CANONICAL, "long form of a short length",
     lambda spdu: spdu.replace(b"\x80\x2e" + PAYLOAD, b"\x80\x81\x2e" + PAYLOAD))  # fmt: skip
data(V.MALFORMED, "unknown kind of content", lambda spdu: spdu[:1] + b"\x9e" + spdu[2:])
data(V.MALFORMED, "unknown kind of signer",
     lambda spdu: spdu.replace(b"\x81\x01\x01\x80\x03", b"\x8e\x01\x01\x80\x03"))  # fmt: skip
data(V.SPDU_TOO_LONG, "more than the network layer carries", lambda spdu: spdu + bytes(1400))
data(V.PROTOCOL_VERSION, "outer", lambda spdu: b"\x02" + spdu[1:])
packet(V.PROTOCOL_VERSION, "inner", change=put("payload.data", content(2, "unsecuredData", PAYLOAD)))
case(V.NOT_SIGNED_DATA, "plain")(
    lambda shop: shop.judge(shop.verifier(), coer.encode("V2XSecData", content(3, "unsecuredData", PAYLOAD)))
)
packet(V.HASH_ALGORITHM, "sha256", outer=put("hashId", "sha256"))
packet(V.HASH_ALGORITHM, "sha384", outer=put("hashId", "sha384"))
packet(V.PAYLOAD_ABSENT, "nothing", change=drop("payload.data"))
packet(V.PAYLOAD_ABSENT, "a hash only", change=put("payload", {"extDataHash": ("sm3HashedData", bytes(32))}))
packet(V.PAYLOAD_NOT_PLAIN, "a request", change=put("payload.data", content(3, "signedCertificateRequest", b"x")))
packet(V.CERTIFICATE_COUNT, "none", outer=put("signer", ("certificate", [])))
packet(V.CERTIFICATE_COUNT, "two", outer=lambda signed: signed["signer"][1].append(signed["signer"][1][0]))
P256_SIGNATURE = ("ecdsaNistP256Signature", {"rSig": ("x-only", bytes(32)), "sSig": bytes(32)})
FILL = {"rSig": ("fill", None), "sSig": bytes(32)}
packet(V.SIGNATURE_ALGORITHM, "P-256 in its place", outer=put("signature", P256_SIGNATURE))


@case(V.SIGNATURE_FORM, "rSig without a number (test_p256.py has the others)")
def _(shop: Workshop) -> Judgement:
    other = forge.make(profile.P256)
    return other.judge(other.verifier(), other.spdu(outer=put("signature", ("ecdsaNistP256Signature", FILL))))




@case(V.PAYLOAD_NOT_PLAIN, "signed within signed")
def _(shop: Workshop) -> Judgement:
    inner = coer.decode("V2XSecData", shop.spdu())
    return shop.judge(shop.verifier(), shop.spdu(change=put("payload.data", inner)))


# header
case(V.CLOCK_UNSYNCHRONISED, "no UTC")(lambda shop: shop.judge(shop.verifier(), shop.spdu(), now=Now(NOW.at_ns, None)))
packet(V.AID_MISMATCH, "header says RSI", aid=3620)
packet(V.AID_MISMATCH, "AID nobody knows", aid=2**40)
packet(V.GENERATION_TIME_ABSENT, "absent", change=drop("headerInfo.generationTime"))
packet(V.GENERATION_TOO_OLD, "a microsecond more than a second", at=later(NOW, -1000.001))
packet(V.GENERATION_TOO_OLD, "2004", change=put("headerInfo.generationTime", 0))
packet(V.GENERATION_IN_FUTURE, "beyond our clock's error", at=later(NOW, 1.01))
packet(V.GENERATION_IN_FUTURE, "the end of time", change=put("headerInfo.generationTime", 2**64 - 1))
packet(V.EXPIRY_BEFORE_GENERATION, "the same instant", change=put("headerInfo.expiryTime", GENERATION_US))
packet(V.MESSAGE_EXPIRED, "half a second ago", at=later(NOW, -900),
       change=put("headerInfo.expiryTime", GENERATION_US - 500_000))  # fmt: skip
packet(V.GENERATION_LOCATION_PRESENT, "in a BSM",
       change=put("headerInfo.generationLocation", {"latitude": 0, "longitude": 0, "elevation": 0}))  # fmt: skip

# signer
packet(V.SIGNER_SELF, "self", outer=put("signer", ("self", None)))
packet(V.SIGNER_X509, "x509", outer=put("signer", ("x509", b"\x30\x00")))
packet(V.UNKNOWN_SIGNER, "digest never heard of", full=False)


@case(V.UNKNOWN_SIGNER, "more than are held for one signer")
def _(shop: Workshop) -> Judgement:
    verifier = shop.verifier(max_held_per_signer=2)
    for number in range(2):
        assert isinstance(verifier.judge(NOW, shop.spdu(full=False, at=later(NOW, -number)), 111), Pending)
    answer = verifier.judge(NOW, shop.spdu(full=False, at=later(NOW, -10)), 111)
    assert isinstance(answer, Judgement)
    return answer


@case(V.DIGEST_COLLISION, "another certificate under the same digest")
def _(shop: Workshop) -> Judgement:
    verifier = shop.verifier()
    # No two such are to be had for real: the cache is given one by hand.
    verifier.state.learned[shop.vehicle.certificate.digest8] = shop.station().certificate
    return shop.judge(verifier, shop.spdu())


case(V.SIGNER_NOT_END_ENTITY, "an authority's certificate")(
    lambda shop: shop.judge(shop.verifier(), shop.spdu(raw=shop.pki.pca.certificate.raw, key=shop.pki.pca.key))
)
case(V.SIGNER_NOT_END_ENTITY, "an authority's digest")(
    lambda shop: shop.judge(
        shop.verifier(), shop.spdu(raw=shop.pki.pca.certificate.raw, key=shop.pki.pca.key, full=False)
    )
)
case(V.SIGNER_NOT_END_ENTITY, "the root itself")(
    lambda shop: shop.judge(shop.verifier(), shop.spdu(raw=shop.pki.root.certificate.raw, key=shop.pki.root.key))
)
REQUESTS = [{"subjectPermissions": ("all", None), "minChainLength": 1, "chainLengthRange": 0, "eeType": (b"\x40", 8)}]
badge(V.SIGNER_NOT_END_ENTITY, "an enrolment certificate", change=put("certRequestPermissions", REQUESTS))
badge(V.SIGNER_NOT_END_ENTITY, "neither permissions", change=drop("appPermissions"))


# key
def key_form(form: str, body: Any, algorithm: str = "ecsigSm2") -> Callable[[dict[str, Any]], None]:
    return put("verifyKeyIndicator", ("verificationKey", (algorithm, (form, body))))


def no_point() -> bytes:
    """The least x that no point of the curve has."""
    for x in range(1, 100):
        try:
            keys.decompress(keys.SM2, x.to_bytes(32, "big"), False)
        except Exception:
            return x.to_bytes(32, "big")
    raise AssertionError


badge(V.KEY_ALGORITHM, "P-256 key", change=key_form("compressed-y-0", bytes(31) + b"\x05", "ecdsaNistP256"))
badge(V.KEY_FORM, "x-only", change=key_form("x-only", bytes(32)))
badge(V.KEY_FORM, "fill", change=key_form("fill", None))
badge(V.KEY_FORM, "uncompressed", change=key_form("uncompressed", {"x": bytes(32), "y": bytes(32)}))
badge(V.KEY_FORM, "implicit", change=put("verifyKeyIndicator", ("reconstructionValue", ("compressed-y-0", bytes(32)))))
badge(V.KEY_OUT_OF_RANGE, "x is p", change=key_form("compressed-y-1", keys.CURVES[keys.SM2].p.to_bytes(32, "big")))
badge(V.KEY_OUT_OF_RANGE, "all ones", change=key_form("compressed-y-1", b"\xff" * 32))
badge(V.KEY_NOT_ON_CURVE, "no such x", change=key_form("compressed-y-0", no_point()))


@case(V.KEY_NOT_ON_CURVE, "the back end says so")
def _(shop: Workshop) -> Judgement:
    return outcome_of_message(shop, JobOutcome.BAD_KEY)


# certificate
badge(V.CERTIFICATE_VERSION, "4", outer=put("version", 4))
badge(V.CERTIFICATE_TYPE, "reserved", outer=put("type", "reserved"))
badge(V.CERTIFICATE_TYPE, "unsigned", outer=drop("signature"))
badge(V.CERTIFICATE_ISSUER_ALGORITHM, "sha256", outer=lambda c: c.update(issuer=("sha256AndDigest", c["issuer"][1])))
badge(V.CERTIFICATE_ISSUER_ALGORITHM, "self by sha256", outer=put("issuer", ("self", "sha256")))
badge(V.CERTIFICATE_SELF_SIGNED, "by itself", outer=put("issuer", ("self", "sm3")))
badge(V.CERTIFICATE_ISSUER_UNKNOWN, "digest of nobody", outer=put("issuer", ("sm3AndDigest", b"nobody!!")))
badge(V.SIGNATURE_ALGORITHM, "signed with P-256", outer=put("signature", P256_SIGNATURE))
badge(V.CERTIFICATE_OUTLIVES_ISSUER, "longer", change=put("validityPeriod.duration", ("years", 9)))
badge(V.CERTIFICATE_OUTLIVES_ISSUER, "earlier", change=lambda tbs: tbs["validityPeriod"].update(
    start=tbs["validityPeriod"]["start"] - 1, duration=("hours", 2)))  # fmt: skip
badge(V.CERTIFICATE_EXCEEDS_ISSUER, "an AID the authority may not give", change=put("appPermissions", [{"aid": 3629}]))


@case(V.CERTIFICATE_ISSUER_UNKNOWN, "a whole PKI of somebody else")
def _(shop: Workshop) -> Judgement:
    stranger = Workshop(bench_pki.create(LIFETIME, "other"), shop.lib)
    return shop.judge(shop.verifier(), stranger.spdu())


def under_authority(shop: Workshop, group: dict[str, Any]) -> Judgement:
    """The judgement of a packet whose certificate comes from an authority with these issuing permissions."""
    full = {"subjectPermissions": ("all", None), "minChainLength": 1, "chainLengthRange": 0, "eeType": (b"\x80", 8)}
    root_key, key = shop.lib.generate("sm2"), shop.lib.generate("sm2")
    draft = issuing.root("OBU BENCH ROOT odd", root_key.point, LIFETIME)
    draft.tbs["certIssuePermissions"] = [full | group]
    e = keys.sm2_e(keys.DEFAULT_USER_ID, root_key.point, coer.encode("ToBeSignedCertificate", draft.tbs))
    raw_root = issuing.finish(draft, *shop.lib.sign(root_key, e))
    root = certificates.parse(raw_root)
    end = issuing.end_entity(key.point, LIFETIME, root, (111, 112))
    raw = issuing.finish(end, *shop.lib.sign(root_key, end.e))
    return shop.judge(shop.verifier(shop.snapshot(raw_root)), shop.spdu(raw=raw, key=key))


case(V.VALID, "straight from a root that may")(lambda shop: under_authority(shop, {}))
case(V.CERTIFICATE_CHAIN_LENGTH, "one too short")(lambda shop: under_authority(shop, {"minChainLength": 2}))
case(V.CERTIFICATE_CHAIN_LENGTH, "none below allowed")(lambda shop: under_authority(shop, {"minChainLength": 0}))
case(V.VALID, "any length")(lambda shop: under_authority(shop, {"chainLengthRange": -1}))
case(V.CERTIFICATE_END_ENTITY_TYPE, "enrolment only")(lambda shop: under_authority(shop, {"eeType": (b"\x40", 8)}))
case(V.CERTIFICATE_EXCEEDS_ISSUER, "another AID")(
    lambda shop: under_authority(shop, {"subjectPermissions": ("explicit", [{"aid": 3618}])})
)
case(V.CERTIFICATE_EXCEEDS_ISSUER, "an SSP that the range leaves out")(
    lambda shop: under_authority(
        shop, {"subjectPermissions": ("explicit", [{"aid": 111, "sspRange": ("opaque", [b"\x01"])}])}
    )
)


@case(V.CERTIFICATE_SIGNATURE, "issued with another key")
def _(shop: Workshop) -> Judgement:
    raw, key = shop.odd_station(key=shop.lib.generate("sm2"))
    return shop.judge(shop.verifier(), shop.spdu(raw=raw, key=key))


@case(V.CERTIFICATE_SIGNATURE, "issuer's id is the default one")
def _(shop: Workshop) -> Judgement:
    key = shop.lib.generate("sm2")
    draft = issuing.end_entity(key.point, LIFETIME, shop.pki.pca.certificate, (111,))
    tbs = coer.encode("ToBeSignedCertificate", draft.tbs)
    e = keys.sm2_e(keys.DEFAULT_USER_ID, shop.pki.pca.certificate.point, tbs)
    raw = issuing.finish(draft, *shop.lib.sign(shop.pki.pca.key, e))
    return shop.judge(shop.verifier(), shop.spdu(raw=raw, key=key))


badge(V.CERTIFICATE_SIGNATURE, "a permission added after signing",
      outer=lambda c: c["toBeSigned"]["appPermissions"].append({"aid": 114}))  # fmt: skip


@case(V.CERTIFICATE_REVOKED, "by its HashedId10")
def _(shop: Workshop) -> Judgement:
    revoked = frozenset([keys.hashed_id10(shop.vehicle.certificate.digest)])
    return shop.judge(shop.verifier(shop.snapshot(revoked=revoked)), shop.spdu())


@case(V.CERTIFICATE_REVOKED, "its authority is")
def _(shop: Workshop) -> Judgement:
    revoked = frozenset([keys.hashed_id10(shop.pki.pca.certificate.digest)])
    return shop.judge(shop.verifier(shop.snapshot(revoked=revoked)), shop.spdu())


def valid_for(shop: Workshop, start_ns: int, seconds: int) -> Judgement:
    return shop.judge(shop.verifier(), shop.spdu(station=shop.station(lifetime=Lifetime(start_ns, seconds))))


case(V.CERTIFICATE_NOT_YET_VALID, "from the next second on")(lambda shop: valid_for(shop, UTC_NS + NS_PER_S, 3600))
case(V.CERTIFICATE_EXPIRED, "until now")(lambda shop: valid_for(shop, UTC_NS - HOUR_NS, 3600))
case(V.VALID, "until the next second")(lambda shop: valid_for(shop, UTC_NS - HOUR_NS, 3601))


@case(V.CERTIFICATE_NOT_YET_VALID, "valid now, not when the message was made")
def _(shop: Workshop) -> Judgement:
    station = shop.station(lifetime=Lifetime(UTC_NS, 3600))
    return shop.judge(shop.verifier(), shop.spdu(station=station, at=later(NOW, -500)))


@case(V.CERTIFICATE_EXPIRED, "learned while it was valid")
def _(shop: Workshop) -> Judgement:
    station = shop.station(lifetime=Lifetime(UTC_NS - HOUR_NS, 3600 + 1))
    verifier = shop.verifier()
    assert shop.judge(verifier, shop.spdu(station=station)).verdict is V.VALID
    then = later(NOW, 1500)
    return shop.judge(verifier, shop.spdu(station=station, at=then, full=False), then)


@case(V.AID_NOT_PERMITTED, "a vehicle speaks as an RSU")
def _(shop: Workshop) -> Judgement:
    return shop.judge(shop.verifier(), shop.spdu(aid=3620), aid=3620)


AT_HOME = {"center": {"latitude": 399_000_000, "longitude": 1_163_000_000}, "radius": 1000}


def in_region(shop: Workshop, region: Any, place: LatLon | None) -> Judgement:
    raw, key = shop.odd_station(change=put("region", region))
    verifier = shop.verifier()
    answer = verifier.judge(NOW, shop.spdu(raw=raw, key=key), 111, place)
    return answer if isinstance(answer, Judgement) else shop.finish(verifier)[-1]


HOME, AWAY = LatLon(39.905, 116.3), LatLon(39.91, 116.3)
case(V.VALID, "within its circle")(lambda shop: in_region(shop, ("circularRegion", AT_HOME), HOME))
case(V.CERTIFICATE_OUTSIDE_REGION, "beyond its circle")(lambda shop: in_region(shop, ("circularRegion", AT_HOME), AWAY))
case(V.CERTIFICATE_OUTSIDE_REGION, "circle, and we know no place")(
    lambda shop: in_region(shop, ("circularRegion", AT_HOME), None)
)
case(V.VALID, "China")(lambda shop: in_region(shop, ("identifiedRegion", [("countryOnly", 156)]), None))
case(V.CERTIFICATE_OUTSIDE_REGION, "another country")(
    lambda shop: in_region(shop, ("identifiedRegion", [("countryOnly", 250)]), HOME)
)


# signature
def signed_over(name: str, e: Callable[[Workshop, bytes], bytes]) -> None:
    CASES.append((V.BAD_SIGNATURE, name,
                  lambda shop: shop.judge(shop.verifier(), shop.spdu(e=lambda tbs: e(shop, tbs)))))  # fmt: skip


signed_over("default user id",
            lambda shop, tbs: keys.sm2_e(keys.DEFAULT_USER_ID, shop.vehicle.certificate.point, tbs))  # fmt: skip
signed_over("under another certificate's id",
            lambda shop, tbs: keys.sm2_e(bytes(32), shop.vehicle.certificate.point, tbs))  # fmt: skip
signed_over("H(tbs) || H(certificate), as P-256 does",
            lambda shop, tbs: keys.sm3(keys.sm3(tbs) + shop.vehicle.certificate.digest))  # fmt: skip
signed_over("plain hash", lambda shop, tbs: keys.sm3(tbs))
case(V.BAD_SIGNATURE, "another key")(lambda shop: shop.judge(shop.verifier(), shop.spdu(key=shop.lib.generate("sm2"))))


def numbers(name: str, change: Callable[[int, int], tuple[int, int]]) -> None:
    def outer(signed: dict[str, Any]) -> None:
        body = signed["signature"][1]
        r, s = change(int.from_bytes(body["rSig"], "big"), int.from_bytes(body["sSig"], "big"))
        body["rSig"], body["sSig"] = r.to_bytes(32, "big"), s.to_bytes(32, "big")

    packet(V.BAD_SIGNATURE, name, outer=outer)


numbers("r zero", lambda r, s: (0, s))
numbers("s zero", lambda r, s: (r, 0))
numbers("r is n", lambda r, s: (N, s))
numbers("s is n", lambda r, s: (r, N))
numbers("r + s is n", lambda r, s: (r, N - r))
numbers("n - s", lambda r, s: (r, N - s))
numbers("s off by one", lambda r, s: (r, s ^ 1))
OTHER_DATA = content(3, "unsecuredData", PAYLOAD[::-1])
packet(V.BAD_SIGNATURE, "payload changed", outer=put("tbsData.payload.data", OTHER_DATA))
packet(V.BAD_SIGNATURE, "time changed", outer=put("tbsData.headerInfo.generationTime", GENERATION_US - 5))


@case(V.BAD_SIGNATURE, "under the certificate of another")
def _(shop: Workshop) -> Judgement:
    return shop.judge(shop.verifier(), shop.spdu(raw=shop.station().certificate.raw, key=shop.vehicle.key))


# replay
@case(V.REPLAYED, "the same bytes")
def _(shop: Workshop) -> Judgement:
    verifier, spdu = shop.verifier(), shop.spdu()
    assert shop.judge(verifier, spdu).verdict is V.VALID
    return shop.judge(verifier, spdu, later(NOW, 200))


@case(V.REPLAYED, "the same message by digest, signed anew")
def _(shop: Workshop) -> Judgement:
    verifier = shop.verifier()
    assert shop.judge(verifier, shop.spdu()).verdict is V.VALID
    return shop.judge(verifier, shop.spdu(full=False))


@case(V.REPLAYED, "both while the first is still being verified")
def _(shop: Workshop) -> Judgement:
    verifier, spdu = shop.verifier(), shop.spdu()
    assert isinstance(verifier.judge(NOW, spdu, 111), Pending)
    assert isinstance(verifier.judge(NOW, spdu, 111), Pending)
    first, second = shop.finish(verifier)
    assert first.verdict is V.VALID
    return second


@case(V.OUT_OF_ORDER, "older than the newest by more than the window")
def _(shop: Workshop) -> Judgement:
    verifier = shop.verifier()
    assert shop.judge(verifier, shop.spdu()).verdict is V.VALID
    assert shop.judge(verifier, shop.spdu(at=later(NOW, -500))).verdict is V.VALID
    return shop.judge(verifier, shop.spdu(at=later(NOW, -500.001)))


@case(V.RATE_EXCEEDED, "more a second than anybody needs")
def _(shop: Workshop) -> Judgement:
    verifier = shop.verifier(max_per_s=3)
    for number in range(3):
        assert shop.judge(verifier, shop.spdu(at=later(NOW, -number))).verdict is V.VALID
    answer = shop.judge(verifier, shop.spdu(at=later(NOW, -3)), later(NOW, 900))
    then = later(NOW, 1000)
    for number in range(3):
        assert shop.judge(verifier, shop.spdu(at=later(then, -number)), then).verdict is V.VALID
    assert shop.judge(verifier, shop.spdu(at=later(then, -3)), then).verdict is V.RATE_EXCEEDED
    return answer


# our own limits
@case(V.QUEUE_FULL, "certificates")
def _(shop: Workshop) -> Judgement:
    verifier = shop.verifier(max_pending=1)
    assert isinstance(verifier.judge(NOW, shop.spdu(), 111), Pending)
    return shop.judge(verifier, shop.spdu(at=later(NOW, -1)))


@case(V.QUEUE_FULL, "messages")
def _(shop: Workshop) -> Judgement:
    verifier = shop.verifier(max_pending=1)
    assert shop.judge(verifier, shop.spdu()).verdict is V.VALID
    assert isinstance(verifier.judge(NOW, shop.spdu(at=later(NOW, -1)), 111), Pending)
    return shop.judge(verifier, shop.spdu(at=later(NOW, -2)))


@case(V.TIMED_OUT, "no answer for the message")
def _(shop: Workshop) -> Judgement:
    verifier = shop.verifier()
    assert shop.judge(verifier, shop.spdu()).verdict is V.VALID
    assert isinstance(verifier.judge(NOW, shop.spdu(at=later(NOW, -1)), 111), Pending)
    (job,) = verifier.take_jobs()
    assert verifier.expire(later(NOW, 300)) == []
    (judgement,) = verifier.expire(later(NOW, 301))
    assert verifier.settle(later(NOW, 302), JobResult(job.number, JobOutcome.OK)) == []
    assert verifier.state.late == 1
    return judgement


@case(V.TIMED_OUT, "no answer for the certificate")
def _(shop: Workshop) -> Judgement:
    verifier = shop.verifier()
    assert isinstance(verifier.judge(NOW, shop.spdu(), 111), Pending)
    (judgement,) = verifier.expire(later(NOW, 301))
    return judgement


def outcome_of_message(shop: Workshop, outcome: JobOutcome) -> Judgement:
    verifier = shop.verifier()
    assert shop.judge(verifier, shop.spdu()).verdict is V.VALID
    assert isinstance(verifier.judge(NOW, shop.spdu(at=later(NOW, -1)), 111), Pending)
    (job,) = verifier.take_jobs()
    (judgement,) = verifier.settle(NOW, JobResult(job.number, outcome))
    return judgement


case(V.BACKEND_FAILED, "message")(lambda shop: outcome_of_message(shop, JobOutcome.BACKEND_FAILED))


@case(V.BACKEND_FAILED, "certificate")
def _(shop: Workshop) -> Judgement:
    verifier = shop.verifier()
    assert isinstance(verifier.judge(NOW, shop.spdu(), 111), Pending)
    (job,) = verifier.take_jobs()
    (judgement,) = verifier.settle(NOW, JobResult(job.number, JobOutcome.BACKEND_FAILED))
    return judgement


@case(V.VALID, "by digest, learned before")
def _(shop: Workshop) -> Judgement:
    verifier = shop.verifier()
    assert shop.judge(verifier, shop.spdu(at=later(NOW, -100))).verdict is V.VALID
    return shop.judge(verifier, shop.spdu(full=False))


@pytest.mark.parametrize(("verdict", "name", "run"), CASES, ids=[f"{v.value}: {name}" for v, name, _ in CASES])
def test_forged(shop: Workshop, verdict: Verdict, name: str, run: Case) -> None:
    judgement = run(shop)
    assert judgement.verdict is verdict
    assert (judgement.payload is not None) == (verdict is V.VALID)


def test_every_verdict_is_forged() -> None:
    assert {verdict for verdict, _, _ in CASES} == set(Verdict)


def test_every_chain_fault_has_its_verdict() -> None:
    assert {fault.value for fault in ChainFault} <= {verdict.value for verdict in Verdict}


def test_no_refusal_teaches_the_verifier(shop: Workshop) -> None:
    verifier = shop.verifier()
    assert shop.judge(verifier, shop.spdu(at=later(NOW, -900))).verdict is V.VALID
    before = (set(verifier.state.learned), set(verifier.state.replay.seen))
    sender = verifier.state.replay.senders[shop.vehicle.certificate.digest8, 111]
    newest, count = sender.newest_us, sender.count
    # A forger copies a genuine digest and the newest time there is.
    for number in range(100):
        forged = shop.spdu(full=False, key=shop.pki.pca.key, at=later(NOW, -number / 100))
        assert shop.judge(verifier, forged).verdict is V.BAD_SIGNATURE
    sender = verifier.state.replay.senders[shop.vehicle.certificate.digest8, 111]
    assert (newest, count) == (sender.newest_us, sender.count)
    assert before == (set(verifier.state.learned), set(verifier.state.replay.seen))
    assert shop.judge(verifier, shop.spdu(at=later(NOW, -800))).verdict is V.VALID


def test_nothing_but_odd_numbers(shop: Workshop) -> None:
    verifier: Verifier = shop.verifier()
    for number in range(3):
        answer = verifier.judge(NOW, shop.spdu(at=later(NOW, -number)), 111)
        assert answer.ticket % 2 == 1
    assert all(job.number % 2 == 1 for job in verifier.take_jobs())
    assert verifier.settle(NOW, JobResult(4, JobOutcome.OK)) == []
    assert verifier.state.late == 0
