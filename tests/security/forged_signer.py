"""Forged in who signs, with which key, and in the signature itself."""

from collections.abc import Callable
from typing import Any

from obu.core.frames import JobOutcome
from obu.security import keys
from obu.security.verdict import Judgement, Pending, Verdict
from obu.security.verdict import Verdict as V
from tests.security.cases import CASES, GENERATION_US, badge, case, content, drop, packet, put
from tests.security.forge import NOW, PAYLOAD, Workshop, later, outcome_of_message, sm2_e

N = keys.CURVES[keys.SM2].n

# signer
packet(V.SIGNER_SELF, "self", outer=put("signer", ("self", None)))
packet(V.SIGNER_X509, "x509", outer=put("signer", ("x509", b"\x30\x00")))
packet(V.UNKNOWN_SIGNER, "digest never heard of", full=False)


@case(V.UNKNOWN_SIGNER, "more than are held for one signer")
def _(shop: Workshop) -> Judgement:
    verifier = shop.verifier(max_of_sender=2)
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


# signature
def signed_over(name: str, e: Callable[[Workshop, bytes], bytes]) -> None:
    CASES.append((V.BAD_SIGNATURE, name,
                  lambda shop: shop.judge(shop.verifier(), shop.spdu(e=lambda tbs: e(shop, tbs)))))  # fmt: skip


signed_over("default user id",
            lambda shop, tbs: sm2_e(keys.DEFAULT_USER_ID, shop.vehicle.certificate.point, tbs))  # fmt: skip
signed_over("under another certificate's id",
            lambda shop, tbs: sm2_e(bytes(32), shop.vehicle.certificate.point, tbs))  # fmt: skip
signed_over("H(tbs) || H(certificate), as P-256 does",
            lambda shop, tbs: keys.sm3(keys.sm3(tbs) + shop.vehicle.certificate.digest))  # fmt: skip
signed_over("plain hash", lambda shop, tbs: keys.sm3(tbs))
case(V.BAD_SIGNATURE, "another key")(lambda shop: shop.judge(shop.verifier(), shop.spdu(key=shop.lib.generate("sm2"))))


def numbers(verdict: Verdict, name: str, change: Callable[[int, int], tuple[int, int]]) -> None:
    def outer(signed: dict[str, Any]) -> None:
        body = signed["signature"][1]
        r, s = change(int.from_bytes(body["rSig"], "big"), int.from_bytes(body["sSig"], "big"))
        body["rSig"], body["sSig"] = r.to_bytes(32, "big"), s.to_bytes(32, "big")

    packet(verdict, name, outer=outer)


numbers(V.SIGNATURE_OUT_OF_RANGE, "r zero", lambda r, s: (0, s))
numbers(V.SIGNATURE_OUT_OF_RANGE, "s zero", lambda r, s: (r, 0))
numbers(V.SIGNATURE_OUT_OF_RANGE, "r is n", lambda r, s: (N, s))
numbers(V.SIGNATURE_OUT_OF_RANGE, "s is n", lambda r, s: (r, N))
numbers(V.SIGNATURE_OUT_OF_RANGE, "r + s is n", lambda r, s: (r, N - r))
numbers(V.SIGNATURE_OUT_OF_RANGE, "all ones", lambda r, s: (2**256 - 1, s))
numbers(V.BAD_SIGNATURE, "n - s", lambda r, s: (r, N - s))
numbers(V.BAD_SIGNATURE, "s off by one", lambda r, s: (r, s ^ 1))
OTHER_DATA = content(3, "unsecuredData", PAYLOAD[::-1])
packet(V.BAD_SIGNATURE, "payload changed", outer=put("tbsData.payload.data", OTHER_DATA))
packet(V.BAD_SIGNATURE, "time changed", outer=put("tbsData.headerInfo.generationTime", GENERATION_US - 5))


@case(V.BAD_SIGNATURE, "under the certificate of another")
def _(shop: Workshop) -> Judgement:
    return shop.judge(shop.verifier(), shop.spdu(raw=shop.station().certificate.raw, key=shop.vehicle.key))
