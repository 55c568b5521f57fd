"""Points of SM2 and P-256, and digests; its one rule: public values only."""

import hashlib
from dataclasses import dataclass

from obu.core.errors import RemoteError

SM2 = "sm2"
P256 = "p256"

# The user id of a signature that no certificate stands behind (GM/T 0009-2012 clause 10; self-signed certificates).
DEFAULT_USER_ID = b"1234567812345678"


@dataclass(frozen=True, slots=True)
class Curve:
    """y2 = x3 + ax + b over the prime p (p = 3 mod 4 for both here), base point g of order n."""

    name: str
    p: int
    a: int
    b: int
    gx: int
    gy: int
    n: int


# GM/T 0003.5-2012 clause A.1 and FIPS 186-4 D.1.2.3.
CURVES = {
    SM2: Curve(
        SM2,
        p=0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFF,
        a=0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFC,
        b=0x28E9FA9E9D9F5E344D5A9E4BCF6509A7F39789F515AB8F92DDBCBD414D940E93,
        gx=0x32C4AE2C1F1981195F9904466A39C9948FE30BBFF2660BE1715A4589334C74C7,
        gy=0xBC3736A2F4F6779C59BDCEE36B692153D0A9877CC62A474002DF32E52139F0A0,
        n=0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123,
    ),
    P256: Curve(
        P256,
        p=0xFFFFFFFF00000001000000000000000000000000FFFFFFFFFFFFFFFFFFFFFFFF,
        a=0xFFFFFFFF00000001000000000000000000000000FFFFFFFFFFFFFFFFFFFFFFFC,
        b=0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B,
        gx=0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
        gy=0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5,
        n=0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551,
    ),
}

_SM2_DOMAIN = b"".join(
    number.to_bytes(32, "big") for number in (CURVES[SM2].a, CURVES[SM2].b, CURVES[SM2].gx, CURVES[SM2].gy)
)


def sm3(data: bytes) -> bytes:
    """SM3 of data, 32 bytes (GM/T 0004-2012)."""
    return hashlib.new("sm3", data).digest()


def sha256(data: bytes) -> bytes:
    """SHA-256 of data, 32 bytes (FIPS 180-4)."""
    return hashlib.sha256(data).digest()


def decompress(curve: str, x: bytes, is_y_odd: bool) -> bytes:
    """The point 04 || x || y (65 bytes) of a compressed one (32 bytes of x).

    Raises RemoteError key_out_of_range (x >= p) or key_not_on_curve.
    """
    c = CURVES[curve]
    x_int = int.from_bytes(x, "big")
    if x_int >= c.p:
        raise RemoteError("key_out_of_range")
    square = (pow(x_int, 3, c.p) + c.a * x_int + c.b) % c.p
    y_int = pow(square, (c.p + 1) // 4, c.p)
    if y_int * y_int % c.p != square:
        raise RemoteError("key_not_on_curve")
    if y_int & 1 != is_y_odd:
        y_int = c.p - y_int
    return b"\x04" + x + y_int.to_bytes(32, "big")


def checked(curve: str, x: bytes, y: bytes) -> bytes:
    """The point 04 || x || y of coordinates that a stranger wrote out; raises RemoteError as decompress does."""
    point = decompress(curve, x, bool(y[-1] & 1))
    if point[33:] != y:
        raise RemoteError("key_not_on_curve")
    return point


def compress(point: bytes) -> tuple[bytes, bool]:
    """(x, whether y is odd) of a point 04 || x || y."""
    return point[1:33], bool(point[64] & 1)


def za(user_id: bytes, point: bytes) -> bytes:
    """ZA: the digest that binds an SM2 signature to a user id (at most 8191 bytes) and a key (GM/T 0003.2-2012 5.5)."""
    return sm3((len(user_id) * 8).to_bytes(2, "big") + user_id + _SM2_DOMAIN + point[1:])


def hashed_id3(digest: bytes) -> bytes:
    """The last 3 bytes of a certificate's digest."""
    return digest[-3:]


def hashed_id8(digest: bytes) -> bytes:
    """The last 8 bytes of a certificate's digest: how packets name a certificate."""
    return digest[-8:]


def hashed_id10(digest: bytes) -> bytes:
    """The last 10 bytes of a certificate's digest: how revocation lists name a certificate."""
    return digest[-10:]
