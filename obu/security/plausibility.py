"""Whether what vehicles say of place and name can be true; its one rule: only the verified teach it.

A fault refuses the message; the claim that was believed before stands. A hint refuses nothing and is only reported.
"""

from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Any

from obu.codec.messages.claim import Claim
from obu.core.geo import LatLon, distance_m
from obu.security.misbehaviour import Suspicion
from obu.security.verdict import Verdict

# Ours. Faster than any road vehicle, and how far a receiver's position may step when satellites come and go.
JUMP_MPS = 70.0
JUMP_M = 50.0
BESIDE_DEG = 0.000_3  # 33.5 m on a meridian and on the equator: 47.4 m across
# Ours. A certificate, and with it the BSM id, is changed all at once (GB/T 45315-2025 7.4): a name that was heard under
# another certificate so lately is not free.
NAME_KEPT_US = 2_000_000
# Ours. Two vehicles whose centres are within a metre for half of the messages of two seconds cannot both be there.
CELLS_PER_DEG = 100_000
SAME_MOMENT_US = 50_000
OVERLAP_SPAN_US = 2_000_000
OVERLAP_HITS = 10

MOST = 1024  # of each kind below, the longest unheard goes first

OVERLAP = "vehicles_overlap"


@dataclass(frozen=True, slots=True)
class Said:
    """The last believed message of a vehicle, under one certificate."""

    place: LatLon
    generation_us: int
    spdu: bytes


@dataclass(slots=True)
class PlausibilityState:
    """said: by signer. names: BSM id to signer and when. cells: a square metre to who was there, and when.

    overlaps: a pair of signers to how often they were at one place, and since when.
    """

    said: OrderedDict[bytes, Said] = field(default_factory=OrderedDict)
    names: OrderedDict[bytes, tuple[bytes, int]] = field(default_factory=OrderedDict)
    cells: OrderedDict[tuple[int, int], tuple[bytes, int]] = field(default_factory=OrderedDict)
    overlaps: OrderedDict[tuple[bytes, bytes], tuple[int, int]] = field(default_factory=OrderedDict)


def judge(
    state: PlausibilityState, signer: bytes, claim: Claim | None, generation_us: int, spdu: bytes
) -> tuple[Verdict | None, Suspicion | None]:
    """What speaks against a verified message, and what to report. What is refused teaches nothing."""
    if claim is None or not claim.is_vehicle or claim.place is None or claim.id is None:
        return None, None
    known = state.said.get(signer)
    if known is not None and not _is_beside(known.place, claim.place):
        jump_m, after_s = distance_m(known.place, claim.place), abs(generation_us - known.generation_us) / 1e6
        if jump_m > JUMP_M + JUMP_MPS * after_s:
            measured = (("jump_m", round(jump_m, 1)), ("after_s", round(after_s, 3)))
            return Verdict.POSITION_JUMP, Suspicion(Verdict.POSITION_JUMP.value, signer, (known.spdu, spdu), measured)
    holder, at_us = state.names.get(claim.id, (signer, generation_us))
    if holder != signer and generation_us - at_us < NAME_KEPT_US:
        after_s = round((generation_us - at_us) / 1e6, 3)
        spdus = _evidence(state, holder, spdu)
        return Verdict.NAME_TAKEN, Suspicion(Verdict.NAME_TAKEN.value, signer, spdus, (("after_s", after_s),))
    _put(state.names, claim.id, (signer, generation_us))
    if known is None or generation_us >= known.generation_us:
        _put(state.said, signer, Said(claim.place, generation_us, spdu))
    return None, _overlap(state, signer, claim.place, generation_us, spdu)


def _is_beside(one: LatLon, other: LatLon) -> bool:
    """Surely within JUMP_M of each other: spares computing the distance."""
    return abs(one.lat_deg - other.lat_deg) < BESIDE_DEG and abs(one.lon_deg - other.lon_deg) < BESIDE_DEG


def _overlap(
    state: PlausibilityState, signer: bytes, place: LatLon, generation_us: int, spdu: bytes
) -> Suspicion | None:
    """The hint that one sender plays several vehicles. A pair on both sides of a square's edge meets in the next."""
    cell = (round(place.lat_deg * CELLS_PER_DEG), round(place.lon_deg * CELLS_PER_DEG))
    other, at_us = state.cells.get(cell, (signer, generation_us))
    _put(state.cells, cell, (signer, generation_us))
    if other == signer or abs(generation_us - at_us) > SAME_MOMENT_US:
        return None
    pair = (min(signer, other), max(signer, other))
    hits, since_us = state.overlaps.get(pair, (0, generation_us))
    if generation_us - since_us > OVERLAP_SPAN_US:
        hits, since_us = 0, generation_us
    _put(state.overlaps, pair, (hits + 1, since_us))
    if hits + 1 != OVERLAP_HITS:
        return None
    measured = (("times", float(OVERLAP_HITS)), ("within_s", OVERLAP_SPAN_US / 1e6))
    return Suspicion(OVERLAP, signer, _evidence(state, other, spdu), measured)


def _evidence(state: PlausibilityState, other: bytes, spdu: bytes) -> tuple[bytes, ...]:
    said = state.said.get(other)
    return (spdu,) if said is None else (said.spdu, spdu)


def _put(known: OrderedDict[Any, Any], key: object, value: object) -> None:
    if key in known:
        known.move_to_end(key)
    elif len(known) >= MOST:
        known.popitem(last=False)
    known[key] = value
