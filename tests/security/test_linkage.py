"""Linkage values against the numbers of IEEE 1609.2, and the SM4 variant against a second library's ciphers."""

import tomllib
from pathlib import Path

import pytest
from gmssl import sm3, sm4
from hypothesis import given, settings
from hypothesis import strategies as st

from obu.drivers import libcrypto_ecb
from obu.security import linkage
from obu.security.linkage import Scheme, Seed

VECTORS = tomllib.loads((Path(__file__).parents[1] / "vectors/linkage.toml").read_text(encoding="utf-8"))
AES = Scheme("sha256", libcrypto_ecb.cipher(libcrypto_ecb.AES))
SM4 = Scheme("sm3", libcrypto_ecb.cipher(libcrypto_ecb.SM4))
seeds = st.builds(Seed, st.binary(min_size=2, max_size=2), st.binary(min_size=16, max_size=16))


@pytest.mark.parametrize("vector", VECTORS["vector"], ids=lambda vector: vector["name"])
def test_the_numbers_of_the_standard(vector: dict) -> None:
    pair = [
        linkage.advance(AES, Seed(bytes.fromhex(VECTORS[la]), bytes.fromhex(vector[seed])), vector["periods"])
        for la, seed in (("la1", "seed1"), ("la2", "seed2"))
    ]
    assert [value.hex() for value in linkage.values(AES, pair, [vector["j"]])] == [vector["value"]]


def by_gmssl(seed: Seed, periods: int, j: int) -> int:
    """A pre-linkage value by SM3 and SM4 of gmssl, which is written in Python alone."""
    key = seed.seed
    for _ in range(periods):
        key = bytes.fromhex(sm3.sm3_hash(list(seed.la_id + key + bytes(14))))[:16]
    block = seed.la_id + j.to_bytes(4, "big") + bytes(10)
    cipher = sm4.CryptSM4()
    cipher.set_key(key, sm4.SM4_ENCRYPT)
    return int.from_bytes(cipher.one_round(cipher.sk, list(block))[:9], "big") ^ int.from_bytes(block[:9], "big")


@settings(max_examples=25)
@given(one=seeds, two=seeds, j=st.integers(0, 2**32 - 1), periods=st.integers(0, 3))
def test_the_sm4_variant_by_another_library(one: Seed, two: Seed, j: int, periods: int) -> None:
    pair = [linkage.advance(SM4, seed, periods) for seed in (one, two)]
    expected = by_gmssl(one, periods, j) ^ by_gmssl(two, periods, j)
    assert list(linkage.values(SM4, pair, [j])) == [expected.to_bytes(9, "big")]


@given(one=seeds, two=seeds, first=st.integers(0, 2**32 - 40), count=st.integers(0, 30))
def test_many_indices_at_once_are_as_one_by_one(one: Seed, two: Seed, first: int, count: int) -> None:
    indices = range(first, first + count)
    together = list(linkage.values(AES, [one, two], indices))
    assert together == [value for j in indices for value in linkage.values(AES, [one, two], [j])]


def test_a_chain_gives_what_its_seeds_do_and_nothing_of_the_past() -> None:
    chain = linkage.Chain(30, (Seed(b"\x00\x01", bytes(16)), Seed(b"\x00\x02", bytes(15) + b"\x01")))
    later = [linkage.advance(SM4, seed, 3) for seed in chain.seeds]
    assert chain.carried(SM4, 33, 7) == linkage.Carried(33, next(linkage.values(SM4, later, [7])))
    with pytest.raises(ValueError, match="before 30"):
        chain.at(SM4, 29)


def test_a_cipher_wants_whole_blocks() -> None:
    with pytest.raises(ValueError, match="whole blocks"):
        AES.cipher(bytes(16), bytes(15))
    with pytest.raises(ValueError, match="16 bytes"):
        AES.cipher(bytes(15), bytes(16))
