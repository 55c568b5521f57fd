"""The verifier as a machine: what is held and bounded, what survives a journal, and that no mutation is ever VALID."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from obu.core.frames import JobOutcome, JobResult
from obu.core.now import Now
from obu.runtime.freeze import freeze, thaw
from obu.security.verdict import Judgement, Pending, Verdict
from tests.security.forge import NOW, PAYLOAD, Workshop, later


def test_packets_wait_for_their_certificate_and_are_then_judged_in_order(shop: Workshop) -> None:
    verifier = shop.verifier()
    held = [
        verifier.judge(later(NOW, number), shop.spdu(full=False, at=later(NOW, number)), 111) for number in range(3)
    ]
    assert all(isinstance(answer, Pending) for answer in held)
    assert verifier.take_jobs() == ()
    then = later(NOW, 400)
    full = verifier.judge(then, shop.spdu(at=then), 111)
    judgements = shop.finish(verifier, then)
    assert [judgement.ticket for judgement in judgements] == [*(answer.ticket for answer in held), full.ticket]
    assert {judgement.verdict for judgement in judgements} == {Verdict.VALID}
    assert verifier.expire(later(then, 5000)) == []


def test_what_waits_for_a_certificate_in_vain_is_an_unknown_signer(shop: Workshop) -> None:
    verifier = shop.verifier()
    answer = verifier.judge(NOW, shop.spdu(full=False), 111)
    assert verifier.expire(later(NOW, 500)) == []
    (judgement,) = verifier.expire(later(NOW, 501))
    assert (judgement.ticket, judgement.verdict) == (answer.ticket, Verdict.UNKNOWN_SIGNER)


def test_one_certificate_is_verified_once(shop: Workshop) -> None:
    verifier = shop.verifier()
    for number in range(4):
        verifier.judge(NOW, shop.spdu(at=later(NOW, -number)), 111)
    jobs = verifier.take_jobs()
    assert len(jobs) == 1
    assert verifier.settle(NOW, JobResult(jobs[0].number, JobOutcome.OK)) == []
    assert len(verifier.take_jobs()) == 4


def test_certificate_and_digest_are_the_same_message(shop: Workshop) -> None:
    # Harmless equivalents: the signature does not cover how the signer is named. Each is good alone, never both.
    for first, second in ((True, False), (False, True)):
        verifier = shop.verifier()
        assert shop.judge(verifier, shop.spdu(at=later(NOW, -50))).verdict is Verdict.VALID
        assert shop.judge(verifier, shop.spdu(full=first)).verdict is Verdict.VALID
        assert shop.judge(verifier, shop.spdu(full=second)).verdict is Verdict.REPLAYED


def test_a_repeat_is_refused_for_as_long_as_the_message_is_young(shop: Workshop) -> None:
    verifier, spdu = shop.verifier(), shop.spdu(at=later(NOW, 0.9))  # ahead of us, within our clock's error
    assert shop.judge(verifier, spdu).verdict is Verdict.VALID
    for ms in range(0, 1001, 50):
        assert shop.judge(verifier, spdu, later(NOW, ms)).verdict is Verdict.REPLAYED
    assert shop.judge(verifier, spdu, later(NOW, 1002)).verdict is Verdict.GENERATION_TOO_OLD


def test_a_flood_leaves_nothing_behind(shop: Workshop) -> None:
    limits = {"max_backlog": 16, "max_held": 16, "max_candidates": 8, "max_certificates": 8, "max_jobs": 4}
    verifier = shop.verifier(**limits)
    assert shop.judge(verifier, shop.spdu(at=later(NOW, -500))).verdict is Verdict.VALID
    full, digest = shop.spdu(station=shop.station()), shop.spdu(full=False)
    rng = random.Random(1)
    counted = 0
    for number in range(3000):
        now = later(NOW, number / 20)
        forged = digest[:-10] + rng.randbytes(10)  # a genuine digest and time, another signature
        if number % 3 == 0:
            forged = digest[:-74] + rng.randbytes(8) + digest[-66:]  # nobody's digest
        elif number % 3 == 1:
            forged = full[:-68] + rng.randbytes(2) + full[-66:]  # a certificate whose signature is wrong
        counted += isinstance(verifier.judge(now, forged, 111), Judgement)
        counted += len(verifier.expire(now))
        verifier.take_jobs()
        state = verifier.state
        assert state.backlog.count == sum(map(len, state.backlog.lines)) <= 16
        assert len(state.newcomers.held) <= 16
        assert len(state.newcomers.candidates) <= 8
        assert len(state.waiting) <= 4
    counted += len(verifier.expire(later(NOW, 10_000)))
    assert counted == 3000
    assert (verifier.state.backlog.of_sender, verifier.state.waiting, verifier.state.newcomers.checking) == ({}, {}, {})
    assert len(verifier.state.learned) == 1


def test_a_certificate_with_a_wrong_signature_is_verified_once(shop: Workshop) -> None:
    verifier = shop.verifier(max_refused=2)
    raw, key = shop.odd_station(key=shop.lib.generate("sm2"))
    for number in range(3):
        spdu = shop.spdu(raw=raw, key=key, at=later(NOW, -number))
        assert shop.judge(verifier, spdu).verdict is Verdict.CERTIFICATE_SIGNATURE
    assert verifier.state.next_number == 1 + 2 * 4  # three tickets, one job
    for _ in range(3):
        raw, key = shop.odd_station(key=shop.lib.generate("sm2"))
        shop.judge(verifier, shop.spdu(raw=raw, key=key))
    assert len(verifier.state.newcomers.refused) == 2


def test_certificates_are_learned_however_many_messages_wait(shop: Workshop) -> None:
    verifier = shop.verifier(max_jobs=2, max_backlog=4)
    assert shop.judge(verifier, shop.spdu(at=later(NOW, -500))).verdict is Verdict.VALID
    for number in range(20):
        verifier.judge(NOW, shop.spdu(full=False, at=later(NOW, -number)), 111)
    assert len(verifier.take_jobs()) == 2
    stranger = shop.station()
    verifier.judge(NOW, shop.spdu(station=stranger), 111)
    (job,) = verifier.take_jobs()
    verifier.settle(NOW, JobResult(job.number, JobOutcome.OK))
    assert stranger.certificate.digest8 in verifier.state.learned


def test_who_copies_one_digest_crowds_no_other(shop: Workshop) -> None:
    verifier, other = shop.verifier(), shop.station()
    for each in (shop.vehicle, other):
        assert shop.judge(verifier, shop.spdu(station=each, at=later(NOW, -100))).verdict is Verdict.VALID
    copy = shop.spdu(full=False)
    forged = [copy[:-8] + number.to_bytes(8) for number in range(1000)]
    for spdu in forged[:500]:
        verifier.judge(NOW, spdu, 111)
    genuine = verifier.judge(NOW, shop.spdu(station=other, full=False), 111)
    for spdu in forged[500:]:
        verifier.judge(NOW, spdu, 111)
    answers = {judgement.ticket: judgement.verdict for judgement in shop.finish(verifier)}
    assert answers[genuine.ticket] is Verdict.VALID
    assert list(answers.values()).count(Verdict.BAD_SIGNATURE) == 4  # max_of_sender


def test_what_comes_again_of_the_same_moment_waits_behind_everybody(shop: Workshop) -> None:
    verifier, other = shop.verifier(max_jobs=1, max_rest_jobs=1), shop.station()
    for each in (shop.vehicle, other):
        assert shop.judge(verifier, shop.spdu(station=each, at=later(NOW, -100))).verdict is Verdict.VALID
    first = verifier.judge(NOW, shop.spdu(), 111)
    second = verifier.judge(NOW, shop.spdu(at=later(NOW, -49)), 111)
    third = verifier.judge(NOW, shop.spdu(station=other), 111)
    fourth = verifier.judge(NOW, shop.spdu(aid=112, at=later(NOW, -49)), 112)
    order = [judgement.ticket for judgement in shop.finish(verifier)]
    assert order == [fourth.ticket, first.ticket, third.ticket, second.ticket]


def test_what_does_not_matter_leaves_the_pool_free_for_what_does(shop: Workshop) -> None:
    verifier = shop.verifier(max_jobs=4, max_rest_jobs=2, max_of_sender=9)
    assert shop.judge(verifier, shop.spdu(at=later(NOW, -500))).verdict is Verdict.VALID
    strange = [shop.spdu(payload=b"\x70", at=later(NOW, -number)) for number in range(3)]
    for spdu in strange:
        verifier.judge(NOW, spdu, 111)
    assert len(verifier.take_jobs()) == 2
    for number in range(3):
        verifier.judge(NOW, shop.spdu(at=later(NOW, -number)), 111)
    assert len(verifier.take_jobs()) == 2
    assert verifier.state.backlog.count == 2


def test_learned_certificates_are_bounded_and_the_used_ones_stay(shop: Workshop) -> None:
    verifier = shop.verifier(max_certificates=3)
    used = shop.vehicle
    shop.judge(verifier, shop.spdu(at=later(NOW, -100)))
    for number in range(5):
        assert shop.judge(verifier, shop.spdu(station=shop.station())).verdict is Verdict.VALID
        assert shop.judge(verifier, shop.spdu(full=False, at=later(NOW, -99 + number))).verdict is Verdict.VALID
    assert len(verifier.state.learned) == 3
    assert used.certificate.digest8 in verifier.state.learned


def test_no_time_nothing_is_ever_valid(shop: Workshop) -> None:
    verifier, dark = shop.verifier(), Now(NOW.at_ns, None)
    assert shop.judge(verifier, shop.spdu(), dark).verdict is Verdict.CLOCK_UNSYNCHRONISED
    # Time is lost between question and answer: the certificate is good, the message is not judged good.
    pending = verifier.judge(NOW, shop.spdu(), 111)
    (job,) = verifier.take_jobs()
    (judgement,) = verifier.settle(dark, JobResult(job.number, JobOutcome.OK))
    assert (judgement.ticket, judgement.verdict) == (pending.ticket, Verdict.CLOCK_UNSYNCHRONISED)


def test_its_state_survives_a_journal_at_any_instant(shop: Workshop) -> None:
    verifier, twin = shop.verifier(), shop.verifier()
    verifier.judge(NOW, shop.spdu(), 111)
    verifier.judge(NOW, shop.spdu(full=False, station=shop.station()), 111)
    jobs = verifier.take_jobs()
    twin.state = thaw(freeze(verifier.state))
    assert twin.state == verifier.state
    for machine in (verifier, twin):
        machine.settle(NOW, JobResult(jobs[0].number, JobOutcome.OK))
    again = verifier.take_jobs()
    assert twin.take_jobs() == again
    for machine in (verifier, twin):
        assert machine.settle(NOW, JobResult(again[0].number, JobOutcome.OK))[0].verdict is Verdict.VALID
    assert freeze(twin.state) == freeze(verifier.state)


@given(st.binary(max_size=400))
def test_any_bytes_are_judged_and_never_good(shop: Workshop, spdu: bytes) -> None:
    answer = shop.verifier().judge(NOW, spdu, 111)
    assert isinstance(answer, Judgement)
    assert answer.verdict is not Verdict.VALID


EDITS = st.lists(
    st.tuples(st.sampled_from(["flip", "set", "delete", "insert", "swap"]), st.integers(0, 999), st.integers(0, 255)),
    min_size=1,
    max_size=3,
)


def edited(spdu: bytes, edits: list[tuple[str, int, int]]) -> bytes:
    data = bytearray(spdu)
    for kind, where, value in edits:
        at = where % max(1, len(data))
        if kind == "flip":
            data[at] ^= 1 << value % 8
        elif kind == "set":
            data[at] = value
        elif kind == "delete":
            del data[at : at + 1 + value % 4]
        elif kind == "insert":
            data.insert(at, value)
        else:
            other = value % len(data) if data else 0
            data[at], data[other] = data[other], data[at]
    return bytes(data)


@pytest.mark.parametrize("full", [True, False])
@settings(max_examples=250)
@given(edits=EDITS)
def test_no_mutation_is_ever_valid(shop: Workshop, full: bool, edits: list[tuple[str, int, int]]) -> None:
    spdu = shop.spdu(full=full)
    forged = edited(spdu, edits)
    verifier = shop.verifier()
    assert shop.judge(verifier, shop.spdu(at=later(NOW, -100))).verdict is Verdict.VALID  # the certificate is known
    judgement = shop.judge(verifier, forged)
    assert (judgement.verdict is Verdict.VALID) == (forged == spdu)


def test_every_single_bit_counts(shop: Workshop) -> None:
    for full in (True, False):
        spdu = shop.spdu(full=full)
        verifier = shop.verifier()
        assert shop.judge(verifier, shop.spdu(at=later(NOW, -100))).verdict is Verdict.VALID
        for bit in range(len(spdu) * 8):
            forged = bytearray(spdu)
            forged[bit // 8] ^= 1 << bit % 8
            assert shop.judge(verifier, bytes(forged)).verdict is not Verdict.VALID, bit
        judgement = shop.judge(verifier, spdu)
        assert judgement.verdict is Verdict.VALID
        assert judgement.payload == PAYLOAD
