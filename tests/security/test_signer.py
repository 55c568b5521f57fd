"""The signer: when the whole certificate goes, that one job is under way, and that nothing late or foreign is sent."""

from obu.codec import coer
from obu.core.frames import JobOutcome, JobResult, SignJob
from obu.core.now import NS_PER_S, Now
from obu.runtime.freeze import freeze, thaw
from obu.security import envelope
from obu.security.issuing import Lifetime
from obu.security.pseudonym import Identity
from obu.security.signer import Signer
from obu.security.verdict import Verdict
from tests.security.forge import HOUR_NS, NOW, PAYLOAD, UTC_NS, Station, Workshop, later


def identity(station: Station, epoch: int = 1) -> Identity:
    return Identity(epoch, station.certificate, "key", 0x010001, bytes(8), 0)


def sent(shop: Workshop, signer: Signer, now: Now, who: Identity, station: Station, urgent: bool = False) -> bytes:
    """One message, signed at once."""
    job = signer.request(now, PAYLOAD, 112 if urgent else 111, who, urgent)
    assert job is not None
    spdu = signer.settle(now, JobResult(job.number, JobOutcome.OK, *shop.lib.sign(station.key, job.e)), who.epoch)
    assert spdu is not None
    return spdu


def is_full(spdu: bytes) -> bool:
    return bool(envelope.parse(spdu).certificate)


def test_a_full_certificate_at_start_then_whenever_450_ms_have_passed(shop: Workshop) -> None:
    signer, who = Signer(), identity(shop.vehicle)
    pattern = [is_full(sent(shop, signer, later(NOW, 100 * number), who, shop.vehicle)) for number in range(11)]
    assert pattern == [True, False, False, False, False] * 2 + [True]
    signer = Signer()
    times = [0, 449.9, 450, 899.9, 900]
    assert [is_full(sent(shop, signer, later(NOW, ms), who, shop.vehicle)) for ms in times] == [
        True, False, True, False, True,
    ]  # fmt: skip


def test_the_450_ms_run_from_the_instant_of_generation(shop: Workshop) -> None:
    signer, who = Signer(), identity(shop.vehicle)
    job = ask(signer, NOW, who)
    assert job is not None
    r, s = shop.lib.sign(shop.vehicle.key, job.e)
    assert signer.settle(later(NOW, 60), JobResult(job.number, JobOutcome.OK, r, s), 1) is not None
    assert is_full(sent(shop, signer, later(NOW, 450), who, shop.vehicle))


def test_a_full_certificate_while_an_event_is_active(shop: Workshop) -> None:
    signer, who = Signer(), identity(shop.vehicle)
    events = [False, False, True, True, False, False]
    pattern = [
        is_full(sent(shop, signer, later(NOW, 100 * number), who, shop.vehicle, urgent=urgent))
        for number, urgent in enumerate(events)
    ]
    assert pattern == [True, False, True, True, False, False]


def test_a_full_certificate_first_after_a_change(shop: Workshop) -> None:
    signer, other = Signer(), shop.station()
    sent(shop, signer, NOW, identity(shop.vehicle), shop.vehicle)
    assert is_full(sent(shop, signer, later(NOW, 100), identity(other, 2), other))
    assert not is_full(sent(shop, signer, later(NOW, 200), identity(other, 2), other))


def test_a_full_certificate_that_was_lost_is_made_good(shop: Workshop) -> None:
    signer, who = Signer(), identity(shop.vehicle)
    job = signer.request(NOW, PAYLOAD, 111, who, False)
    assert job is not None
    assert signer.settle(NOW, JobResult(job.number, JobOutcome.BACKEND_FAILED), 1) is None
    assert is_full(sent(shop, signer, later(NOW, 100), who, shop.vehicle))
    assert signer.state.dropped == {"key_failed": 1}


def test_what_it_sends_is_canonical_and_verifies(shop: Workshop) -> None:
    signer, who, verifier = Signer(), identity(shop.vehicle), shop.verifier()
    for number in range(12):
        now = later(NOW, 100 * number)
        spdu = sent(shop, signer, now, who, shop.vehicle, urgent=number == 7)
        assert coer.encode("V2XSecData", coer.decode("V2XSecData", spdu)) == spdu
        judgement = shop.judge(verifier, spdu, now, 112 if number == 7 else 111)
        assert (judgement.verdict, judgement.payload) == (Verdict.VALID, PAYLOAD)


def test_the_to_be_signed_bytes_are_those_of_the_standard() -> None:
    # YD/T 3957-2021 annex D.2.
    assert envelope.tbs(b"\x34" * 32, 32, 0x237303).hex() == "40038020" + "34" * 32 + "4001200000000000237303"


def ask(signer: Signer, now: Now, who: Identity, urgent: bool = False) -> SignJob | None:
    return signer.request(now, PAYLOAD, 111, who, urgent)


def test_one_job_at_a_time_and_urgent_goes_first(shop: Workshop) -> None:
    signer, who = Signer(), identity(shop.vehicle)
    first = ask(signer, NOW, who)
    assert first is not None and first.number % 2 == 0
    assert ask(signer, later(NOW, 10), who) is None
    urgent = ask(signer, later(NOW, 20), who, urgent=True)
    assert urgent is not None and urgent.urgent
    r, s = shop.lib.sign(shop.vehicle.key, first.e)
    assert signer.settle(later(NOW, 30), JobResult(first.number, JobOutcome.OK, r, s), 1) is None
    r, s = shop.lib.sign(shop.vehicle.key, urgent.e)
    assert signer.settle(later(NOW, 30), JobResult(urgent.number, JobOutcome.OK, r, s), 1) is not None
    assert signer.state.dropped == {"busy": 1, "superseded": 1}


def test_late_lost_and_foreign_answers_are_not_sent(shop: Workshop) -> None:
    signer, who = Signer(), identity(shop.vehicle)
    job = ask(signer, NOW, who)
    assert job is not None
    answer = JobResult(job.number, JobOutcome.OK, *shop.lib.sign(shop.vehicle.key, job.e))
    assert signer.settle(later(NOW, 91), answer, 1) is None
    job = ask(signer, later(NOW, 100), who)
    assert job is not None
    assert ask(signer, later(NOW, 200), who) is not None  # the first answer never came
    job = ask(signer, later(NOW, 300), who)
    assert job is not None
    answer = JobResult(job.number, JobOutcome.OK, *shop.lib.sign(shop.vehicle.key, job.e))
    assert signer.settle(later(NOW, 310), answer, identity_epoch=2) is None
    assert signer.settle(later(NOW, 320), JobResult(3, JobOutcome.OK), 1) is None
    assert signer.state.dropped == {"late": 1, "lost": 2, "wrong_epoch": 1}
    assert signer.state.signed == 0


def test_it_refuses_to_sign_what_would_be_refused(shop: Workshop) -> None:
    signer = Signer()
    assert signer.request(Now(NOW.at_ns, None), PAYLOAD, 111, identity(shop.vehicle), False) is None
    expired = shop.station(lifetime=Lifetime(UTC_NS - HOUR_NS, 3600))
    assert signer.request(NOW, PAYLOAD, 111, identity(expired), False) is None
    early = shop.station(lifetime=Lifetime(UTC_NS + NS_PER_S, 3600))
    assert signer.request(NOW, PAYLOAD, 111, identity(early), False) is None
    assert signer.request(NOW, PAYLOAD, 3620, identity(shop.vehicle), False) is None
    assert signer.state.dropped == {"clock_unsynchronised": 1, "certificate_not_valid": 2, "aid_not_permitted": 1}


def test_its_state_survives_a_journal(shop: Workshop) -> None:
    signer, twin, who = Signer(), Signer(), identity(shop.vehicle)
    job = ask(signer, NOW, who)
    assert job is not None
    twin.state = thaw(freeze(signer.state))
    answer = JobResult(job.number, JobOutcome.OK, *shop.lib.sign(shop.vehicle.key, job.e))
    assert twin.settle(NOW, answer, 1) == signer.settle(NOW, answer, 1) is not None
    assert freeze(twin.state) == freeze(signer.state)
