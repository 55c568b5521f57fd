"""What verified vehicles may say of place and name: refused or reported when it cannot be, and nothing else learns."""

import pytest

from obu.codec.messages import claim
from obu.core.geo import LatLon, move
from obu.security import plausibility
from obu.security.misbehaviour import Suspicion
from obu.security.plausibility import MOST, OVERLAP, OVERLAP_HITS, PlausibilityState
from obu.security.verdict import Verdict
from tests.security.forge import HERE, bsm

A, B = b"signer-A", b"signer-B"
MS = 1000  # of microseconds


def hear(
    state: PlausibilityState, signer: bytes, place: LatLon, at_us: int, name: bytes | None = None
) -> tuple[Verdict | None, Suspicion | None]:
    """A verified message; its evidence is the signer and the instant."""
    payload = bsm(place, name or signer)
    return plausibility.judge(state, signer, claim.read(payload), at_us, signer + at_us.to_bytes(8))


def test_a_drive_is_plausible() -> None:
    state = PlausibilityState()
    for tick in range(200):
        assert hear(state, A, move(HERE, 30.0, tick * 6.9), tick * 100 * MS) == (None, None)


def test_a_jump_is_refused_until_it_could_have_been_driven() -> None:
    state, there = PlausibilityState(), move(HERE, 0.0, 700.0)
    hear(state, A, HERE, 0)
    for tick in range(1, 93):  # (700 - 50) m at 70 m/s
        verdict, suspicion = hear(state, A, there, tick * 100 * MS)
        assert verdict is Verdict.POSITION_JUMP
        assert suspicion is not None
        assert suspicion.spdus == (A + bytes(8), A + (tick * 100 * MS).to_bytes(8))
        assert dict(suspicion.measured)["jump_m"] == pytest.approx(700, abs=1)
    assert hear(state, A, there, 9300 * MS) == (None, None)


def test_an_older_message_that_comes_late_does_not_move_the_car_back() -> None:
    state = PlausibilityState()
    hear(state, A, HERE, 1000 * MS)
    assert hear(state, A, move(HERE, 0.0, -20.0), 600 * MS) == (None, None)
    assert state.said[A].generation_us == 1000 * MS


def test_the_first_keeps_the_name_and_the_second_is_reported_with_both() -> None:
    state = PlausibilityState()
    for tick in range(40):
        at_us = tick * 100 * MS
        assert hear(state, A, HERE, at_us, b"the-name") == (None, None)
        verdict, suspicion = hear(state, B, move(HERE, 0.0, 300.0), at_us + MS, b"the-name")
        assert verdict is Verdict.NAME_TAKEN
        assert suspicion is not None
        assert suspicion.spdus == (A + at_us.to_bytes(8), B + (at_us + MS).to_bytes(8))
    assert hear(state, B, HERE, 6000 * MS, b"the-name") == (None, None)


def test_two_in_one_place_are_reported_once_and_refused_never() -> None:
    state = PlausibilityState()
    found = []
    for tick in range(OVERLAP_HITS):
        for signer in (A, B):
            verdict, suspicion = hear(state, signer, move(HERE, 45.0, tick * 1.5), tick * 100 * MS)
            assert verdict is None
            found += [suspicion] if suspicion else []
    (suspicion,) = found
    assert (suspicion.reason, suspicion.signer, len(suspicion.spdus)) == (OVERLAP, B, 2)


def test_side_by_side_and_one_behind_the_other_are_no_hint() -> None:
    state = PlausibilityState()
    for tick in range(100):
        at_us = tick * 100 * MS
        place = move(HERE, 45.0, tick * 1.5)
        assert hear(state, A, place, at_us) == (None, None)
        assert hear(state, B, move(place, 45.0, 0.0, 3.0), at_us) == (None, None)
        # A third follows in the first one's track, two seconds behind.
        assert hear(state, b"signer-C", move(place, 45.0, -30.0), at_us) == (None, None)


def test_what_is_no_vehicle_or_nowhere_is_not_judged() -> None:
    state = PlausibilityState()
    for payload in (b"", b"\x70", b"\x10\x00"):
        assert plausibility.judge(state, A, claim.read(payload), 0, b"") == (None, None)
    assert state == PlausibilityState()


def test_nothing_grows_without_bound() -> None:
    state = PlausibilityState()
    for number in range(MOST + 50):
        hear(state, number.to_bytes(8), move(HERE, 0.0, number % 7 * 10.0), number * MS)
    assert max(len(state.said), len(state.names), len(state.cells), len(state.overlaps)) <= MOST
    assert (MOST + 49).to_bytes(8) in state.said
    assert bytes(8) not in state.said
