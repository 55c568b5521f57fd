"""Threads that sign and verify beside the loop. Its one rule: every job submitted is answered once, whatever happens.

Signatures go before verifications and urgent ones before all; what is late or too much is answered BACKEND_FAILED.
"""

import os
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import Protocol

from obu.core.frames import DriverState, JobOutcome, JobResult, SignJob, VerifyJob
from obu.drivers import libcrypto

MAX_SIGN_JOBS = 32
MAX_VERIFY_JOBS = 1024
BATCH = 512  # results a poll returns at most


class KeyStore(Protocol):
    """Where private keys live; they are used by name and never leave. Called from several threads at the same time."""

    def points(self) -> dict[str, tuple[str, bytes]]:
        """(curve, point 04 || x || y) of every key by its name."""
        ...

    def sign(self, name: str, e: bytes) -> tuple[bytes, bytes]:
        """(r, s) over the digest e. Raises LocalError: no such key, or it failed."""
        ...


class CryptoPool:
    """A JobPool (drivers/contract) of `workers` threads over libcrypto and a key store."""

    def __init__(
        self, name: str, key_store: KeyStore, workers: int, at_ns: Callable[[], int] = time.monotonic_ns
    ) -> None:
        self.name = name
        self._library = libcrypto.load()
        self._key_store = key_store
        self._at_ns = at_ns
        self._work = threading.Condition()
        self._urgent: deque[SignJob] = deque()
        self._signs: deque[SignJob] = deque()
        self._verifies: deque[VerifyJob] = deque()
        self._results: deque[JobResult] = deque()
        self._is_closing = False
        self._has_reported = False
        self._bell = os.eventfd(1, os.EFD_NONBLOCK | os.EFD_CLOEXEC)  # rung once, so that the first poll says "up"
        self._threads = [
            threading.Thread(target=self._serve, name=f"{name}-{number}", daemon=True) for number in range(workers)
        ]
        for thread in self._threads:
            thread.start()

    def fileno(self) -> int:
        """Readable when results wait; -1 after close."""
        return self._bell

    def poll(self, at_ns: int) -> Sequence[JobResult | DriverState]:
        """Results so far, a bounded batch."""
        if self._bell < 0:
            return ()
        arrived: list[JobResult | DriverState] = []
        if not self._has_reported:
            self._has_reported = True
            arrived.append(DriverState(self.name, True, self._library.version, at_ns))
        with self._work:
            self._drain_bell()
            while self._results and len(arrived) < BATCH:
                arrived.append(self._results.popleft())
            if self._results:
                self._ring()
        return arrived

    def wake_at_ns(self) -> int | None:
        """Never: the bell says when."""
        return None

    def submit(self, sign_jobs: Sequence[SignJob], verify_jobs: Sequence[VerifyJob]) -> None:
        """Queues jobs; those for which there is no room are answered BACKEND_FAILED."""
        with self._work:
            for sign_job in sign_jobs:
                if len(self._urgent) + len(self._signs) >= MAX_SIGN_JOBS or self._is_closing:
                    self._answer(JobResult(sign_job.number, JobOutcome.BACKEND_FAILED))
                else:
                    (self._urgent if sign_job.urgent else self._signs).append(sign_job)
            for verify_job in verify_jobs:
                if len(self._verifies) >= MAX_VERIFY_JOBS or self._is_closing:
                    self._answer(JobResult(verify_job.number, JobOutcome.BACKEND_FAILED))
                else:
                    self._verifies.append(verify_job)
            self._work.notify(len(sign_jobs) + len(verify_jobs))

    def close(self) -> None:
        """Ends the threads after the job each is at; what is queued is forgotten with them."""
        with self._work:
            self._is_closing = True
            self._work.notify_all()
        for thread in self._threads:
            thread.join()
        if self._bell >= 0:
            os.close(self._bell)
            self._bell = -1

    def _serve(self) -> None:
        while (job := self._next()) is not None:
            result = self._do(job)
            with self._work:
                self._answer(result)

    def _next(self) -> SignJob | VerifyJob | None:
        with self._work:
            while not self._is_closing:
                for queue in (self._urgent, self._signs, self._verifies):
                    if queue:
                        return queue.popleft()
                self._work.wait()
            return None

    def _do(self, job: SignJob | VerifyJob) -> JobResult:
        if self._at_ns() > job.deadline_ns:
            return JobResult(job.number, JobOutcome.BACKEND_FAILED)
        try:
            if isinstance(job, SignJob):
                r, s = self._key_store.sign(job.key, job.e)
                return JobResult(job.number, JobOutcome.OK, r, s)
            return JobResult(job.number, self._library.verify(job.curve, job.point, job.e, job.r, job.s))
        except Exception:  # a thread that ended would silence the unit; an unanswered job would hold its packet
            return JobResult(job.number, JobOutcome.BACKEND_FAILED)

    def _answer(self, result: JobResult) -> None:
        if not self._results:
            self._ring()
        self._results.append(result)

    def _ring(self) -> None:
        if self._bell >= 0:
            os.eventfd_write(self._bell, 1)

    def _drain_bell(self) -> None:
        try:
            os.eventfd_read(self._bell)
        except BlockingIOError:
            return


def make(name: str, key_store: KeyStore, workers: int | None = None) -> CryptoPool:
    """The pool, its threads running (None: one a core, at most two). Raises LocalError when libcrypto is not usable."""
    return CryptoPool(name, key_store, workers or min(2, os.cpu_count() or 1))
