"""Secured receive and send against the bare verify and sign of the same back end, and against FlexStack, in one run.

Receive: an SPDU's octets to its verdict, a turn's packets at once, known signers. Send: payload to SPDU.
"""

import gc
import json
import subprocess
import sys
import venv
from collections.abc import Callable, Iterator
from pathlib import Path
from time import process_time

from obu.codec import uper
from obu.core.frames import JobOutcome, JobResult, VerifyJob
from obu.core.now import Now
from obu.drivers.libcrypto import PrivateKey
from obu.security import profile
from obu.security.priority import Standing
from obu.security.pseudonym import Identity
from obu.security.signer import Options, Signer
from obu.security.verifier import Judgement, Verdict, Verifier
from tests.bench import samples
from tests.bench.codec import EDITION, Result
from tests.security import forge
from tests.security.forge import Station, Workshop, later

# What ours may cost of the bare operation of the same back end.
RECEIVE_COST = {"sm2": 1.15, "p256": 1.4}
SEND_COST = {"sm2": 1.15, "p256": 3.0}
SPELLS = 3  # of measuring each case, seconds apart: a machine that is shared is disturbed for seconds at a time
SENDERS = 32  # of one turn: what the pool is given at a time
FLEXSTACK = "v2xflexstack==0.11.2"
FOLDER = Path(".bench/flexstack")
PAYLOAD = uper.encode(*samples.bsm(), EDITION)
Pair = tuple[float, float]
HERE = Standing(samples.HERE, 10.0, 0.0)


def results(rounds: int) -> Iterator[Result]:
    """All of this file."""
    shops = {way.curve: forge.make(way) for way in profile.PROFILES}
    stations = {curve: [shop.station() for _ in range(SENDERS)] for curve, shop in shops.items()}
    cases = [(curve, is_full) for curve in shops for is_full in (False, True)]
    receives: dict[tuple[str, bool], list[Pair]] = {case: [] for case in cases}
    sends: dict[tuple[str, bool], list[Pair]] = {case: [] for case in cases}
    for curve, is_full in cases * SPELLS:
        shop, own = shops[curve], stations[curve]
        receives[curve, is_full].append(_receive(shop, own, is_full, rounds))
        sends[curve, is_full].append(_send(shop, own[0], is_full, rounds))
    for curve, is_full in cases:
        name = f"{curve} by {'certificate' if is_full else 'digest'}"
        yield Result(f"receive {name} / bare verify", *_least(receives[curve, is_full]), 1 / RECEIVE_COST[curve])
        yield Result(f"send {name} / bare sign", *_least(sends[curve, is_full]), 1 / SEND_COST[curve])
    theirs = _flexstack()
    if theirs is not None:
        receive_us, send_us = _least(receives["p256", False])[0], _least(sends["p256", False])[0]
        yield Result("receive p256 by digest / FlexStack", receive_us, theirs["verify_us"], None)
        yield Result("send p256 by digest / FlexStack", send_us, theirs["sign_us"], None)


def _least(spells: list[Pair]) -> Pair:
    """Ours and bare, each from its calmest spell: a neighbour on the machine slows Python more than arithmetic."""
    return min(ours for ours, _ in spells), min(bare for _, bare in spells)


def _receive(shop: Workshop, stations: list[Station], is_full: bool, rounds: int) -> tuple[float, float]:
    """Microseconds a packet, ours and bare, each the best turn of many."""
    verifier, payloads = shop.verifier(), _payloads(len(stations))
    start = forge.NOW
    for index, station in enumerate(stations):  # their certificates become known
        _turn(shop, verifier, later(start, 100), [shop.spdu(station=station, at=later(start, index / 100))])
    nows = [later(start, 100 * number) for number in range(2, 2 + 3 * rounds)]
    turns = [
        [
            shop.spdu(station=station, full=is_full, at=later(now, -5), payload=payload)
            for station, payload in zip(stations, payloads, strict=True)
        ]
        for now in nows
    ]
    best = [1e9, 1e9]
    for now, packets in zip(nows, turns, strict=True):
        jobs: list[VerifyJob] = []
        spent = _spent(lambda: _turn(shop, verifier, now, packets, jobs))  # noqa: B023 (called at once)
        assert len(jobs) == len(packets), "each packet is verified, and nothing else"
        best[0] = min(best[0], spent / len(packets))
        best[1] = min(best[1], _spent(lambda: [_bare(shop, job) for job in jobs]) / len(packets))  # noqa: B023
    return best[0], best[1]


def _payloads(count: int) -> list[bytes]:
    """The same BSM under different names and 4 m apart: vehicles that are one, or in one another, are no vehicles."""
    name, value = samples.bsm()
    places = [{**value["pos"], "lat": value["pos"]["lat"] + 360 * index} for index in range(count)]
    changes = [{"id": index.to_bytes(8), "pos": place} for index, place in enumerate(places)]
    return [uper.encode(name, {**value, **change}, EDITION) for change in changes]


def _turn(
    shop: Workshop, verifier: Verifier, now: Now, packets: list[bytes], done: list[VerifyJob] | None = None
) -> None:
    """One turn of the receiver: every packet judged, every job done, every answer taken."""
    answers: list[Judgement] = []
    for packet in packets:
        answer = verifier.judge(now, packet, 111, HERE)
        assert not isinstance(answer, Judgement), answer.verdict
    while jobs := verifier.take_jobs():
        for result in [JobResult(job.number, _bare(shop, job)) for job in jobs]:  # as the pool gives them: together
            answers += verifier.settle(now, result)
        if done is not None:
            done += jobs
    answers += verifier.expire(now)
    assert [answer.verdict for answer in answers] == [Verdict.VALID] * len(packets)


def _bare(shop: Workshop, job: VerifyJob) -> JobOutcome:
    return shop.lib.verify(job.curve, job.point, job.e, job.r, job.s)


def _send(shop: Workshop, station: Station, is_full: bool, rounds: int) -> tuple[float, float]:
    """Microseconds a packet, ours and bare, each the best of many."""
    signer = Signer(Options(full_every_ms=0 if is_full else 1 << 40))
    identity = Identity(1, station.certificate, "key", 0x010001, bytes(8), 0)
    _sent(shop, signer, identity, station.key)  # the first one has the certificate in any case
    best = [1e9, 1e9]
    for _ in range(20 * rounds):
        best[0] = min(best[0], _spent(lambda: _sent(shop, signer, identity, station.key)))
        best[1] = min(best[1], _spent(lambda: shop.lib.sign(station.key, bytes(range(32)))))
    return best[0], best[1]


def _sent(shop: Workshop, signer: Signer, identity: Identity, key: PrivateKey) -> None:
    job = signer.request(forge.NOW, PAYLOAD, 111, identity, False)
    assert job is not None
    assert signer.settle(forge.NOW, JobResult(job.number, JobOutcome.OK, *shop.lib.sign(key, job.e)), 1)


def _spent(work: Callable[[], object]) -> float:
    """CPU microseconds."""
    gc.disable()
    try:
        began = process_time()
        work()
        return (process_time() - began) * 1e6
    finally:
        gc.enable()


def _flexstack() -> dict[str, float] | None:
    """FlexStack's microseconds, in an environment of its own that is made where it is missing; None where it cannot."""
    python = FOLDER / "bin" / "python"
    try:
        if not python.is_file():
            venv.create(FOLDER, with_pip=True, clear=True)
        install = [python, "-m", "pip", "install", "-q", "--disable-pip-version-check", FLEXSTACK]
        subprocess.run(install, check=True, capture_output=True, text=True, timeout=300)
        side = [python, Path(__file__).with_name("flexstack_side.py"), PAYLOAD.hex(), "60"]
        done = subprocess.run(side, check=True, capture_output=True, text=True, timeout=300)
    except (OSError, subprocess.SubprocessError) as error:
        why = (getattr(error, "stderr", None) or str(error)).strip().splitlines()[-1]
        print(f"NOT RUN: {FLEXSTACK}: {why}; to mend: a pip that reaches PyPI", file=sys.stderr)
        return None
    found: dict[str, float] = json.loads(done.stdout)
    return found
