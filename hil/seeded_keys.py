"""SM2 keys and signatures that follow from a seed alone, for the PKI of `sim`; its one rule: they protect nobody.

Whoever knows the seed has the keys. The signatures are real: libcrypto verifies them as any other's.
"""

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from unittest import mock

from obu.drivers import libcrypto
from obu.drivers.crypto_self_test import ORDERS
from obu.drivers.libcrypto import Libcrypto, PrivateKey

# PKCS#8 of an SM2 key without its public half, which libcrypto then works out (RFC 5958, RFC 5915).
PKCS8_HEAD = bytes.fromhex("3041020100301306072a8648ce3d020106082a811ccf5501822d042730250201010420")
CURVE = "sm2"


@contextmanager
def used(seed: str) -> Iterator[None]:
    """Within it every key that is made, each signature and each random label follow from the seed."""
    library = _Seeded(libcrypto.load(), seed)
    with mock.patch.object(libcrypto, "load", lambda: library), mock.patch.object(os, "urandom", library.label):
        yield


class _Seeded(Libcrypto):
    """libcrypto with its two uses of randomness replaced."""

    def __init__(self, real: Libcrypto, seed: str) -> None:
        super().__init__(real.raw)
        self._seed = seed
        self._numbers = count()
        self._secrets: dict[bytes, int] = {}

    def generate(self, curve: str) -> PrivateKey:
        """The next key of the seed."""
        if curve != CURVE:
            raise ValueError(f"no seeded key on {curve}")
        secret = 1 + _number(self._seed, str(next(self._numbers))) % (ORDERS[CURVE] - 2)
        key = self._key(secret)
        self._secrets[key.point] = secret
        return key

    def sign(self, key: PrivateKey, e: bytes) -> tuple[bytes, bytes]:
        """GB/T 32918.2-2016 6.1 with a nonce made of the key and the digest, as RFC 6979 has it for ECDSA."""
        order, secret = ORDERS[CURVE], self._secrets[key.point]
        nonce = 1 + _number(self._seed, f"{secret:x} {e.hex()}") % (order - 1)
        x = int.from_bytes(self._key(nonce).point[1:33], "big")
        r = (int.from_bytes(e, "big") + x) % order
        s = pow(1 + secret, -1, order) * (nonce - r * secret) % order
        return r.to_bytes(32, "big"), s.to_bytes(32, "big")

    def label(self, length: int) -> bytes:
        """Stands for os.urandom."""
        return _number(self._seed, "label").to_bytes(32, "big")[:length]

    def _key(self, secret: int) -> PrivateKey:
        return self.load_private(PKCS8_HEAD + secret.to_bytes(32, "big"))


def _number(seed: str, what: str) -> int:
    return int.from_bytes(hashlib.sha256(f"{seed}\0{what}".encode()).digest(), "big")
