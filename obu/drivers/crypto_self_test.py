"""What a signature library must answer before it is used. Its one rule: one wrong answer, and it is not used."""

from typing import Any, Protocol

from obu.core.errors import LocalError
from obu.core.frames import JobOutcome


class Library(Protocol):
    """What is tested: drivers/libcrypto, or what stands in for it."""

    def verify(self, curve: str, point: bytes, e: bytes, r: bytes, s: bytes) -> JobOutcome: ...
    def sign(self, key: Any, e: bytes) -> tuple[bytes, bytes]: ...
    def generate(self, curve: str) -> Any: ...


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
        e = bytes(range(32))
        return library.verify(curve, key.point, e, *library.sign(key, e)) is JobOutcome.OK
    except LocalError:
        return False


def _verifies_rightly(library: Library, curve: str, point: bytes, e: bytes, r: bytes, s: bytes) -> bool:
    expected = (
        (point, e, r, s, JobOutcome.OK),
        (point, r, r, s, JobOutcome.BAD_SIGNATURE),
        (point, e, r, _flipped(s), JobOutcome.BAD_SIGNATURE),
        (point, e, _flipped(r), s, JobOutcome.BAD_SIGNATURE),
        (point, e, bytes(32), s, JobOutcome.BAD_SIGNATURE),
        (_flipped(point), e, r, s, JobOutcome.BAD_KEY),
    )
    return all(
        library.verify(curve, case_point, case_e, case_r, case_s) is outcome
        for case_point, case_e, case_r, case_s, outcome in expected
    )


def _flipped(data: bytes) -> bytes:
    return data[:-1] + bytes([data[-1] ^ 1])
