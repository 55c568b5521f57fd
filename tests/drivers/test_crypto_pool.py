"""The pool: every job is answered once, urgent ones first, late ones not at all, and closing leaves no thread."""

import select
import threading
import time

import pytest

from obu.core.errors import LocalError
from obu.core.frames import DriverState, JobOutcome, JobResult, SignJob, VerifyJob
from obu.drivers import crypto_pool, libcrypto
from obu.drivers.crypto_pool import MAX_SIGN_JOBS, MAX_VERIFY_JOBS, CryptoPool

FOREVER_NS = 2**62
E = bytes(range(32))
LIB = libcrypto.load()


class Store:
    """A key store with one key, which can be made to wait and writes down the order of its work."""

    def __init__(self) -> None:
        self.key = LIB.generate("sm2")
        self.gate = threading.Event()
        self.gate.set()
        self.started = threading.Event()
        self.order: list[bytes] = []

    def points(self) -> dict[str, tuple[str, bytes]]:
        return {"key": ("sm2", self.key.point)}

    def sign(self, name: str, e: bytes) -> tuple[bytes, bytes]:
        self.started.set()
        assert self.gate.wait(20)
        self.order.append(e)
        if name == "broken":
            raise ZeroDivisionError
        if name != "key":
            raise LocalError("no such key")
        return LIB.sign(self.key, e)


def results(pool: CryptoPool, count: int) -> list[JobResult]:
    """The next `count` results, waited for as the loop does."""
    found: list[JobResult] = []
    end = time.monotonic() + 20
    while len(found) < count and time.monotonic() < end:
        select.select([pool.fileno()], [], [], 0.5)
        found += [arrival for arrival in pool.poll(0) if isinstance(arrival, JobResult)]
    return found


def sign(number: int, key: str = "key", urgent: bool = False, deadline_ns: int = FOREVER_NS) -> SignJob:
    return SignJob(number, key, number.to_bytes(32, "big"), deadline_ns, 1, urgent)


def verify(number: int, store: Store, r: bytes, s: bytes, deadline_ns: int = FOREVER_NS) -> VerifyJob:
    return VerifyJob(number, "sm2", store.key.point, E, r, s, deadline_ns, 1)


@pytest.fixture
def store() -> Store:
    return Store()


def test_signs_and_verifies(store: Store) -> None:
    pool = crypto_pool.make("pool", store, 2)
    try:
        select.select([pool.fileno()], [], [], 5)
        assert pool.poll(7) == [DriverState("pool", True, LIB.version, 7)]
        assert pool.poll(8) == []
        pool.submit([sign(2)], [])
        (signed,) = results(pool, 1)
        assert (signed.number, signed.outcome) == (2, JobOutcome.OK)
        assert LIB.verifies("sm2", store.key.point, (2).to_bytes(32, "big"), signed.r, signed.s)
        r, s = LIB.sign(store.key, E)
        pool.submit([], [verify(1, store, r, s), verify(3, store, s, r)])
        outcomes = {result.number: result.outcome for result in results(pool, 2)}
        assert outcomes == {1: JobOutcome.OK, 3: JobOutcome.BAD_SIGNATURE}
    finally:
        pool.close()


def test_urgent_first_then_signatures_then_verifications(store: Store) -> None:
    pool = crypto_pool.make("pool", store, 1)
    try:
        store.gate.clear()
        pool.submit([sign(2)], [])
        assert store.started.wait(5)  # the only thread is busy
        r, s = LIB.sign(store.key, E)
        pool.submit([sign(4), sign(6)], [verify(1, store, r, s)])
        pool.submit([sign(8, urgent=True)], [])
        store.gate.set()
        assert [result.number for result in results(pool, 5)] == [2, 8, 4, 6, 1]
    finally:
        store.gate.set()
        pool.close()


def test_too_much_and_too_late_are_answered_too(store: Store) -> None:
    pool = crypto_pool.make("pool", store, 1)
    try:
        store.gate.clear()
        pool.submit([sign(0)], [])
        assert store.started.wait(5)
        r, s = LIB.sign(store.key, E)
        pool.submit(
            [sign(2 * number) for number in range(1, MAX_SIGN_JOBS + 6)],
            [verify(2 * number + 1, store, r, s, deadline_ns=1) for number in range(MAX_VERIFY_JOBS + 5)],
        )
        full = results(pool, 10)
        assert {result.outcome for result in full} == {JobOutcome.BACKEND_FAILED}
        store.gate.set()
        rest = results(pool, 1 + MAX_SIGN_JOBS + MAX_VERIFY_JOBS)
        numbers = [result.number for result in full + rest]
        assert len(numbers) == len(set(numbers)) == 1 + MAX_SIGN_JOBS + 5 + MAX_VERIFY_JOBS + 5
        late = {result.outcome for result in rest if result.number % 2}
        assert late == {JobOutcome.BACKEND_FAILED}
        assert {result.outcome for result in rest if result.number % 2 == 0} == {JobOutcome.OK}
    finally:
        store.gate.set()
        pool.close()


def test_a_key_store_that_fails_stops_nothing(store: Store) -> None:
    pool = crypto_pool.make("pool", store, 1)
    try:
        pool.submit([sign(2, "absent"), sign(4, "broken"), sign(6)], [])
        outcomes = [(result.number, result.outcome) for result in results(pool, 3)]
        assert outcomes == [(2, JobOutcome.BACKEND_FAILED), (4, JobOutcome.BACKEND_FAILED), (6, JobOutcome.OK)]
    finally:
        pool.close()


def test_a_large_answer_comes_in_batches_and_rings_again(store: Store) -> None:
    pool = crypto_pool.make("pool", store, 2)
    try:
        assert isinstance(pool.poll(0)[0], DriverState)
        pool.submit([], [verify(number, store, b"", b"", deadline_ns=0) for number in range(1000)])
        end = time.monotonic() + 20
        while len(pool._results) < 1000 and time.monotonic() < end:
            select.select([pool.fileno()], [], [], 0.5)
        assert len(pool.poll(0)) == crypto_pool.BATCH
        assert select.select([pool.fileno()], [], [], 0)[0]
        assert len(pool.poll(0)) == 1000 - crypto_pool.BATCH
        assert not select.select([pool.fileno()], [], [], 0)[0]
    finally:
        pool.close()


def test_close_ends_the_threads_and_can_be_called_twice(store: Store) -> None:
    before = threading.active_count()
    pool = crypto_pool.make("pool", store, 2)
    assert threading.active_count() == before + 2
    pool.close()
    pool.close()
    assert threading.active_count() == before
    assert pool.fileno() == -1
    assert list(pool.poll(0)) == []
    pool.submit([sign(2)], [])
