"""What a packet costs beside its signature, in bytecodes: no machine's clock in it, so a step back is seen at once."""

import sys
from collections.abc import Callable
from typing import Any

import pytest

from obu.core.frames import JobOutcome, JobResult
from obu.core.now import Now
from obu.security.priority import Standing
from obu.security.verdict import Verdict
from obu.security.verifier import Verifier
from tests.security.forge import HERE, NOW, Workshop, bsm, later

# A little above what Python 3.11 to 3.13 count. `make bench` holds the times, against the signature alone.
MOST = {"digest": 2700, "certificate": 2780}
STANDING = Standing(HERE, 10.0, 0.0)


def bytecodes(work: Callable[[], Any]) -> int:
    count = 0

    def trace(frame: Any, event: str, _: Any) -> Any:
        nonlocal count
        frame.f_trace_opcodes = True
        count += event == "opcode"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        work()
    finally:
        sys.settrace(before)
    return count


def received(verifier: Verifier, spdu: bytes, now: Now) -> Verdict:
    """A turn with one packet whose signature is said to be good."""
    verifier.judge(now, spdu, 111, STANDING)
    (job,) = verifier.take_jobs()
    (judgement,) = verifier.settle(now, JobResult(job.number, JobOutcome.OK))
    assert verifier.expire(now) == []
    return judgement.verdict


@pytest.mark.parametrize("name", MOST)
def test_a_packet_of_a_known_sender_costs_little_beside_its_signature(shop: Workshop, name: str) -> None:
    verifier, counts = shop.verifier(), []
    assert shop.judge(verifier, shop.spdu(payload=bsm(HERE), at=later(NOW, -100))).verdict is Verdict.VALID
    for number in range(3):  # what is imported or filled once is not counted
        now = later(NOW, 100 * number)
        spdu = shop.spdu(payload=bsm(HERE), at=now, full=name == "certificate")
        counts.append(bytecodes(lambda spdu=spdu, now=now: received(verifier, spdu, now)))
    assert counts[-1] < MOST[name]
