"""Linkage values: from a revocation list's seeds to what certificates carry; its one rule: the cipher is handed in.

IEEE 1609.2-2016 5.1.3.4, in YD/T 3957-2021 annex I. A linkage authority's seed goes on from period to period by a hash,
so that a list tells nothing of the past; of a seed and an index j comes a pre-linkage value, by the cipher in
Davies-Meyer mode; two authorities' values together are the linkage value, so that neither alone can follow a vehicle.
"""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

SEED_BYTES = 16
VALUE_BYTES = 9
_PAD = bytes(14)  # la_id (2) || seed (16) || 0^112: one block of the hash
_BLOCK_PAD = bytes(10)  # la_id (2) || j (4) || 0^80: one block of the cipher

Cipher = Callable[[bytes, bytes], bytes]  # (key of 16 bytes, whole blocks of 16) -> the blocks, each encrypted alone


@dataclass(frozen=True, slots=True)
class Scheme:
    """Which hash and which cipher: hash by hashlib's name, cipher handed in."""

    hash: str
    cipher: Cipher


@dataclass(frozen=True, slots=True)
class Seed:
    """One linkage authority's seed at some period. la_id: 2 bytes; seed: 16 bytes."""

    la_id: bytes
    seed: bytes


@dataclass(frozen=True, slots=True)
class Carried:
    """What a certificate with linkage data says. value: 9 bytes, of this period; group: (j, value) of its group."""

    period: int
    value: bytes
    group: tuple[int, bytes] | None = None


@dataclass(frozen=True, slots=True)
class Chain:
    """What two authorities know a vehicle by: their seeds at the period `first`, and so at all that follow."""

    first: int
    seeds: tuple[Seed, Seed]

    def at(self, scheme: Scheme, period: int) -> tuple[Seed, Seed]:
        """The seeds at a period, for a revocation list from then on. ValueError before the first."""
        if period < self.first:
            raise ValueError(f"period {period} is before {self.first}")
        one, two = (advance(scheme, seed, period - self.first) for seed in self.seeds)
        return one, two

    def carried(self, scheme: Scheme, period: int, index: int) -> Carried:
        """What the certificate number `index` (32 bits) of a period says. ValueError before the first."""
        return Carried(period, next(values(scheme, self.at(scheme, period), [index])))


def advance(scheme: Scheme, seed: Seed, periods: int) -> Seed:
    """The seed `periods` later."""
    value = seed.seed
    for _ in range(periods):
        value = hashlib.new(scheme.hash, seed.la_id + value + _PAD).digest()[:SEED_BYTES]
    return Seed(seed.la_id, value)


def values(scheme: Scheme, seeds: Sequence[Seed], indices: Sequence[int]) -> Iterator[bytes]:
    """The linkage value (9 bytes) of each index j (32 bits) at the period that the seeds are of."""
    streams = [_pre_linkage(scheme, seed, indices) for seed in seeds]
    for parts in zip(*streams, strict=True):
        value = 0
        for part in parts:
            value ^= part
        yield value.to_bytes(VALUE_BYTES, "big")


def _pre_linkage(scheme: Scheme, seed: Seed, indices: Sequence[int]) -> list[int]:
    blocks = b"".join(seed.la_id + j.to_bytes(4, "big") + _BLOCK_PAD for j in indices)
    encrypted = scheme.cipher(seed.seed, blocks)
    return [
        int.from_bytes(encrypted[at : at + VALUE_BYTES], "big") ^ int.from_bytes(blocks[at : at + VALUE_BYTES], "big")
        for at in range(0, len(blocks), 16)
    ]
