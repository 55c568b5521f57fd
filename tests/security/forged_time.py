"""Repeats, the past, floods, and what our own limits do not let through."""

import dataclasses

from obu.core.errors import RemoteError
from obu.core.frames import JobOutcome, JobResult
from obu.core.geo import move
from obu.core.now import NS_PER_MS, sec_mark_ms
from obu.security.priority import Standing
from obu.security.verdict import Judgement, Pending, of_reason
from obu.security.verdict import Verdict as V
from obu.security.verifier import Verifier
from obu.stack import aids, receiver
from obu.stack.edition_binding import EditionBinding
from tests.security.cases import case
from tests.security.forge import HERE, NOW, STRANGE, Workshop, bsm, later, outcome_of_message


# replay
@case(V.REPLAYED, "the same bytes")
def _(shop: Workshop) -> Judgement:
    verifier, spdu = shop.verifier(), shop.spdu()
    assert shop.judge(verifier, spdu).verdict is V.VALID
    return shop.judge(verifier, spdu, later(NOW, 200))


@case(V.REPLAYED, "the same message by digest, signed anew")
def _(shop: Workshop) -> Judgement:
    verifier = shop.verifier()
    assert shop.judge(verifier, shop.spdu()).verdict is V.VALID
    return shop.judge(verifier, shop.spdu(full=False))


@case(V.REPLAYED, "both while the first is still being verified")
def _(shop: Workshop) -> Judgement:
    verifier, spdu = shop.verifier(), shop.spdu()
    assert isinstance(verifier.judge(NOW, spdu, 111), Pending)
    assert isinstance(verifier.judge(NOW, spdu, 111), Pending)
    first, second = shop.finish(verifier)
    assert first.verdict is V.VALID
    return second


@case(V.OUT_OF_ORDER, "older than the newest by more than the window")
def _(shop: Workshop) -> Judgement:
    verifier = shop.verifier()
    assert shop.judge(verifier, shop.spdu()).verdict is V.VALID
    assert shop.judge(verifier, shop.spdu(at=later(NOW, -500))).verdict is V.VALID
    return shop.judge(verifier, shop.spdu(at=later(NOW, -500.001)))


@case(V.RATE_EXCEEDED, "more a second than anybody needs")
def _(shop: Workshop) -> Judgement:
    verifier = shop.verifier(max_per_s=3)
    for number in range(3):
        assert shop.judge(verifier, shop.spdu(at=later(NOW, -number))).verdict is V.VALID
    answer = shop.judge(verifier, shop.spdu(at=later(NOW, -3)), later(NOW, 900))
    then = later(NOW, 1000)
    for number in range(3):
        assert shop.judge(verifier, shop.spdu(at=later(then, -number)), then).verdict is V.VALID
    assert shop.judge(verifier, shop.spdu(at=later(then, -3)), then).verdict is V.RATE_EXCEEDED
    return answer


# plausibility
def marked(shop: Workshop, apart_ms: int) -> Judgement:
    """What becomes of a BSM whose content is that much older than its header says; the receiver reads the content."""
    sec_mark = sec_mark_ms((NOW.utc_ns or 0) - apart_ms * NS_PER_MS)
    judgement = shop.judge(shop.verifier(), shop.spdu(payload=bsm(HERE, sec_mark_ms=sec_mark)))
    assert judgement.verdict is V.VALID
    try:
        receiver.read(judgement, EditionBinding(), HERE, aids.BY_AID)
    except RemoteError as error:
        return dataclasses.replace(judgement, verdict=of_reason(error.reason), payload=None)
    return judgement


case(V.SEC_MARK_APART, "content 150 ms older than the header")(lambda shop: marked(shop, 150))
case(V.SEC_MARK_APART, "content newer than the header")(lambda shop: marked(shop, -150))
case(V.VALID, "content 149 ms older than the header")(lambda shop: marked(shop, 149))


@case(V.TOO_FAR, "from beyond any radio's reach")
def _(shop: Workshop) -> Judgement:
    verifier = shop.verifier()
    assert shop.judge(verifier, shop.spdu(at=later(NOW, -100))).verdict is V.VALID
    answer = verifier.judge(NOW, shop.spdu(payload=bsm(move(HERE, 0.0, 5001.0))), 111, Standing(HERE))
    assert isinstance(answer, Judgement)
    return answer


@case(V.VALID, "from as far as a radio may reach")
def _(shop: Workshop) -> Judgement:
    verifier = shop.verifier()
    assert isinstance(
        verifier.judge(NOW, shop.spdu(payload=bsm(move(HERE, 0.0, 4999.0))), 111, Standing(HERE)), Pending
    )
    return shop.finish(verifier)[-1]


def moved(shop: Workshop, by_m: float) -> Judgement:
    """Of the second message of a vehicle, 100 ms after its first and so far away."""
    verifier = shop.verifier()
    assert shop.judge(verifier, shop.spdu(payload=bsm(HERE), at=later(NOW, -100))).verdict is V.VALID
    return shop.judge(verifier, shop.spdu(payload=bsm(move(HERE, 90.0, by_m))))


case(V.POSITION_JUMP, "58 m in a tenth of a second")(lambda shop: moved(shop, 58.0))
case(V.VALID, "56 m: a receiver found more satellites")(lambda shop: moved(shop, 56.0))


def named(shop: Workshop, name: bytes, after_ms: float) -> Judgement:
    """Of a vehicle's message `after_ms` after another vehicle called itself car-0001."""
    verifier, then = shop.verifier(), later(NOW, after_ms)
    assert shop.judge(verifier, shop.spdu(payload=bsm(HERE))).verdict is V.VALID
    return shop.judge(verifier, shop.spdu(station=shop.station(), payload=bsm(HERE, name), at=then), then)


case(V.NAME_TAKEN, "one BSM id under two certificates")(lambda shop: named(shop, b"car-0001", 1999.0))
case(V.VALID, "the name is free again")(lambda shop: named(shop, b"car-0001", 2000.0))
case(V.VALID, "another name")(lambda shop: named(shop, b"car-0002", 10.0))


# our own limits
@case(V.QUEUE_FULL, "too many unknown certificates")
def _(shop: Workshop) -> Judgement:
    verifier = shop.verifier(max_candidates=1)
    assert isinstance(verifier.judge(NOW, shop.spdu(), 111), Pending)
    return shop.judge(verifier, shop.spdu(station=shop.station()))


@case(V.QUEUE_FULL, "too many packets of one unknown certificate")
def _(shop: Workshop) -> Judgement:
    verifier = shop.verifier(max_of_sender=1)
    assert isinstance(verifier.judge(NOW, shop.spdu(), 111), Pending)
    return shop.judge(verifier, shop.spdu(at=later(NOW, -1)))


@case(V.QUEUE_FULL, "nobody had time for its certificate")
def _(shop: Workshop) -> Judgement:
    verifier = shop.verifier()
    assert isinstance(verifier.judge(NOW, shop.spdu(), 111), Pending)
    (judgement,) = verifier.expire(later(NOW, 301))
    return judgement


def crowded(shop: Workshop, aid: int) -> tuple[Verifier, int]:
    """A verifier with room for one, and the ticket of a packet that came before those of another sender."""
    verifier, station = shop.verifier(max_backlog=1), shop.station()
    for each in (shop.vehicle, station):
        assert shop.judge(verifier, shop.spdu(station=each, at=later(NOW, -100))).verdict is V.VALID
    first = verifier.judge(NOW, shop.spdu(aid=aid, payload=STRANGE), aid)
    assert isinstance(verifier.judge(NOW, shop.spdu(station=station, aid=112), 112), Pending)
    return verifier, first.ticket


@case(V.SHED, "what does not matter makes room")
def _(shop: Workshop) -> Judgement:
    verifier, ticket = crowded(shop, 111)
    (judgement,) = verifier.expire(NOW)
    assert judgement.ticket == ticket
    return judgement


@case(V.SHED_RELEVANT, "the older event makes room")
def _(shop: Workshop) -> Judgement:
    verifier, ticket = crowded(shop, 112)
    (judgement,) = verifier.expire(NOW)
    assert judgement.ticket == ticket
    return judgement


@case(V.SHED, "nobody had time for it")
def _(shop: Workshop) -> Judgement:
    verifier = shop.verifier()
    assert shop.judge(verifier, shop.spdu(at=later(NOW, -100))).verdict is V.VALID
    assert isinstance(verifier.judge(NOW, shop.spdu(payload=STRANGE), 111), Pending)
    assert verifier.expire(later(NOW, 100)) == []
    (judgement,) = verifier.expire(later(NOW, 101))
    return judgement


@case(V.TIMED_OUT, "no answer for the message")
def _(shop: Workshop) -> Judgement:
    verifier = shop.verifier()
    assert shop.judge(verifier, shop.spdu()).verdict is V.VALID
    assert isinstance(verifier.judge(NOW, shop.spdu(at=later(NOW, -1)), 111), Pending)
    (job,) = verifier.take_jobs()
    assert verifier.expire(later(NOW, 300)) == []
    (judgement,) = verifier.expire(later(NOW, 301))
    assert verifier.settle(later(NOW, 302), JobResult(job.number, JobOutcome.OK)) == []
    assert verifier.state.late == 1
    return judgement


@case(V.TIMED_OUT, "no answer for the certificate")
def _(shop: Workshop) -> Judgement:
    verifier = shop.verifier()
    assert isinstance(verifier.judge(NOW, shop.spdu(), 111), Pending)
    assert len(verifier.take_jobs()) == 1
    (judgement,) = verifier.expire(later(NOW, 301))
    return judgement


case(V.BACKEND_FAILED, "message")(lambda shop: outcome_of_message(shop, JobOutcome.BACKEND_FAILED))


@case(V.BACKEND_FAILED, "certificate")
def _(shop: Workshop) -> Judgement:
    verifier = shop.verifier()
    assert isinstance(verifier.judge(NOW, shop.spdu(), 111), Pending)
    (job,) = verifier.take_jobs()
    (judgement,) = verifier.settle(NOW, JobResult(job.number, JobOutcome.BACKEND_FAILED))
    return judgement


@case(V.VALID, "by digest, learned before")
def _(shop: Workshop) -> Judgement:
    verifier = shop.verifier()
    assert shop.judge(verifier, shop.spdu(at=later(NOW, -100))).verdict is V.VALID
    return shop.judge(verifier, shop.spdu(full=False))
