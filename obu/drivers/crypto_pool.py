"""Threads that sign and verify beside the loop. Its one rule: every job submitted is answered once, whatever happens.

One thread signs, urgent messages first, so that a slow secure element holds up no verification; the others verify.
What is late or too much is answered BACKEND_FAILED. What the key store says of itself is the driver state "keys"; a
store that does not come back from a call holds up the thread that signs and nothing else, and it is said for it.
"""

import os
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TypeVar

from obu.core.errors import LocalError
from obu.core.frames import KEYS, DriverState, JobOutcome, JobResult, SignJob, VerifyJob
from obu.core.now import NS_PER_S
from obu.drivers import libcrypto
from obu.drivers.contract import KeyStore
from obu.drivers.sign_guard import SignGuard

MAX_SIGN_JOBS = 32
MAX_VERIFY_JOBS = 1024
BATCH = 512  # results a poll returns at most


Job = TypeVar("Job")
LONGEST_GOODBYE_S = 5.0
HUNG_NS = 5 * NS_PER_S  # a slow TPM measures itself for two


class CryptoPool:
    """A JobPool (drivers/contract): a thread that signs by the key store, and `workers` that verify by libcrypto."""

    def __init__(
        self, name: str, key_store: KeyStore, workers: int, at_ns: Callable[[], int] = time.monotonic_ns
    ) -> None:
        self.name = name
        self._library = libcrypto.load()
        self._guard = SignGuard(key_store, self._library, at_ns, self._hear_of_keys)
        self._key_store = key_store
        self._at_ns = at_ns
        self._work = threading.Condition()
        self._urgent: deque[SignJob] = deque()
        self._signs: deque[SignJob] = deque()
        self._verifies: deque[VerifyJob] = deque()
        self._results: deque[JobResult] = deque()
        self._keys_state: DriverState | None = None
        self._keys_said: LocalError | None = None  # the last word of the key store itself
        self._busy_ns: int | None = None  # since when it has been at a call
        self._is_hung = False
        self._is_closing = False
        self._has_reported = False
        self._bell = os.eventfd(1, os.EFD_NONBLOCK | os.EFD_CLOEXEC)  # rung once, so that the first poll says "up"
        self._threads = [threading.Thread(target=self._serve_signs, name=f"{name}-sign", daemon=True)] + [
            threading.Thread(target=self._serve_verifies, name=f"{name}-{number}", daemon=True)
            for number in range(workers)
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
            self._look_for_a_hang()
            if self._keys_state is not None:
                arrived.append(self._keys_state)
                self._keys_state = None
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
            self._work.notify_all()

    def close(self) -> None:
        """Ends the threads after the job each is at, but waits for no hung chip; what is queued is forgotten."""
        with self._work:
            self._is_closing = True
            self._work.notify_all()
        for thread in self._threads:
            thread.join(LONGEST_GOODBYE_S)
        with self._work:
            if self._bell >= 0:
                os.close(self._bell)
            self._bell = -1

    def _serve_signs(self) -> None:
        self._test_keys()
        while not self._is_closing:
            job = self._next(self._urgent, self._signs, wait_s=self._guard.rest_s())
            if job is not None:
                with self._at_the_keys():
                    self._do(job)
            elif not self._is_closing:
                self._test_keys()
        self._guard.close()

    @contextmanager
    def _at_the_keys(self) -> Iterator[None]:
        self._busy_ns = self._at_ns()
        try:
            yield
        finally:
            with self._work:
                self._busy_ns = None
                if self._is_hung:
                    self._is_hung = False
                    self._tell_keys(self._keys_said)

    def _look_for_a_hang(self) -> None:
        busy_ns = self._busy_ns
        if busy_ns is None or self._is_hung or self._at_ns() - busy_ns < HUNG_NS:
            return
        self._is_hung = True
        kind = self._key_store.kind
        self._tell_keys(LocalError(f"the {kind} key store does not answer: restart the unit if it goes on",
                                   f"{kind} 密钥库没有响应：若持续，请重启终端"))  # fmt: skip

    def _test_keys(self) -> None:
        try:
            with self._at_the_keys():
                self._guard.start()
        except Exception as error:  # a driver that breaks its contract leaves the unit mute, not dead
            self._hear_of_keys(LocalError(f"the key store failed: {error!r}", f"密钥库出错：{error!r}"))

    def _serve_verifies(self) -> None:
        while (job := self._next(self._verifies)) is not None:
            self._do(job)

    def _next(self, *queues: deque[Job], wait_s: float | None = None) -> Job | None:
        """The next job; None when the pool closes, or when there was none for so long."""
        with self._work:
            while not self._is_closing:
                for queue in queues:
                    if queue:
                        return queue.popleft()
                if not self._work.wait(wait_s) and wait_s is not None:
                    return None
            return None

    def _hear_of_keys(self, fault: LocalError | None) -> None:
        with self._work:
            self._keys_said = fault
            if not self._is_hung:
                self._tell_keys(fault)

    def _tell_keys(self, fault: LocalError | None) -> None:
        said = fault.text if fault else f"{self._key_store.kind}, {len(self._key_store.points())} keys"
        zh = fault.zh if fault else f"{self._key_store.kind}，{len(self._key_store.points())} 个密钥"
        if not self._results and self._keys_state is None:
            self._ring()
        self._keys_state = DriverState(KEYS, fault is None, said, self._at_ns(), zh)

    def _do(self, job: SignJob | VerifyJob) -> None:
        result = self._result(job)
        with self._work:
            self._answer(result)

    def _result(self, job: SignJob | VerifyJob) -> JobResult:
        if self._at_ns() > job.deadline_ns:
            return JobResult(job.number, JobOutcome.BACKEND_FAILED)
        try:
            if isinstance(job, SignJob):
                r, s = self._guard.sign(job.key, job.e)
                return JobResult(job.number, JobOutcome.OK, r, s)
            return JobResult(job.number, self._library.verify(job.curve, job.point, job.e, job.r, job.s))
        except Exception:  # a thread that ended would silence the unit; an unanswered job would hold its packet
            return JobResult(job.number, JobOutcome.BACKEND_FAILED)

    def _answer(self, result: JobResult) -> None:
        if not self._results and self._keys_state is None:
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
    """The pool, its threads running: one that signs and `workers` (None: one a core, at most two) that verify.

    Raises LocalError when libcrypto is not usable.
    """
    return CryptoPool(name, key_store, workers or min(2, os.cpu_count() or 1))
