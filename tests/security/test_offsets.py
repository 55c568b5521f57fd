"""The diagnostic for clocks that are whole leap seconds off: told by name, bounded, and never a reason to believe."""

import random

import pytest

from obu.core.now import Now, v2x_time_us
from obu.runtime.freeze import freeze, thaw
from obu.security.offsets import MAX_SENDERS, SAMPLES, Found, Offsets
from obu.security.verdict import Judgement, Verdict
from tests.security.forge import NOW, Workshop, later

US = 1_000_000


def refused(
    off_us: int, signer: bytes | None = b"somebody", now: Now = NOW, verdict: Verdict | None = None
) -> Judgement:
    verdict = verdict or (Verdict.GENERATION_IN_FUTURE if off_us > 0 else Verdict.GENERATION_TOO_OLD)
    assert now.utc_ns is not None
    return Judgement(1, verdict, 111, signer, None, v2x_time_us(now.utc_ns) + off_us)


@pytest.mark.parametrize("off_us", [5 * US, -5 * US, 5 * US + 250_000, -5 * US - 120_000])
def test_a_sender_that_is_constantly_five_seconds_off_is_told(off_us: int) -> None:
    offsets = Offsets()
    for count in range(SAMPLES):
        assert offsets.found(NOW) is None, count
        offsets.take(NOW, refused(off_us + count * 1000))
    found = offsets.found(NOW)
    assert found is not None and found.senders == 1
    assert found.off_s == pytest.approx(off_us / US, abs=0.06)


@pytest.mark.parametrize("offs_us", [
    [2 * US] * 20, [-30 * US] * 20, [5 * US, -5 * US] * 10, [5 * US] * 7 + [1 * US], [6 * US] * 20,
])  # fmt: skip
def test_other_offsets_are_not(offs_us: list[int]) -> None:
    offsets = Offsets()
    for off_us in offs_us:
        offsets.take(NOW, refused(off_us))
    assert offsets.found(NOW) is None


def test_senders_are_counted_and_forgotten() -> None:
    offsets = Offsets()
    for number in range(3):
        for _ in range(SAMPLES):
            offsets.take(NOW, refused(5 * US, bytes([number]) * 8))
    assert offsets.found(NOW) == Found(3, 5.0)
    assert offsets.found(later(NOW, 31_000)) is None
    assert offsets.found(Now(NOW.at_ns, None)) is None


def test_what_says_nothing_of_time_is_passed_over() -> None:
    offsets = Offsets()
    for _ in range(SAMPLES):
        offsets.take(NOW, refused(5 * US, signer=None))
        offsets.take(NOW, refused(5 * US, verdict=Verdict.UNKNOWN_SIGNER))
        offsets.take(Now(NOW.at_ns, None), refused(5 * US))
    assert not offsets.state.senders


def test_a_flood_of_names_stays_bounded_and_survives_a_journal() -> None:
    offsets, rng = Offsets(), random.Random(5)
    for _ in range(5000):
        offsets.take(NOW, refused(rng.choice((5, -5)) * US, rng.randbytes(8)))
    assert len(offsets.state.senders) == MAX_SENDERS
    assert thaw(freeze(offsets.state)) == offsets.state


def test_the_verifier_gives_it_what_it_needs(shop: Workshop) -> None:
    verifier, offsets = shop.verifier(), Offsets()
    for number in range(SAMPLES):
        now = later(NOW, 100 * number)
        judgement = shop.judge(verifier, shop.spdu(full=False, at=later(now, 5000)), now)
        assert judgement.verdict is Verdict.GENERATION_IN_FUTURE
        offsets.take(now, judgement)
    assert offsets.found(later(NOW, 800)) == Found(1, 5.0)
