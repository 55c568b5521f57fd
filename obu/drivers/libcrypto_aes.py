"""AES-256-GCM by the system's libcrypto: what keeps private keys on a disk. Its one rule: no nonce is used twice."""

import ctypes
import os
from collections.abc import Iterator
from contextlib import contextmanager
from ctypes import byref, c_char_p, c_int, c_void_p
from functools import cache
from typing import Any

from obu.core.errors import LocalError
from obu.drivers import libcrypto

KEY_BYTES = 32
NONCE_BYTES = 12  # NIST SP 800-38D 5.2.1.1: the size that needs no hashing
TAG_BYTES = 16
_GET_TAG, _SET_TAG = 0x10, 0x11  # openssl/evp.h: EVP_CTRL_AEAD_GET_TAG, _SET_TAG

_SIGNATURES: dict[str, tuple[Any, tuple[Any, ...]]] = {
    "EVP_CIPHER_CTX_new": (c_void_p, ()),
    "EVP_CIPHER_CTX_free": (None, (c_void_p,)),
    "EVP_CIPHER_CTX_ctrl": (c_int, (c_void_p, c_int, c_int, c_void_p)),
    "EVP_aes_256_gcm": (c_void_p, ()),
    "EVP_CipherInit_ex": (c_int, (c_void_p, c_void_p, c_void_p, c_char_p, c_char_p, c_int)),
    "EVP_CipherUpdate": (c_int, (c_void_p, c_void_p, c_void_p, c_char_p, c_int)),
    "EVP_CipherFinal_ex": (c_int, (c_void_p, c_void_p, c_void_p)),
}


def seal(key: bytes, plain: bytes, label: bytes) -> bytes:
    """nonce || ciphertext || tag; label is bound to it and not in it. key: 32 bytes."""
    nonce = os.urandom(NONCE_BYTES)
    with _cipher(key, nonce, encrypt=True) as (raw, context):
        body = _through(raw, context, plain, label)
        tag = ctypes.create_string_buffer(TAG_BYTES)
        if raw.EVP_CIPHER_CTX_ctrl(context, _GET_TAG, TAG_BYTES, tag) != 1:
            raise LocalError("libcrypto: AES-256-GCM failed", "libcrypto：AES-256-GCM 调用失败")
    return nonce + body + tag.raw


def unseal(key: bytes, sealed: bytes, label: bytes) -> bytes | None:
    """What was sealed under this key and label; None when anything of it is otherwise."""
    if len(sealed) < NONCE_BYTES + TAG_BYTES:
        return None
    nonce, body, tag = sealed[:NONCE_BYTES], sealed[NONCE_BYTES:-TAG_BYTES], sealed[-TAG_BYTES:]
    with _cipher(key, nonce, encrypt=False) as (raw, context):
        if raw.EVP_CIPHER_CTX_ctrl(context, _SET_TAG, TAG_BYTES, tag) != 1:
            return None
        try:
            return _through(raw, context, body, label)
        except LocalError:
            return None


@cache
def _raw() -> Any:
    raw = libcrypto.load().raw
    for name, (result, arguments) in _SIGNATURES.items():
        function = getattr(raw, name)
        function.restype, function.argtypes = result, arguments
    return raw


@contextmanager
def _cipher(key: bytes, nonce: bytes, *, encrypt: bool) -> Iterator[tuple[Any, int]]:
    if len(key) != KEY_BYTES:
        raise LocalError("an AES-256 key has 32 bytes", "AES-256 密钥应为 32 字节")
    raw = _raw()
    context = raw.EVP_CIPHER_CTX_new()
    try:
        if not context or raw.EVP_CipherInit_ex(context, raw.EVP_aes_256_gcm(), None, key, nonce, int(encrypt)) != 1:
            raise LocalError("libcrypto: AES-256-GCM is not to be had", "libcrypto：没有 AES-256-GCM")
        yield raw, context
    finally:
        raw.ERR_clear_error()
        raw.EVP_CIPHER_CTX_free(context)


def _through(raw: Any, context: int, data: bytes, label: bytes) -> bytes:
    size, out = c_int(0), ctypes.create_string_buffer(len(data) + TAG_BYTES)
    if (
        raw.EVP_CipherUpdate(context, None, byref(size), label, len(label)) != 1
        or raw.EVP_CipherUpdate(context, out, byref(size), data, len(data)) != 1
        or raw.EVP_CipherFinal_ex(context, byref(out, size.value), byref(c_int(0))) != 1
    ):
        raise LocalError("libcrypto: AES-256-GCM failed", "libcrypto：AES-256-GCM 调用失败")
    return out.raw[: size.value]
