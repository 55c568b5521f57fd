"""Signatures of the bench without a random nonce: what its keys signed is remembered, everything else is verified.

The one rule: a signature is believed from memory only where the same key signed the same digest here; any other goes
to the real libcrypto, so a forger gets its verdict. A remembered signature is no signature for anybody else.
"""

import hashlib
from typing import Protocol

from obu.core.frames import JobOutcome, JobResult, Outbox, SignJob, VerifyJob
from obu.drivers import libcrypto
from obu.drivers.contract import KeyStore


class Memory:
    """Who signed what; one for all keys of a run."""

    def __init__(self) -> None:
        self._library = libcrypto.load()
        self._signed: set[tuple[str, bytes, bytes, bytes, bytes]] = set()

    def sign(self, curve: str, point: bytes, e: bytes) -> tuple[bytes, bytes]:
        """(r, s), 32 bytes each and within the order of either curve: made of key and digest alone."""
        r, s = (b"\0" + hashlib.sha256(part + point + e).digest()[1:] for part in (b"r", b"s"))
        self._signed.add((curve, point, e, r, s))
        return r, s

    def verify(self, job: VerifyJob) -> JobResult:
        """The verdict that the real pool would give, had the bench signed as others do."""
        if (job.curve, job.point, job.e, job.r, job.s) in self._signed:
            return JobResult(job.number, JobOutcome.OK)
        return JobResult(job.number, self._library.verify(job.curve, job.point, job.e, job.r, job.s))


class Keys:
    """The keys of one folder, signing from memory."""

    def __init__(self, store: KeyStore, memory: Memory) -> None:
        self._points = store.points()
        self._memory = memory

    def points(self) -> dict[str, tuple[str, bytes]]:
        """(curve, public point) by name."""
        return self._points

    def sign(self, name: str, e: bytes) -> tuple[bytes, bytes]:
        """(r, s) over the digest e. Raises KeyError for a name that is none."""
        return self._memory.sign(*self._points[name], e)

    def result(self, job: SignJob) -> JobResult:
        """The same as a pool's answer."""
        return JobResult(job.number, JobOutcome.OK, *self.sign(job.key, job.e))


class Answering(Protocol):
    """Who answers a unit's jobs within the turn, and knows its public points."""

    def points(self) -> dict[str, tuple[str, bytes]]: ...
    def results(self, outbox: Outbox) -> list[JobResult]: ...


class Remembering:
    """A unit's jobs, answered from memory."""

    def __init__(self, store: KeyStore, memory: Memory) -> None:
        self._keys, self._memory = Keys(store, memory), memory

    def points(self) -> dict[str, tuple[str, bytes]]:
        """(curve, public point) by name."""
        return self._keys.points()

    def results(self, outbox: Outbox) -> list[JobResult]:
        """Of all of them."""
        signed = [self._keys.result(job) for job in outbox.sign_jobs]
        return signed + [self._memory.verify(job) for job in outbox.verify_jobs]
