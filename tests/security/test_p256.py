"""The P-256 profile: certificates that others made, every form a signature may have, and two domains side by side."""

import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed, encode_dss_signature
from hypothesis import given, settings
from hypothesis import strategies as st

from obu.codec import coer
from obu.core.errors import RemoteError
from obu.drivers import libcrypto
from obu.security import certificate as certificates
from obu.security import envelope, issuing, keys, trust
from obu.security.verdict import Verdict
from tests.security.forge import LIFETIME, NOW, PAYLOAD, UNNAMED, UTC_NS, Workshop, later, nothing

VECTORS = tomllib.loads((Path(__file__).parent.parent / "vectors/p256-certificates.toml").read_text("utf-8"))
CHAIN = VECTORS["certificate"]
N = keys.CURVES[keys.P256].n
V = Verdict


# Others' certificates


@pytest.mark.parametrize("case", CHAIN, ids=lambda case: case["name"])
def test_others_certificates_are_read_and_hashed_as_others_do(case: dict[str, str]) -> None:
    certificate = certificates.parse(bytes.fromhex(case["coer"]))
    assert certificate.digest.hex() == case["sha256"]
    assert (certificate.name, certificate.curve) == (case["name"], "p256")
    x, is_y_odd = keys.compress(certificate.point)
    assert bytes([2 + is_y_odd]) + x == bytes.fromhex(case["key"])


def test_others_chain_is_trusted_and_a_swapped_link_is_not() -> None:
    lib = libcrypto.load()
    files = {case["name"]: bytes.fromhex(case["coer"]) for case in CHAIN}
    snapshot = trust.build(files, lib.verifies)
    root, _, last = (certificates.parse(raw) for raw in files.values())
    assert [part.name for part in snapshot.chain_of(last)] == [case["name"] for case in reversed(CHAIN)]
    assert snapshot.curves == {"p256"}
    assert not lib.verifies("p256", root.point, last.e_of(root.tbs), root.r, root.s)  # not the empty string


def test_another_library_verifies_what_is_signed_here(shop_p256: Workshop) -> None:
    certificate = shop_p256.vehicle.certificate
    parsed = envelope.parse(shop_p256.spdu(full=False))
    inner = hash_of(parsed.tbs) + hash_of(certificate.raw)  # IEEE 1609.2 5.3.1
    public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), certificate.point)
    signature = encode_dss_signature(int.from_bytes(parsed.r), int.from_bytes(parsed.s))
    public.verify(signature, hash_of(inner), ec.ECDSA(Prehashed(hashes.SHA256())))


def hash_of(data: bytes) -> bytes:
    digest = hashes.Hash(hashes.SHA256())
    digest.update(data)
    return digest.finalize()


# Forms: what changes neither content nor signer is the same message


def r_form(form: str) -> Callable[[dict[str, Any]], None]:
    def change(signed: dict[str, Any]) -> None:
        kind, body = signed["signature"]
        signed["signature"] = (kind, {**body, "rSig": (form, body["rSig"][1])})

    return change


def other_s(signed: dict[str, Any]) -> None:
    kind, body = signed["signature"]
    signed["signature"] = (kind, {**body, "sSig": (N - int.from_bytes(body["sSig"])).to_bytes(32)})


@pytest.mark.parametrize("full", [True, False])
@pytest.mark.parametrize(
    "outer", [nothing, r_form("compressed-y-0"), r_form("compressed-y-1"), other_s], ids=["x", "y-0", "y-1", "n-s"]
)
def test_harmless_equivalents_are_the_same_message(shop_p256: Workshop, outer: Any, full: bool) -> None:
    shop, verifier = shop_p256, shop_p256.verifier()
    assert shop.judge(verifier, shop.spdu(at=later(NOW, -50))).verdict is V.VALID
    assert shop.judge(verifier, shop.spdu(outer=outer, full=full)).payload == PAYLOAD
    assert shop.judge(verifier, shop.spdu(full=not full)).verdict is V.REPLAYED


def test_a_certificate_in_another_form_is_the_same_certificate(shop_p256: Workshop) -> None:
    shop, genuine = shop_p256, shop_p256.vehicle.certificate
    value = coer.decode("Certificate", genuine.raw)
    kind, (algorithm, _) = value["toBeSigned"]["verifyKeyIndicator"]
    whole = ("uncompressed", {"x": genuine.point[1:33], "y": genuine.point[33:]})
    loose = {**value, "toBeSigned": {**value["toBeSigned"], "verifyKeyIndicator": (kind, (algorithm, whole))}}
    r_form("compressed-y-1")(loose)
    raw = coer.encode("Certificate", loose)
    other = certificates.parse(raw)
    assert raw != genuine.raw
    assert (other.digest, other.tbs, other.r, other.point) == (genuine.digest, genuine.tbs, genuine.r, genuine.point)
    for known_first in (False, True):
        verifier = shop.verifier()
        if known_first:
            assert shop.judge(verifier, shop.spdu(at=later(NOW, -50))).verdict is V.VALID
        judgement = shop.judge(verifier, shop.spdu(raw=raw))
        assert (judgement.verdict, judgement.signer) == (V.VALID, genuine.digest8)
        assert shop.judge(verifier, shop.spdu(full=False)).verdict is V.REPLAYED


def test_two_forms_of_one_certificate_wait_for_one_verification(shop_p256: Workshop) -> None:
    shop, verifier = shop_p256, shop_p256.verifier()
    value = coer.decode("Certificate", shop.vehicle.certificate.raw)
    r_form("compressed-y-0")(value)
    spdus = [shop.spdu(at=later(NOW, -9)), shop.spdu(raw=coer.encode("Certificate", value))]
    tickets = [verifier.judge(NOW, spdu, 111).ticket for spdu in spdus]
    judgements = shop.finish(verifier)
    assert [(judgement.ticket, judgement.verdict) for judgement in judgements] == [(each, V.VALID) for each in tickets]


def test_an_r_beyond_the_order_is_taken_by_its_rest() -> None:
    # A point's x may be n or more, once in 2^128; r is then its rest.
    x = (N + 5).to_bytes(32)
    value = ("ecdsaNistP256Signature", {"rSig": ("compressed-y-0", x), "sSig": bytes(32)})
    certificate = certificates.parse(bytes.fromhex(CHAIN[0]["coer"]))
    assert certificates.signature(certificate.profile, value)[0] == (5).to_bytes(32)


# Refusals of this profile


def judged(shop: Workshop, **spdu: Any) -> Verdict:
    return shop.judge(shop.verifier(), shop.spdu(**spdu)).verdict


def number(name: str, value: int) -> Callable[[dict[str, Any]], None]:
    def change(signed: dict[str, Any]) -> None:
        kind, body = signed["signature"]
        octets = value.to_bytes(32)
        signed["signature"] = (kind, {**body, name: ("x-only", octets) if name == "rSig" else octets})

    return change


@pytest.mark.parametrize("outer", [
    number("rSig", 0), number("rSig", N), number("sSig", 0), number("sSig", N), number("sSig", 2**256 - 1),
])  # fmt: skip
def test_numbers_out_of_range_are_refused(shop_p256: Workshop, outer: Any) -> None:
    assert judged(shop_p256, outer=outer) is V.SIGNATURE_OUT_OF_RANGE


def test_rsig_in_forms_that_are_not_for_signatures(shop_p256: Workshop) -> None:
    fill = ("ecdsaNistP256Signature", {"rSig": ("fill", None), "sSig": bytes(32)})
    whole = ("ecdsaNistP256Signature", {"rSig": ("uncompressed", {"x": bytes(32), "y": bytes(32)}), "sSig": bytes(32)})
    for signature in (fill, whole):
        assert judged(shop_p256, outer=lambda signed, s=signature: signed.update(signature=s)) is V.SIGNATURE_FORM
        raw, key = shop_p256.odd_station(outer=lambda value, s=signature: value.update(signature=s))
        assert judged(shop_p256, raw=raw, key=key) is V.SIGNATURE_FORM


@pytest.mark.parametrize("e", [
    pytest.param(lambda shop, tbs: keys.sha256(tbs), id="message alone"),
    pytest.param(lambda shop, tbs: keys.sha256(keys.sha256(tbs) + bytes(32)), id="another certificate"),
    pytest.param(lambda shop, tbs: keys.sha256(shop.vehicle.certificate.digest + tbs), id="as SM2 joins them"),
    pytest.param(lambda shop, tbs: keys.sm3(keys.sha256(tbs) + shop.vehicle.certificate.digest), id="SM3"),
])  # fmt: skip
def test_other_digests_are_bad_signatures(shop_p256: Workshop, e: Any) -> None:
    assert judged(shop_p256, e=lambda tbs: e(shop_p256, tbs)) is V.BAD_SIGNATURE


def key_as(form: str, body: Any) -> Callable[[dict[str, Any]], None]:
    return lambda tbs: tbs.update(verifyKeyIndicator=("verificationKey", ("ecdsaNistP256", (form, body))))


@pytest.mark.parametrize(("form", "body", "verdict"), [
    ("x-only", bytes(32), V.KEY_FORM),
    ("fill", None, V.KEY_FORM),
    ("uncompressed", {"x": bytes(31) + b"\x05", "y": bytes(32)}, V.KEY_NOT_ON_CURVE),
    ("uncompressed", {"x": b"\xff" * 32, "y": bytes(32)}, V.KEY_OUT_OF_RANGE),
    ("compressed-y-0", keys.CURVES[keys.P256].p.to_bytes(32), V.KEY_OUT_OF_RANGE),
])  # fmt: skip
def test_keys_that_are_none(shop_p256: Workshop, form: str, body: Any, verdict: Verdict) -> None:
    raw, key = shop_p256.odd_station(change=key_as(form, body))
    assert judged(shop_p256, raw=raw, key=key) is verdict


# Two domains in one unit


@pytest.fixture(scope="module")
def both(shop: Workshop, shop_p256: Workshop) -> trust.Snapshot:
    raws = [part.certificate.raw for pki in (shop.pki, shop_p256.pki) for part in (pki.root, pki.pca)]
    return trust.build({str(index): raw for index, raw in enumerate(raws)}, shop.lib.verifies)


def test_each_domain_has_its_own_profile(shop: Workshop, shop_p256: Workshop, both: trust.Snapshot) -> None:
    assert both.curves == {"sm2", "p256"}
    verifier = shop.verifier(both)
    for mine, payload in ((shop, PAYLOAD), (shop_p256, UNNAMED)):
        assert mine.judge(verifier, mine.spdu(at=later(NOW, -9), payload=payload)).verdict is V.VALID
        assert mine.judge(verifier, mine.spdu(full=False, payload=payload)).verdict is V.VALID
    assert shop.judge(shop.verifier(), shop_p256.spdu()).verdict is V.HASH_ALGORITHM
    assert shop_p256.judge(shop_p256.verifier(), shop.spdu()).verdict is V.HASH_ALGORITHM


def test_a_packet_under_the_other_profiles_name_is_refused(
    shop: Workshop, shop_p256: Workshop, both: trust.Snapshot
) -> None:
    heads = {"sm2": (b"\x02", b"\x84\x40"), "p256": (b"\x00", b"\x80\x80")}
    for mine, mine_name, other_name in ((shop, "sm2", "p256"), (shop_p256, "p256", "sm2")):
        verifier = mine.verifier(both)
        assert mine.judge(verifier, mine.spdu(at=later(NOW, -9))).verdict is V.VALID
        for full, verdict in ((False, V.HASH_ALGORITHM), (True, V.CERTIFICATE_ISSUER_ALGORITHM)):
            spdu = mine.spdu(full=full)
            assert spdu[2:3] + spdu[-66:-64] == b"".join(heads[mine_name])
            hash_octet, head = heads[other_name]
            renamed = spdu[:2] + hash_octet + spdu[3:-66] + head + spdu[-64:]
            assert mine.judge(verifier, renamed).verdict is verdict


def test_a_certificate_signs_in_its_issuers_way(shop: Workshop, shop_p256: Workshop, both: trust.Snapshot) -> None:
    draft = issuing.end_entity(shop_p256.vehicle.certificate.point, LIFETIME, shop_p256.pki.pca.certificate, (111,))
    raw = shop_p256.sign_certificate(
        draft, outer=lambda value: value.update(issuer=("sha256AndDigest", shop.pki.pca.certificate.digest8))
    )
    spdu = shop_p256.spdu(raw=raw)
    assert shop.judge(shop.verifier(both), spdu).verdict is V.CERTIFICATE_ISSUER_ALGORITHM


# Nothing else is ever valid


EDIT = st.tuples(st.sampled_from(["flip", "set", "delete", "insert"]), st.integers(0, 999), st.integers(0, 255))


def edited(data: bytearray, edits: list[tuple[str, int, int]]) -> bytes:
    for kind, where, value in edits:
        at = where % len(data)
        if kind == "flip":
            data[at] ^= 1 << value % 8
        elif kind == "set":
            data[at] = value
        elif kind == "delete":
            del data[at]
        else:
            data.insert(at, value)
    return bytes(data)


@pytest.mark.parametrize("full", [True, False])
@settings(max_examples=150)
@given(edits=st.lists(EDIT, min_size=1, max_size=3))
def test_no_mutation_of_content_or_signer_is_ever_valid(shop_p256: Workshop, full: bool, edits: Any) -> None:
    shop, verifier = shop_p256, shop_p256.verifier()
    genuine = envelope.parse(shop.spdu(full=full))
    spdu = shop.spdu(full=full)
    assert shop.judge(verifier, shop.spdu(at=later(NOW, -100))).verdict is V.VALID
    judgement = shop.judge(verifier, edited(bytearray(spdu), edits))
    if judgement.verdict is V.VALID:  # rSig in another form, or nothing changed
        assert (judgement.payload, judgement.signer) == (PAYLOAD, shop.vehicle.certificate.digest8)
        assert envelope.parse(edited(bytearray(spdu), edits)).tbs == genuine.tbs


def test_validity_and_permissions_hold_here_too(shop_p256: Workshop) -> None:
    late = shop_p256.station(lifetime=issuing.Lifetime(UTC_NS - 3600 * 10**9, 3600))
    assert judged(shop_p256, station=late) is V.CERTIFICATE_EXPIRED
    assert shop_p256.judge(shop_p256.verifier(), shop_p256.spdu(aid=3620), aid=3620).verdict is V.AID_NOT_PERMITTED
    with pytest.raises(RemoteError, match="certificate_issuer_algorithm"):
        certificates.parse(shop_p256.vehicle.certificate.raw, "sm2")
