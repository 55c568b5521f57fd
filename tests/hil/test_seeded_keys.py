"""Keys that follow from a seed: libcrypto believes their signatures, and equal seeds alone give equal ones."""

from hil import seeded_keys
from obu.drivers import libcrypto
from obu.drivers.crypto_self_test import ORDERS


def _made(seed: str, e: bytes) -> tuple[bytes, bytes, bytes]:
    with seeded_keys.used(seed):
        library = libcrypto.load()
        key = library.generate("sm2")
        return key.point, *library.sign(key, e)


def test_a_signature_is_real_and_follows_from_the_seed() -> None:
    e = bytes(range(32))
    point, r, s = _made("one", e)
    assert libcrypto.load().verifies("sm2", point, e, r, s)
    assert not libcrypto.load().verifies("sm2", point, e[::-1], r, s)
    assert _made("one", e) == (point, r, s)
    assert _made("two", e)[0] != point


def test_no_nonce_serves_two_digests() -> None:
    """r - e is the x of the nonce's point (GB/T 32918.2-2016 6.1): two of one nonce would give the key away."""
    found = set()
    for filler in (1, 2):
        e = bytes([filler]) * 32
        _, r, _ = _made("one", e)
        found.add((int.from_bytes(r, "big") - int.from_bytes(e, "big")) % ORDERS["sm2"])
    assert len(found) == 2
