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

    kind = "test"
    is_element = False

    def __init__(self) -> None:
        self.key = LIB.generate("sm2")
        self.gate = threading.Event()
        self.gate.set()
        self.started = threading.Event()
        self.order: list[bytes] = []
        self.fault = ""
        self.is_closed = False

    def points(self) -> dict[str, tuple[str, bytes]]:
        return {"key": ("sm2", self.key.point), "worn": ("sm2", self.key.point)}

    def sign(self, name: str, e: bytes) -> tuple[bytes, bytes]:
        self.started.set()
        assert self.gate.wait(20)
        self.order.append(e)
        if name == "worn":
            raise ZeroDivisionError
        if self.fault:
            raise LocalError(self.fault)
        return LIB.sign(self.key, e)

    def create(self, name: str, curve: str) -> bytes:
        raise NotImplementedError

    def close(self) -> None:
        self.is_closed = True


def results(pool: CryptoPool, count: int) -> list[JobResult]:
    """The next `count` results, waited for as the loop does."""
    found: list[JobResult] = []
    end = time.monotonic() + 20
    while len(found) < count and time.monotonic() < end:
        select.select([pool.fileno()], [], [], 0.5)
        found += [arrival for arrival in pool.poll(0) if isinstance(arrival, JobResult)]
    return found


def arrivals(pool: CryptoPool, count: int) -> list[object]:
    """The next `count` of any kind."""
    found: list[object] = []
    end = time.monotonic() + 20
    while len(found) < count and time.monotonic() < end:
        select.select([pool.fileno()], [], [], 0.5)
        found += pool.poll(0)
    return found


def states(pool: CryptoPool, count: int) -> dict[str, DriverState]:
    """What the pool says of itself and of the keys, waited for as the loop does."""
    found: dict[str, DriverState] = {}
    end = time.monotonic() + 20
    while len(found) < count and time.monotonic() < end:
        select.select([pool.fileno()], [], [], 0.5)
        found |= {arrival.name: arrival for arrival in pool.poll(7) if isinstance(arrival, DriverState)}
    return found


def ready(store: Store, workers: int) -> CryptoPool:
    """A pool whose key store has passed its self-test."""
    pool = crypto_pool.make("pool", store, workers)
    assert states(pool, 2)["keys"].is_up
    store.started.clear()
    store.order.clear()
    return pool


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
        said = states(pool, 2)
        assert said["pool"] == DriverState("pool", True, LIB.version, 7)
        assert (said["keys"].is_up, said["keys"].why, said["keys"].why_zh) == (True, "test, 2 keys", "test，2 个密钥")
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


def test_urgent_signatures_go_first_and_a_slow_store_holds_up_no_verification(store: Store) -> None:
    pool = ready(store, 1)
    try:
        store.gate.clear()
        pool.submit([sign(2)], [])
        assert store.started.wait(5)  # the thread that signs is busy
        r, s = LIB.sign(store.key, E)
        pool.submit([sign(4), sign(6)], [verify(1, store, r, s)])
        pool.submit([sign(8, urgent=True)], [])
        assert [result.number for result in results(pool, 1)] == [1]
        store.gate.set()
        assert [result.number for result in results(pool, 4)] == [2, 8, 4, 6]
    finally:
        store.gate.set()
        pool.close()


def test_too_much_and_too_late_are_answered_too(store: Store) -> None:
    pool = ready(store, 1)
    try:
        store.gate.clear()
        pool.submit([sign(0)], [])
        assert store.started.wait(5)
        r, s = LIB.sign(store.key, E)
        pool.submit(
            [sign(2 * number) for number in range(1, MAX_SIGN_JOBS + 6)],
            [verify(2 * number + 1, store, r, s, deadline_ns=1) for number in range(MAX_VERIFY_JOBS + 5)],
        )
        # Every late verification, and the five signatures for which there was no room.
        first = results(pool, MAX_VERIFY_JOBS + 5 + 5)
        assert {result.outcome for result in first} == {JobOutcome.BACKEND_FAILED}
        store.gate.set()
        rest = results(pool, 1 + MAX_SIGN_JOBS)
        numbers = [result.number for result in first + rest]
        assert len(numbers) == len(set(numbers)) == 1 + MAX_SIGN_JOBS + 5 + MAX_VERIFY_JOBS + 5
        assert {(result.outcome, result.number % 2) for result in rest} == {(JobOutcome.OK, 0)}
    finally:
        store.gate.set()
        pool.close()


def test_a_key_store_that_fails_stops_nothing(store: Store) -> None:
    pool = ready(store, 1)
    try:
        pool.submit([sign(2, "absent"), sign(4, "worn"), sign(6)], [])
        outcomes = [(result.number, result.outcome) for result in results(pool, 3)]
        assert outcomes == [(2, JobOutcome.BACKEND_FAILED), (4, JobOutcome.BACKEND_FAILED), (6, JobOutcome.OK)]
    finally:
        pool.close()


def test_a_store_that_fails_says_so_and_when_it_is_back(store: Store) -> None:
    store.fault = "the chip is away"
    clock_ns = [0]
    pool = CryptoPool("pool", store, 1, lambda: clock_ns[0])
    try:
        keys = states(pool, 2)["keys"]
        assert (keys.is_up, keys.why) == (False, "the chip is away")
        pool.submit([sign(2)], [])
        assert [result.outcome for result in results(pool, 1)] == [JobOutcome.BACKEND_FAILED]
        store.fault, clock_ns[0] = "", 2 * 10**9
        pool.submit([sign(4)], [])
        assert states(pool, 1)["keys"].is_up
    finally:
        pool.close()
    assert store.is_closed


def test_a_hung_chip_does_not_keep_the_unit_from_ending(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crypto_pool, "LONGEST_GOODBYE_S", 0.05)
    pool = ready(store, 1)
    store.gate.clear()
    pool.submit([sign(2)], [])
    assert store.started.wait(5)
    pool.close()
    assert pool.fileno() == -1 and not store.is_closed
    store.gate.set()  # it comes back after all: nobody is told, nothing breaks
    for thread in pool._threads:
        thread.join(5)
    assert store.is_closed


def test_a_hung_chip_is_told_of_its_jobs_time_out_and_verification_goes_on(store: Store) -> None:
    clock_ns = [0]
    pool = CryptoPool("pool", store, 1, lambda: clock_ns[0])
    try:
        assert states(pool, 2)["keys"].is_up
        store.started.clear()
        store.gate.clear()
        pool.submit([sign(2)], [])
        assert store.started.wait(5)
        clock_ns[0] = crypto_pool.HUNG_NS - 1
        assert pool.poll(0) == []
        clock_ns[0] += 1
        (down,) = pool.poll(0)
        assert isinstance(down, DriverState) and (down.name, down.is_up) == ("keys", False)
        assert down.why == "the test key store does not answer: restart the unit if it goes on"
        assert down.why_zh == "test 密钥库没有响应：若持续，请重启终端"
        assert pool.poll(0) == [], "it is told once"
        r, s = LIB.sign(store.key, E)
        pool.submit([sign(2 * number, deadline_ns=1) for number in range(2, 2 + MAX_SIGN_JOBS + 3)],
                    [verify(1, store, r, s)])  # fmt: skip
        answered = {result.number: result.outcome for result in results(pool, 4)}
        assert answered.pop(1) is JobOutcome.OK
        assert list(answered.values()) == [JobOutcome.BACKEND_FAILED] * 3, "there is no room for more"
        store.gate.set()
        back = arrivals(pool, 2 + MAX_SIGN_JOBS)
        assert [each.is_up for each in back if isinstance(each, DriverState)] == [True], "it came back"
        late = {each.outcome for each in back if isinstance(each, JobResult) and each.number != 2}
        assert late == {JobOutcome.BACKEND_FAILED}
    finally:
        store.gate.set()
        pool.close()


def test_a_chip_that_hangs_in_its_first_test_is_told_of(store: Store) -> None:
    clock_ns = [0]
    store.gate.clear()
    pool = CryptoPool("pool", store, 1, lambda: clock_ns[0])
    try:
        assert store.started.wait(5)
        clock_ns[0] = crypto_pool.HUNG_NS
        assert not states(pool, 2)["keys"].is_up
        store.gate.set()
        assert states(pool, 1)["keys"].is_up
    finally:
        store.gate.set()
        pool.close()


def test_a_store_is_tried_again_also_when_nobody_wants_a_signature(store: Store) -> None:
    store.fault = "the chip is away"
    pool = CryptoPool("pool", store, 1, lambda: 10**9 * len(store.order))  # each attempt takes a second, and its pause
    try:
        assert not states(pool, 2)["keys"].is_up
        store.fault = ""
        assert states(pool, 1)["keys"].is_up
    finally:
        pool.close()


def test_a_large_answer_comes_in_batches_and_rings_again(store: Store) -> None:
    pool = crypto_pool.make("pool", store, 2)
    try:
        assert len(states(pool, 2)) == 2
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
    assert threading.active_count() == before + 3  # two that verify, one that signs
    pool.close()
    pool.close()
    assert threading.active_count() == before
    assert pool.fileno() == -1
    assert list(pool.poll(0)) == []
    pool.submit([sign(2)], [])
