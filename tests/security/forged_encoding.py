"""Forged in the encoding or in the header; and the genuine ones beside them, which must pass."""

from obu.codec import coer
from obu.core.now import Now
from obu.security import profile
from obu.security.verdict import Judgement
from obu.security.verdict import Verdict as V
from tests.security import forge
from tests.security.cases import GENERATION_US, P256_SIGNATURE, case, content, data, drop, packet, put
from tests.security.forge import NOW, PAYLOAD, Workshop, later

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
data(V.NOT_CANONICAL, "a bit of a preamble that means nothing",
     lambda spdu: spdu.replace(b"\x00\x01\x6f\x00\x01\x70", b"\x01\x01\x6f\x00\x01\x70"))  # fmt: skip
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
packet(V.SIGNATURE_ALGORITHM, "P-256 in its place", outer=put("signature", P256_SIGNATURE))
FILL = ("ecdsaNistP256Signature", {"rSig": ("fill", None), "sSig": bytes(32)})


@case(V.SIGNATURE_FORM, "rSig without a number (test_p256.py has more)")
def _(shop: Workshop) -> Judgement:
    other = forge.make(profile.P256)
    return other.judge(other.verifier(), other.spdu(outer=put("signature", FILL)))


packet(V.UNKNOWN_EXTENSION, "a later header field", change=lambda tbs: tbs["headerInfo"].update({"...": (b"\x01",)}))


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
