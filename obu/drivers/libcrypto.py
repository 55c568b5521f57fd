"""The only door to the system's libcrypto, by ctypes: SM2 and P-256 keys, sign and verify over a ready digest e.

Every call releases the GIL. Nothing is used before a self-test with published vectors has passed. Signing with SM2 on
aarch64 leaks timing in libcrypto from 3.2 on (CVE-2025-9231); verification works on public data.
"""

import ctypes
import hashlib
import threading
from collections import OrderedDict
from ctypes import byref, c_char_p, c_int, c_long, c_size_t, c_void_p
from functools import cache
from typing import Any

from obu.core.errors import LocalError
from obu.core.frames import JobOutcome
from obu.drivers import crypto_self_test

LIBRARY = "libcrypto.so.3"
MAX_KEYS = 512  # public keys that a thread keeps loaded: loading costs a third of a verification

# SubjectPublicKeyInfo before the 65 bytes of the point (RFC 5480; OID 1.2.156.10197.1.301 for SM2).
_SPKI_HEADS = {
    "sm2": bytes.fromhex("3059301306072a8648ce3d020106082a811ccf5501822d034200"),
    "p256": bytes.fromhex("3059301306072a8648ce3d020106082a8648ce3d030107034200"),
}
_GROUPS = {"sm2": (b"SM2", b"SM2"), "p256": (b"EC", b"P-256")}  # libcrypto's key type and group

_SIGNATURES: dict[str, tuple[Any, tuple[Any, ...]]] = {
    "OpenSSL_version": (c_char_p, (c_int,)),
    "ERR_clear_error": (None, ()),
    "d2i_PUBKEY": (c_void_p, (c_void_p, c_void_p, c_long)),
    "d2i_AutoPrivateKey": (c_void_p, (c_void_p, c_void_p, c_long)),
    "i2d_PUBKEY": (c_int, (c_void_p, c_void_p)),
    "EVP_PKEY2PKCS8": (c_void_p, (c_void_p,)),
    "i2d_PKCS8_PRIV_KEY_INFO": (c_int, (c_void_p, c_void_p)),
    "PKCS8_PRIV_KEY_INFO_free": (None, (c_void_p,)),
    "EVP_PKEY_free": (None, (c_void_p,)),
    "EVP_PKEY_CTX_new": (c_void_p, (c_void_p, c_void_p)),
    "EVP_PKEY_CTX_new_from_name": (c_void_p, (c_void_p, c_char_p, c_char_p)),
    "EVP_PKEY_CTX_set_group_name": (c_int, (c_void_p, c_char_p)),
    "EVP_PKEY_CTX_free": (None, (c_void_p,)),
    "EVP_PKEY_keygen_init": (c_int, (c_void_p,)),
    "EVP_PKEY_generate": (c_int, (c_void_p, c_void_p)),
    "EVP_PKEY_sign_init": (c_int, (c_void_p,)),
    "EVP_PKEY_sign": (c_int, (c_void_p, c_char_p, c_void_p, c_char_p, c_size_t)),
    "EVP_PKEY_verify_init": (c_int, (c_void_p,)),
    "EVP_PKEY_verify": (c_int, (c_void_p, c_char_p, c_size_t, c_char_p, c_size_t)),
}


class PrivateKey:
    """A private key inside libcrypto. curve: sm2 or p256; point: its public half, 04 || x || y."""

    __slots__ = ("_free", "curve", "handle", "point")

    def __init__(self, library: "Libcrypto", handle: int) -> None:
        self.handle = handle
        self._free = library.raw.EVP_PKEY_free
        self.curve, self.point = library.public_half(handle)

    def __del__(self) -> None:
        if self.handle:
            self._free(self.handle)
            self.handle = 0


class _Contexts(threading.local):
    """Verification contexts of this thread by (curve, point), the least used first."""

    def __init__(self) -> None:
        self.by_point: OrderedDict[tuple[str, bytes], _Context] = OrderedDict()


class _Context:
    """An initialised verification context and the key in it, freed together."""

    __slots__ = ("_raw", "handle", "key")

    def __init__(self, raw: Any, key: int) -> None:
        self._raw = raw
        self.key = key
        self.handle = raw.EVP_PKEY_CTX_new(key, None)

    def __del__(self) -> None:
        self._raw.EVP_PKEY_CTX_free(self.handle)
        self._raw.EVP_PKEY_free(self.key)


class Libcrypto:
    """Sign and verify; every method may be called from any thread at the same time."""

    def __init__(self, raw: Any) -> None:
        self.raw = raw
        self._contexts = _Contexts()

    @property
    def version(self) -> str:
        """As libcrypto names itself."""
        return str(self.raw.OpenSSL_version(0).decode("ascii", "replace"))

    def verify(self, curve: str, point: bytes, e: bytes, r: bytes, s: bytes) -> JobOutcome:
        """Whether (r, s), 32 bytes each, is a signature over the digest e by the owner of point (04 || x || y)."""
        if not _is_in_range(curve, r, s):
            return JobOutcome.BAD_SIGNATURE
        context = self._verify_context(curve, point)
        if isinstance(context, JobOutcome):
            return context
        der = _to_der(r, s)
        answer = self.raw.EVP_PKEY_verify(context.handle, der, len(der), e, len(e))
        if answer == 1:
            return JobOutcome.OK
        self.raw.ERR_clear_error()
        return JobOutcome.BAD_SIGNATURE

    def verifies(self, curve: str, point: bytes, e: bytes, r: bytes, s: bytes) -> bool:
        """verify() as a yes or no: for the trust store at start."""
        return self.verify(curve, point, e, r, s) is JobOutcome.OK

    def sign(self, key: PrivateKey, e: bytes) -> tuple[bytes, bytes]:
        """(r, s), 32 bytes each, over the digest e. Raises LocalError when libcrypto fails."""
        context = self.raw.EVP_PKEY_CTX_new(key.handle, None)
        if not context:
            raise self._fault("EVP_PKEY_CTX_new")
        try:
            if self.raw.EVP_PKEY_sign_init(context) != 1:
                raise self._fault("EVP_PKEY_sign_init")
            size = c_size_t(80)
            der = ctypes.create_string_buffer(80)
            if self.raw.EVP_PKEY_sign(context, der, byref(size), e, len(e)) != 1:
                raise self._fault("EVP_PKEY_sign")
        finally:
            self.raw.EVP_PKEY_CTX_free(context)
        return _from_der(der.raw[: size.value])

    def generate(self, curve: str) -> PrivateKey:
        """A new key from libcrypto's random generator."""
        kind, group = _GROUPS[curve]
        context = self.raw.EVP_PKEY_CTX_new_from_name(None, kind, None)
        if not context:
            raise self._fault("EVP_PKEY_CTX_new_from_name")
        handle = c_void_p()
        try:
            if (
                self.raw.EVP_PKEY_keygen_init(context) != 1
                or self.raw.EVP_PKEY_CTX_set_group_name(context, group) != 1
                or self.raw.EVP_PKEY_generate(context, byref(handle)) != 1
            ):
                raise self._fault("EVP_PKEY_generate")
        finally:
            self.raw.EVP_PKEY_CTX_free(context)
        return PrivateKey(self, handle.value or 0)

    def load_private(self, der: bytes) -> PrivateKey:
        """The key of an unencrypted PKCS#8 structure. Raises LocalError when it is none, or of another curve."""
        handle = self._parse(self.raw.d2i_AutoPrivateKey, der)
        if not handle:
            raise LocalError("not a PKCS#8 private key of SM2 or P-256", "不是 SM2 或 P-256 的 PKCS#8 私钥")
        return PrivateKey(self, handle)

    def dump_private(self, key: PrivateKey) -> bytes:
        """The key as PKCS#8 DER: for the file a new key is kept in, and for nothing else."""
        info = self.raw.EVP_PKEY2PKCS8(key.handle)
        if not info:
            raise self._fault("EVP_PKEY2PKCS8")
        try:
            return self._written(self.raw.i2d_PKCS8_PRIV_KEY_INFO, info)
        finally:
            self.raw.PKCS8_PRIV_KEY_INFO_free(info)

    def public_half(self, handle: int) -> tuple[str, bytes]:
        """(curve, point) of a key that libcrypto holds."""
        spki = self._written(self.raw.i2d_PUBKEY, handle)
        for curve, head in _SPKI_HEADS.items():
            if spki.startswith(head) and len(spki) == len(head) + 65:
                return curve, spki[len(head) :]
        raise LocalError("a key of a curve other than SM2 and P-256", "密钥不属于 SM2 或 P-256 曲线")

    def _verify_context(self, curve: str, point: bytes) -> "_Context | JobOutcome":
        by_point = self._contexts.by_point
        context = by_point.get((curve, point))
        if context is not None:
            by_point.move_to_end((curve, point))
            return context
        key = self._parse(self.raw.d2i_PUBKEY, _SPKI_HEADS[curve] + point) if len(point) == 65 else 0
        if not key:
            self.raw.ERR_clear_error()
            return JobOutcome.BAD_KEY
        context = _Context(self.raw, key)
        if not context.handle or self.raw.EVP_PKEY_verify_init(context.handle) != 1:
            self.raw.ERR_clear_error()
            return JobOutcome.BACKEND_FAILED
        by_point[curve, point] = context
        if len(by_point) > MAX_KEYS:
            by_point.popitem(last=False)
        return context

    def _parse(self, function: Any, der: bytes) -> int:
        buffer = ctypes.create_string_buffer(der, len(der))
        position = c_void_p(ctypes.addressof(buffer))
        handle = function(None, byref(position), len(der))
        if not handle:
            self.raw.ERR_clear_error()
        return handle or 0

    def _written(self, function: Any, handle: int) -> bytes:
        size = function(handle, None)
        if size <= 0:
            raise self._fault("i2d")
        buffer = ctypes.create_string_buffer(size)
        position = c_void_p(ctypes.addressof(buffer))
        function(handle, byref(position))
        return buffer.raw

    def _fault(self, call: str) -> LocalError:
        self.raw.ERR_clear_error()
        return LocalError(f"libcrypto: {call} failed", f"libcrypto：{call} 调用失败")


@cache
def load() -> Libcrypto:
    """The system's libcrypto after its self-test. Raises LocalError where it, SM2 or hashlib's SM3 is not usable."""
    if "sm3" not in hashlib.algorithms_available:
        raise LocalError(
            "this Python has no SM3 in hashlib: use the distribution's python3 (Debian, Ubuntu)",
            "当前 Python 的 hashlib 没有 SM3：请使用发行版自带的 python3（Debian、Ubuntu）",
        )
    try:
        raw = ctypes.CDLL(LIBRARY)
        for name, (result, arguments) in _SIGNATURES.items():
            function = getattr(raw, name)
            function.restype, function.argtypes = result, arguments
    except (OSError, AttributeError) as error:
        raise LocalError(
            f"no usable {LIBRARY} ({error}): install OpenSSL 3 (apt-get install libssl3)",
            f"没有可用的 {LIBRARY}（{error}）：请安装 OpenSSL 3（apt-get install libssl3）",
        ) from None
    if not crypto_self_test.hashes_rightly():
        raise LocalError("hashlib's SM3 fails its self-test: nothing is signed", "hashlib 的 SM3 未通过自检：不能签名")
    library = Libcrypto(raw)
    for curve in crypto_self_test.ORDERS:
        if not crypto_self_test.passes(library, curve):
            raise _no_curve(library, curve)
    return library


def _no_curve(library: Libcrypto, curve: str) -> LocalError:
    return LocalError(
        f"{library.version} fails the {curve} self-test (RHEL and its kin build it without SM2): nothing is signed",
        f"{library.version} 未通过 {curve} 自检（RHEL 系列的 OpenSSL 不含 SM2）：不能签名",
    )


def _is_in_range(curve: str, r: bytes, s: bytes) -> bool:
    n = crypto_self_test.ORDERS[curve]
    r_int, s_int = int.from_bytes(r, "big"), int.from_bytes(s, "big")
    if not (0 < r_int < n and 0 < s_int < n):
        return False
    return curve != "sm2" or r_int + s_int != n  # t = r + s = 0 mod n (GM/T 0003.2-2012 7.1 B5)


def _to_der(r: bytes, s: bytes) -> bytes:
    body = _der_integer(r) + _der_integer(s)
    return b"\x30" + bytes([len(body)]) + body


def _der_integer(number: bytes) -> bytes:
    magnitude = number.lstrip(b"\x00")
    if magnitude[0] & 0x80:
        magnitude = b"\x00" + magnitude
    return b"\x02" + bytes([len(magnitude)]) + magnitude


def _from_der(der: bytes) -> tuple[bytes, bytes]:
    r_size = der[3]
    r = der[4 : 4 + r_size]
    s = der[6 + r_size : 6 + r_size + der[5 + r_size]]
    return r.lstrip(b"\x00").rjust(32, b"\x00"), s.lstrip(b"\x00").rjust(32, b"\x00")
