"""libcrypto against other people's SM2 and P-256, and against signatures that must be refused."""

import hashlib
import os
import threading

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils
from gmssl.sm2 import CryptSM2

from obu.core.errors import LocalError
from obu.core.frames import JobOutcome
from obu.drivers import crypto_self_test, libcrypto

LIB = libcrypto.load()
N = crypto_self_test.ORDERS["sm2"]
E = bytes(range(32))
# GM/T 0003.5-2012 A.2: a key whose private half is printed.
D = 0x3945208F7B2144B13F36E38AC6D39F95889393692860B51A42FB81EF4DF7C5B8
X = "09f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020"
Y = "ccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad13"
POINT = b"\x04" + bytes.fromhex(X + Y)
ORACLE = CryptSM2(private_key=f"{D:064x}", public_key=X + Y)


def be(number: int) -> bytes:
    return number.to_bytes(32, "big")


def oracle_signs(e: bytes) -> tuple[bytes, bytes]:
    signature = bytes.fromhex(ORACLE.sign(e, f"{int.from_bytes(os.urandom(31), 'big'):064x}"))
    return signature[:32], signature[32:]


def private_key() -> libcrypto.PrivateKey:
    """The printed key as PKCS#8 (RFC 5958 around RFC 5915)."""
    sec1 = bytes.fromhex("30250201010420") + be(D)
    algorithm = bytes.fromhex("301306072a8648ce3d020106082a811ccf5501822d")
    body = bytes.fromhex("020100") + algorithm + b"\x04" + bytes([len(sec1)]) + sec1
    return LIB.load_private(b"\x30" + bytes([len(body)]) + body)


def test_an_independent_sm2_signs_for_us() -> None:
    for number in range(5):
        e = be(number + 1)
        r, s = oracle_signs(e)
        assert LIB.verify("sm2", POINT, e, r, s) is JobOutcome.OK
        assert LIB.verify("sm2", POINT, be(number + 2), r, s) is JobOutcome.BAD_SIGNATURE


def test_an_independent_sm2_verifies_ours() -> None:
    key = private_key()
    assert key.point == POINT
    for number in range(5):
        r, s = LIB.sign(key, be(number + 1))
        assert ORACLE.verify((r + s).hex(), be(number + 1))
        assert not ORACLE.verify((r + s).hex(), be(number + 2))


def test_an_independent_p256_both_ways() -> None:
    key = LIB.generate("p256")
    public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), key.point)
    scheme = ec.ECDSA(utils.Prehashed(hashes.SHA256()))
    r, s = LIB.sign(key, E)
    der = utils.encode_dss_signature(int.from_bytes(r, "big"), int.from_bytes(s, "big"))
    public.verify(der, E, scheme)
    with pytest.raises(InvalidSignature):
        public.verify(der, bytes(32), scheme)
    theirs = ec.generate_private_key(ec.SECP256R1())
    numbers = theirs.public_key().public_numbers()
    r_int, s_int = utils.decode_dss_signature(theirs.sign(E, scheme))
    point = b"\x04" + be(numbers.x) + be(numbers.y)
    assert LIB.verify("p256", point, E, be(r_int), be(s_int)) is JobOutcome.OK
    # ECDSA cannot tell (r, s) from (r, n - s): a harmless equivalent.
    assert LIB.verify("p256", point, E, be(r_int), be(crypto_self_test.ORDERS["p256"] - s_int)) is JobOutcome.OK


def test_numbers_out_of_range_are_refused() -> None:
    r, s = LIB.sign(private_key(), E)
    r_int, s_int = int.from_bytes(r, "big"), int.from_bytes(s, "big")
    bad = {
        "r zero": (0, s_int),
        "s zero": (r_int, 0),
        "r is n": (N, s_int),
        "s is n": (r_int, N),
        "s all ones": (r_int, 2**256 - 1),
        "r + s = n": (r_int, N - r_int),
        "n - s": (r_int, N - s_int),
        "swapped": (s_int, r_int),
    }
    for name, (bad_r, bad_s) in bad.items():
        assert LIB.verify("sm2", POINT, E, be(bad_r), be(bad_s)) is JobOutcome.BAD_SIGNATURE, name


def test_s_plus_n_is_refused() -> None:
    # s + n fits 32 bytes for a small s only. With s = 5 the e that makes it genuine follows: e = r - x(sG + tP).
    oracle = CryptSM2(private_key="", public_key=X + Y)
    s, r = 5, 7
    scalar = (s + (r + s) * D) % N  # sG + tP = (s + t d)G
    e = (r - int(oracle._kg(scalar, oracle.ecc_table["g"])[:64], 16)) % N
    assert LIB.verify("sm2", POINT, be(e), be(r), be(s)) is JobOutcome.OK
    assert LIB.verify("sm2", POINT, be(e), be(r), be(s + N)) is JobOutcome.BAD_SIGNATURE


def test_sg_plus_tp_at_infinity_is_refused() -> None:
    # s = -r d / (1 + d) makes sG + (r + s)P the point at infinity.
    r = 12345
    s = -r * D * pow(1 + D, -1, N) % N
    assert (s + (r + s) * D) % N == 0
    assert LIB.verify("sm2", POINT, be(r), be(r), be(s)) is JobOutcome.BAD_SIGNATURE
    assert LIB.verify("sm2", POINT, E, be(r), be(s)) is JobOutcome.BAD_SIGNATURE


@pytest.mark.parametrize("spoil", [
    lambda point: point[:-1] + bytes([point[-1] ^ 1]),
    lambda point: b"\x04" + bytes(64),
    lambda point: b"\x04" + b"\xff" * 64,
    lambda point: b"\x02" + point[1:33],
    lambda point: b"",
    lambda point: b"\x00" + point[1:],
])  # fmt: skip
def test_a_point_that_is_none_is_a_bad_key(spoil: object) -> None:
    r, s = LIB.sign(private_key(), E)
    assert LIB.verify("sm2", spoil(POINT), E, r, s) is JobOutcome.BAD_KEY  # type: ignore[operator]
    assert LIB.verify("sm2", POINT, E, r, s) is JobOutcome.OK


def test_a_key_of_the_other_curve_is_none() -> None:
    r, s = LIB.sign(private_key(), E)
    assert LIB.verify("p256", POINT, E, r, s) is JobOutcome.BAD_KEY


def test_keys_survive_their_file_form_and_foreign_bytes_are_refused() -> None:
    key = LIB.generate("sm2")
    again = LIB.load_private(LIB.dump_private(key))
    assert (again.curve, again.point) == ("sm2", key.point)
    for bad in (b"", b"\x30\x00", os.urandom(100)):
        with pytest.raises(LocalError):
            LIB.load_private(bad)


def test_more_keys_than_are_kept_do_no_harm() -> None:
    keys = [LIB.generate("sm2") for _ in range(4)]
    signatures = [(key.point, *LIB.sign(key, E)) for key in keys]
    for number in range(libcrypto.MAX_KEYS + 8):
        key = LIB.generate("p256")
        LIB.verify("p256", key.point, E, be(number + 1), be(1))
    assert len(LIB._contexts.by_point) <= libcrypto.MAX_KEYS
    for point, r, s in signatures:
        assert LIB.verify("sm2", point, E, r, s) is JobOutcome.OK


def test_threads_do_not_disturb_each_other() -> None:
    keys = [LIB.generate("sm2") for _ in range(8)]
    wrong: list[str] = []

    def work(seed: int) -> None:
        for number in range(40):
            key = keys[(seed + number) % len(keys)]
            e = be(seed * 1000 + number + 1)
            r, s = LIB.sign(key, e)
            if LIB.verify("sm2", key.point, e, r, s) is not JobOutcome.OK:
                wrong.append("good refused")
            if LIB.verify("sm2", keys[(seed + number + 1) % len(keys)].point, e, r, s) is JobOutcome.OK:
                wrong.append("bad accepted")

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


@pytest.mark.parametrize("wrong", list(JobOutcome))
@pytest.mark.parametrize("curve", ["sm2", "p256"])
def test_a_library_that_always_says_the_same_is_not_used(curve: str, wrong: JobOutcome) -> None:
    class Stuck(libcrypto.Libcrypto):
        def verify(self, *_: object) -> JobOutcome:
            return wrong

    assert crypto_self_test.passes(LIB, curve)
    assert not crypto_self_test.passes(Stuck(LIB.raw), curve)


def test_a_library_that_cannot_make_a_key_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_key(self: object, curve: str) -> None:
        raise LocalError("no such group")

    monkeypatch.setattr(libcrypto.Libcrypto, "generate", no_key)
    with pytest.raises(LocalError, match="self-test") as caught:
        libcrypto.load.__wrapped__()
    assert "自检" in caught.value.zh


def test_a_machine_without_libcrypto_or_sm3_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(libcrypto, "LIBRARY", "libcrypto.so.0.none")
        with pytest.raises(LocalError, match="install OpenSSL 3") as caught:
            libcrypto.load.__wrapped__()
        assert "请安装" in caught.value.zh
    monkeypatch.setattr("hashlib.algorithms_available", {"sha256"})
    with pytest.raises(LocalError, match="has no SM3"):
        libcrypto.load.__wrapped__()


def test_an_sm3_that_hashes_otherwise_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    assert crypto_self_test.hashes_rightly()
    monkeypatch.setattr(crypto_self_test.hashlib, "new", lambda name, data: hashlib.sha256(data))
    with pytest.raises(LocalError, match="SM3 fails its self-test"):
        libcrypto.load.__wrapped__()


@pytest.mark.parametrize("curve", ["sm2", "p256"])
def test_a_signer_that_uses_a_nonce_twice_is_found(curve: str) -> None:
    # Two signatures with one nonce give the key away. Ours are made by hand: k is fixed, kG is the oracle's.
    key = LIB.generate(curve)
    assert crypto_self_test.signs_rightly(LIB, curve, key.point, lambda e: LIB.sign(key, e))
    stuck = LIB.sign(key, E)
    assert not crypto_self_test.signs_rightly(LIB, curve, key.point, lambda e: stuck)
    assert not crypto_self_test.signs_rightly(LIB, curve, LIB.generate(curve).point, lambda e: LIB.sign(key, e))
    fixed = "00" * 31 + "07"

    def sm2_with_one_nonce(e: bytes) -> tuple[bytes, bytes]:
        signature = bytes.fromhex(ORACLE.sign(e, fixed))
        return signature[:32], signature[32:]

    def p256_with_one_nonce(e: bytes) -> tuple[bytes, bytes]:
        numbers = ec.derive_private_key(D, ec.SECP256R1()), ec.derive_private_key(7, ec.SECP256R1())
        n, r = crypto_self_test.ORDERS["p256"], numbers[1].public_key().public_numbers().x
        return be(r), be(pow(7, -1, n) * (int.from_bytes(e, "big") + r * D) % n)

    if curve == "sm2":
        point, sign = POINT, sm2_with_one_nonce
    else:
        public = ec.derive_private_key(D, ec.SECP256R1()).public_key().public_numbers()
        point, sign = b"\x04" + be(public.x) + be(public.y), p256_with_one_nonce
    assert LIB.verify(curve, point, E, *sign(E)) is JobOutcome.OK
    assert not crypto_self_test.signs_rightly(LIB, curve, point, sign)
