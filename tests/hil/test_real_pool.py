"""The bench's memory stands for the real pool: with it a run is the same but for the two numbers of each signature."""

import dataclasses
import select
from pathlib import Path
from typing import Any

from hil import replay, scenario_file
from hil.scenario import Actor, Scenario
from hil.sim import Sim, ensure_pki
from obu.core.frames import JobResult, Outbox
from obu.drivers import crypto_pool, key_file
from obu.runtime import journal
from obu.runtime.freeze import freeze
from obu.security import envelope
from obu.stack import dsmp

SIGNED = ("packets", "sign_jobs", "verify_jobs")  # what holds r and s, or a digest over a packet that does


class RealPool:
    """The unit's own pool, waited for within the turn."""

    def __init__(self, folder: Path) -> None:
        self._store = key_file.open_folder(folder)
        self._pool = crypto_pool.CryptoPool("crypto", self._store, 1, at_ns=lambda: 0)

    def points(self) -> dict[str, tuple[str, bytes]]:
        return self._store.points()

    def results(self, outbox: Outbox) -> list[JobResult]:
        jobs = [*outbox.sign_jobs, *outbox.verify_jobs]
        self._pool.submit(outbox.sign_jobs, outbox.verify_jobs)
        found: dict[int, JobResult] = {}
        while len(found) < len(jobs):
            select.select([self._pool], [], [], 10)
            found |= {each.number: each for each in self._pool.poll(0) if isinstance(each, JobResult)}
        return [found[job.number] for job in jobs]

    def close(self) -> None:
        self._pool.close()


def test_with_the_real_pool_journals_are_equal_but_for_r_and_s(tmp_path: Path) -> None:
    scenario = scenario_file.read(scenario_file.paths()["packets_forged"])
    scenario = dataclasses.replace(scenario, lasts_s=4.0, actor=(Actor(name="car", at_m=30.0, speed_mps=6.0),))
    ensure_pki(tmp_path / "pki")
    pool = RealPool(tmp_path / "pki/unit/keys")
    try:
        real, turns_with = _run(scenario, tmp_path, "real", pool)
    finally:
        pool.close()
    remembered, turns = _run(scenario, tmp_path, "remembered", None)
    assert len(turns) == len(turns_with)
    signatures = 0
    for one, other in zip(turns, turns_with, strict=True):
        assert one.now == other.now
        assert _unsigned(one) == _unsigned(other)
        signatures += sum(a != b for a, b in zip(one.inbox.air, other.inbox.air, strict=True))
        assert set(replay.replay.differing(one.digests, other.digests)) <= set(SIGNED)
    assert signatures > 50  # they were signed by whoever else, too
    said = [
        [(each.at_s, each.message, each.generation_off_ms) for each in sim.witness.seen.bsms]
        for sim in (remembered, real)
    ]
    assert said[0] == said[1] and len(said[0]) > 30
    assert remembered.witness.seen.refused() == real.witness.seen.refused()
    assert remembered.witness.seen.refused()["bad_signature"]


def _run(scenario: Scenario, folder: Path, name: str, pool: RealPool | None) -> tuple[Sim, list[journal.Turn]]:
    sim = Sim(scenario, 1, folder / "pki", folder / name, answering=pool)
    sim.run()
    return sim, list(replay._turns(journal.segments(folder / name / "journal")))


def _unsigned(turn: journal.Turn) -> dict[str, Any]:
    inbox = turn.inbox
    found = {name: freeze(getattr(inbox, name)) for name in type(inbox).__dataclass_fields__}
    found["air"] = [(each.at_ns, _content(each.sdu)) for each in inbox.air]
    found["results"] = [(each.number, each.outcome) for each in inbox.results]
    return found


def _content(sdu: bytes) -> tuple[bytes, Any, Any]:
    signed = envelope.parse(dsmp.decode(sdu).payload)
    return signed.payload, signed.generation_us, signed.signer
