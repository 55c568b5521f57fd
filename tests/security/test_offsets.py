"""Whose clock is off: told by verified senders alone, never overstated, and not to be moved by a few liars."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from obu.core.frames import JobOutcome, JobResult
from obu.core.now import Now
from obu.runtime.freeze import freeze, thaw
from obu.security import envelope, rules
from obu.security.offsets import FAST_CLOCKS, LEAST_SAMPLES, MAX_SENDERS, TELL_US, WAY_US, Apart, Found, Offsets
from obu.security.verdict import Judgement, Verdict
from obu.security.witness import MOST
from tests.security.forge import NOW, Workshop, later

US = 1_000_000


def name(number: int) -> bytes:
    return number.to_bytes(8, "big")


def heard(*senders: list[int]) -> Offsets:
    """Of each sender, by how much its packets were ahead of us."""
    offsets = Offsets()
    for number, ahead_us in enumerate(senders):
        for each_us in ahead_us:
            offsets.take(NOW, name(number), each_us)
    return offsets


# Another time scale
@pytest.mark.parametrize("off_us", [5 * US, -5 * US, 5 * US + 250_000, -5 * US - 120_000])
def test_a_sender_that_is_constantly_five_seconds_off_is_told(off_us: int) -> None:
    offsets = Offsets()
    for count in range(LEAST_SAMPLES):
        assert offsets.found(NOW) is None, count
        offsets.take(NOW, name(0), off_us + count * 1000)
    found = offsets.found(NOW)
    assert found is not None and found.senders == 1
    assert found.off_s == pytest.approx(off_us / US, abs=0.06)


@pytest.mark.parametrize("offs_us", [
    [2 * US] * 20, [-30 * US] * 20, [5 * US, -5 * US] * 10, [5 * US] * 7 + [1 * US], [6 * US] * 20,
])  # fmt: skip
def test_other_offsets_are_not(offs_us: list[int]) -> None:
    assert heard(offs_us).found(NOW) is None


def test_senders_are_counted_and_forgotten() -> None:
    offsets = heard(*[[5 * US] * LEAST_SAMPLES] * 3)
    assert offsets.found(NOW) == Found(3, 5.0)
    assert offsets.own(NOW) is None  # they count in another scale, and say nothing of our clock
    assert offsets.found(later(NOW, 31_000)) is None
    assert offsets.found(Now(NOW.at_ns, None)) is None
    slow = heard(*[[US] * LEAST_SAMPLES] * 3)
    assert slow.own(NOW) == Apart(3, 1000)
    assert slow.own(later(NOW, 31_000)) is None


def test_many_names_stay_bounded_and_survive_a_journal() -> None:
    offsets, rng = Offsets(), random.Random(5)
    for _ in range(5000):
        offsets.take(NOW, rng.randbytes(8), rng.choice((5, -5)) * US)
    assert len(offsets.state.senders) == MAX_SENDERS
    assert thaw(freeze(offsets.state)) == offsets.state


# Our own clock
# How long packets were under way: one of them no longer than it should, the others as long as they like.
LATE = st.lists(st.integers(0, 60 * US), min_size=LEAST_SAMPLES - 1, max_size=7)
WAYS = st.tuples(st.integers(0, WAY_US), LATE).map(lambda ways: [ways[0], *ways[1]])
GOOD_US = 1_000  # how well others' clocks are kept
GOOD = st.lists(st.tuples(st.integers(-GOOD_US, GOOD_US), WAYS), min_size=2, max_size=12)
LIES = st.lists(st.lists(st.integers(-60 * US, 60 * US), min_size=LEAST_SAMPLES, max_size=8), max_size=11)


def seen(good: list[tuple[int, list[int]]], slow_us: int) -> list[list[int]]:
    """What a clock that is slow by slow_us sees of senders whose clocks are off by a little."""
    return [[off_us + slow_us - way_us for way_us in ways] for off_us, ways in good]


@given(GOOD, LIES, st.integers(-3 * US, 3 * US))
def test_it_is_never_overstated_and_what_is_beyond_a_packets_way_is_noticed(
    good: list[tuple[int, list[int]]], lies: list[list[int]], slow_us: int
) -> None:
    """Whatever fewer than half say, of whom at most two are fast clocks."""
    lies = lies[: len(good) - 1]
    fast = [lie for lie in lies if max(lie) > slow_us - WAY_US]
    lies = [lie for lie in lies if lie not in fast[min(FAST_CLOCKS, (len(good) - 1) // 2) :]]
    apart = heard(*seen(good, slow_us), *lies).own(NOW)
    if apart is not None:
        said_us = apart.slow_ms * 1000
        assert abs(said_us) <= abs(slow_us) + GOOD_US + 500
        assert said_us * slow_us > 0 and apart.senders >= 3
    elif len(good) >= 3:
        assert -2 * WAY_US - TELL_US - GOOD_US <= slow_us <= WAY_US + TELL_US + GOOD_US


@given(GOOD.filter(lambda good: len(good) >= 3), st.lists(st.integers(-60 * US, 0), max_size=40))
def test_whoever_plays_old_packets_again_cannot_make_our_clock_fast(
    good: list[tuple[int, list[int]]], late_us: list[int]
) -> None:
    assert heard(*seen(good, 0), *[[each_us] * LEAST_SAMPLES for each_us in late_us]).own(NOW) is None


def test_two_fast_clocks_do_not_hide_that_ours_is_fast() -> None:
    good, fast = [-400_000] * LEAST_SAMPLES, [900_000] * LEAST_SAMPLES
    assert heard(*[good] * 4, *[fast] * FAST_CLOCKS).own(NOW) == Apart(6, -300)
    assert heard(*[good] * 6, *[fast] * (FAST_CLOCKS + 1)).own(NOW) is None


def test_two_senders_and_a_few_packets_are_not_enough() -> None:
    assert heard(*[[US] * LEAST_SAMPLES] * 2).own(NOW) is None
    assert heard(*[[US] * (LEAST_SAMPLES - 1)] * 9).own(NOW) is None


# What the verifier brings to it
def what_is_told(shop: Workshop, spdu: bytes, now: Now = NOW) -> tuple[Judgement, list[tuple[bytes, int]]]:
    """The verdict of a new verifier, and what it has learned of clocks once all jobs are done."""
    verifier = shop.verifier()
    judgement = shop.judge(verifier, spdu, now)
    shop.finish(verifier, now)
    assert not verifier.state.learned or judgement.verdict is Verdict.VALID
    return judgement, verifier.take_testimonies()


@pytest.mark.parametrize(("off_ms", "verdict"), [
    (-40, Verdict.VALID), (300, Verdict.GENERATION_IN_FUTURE), (5000, Verdict.GENERATION_IN_FUTURE),
    (-1500, Verdict.GENERATION_TOO_OLD),
])  # fmt: skip
def test_a_good_signature_testifies_whatever_its_time_and_stays_refused(
    shop: Workshop, off_ms: int, verdict: Verdict
) -> None:
    judgement, testimonies = what_is_told(shop, shop.spdu(at=later(NOW, off_ms)))
    assert judgement.verdict is verdict
    assert testimonies == [(shop.vehicle.certificate.digest8, off_ms * 1000)]


def test_nobody_else_testifies(shop: Workshop) -> None:
    other, ahead = shop.lib.generate("sm2"), later(NOW, 300)
    raw, key = shop.odd_station(key=other)  # a certificate that its issuer has not signed
    for spdu in (
        shop.spdu(at=ahead, key=other),  # a wrong signature
        shop.spdu(at=ahead, raw=raw, key=key),
        shop.spdu(at=ahead, full=False),
        shop.spdu(at=ahead, station=shop.station(aids=(3620,))),  # one that may not speak so
        shop.spdu(at=ahead, aid=3620),
    ):
        judgement, testimonies = what_is_told(shop, spdu)
        assert judgement.verdict is not Verdict.VALID and testimonies == []


def test_witnesses_are_few_at_a_time_and_forgotten_without_an_answer(shop: Workshop) -> None:
    verifier = shop.verifier()
    cars = [shop.station() for _ in range(2 * MOST)]
    for number in range(3):
        for car in cars:
            spdu = shop.spdu(at=later(NOW, 300 + number), station=car)
            assert verifier.judge(NOW, spdu, 111).verdict is Verdict.GENERATION_IN_FUTURE
    jobs = verifier.take_jobs()
    assert len(jobs) == 2 * MOST
    assert verifier.take_jobs() == ()
    verifier.settle(NOW, JobResult(jobs[0].number, JobOutcome.OK))
    assert verifier.take_testimonies() == []  # its own signature is still to come
    assert thaw(freeze(verifier.state.witness)) == verifier.state.witness
    assert verifier.expire(later(NOW, 301)) == []
    assert not verifier.state.witness.summoned and not verifier.state.witness.asked
    assert verifier.settle(later(NOW, 302), JobResult(jobs[1].number, JobOutcome.OK)) == []
    assert verifier.take_testimonies() == []
    now = later(NOW, 1000)
    verifier.judge(now, shop.spdu(at=later(now, 400)), 111)
    assert len(verifier.take_jobs()) == 2  # a new period


@given(ahead_us=st.integers(-2_000, 2_000_000), error_us=st.integers(0, 1_000_000))
def test_the_future_begins_where_our_own_clocks_error_ends(shop: Workshop, ahead_us: int, error_us: int) -> None:
    parsed = envelope.parse(shop.spdu(full=False))
    assert parsed.generation_us is not None and NOW.utc_ns is not None
    now = Now(NOW.at_ns, NOW.utc_ns - ahead_us * 1000, error_us * 1000)
    fault = rules.header_fault(now, parsed, 111, 1000)
    assert (fault is Verdict.GENERATION_IN_FUTURE) is (ahead_us > error_us)
