"""What a signature library must answer before it is used. Its one rule: one wrong answer, and it is not used."""

import hashlib
from collections.abc import Callable
from typing import Any, Protocol

from obu.core.errors import LocalError
from obu.core.frames import JobOutcome


class Library(Protocol):
    """What is tested: drivers/libcrypto, or what stands in for it."""

    def verify(self, curve: str, point: bytes, e: bytes, r: bytes, s: bytes) -> JobOutcome: ...
    def sign(self, key: Any, e: bytes) -> tuple[bytes, bytes]: ...
    def generate(self, curve: str) -> Any: ...


# What SM2 puts before the point in ZA: a, b, xG, yG (GM/T 0003.5-2012 A.1).
_DOMAIN = bytes.fromhex(
    "fffffffeffffffffffffffffffffffffffffffff00000000fffffffffffffffc"
    "28e9fa9e9d9f5e344d5a9e4bcf6509a7f39789f515ab8f92ddbcbd414d940e93"
    "32c4ae2c1f1981195f9904466a39c9948fe30bbff2660be1715a4589334c74c7"
    "bc3736a2f4f6779c59bdcee36b692153d0a9877cc62a474002df32e52139f0a0"
)
# (user id, message) of the first two signatures below: their e is SM3(ZA || message).
_HASHED = (
    (
        bytes.fromhex("e38c7cb2ecedb9289b6e71ad30b6262c4a578573b9a44de8ab659a6bcd967d77"),
        bytes.fromhex("40038020" + "34" * 32 + "4001200000000000237303"),
    ),
    (b"1234567812345678", b"message digest"),
)
# (curve, point, e, r, s): YD/T 3957-2021 D.2, GM/T 0003.5-2012 A.2, RFC 6979 A.2.5 (P-256, SHA-256, "sample").
_KNOWN = (
    (
        "sm2",
        "1e5f89a574082c8b3611fba8d065f308b48f64eeef71303c75ba8e95d5be8942"
        "7784ef220941deebcf5b3e3465980a309167346ffe050ae1007c2d2f3f105774",
        "7ab12a19b645dfc636e20ea7aeb0e55ef3f3683887b2e076a8eb3294904ee5d4",
        "ddf9075dd2d94705a12f425e51cb274cb8f4ae65b31c7cddcd31c2bc3c552881",
        "208611de09a7cc4e4876e69ef2e7c06a8539a467f20b0ea7feeb2afe9d595cc4",
    ),
    (
        "sm2",
        "09f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020"
        "ccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad13",
        "f0b43e94ba45accaace692ed534382eb17e6ab5a19ce7b31f4486fdfc0d28640",
        "f5a03b0648d2c4630eeac513e1bb81a15944da3827d5b74143ac7eaceee720b3",
        "b1b6aa29df212fd8763182bc0d421ca1bb9038fd1f7f42d4840b69c485bbc1aa",
    ),
    (
        "p256",
        "60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6"
        "7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299",
        "af2bdbe1aa9b6ec1e2ade1d694f41fc71a831d0268e9891562113d8a62add1bf",
        "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716",
        "f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8",
    ),
)


# The group orders n: GM/T 0003.5-2012 A.1 and FIPS 186-4 D.1.2.3.
ORDERS = {
    "sm2": 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123,
    "p256": 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551,
}
# A digest that no published signature is over.
_E = bytes(range(32))
_OTHER_E = bytes(range(1, 33))


def hashes_rightly() -> bool:
    """Whether hashlib's SM3 makes the e of both published SM2 examples."""
    for (user_id, message), (_, xy, e, *_) in zip(_HASHED, _KNOWN, strict=False):
        za = _sm3((len(user_id) * 8).to_bytes(2, "big") + user_id + _DOMAIN + bytes.fromhex(xy))
        if _sm3(za + message).hex() != e:
            return False
    return True


def _sm3(data: bytes) -> bytes:
    return hashlib.new("sm3", data).digest()


def passes(library: Library, curve: str) -> bool:
    """Whether the library verifies the published signatures of the curve, refuses spoilt ones, and verifies its own."""
    for case_curve, *numbers in _KNOWN:
        if case_curve != curve:
            continue
        xy, e, r, s = (bytes.fromhex(number) for number in numbers)
        if not _verifies_rightly(library, curve, b"\x04" + xy, e, r, s):
            return False
    try:
        key = library.generate(curve)
        return signs_rightly(library, curve, key.point, lambda e: library.sign(key, e))
    except LocalError:
        return False


def signs_rightly(library: Library, curve: str, point: bytes, sign: Callable[[bytes], tuple[bytes, bytes]]) -> bool:
    """Whether `sign` signs for the owner of point and for nothing else, and never twice with one nonce.

    library: a verifier that has passed itself. Raises what `sign` raises.
    """
    r, s = sign(_E)
    other_r, other_s = sign(_OTHER_E)
    return (
        library.verify(curve, point, _E, r, s) is JobOutcome.OK
        and library.verify(curve, point, _OTHER_E, other_r, other_s) is JobOutcome.OK
        and library.verify(curve, point, _OTHER_E, r, s) is JobOutcome.BAD_SIGNATURE
        and library.verify(curve, point, _E, other_r, other_s) is JobOutcome.BAD_SIGNATURE
        and _nonce_x(curve, r, _E) != _nonce_x(curve, other_r, _OTHER_E)
    )


def _nonce_x(curve: str, r: bytes, e: bytes) -> int:
    """What r tells of the nonce: the x of kG modulo n (r = x in ECDSA, r = e + x in SM2)."""
    share = int.from_bytes(e, "big") if curve == "sm2" else 0
    return (int.from_bytes(r, "big") - share) % ORDERS[curve]


def _verifies_rightly(library: Library, curve: str, point: bytes, e: bytes, r: bytes, s: bytes) -> bool:
    n = ORDERS[curve]
    r_int, s_int, zero = int.from_bytes(r, "big"), int.from_bytes(s, "big"), bytes(32)
    refused = [
        (r, r, s), (zero, r, s), (e, r, _flipped(s)), (e, _flipped(r), s), (e, zero, s), (e, r, zero),
        (e, _octets(n), s), (e, r, _octets(n)), (e, s, r), (e, r, b"\xff" * 32), (e, b"\xff" * 32, s),
    ]  # fmt: skip
    if curve == "sm2":  # r + s = 0 mod n, and the mirror image that ECDSA cannot tell
        refused += [(e, r, _octets(n - r_int)), (e, r, _octets(n - s_int))]
    return (
        library.verify(curve, point, e, r, s) is JobOutcome.OK
        and all(library.verify(curve, point, *case) is JobOutcome.BAD_SIGNATURE for case in refused)
        and library.verify(curve, _flipped(point), e, r, s) is JobOutcome.BAD_KEY
        and library.verify(curve, b"\x04" + bytes(64), e, r, s) is JobOutcome.BAD_KEY
    )


def _octets(number: int) -> bytes:
    return number.to_bytes(32, "big")


def _flipped(data: bytes) -> bytes:
    return data[:-1] + bytes([data[-1] ^ 1])
