"""AES-128 and SM4 on single blocks by libcrypto, for linkage values. Its one rule: no message is encrypted so."""

import ctypes
from collections.abc import Callable
from ctypes import byref, c_char_p, c_int, c_void_p
from functools import cache
from typing import Any

from obu.core.errors import LocalError
from obu.drivers import libcrypto

KEY_BYTES = BLOCK_BYTES = 16
AES = "AES-128-ECB"
SM4 = "SM4-ECB"

_SIGNATURES: dict[str, tuple[Any, tuple[Any, ...]]] = {
    "EVP_get_cipherbyname": (c_void_p, (c_char_p,)),
    "EVP_CIPHER_CTX_new": (c_void_p, ()),
    "EVP_CIPHER_CTX_free": (None, (c_void_p,)),
    "EVP_EncryptInit_ex": (c_int, (c_void_p, c_void_p, c_void_p, c_char_p, c_char_p)),
    "EVP_EncryptUpdate": (c_int, (c_void_p, c_char_p, c_void_p, c_char_p, c_int)),
}


def cipher(name: str) -> Callable[[bytes, bytes], bytes]:
    """(key of 16 bytes, whole blocks) -> each block encrypted alone. name: AES or SM4 of this file.

    Raises LocalError where libcrypto was built without it.
    """
    raw = _raw()
    kind = raw.EVP_get_cipherbyname(name.encode())
    if not kind:
        raise LocalError(f"libcrypto has no {name}: linkage values can't be expanded",
                         f"libcrypto 不支持 {name}：无法展开链接值")  # fmt: skip

    def encrypt(key: bytes, blocks: bytes) -> bytes:
        if len(key) != KEY_BYTES or len(blocks) % BLOCK_BYTES:
            raise ValueError("a key of 16 bytes and whole blocks are wanted")
        context = raw.EVP_CIPHER_CTX_new()
        out, length = ctypes.create_string_buffer(len(blocks) + BLOCK_BYTES), c_int()
        try:
            if (
                raw.EVP_EncryptInit_ex(context, kind, None, key, None) != 1
                or raw.EVP_EncryptUpdate(context, out, byref(length), blocks, len(blocks)) != 1
            ):
                raise LocalError(f"libcrypto: {name} failed", f"libcrypto：{name} 调用失败")
        finally:
            raw.EVP_CIPHER_CTX_free(context)
        return out.raw[: length.value]

    return encrypt


@cache
def _raw() -> Any:
    raw = libcrypto.load().raw
    for name, (result, arguments) in _SIGNATURES.items():
        function = getattr(raw, name)
        function.restype, function.argtypes = result, arguments
    return raw
