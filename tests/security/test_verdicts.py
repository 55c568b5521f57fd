"""One forged packet a Verdict, and more: each refused for its own reason; a Verdict that nobody forges fails here."""

import importlib
from pathlib import Path

import pytest

from obu.core.frames import JobOutcome, JobResult
from obu.security.trust import ChainFault
from obu.security.verdict import Verdict
from tests.security.cases import CASES, Case
from tests.security.forge import NOW, Workshop, later

for _path in sorted(Path(__file__).parent.glob("forged_*.py")):
    importlib.import_module(f"tests.security.{_path.stem}")


@pytest.mark.parametrize(("verdict", "name", "run"), CASES, ids=[f"{v.value}: {name}" for v, name, _ in CASES])
def test_forged(shop: Workshop, verdict: Verdict, name: str, run: Case) -> None:
    judgement = run(shop)
    assert judgement.verdict is verdict
    assert (judgement.payload is not None) == (verdict is Verdict.VALID)


def test_every_verdict_is_forged() -> None:
    assert {verdict for verdict, _, _ in CASES} == set(Verdict)


def test_every_chain_fault_has_its_verdict() -> None:
    assert {fault.value for fault in ChainFault} <= {verdict.value for verdict in Verdict}


def test_no_refusal_teaches_the_verifier(shop: Workshop) -> None:
    verifier = shop.verifier()
    assert shop.judge(verifier, shop.spdu(at=later(NOW, -900))).verdict is Verdict.VALID
    before = (set(verifier.state.learned), set(verifier.state.replay.seen))
    sender = verifier.state.replay.senders[shop.vehicle.certificate.digest8, 111]
    newest, count = sender.newest_us, sender.count
    # A forger copies a genuine digest and the newest time there is.
    for number in range(100):
        forged = shop.spdu(full=False, key=shop.pki.pca.key, at=later(NOW, -number / 100))
        assert shop.judge(verifier, forged).verdict is Verdict.BAD_SIGNATURE
    sender = verifier.state.replay.senders[shop.vehicle.certificate.digest8, 111]
    assert (newest, count) == (sender.newest_us, sender.count)
    assert before == (set(verifier.state.learned), set(verifier.state.replay.seen))
    assert shop.judge(verifier, shop.spdu(at=later(NOW, -800))).verdict is Verdict.VALID


def test_nothing_but_odd_numbers(shop: Workshop) -> None:
    verifier = shop.verifier()
    for number in range(3):
        answer = verifier.judge(NOW, shop.spdu(at=later(NOW, -number)), 111)
        assert answer.ticket % 2 == 1
    assert all(job.number % 2 == 1 for job in verifier.take_jobs())
    assert verifier.settle(NOW, JobResult(4, JobOutcome.OK)) == []
    assert verifier.state.late == 0
