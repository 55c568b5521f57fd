"""Points, ZA and e against published examples and other people's libraries."""

import tomllib
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from obu.core.errors import RemoteError
from obu.drivers import crypto_self_test, libcrypto
from obu.security import keys
from tests.security.forge import sm2_e

VECTORS = Path(__file__).parent.parent / "vectors" / "sm2.toml"
CASES = tomllib.loads(VECTORS.read_text(encoding="utf-8"))["case"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["source"][:24])
def test_published_examples(case: dict[str, str]) -> None:
    point = b"\x04" + bytes.fromhex(case["x"] + case["y"])
    user_id, message = bytes.fromhex(case["user_id"]), bytes.fromhex(case["message"])
    if "za" in case:
        assert keys.za(user_id, point).hex() == case["za"]
    e = sm2_e(user_id, point, message)
    if "e" in case:
        assert e.hex() == case["e"]
    assert libcrypto.load().verifies("sm2", point, e, bytes.fromhex(case["r"]), bytes.fromhex(case["s"]))


def test_the_default_id_does_not_verify_the_example_of_the_air() -> None:
    case = CASES[0]
    point = b"\x04" + bytes.fromhex(case["x"] + case["y"])
    message, r, s = (bytes.fromhex(case[name]) for name in ("message", "r", "s"))
    assert not libcrypto.load().verifies("sm2", point, sm2_e(keys.DEFAULT_USER_ID, point, message), r, s)
    old_style = keys.sm3(keys.sm3(message) + bytes.fromhex(case["user_id"]))
    assert not libcrypto.load().verifies("sm2", point, old_style, r, s)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["source"][:24])
def test_a_compressed_point_comes_back(case: dict[str, str]) -> None:
    point = b"\x04" + bytes.fromhex(case["x"] + case["y"])
    x, is_y_odd = keys.compress(point)
    assert keys.decompress(keys.SM2, x, is_y_odd) == point
    assert keys.decompress(keys.SM2, x, not is_y_odd) != point


@given(st.integers(1, keys.CURVES[keys.P256].n - 1))
def test_p256_points_as_another_library_has_them(scalar: int) -> None:
    public = ec.derive_private_key(scalar, ec.SECP256R1()).public_key()
    compressed = public.public_bytes(Encoding.X962, PublicFormat.CompressedPoint)
    point = public.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    assert keys.decompress(keys.P256, compressed[1:], compressed[0] == 3) == point


@pytest.mark.parametrize("curve", [keys.SM2, keys.P256])
@given(x=st.binary(min_size=32, max_size=32), is_y_odd=st.booleans())
def test_every_x_is_a_point_or_refused(curve: str, x: bytes, is_y_odd: bool) -> None:
    c = keys.CURVES[curve]
    try:
        point = keys.decompress(curve, x, is_y_odd)
    except RemoteError as error:
        assert error.reason in ("key_not_on_curve", "key_out_of_range")
        return
    x_int, y_int = int.from_bytes(point[1:33], "big"), int.from_bytes(point[33:], "big")
    assert (y_int * y_int - x_int**3 - c.a * x_int - c.b) % c.p == 0
    assert y_int & 1 == is_y_odd


@pytest.mark.parametrize("curve", [keys.SM2, keys.P256])
def test_x_beyond_the_field_is_refused(curve: str) -> None:
    with pytest.raises(RemoteError, match="key_out_of_range"):
        keys.decompress(curve, keys.CURVES[curve].p.to_bytes(32, "big"), False)


def test_orders_are_the_same_on_both_sides_of_the_wall() -> None:
    assert {name: curve.n for name, curve in keys.CURVES.items()} == crypto_self_test.ORDERS


def test_digests_name_a_certificate_by_their_end() -> None:
    digest = bytes(range(32))
    assert keys.hashed_id8(digest) == bytes(range(24, 32))
    assert keys.hashed_id10(digest)[-8:] == keys.hashed_id8(digest)
    assert keys.hashed_id8(digest)[-3:] == keys.hashed_id3(digest)
