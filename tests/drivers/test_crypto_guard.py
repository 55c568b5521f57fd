"""Before a signature leaves: the key's self-test, the pause of a store that fails, and the limit of a slow element."""

import itertools

import pytest

from obu.core.errors import LocalError
from obu.core.now import NS_PER_MS, NS_PER_S
from obu.drivers import libcrypto
from obu.drivers.sign_guard import FIRST_TIMES, KEPT_TIMES, LONGEST_PAUSE_NS, SignGuard

E = bytes(range(32))
LIB = libcrypto.load()


class Store:
    """A key store on a clock of its own: each signature takes took_ms; it can be away or sign with another key."""

    kind = "test"

    def __init__(self, *, is_element: bool = True, took_ms: float = 5.0) -> None:
        self.keys = {name: LIB.generate(curve) for name, curve in (("a", "sm2"), ("b", "sm2"), ("p", "p256"))}
        self.is_element = is_element
        self.took_ms = took_ms
        self.at_ns = 0
        self.fault = ""
        self.mixed_up = ""
        self.signed: list[str] = []

    def points(self) -> dict[str, tuple[str, bytes]]:
        return {name: (key.curve, key.point) for name, key in self.keys.items()}

    def sign(self, name: str, e: bytes) -> tuple[bytes, bytes]:
        self.signed.append(name)
        if self.fault:
            raise LocalError(self.fault)
        self.at_ns += int(self.took_ms * NS_PER_MS)
        return LIB.sign(self.keys["a" if name == self.mixed_up else name], e)

    def create(self, name: str, curve: str) -> bytes:
        raise NotImplementedError

    def close(self) -> None: ...


def guarded(store: Store) -> tuple[SignGuard, list[str]]:
    """The guard, and what it told: '' for ready."""
    told: list[str] = []
    return SignGuard(store, LIB, lambda: store.at_ns, lambda fault: told.append(fault.text if fault else "")), told


def test_each_curve_is_tested_at_the_start_and_each_key_before_its_first_use() -> None:
    store = Store(is_element=False)
    guard, told = guarded(store)
    assert guard.start() is None and told == [""]
    assert sorted(store.signed) == ["a", "a", "p", "p"]
    store.signed.clear()
    for _ in range(2):
        assert LIB.verifies("sm2", store.keys["b"].point, E, *guard.sign("b", E))
    assert store.signed == ["b"] * 4  # two for the test, one each
    assert told == [""]


def test_a_store_that_signs_with_another_key_signs_nothing() -> None:
    store = Store()
    store.mixed_up = "b"
    guard, told = guarded(store)
    assert guard.start() is None
    with pytest.raises(LocalError, match="key b of the test store fails the signature self-test"):
        guard.sign("b", E)
    assert told[-1].startswith("key b")
    assert (fault := guard.start()) is not None and fault.text == told[-1]  # key a is right, but b is the one asked for
    assert LIB.verifies("sm2", store.keys["a"].point, E, *guard.sign("a", E))  # tried at once, for it is right
    assert told[-1] == ""


def test_a_store_that_fails_at_the_start_signs_nothing_until_its_test_passes() -> None:
    store = Store()
    store.fault = "away"
    guard, told = guarded(store)
    fault = guard.start()
    assert fault is not None and fault.text == "away"
    name = store.signed[-1]
    store.fault, before = "", len(store.signed)
    with pytest.raises(LocalError, match="away"):
        guard.sign(name, E)
    assert len(store.signed) == before  # it is left alone
    assert guard.rest_s() == 1.0
    store.at_ns += NS_PER_S
    assert guard.rest_s() == 0.0 and guard.start() is None and guard.rest_s() is None
    guard.sign(name, E)
    assert told == ["away", ""]


def test_the_pauses_grow_and_a_fault_is_told_once() -> None:
    store = Store()
    store.fault = "away"
    guard, told = guarded(store)
    guard.start()
    attempts = []
    for second in range(200):
        store.at_ns = second * NS_PER_S
        before = len(store.signed)
        with pytest.raises(LocalError, match="away"):
            guard.sign(store.signed[0], E)
        if len(store.signed) > before:
            attempts.append(second)
    pauses = [later - earlier for earlier, later in itertools.pairwise(attempts)]
    assert pauses == sorted(pauses)
    assert pauses[0] == 2 and pauses[-1] == LONGEST_PAUSE_NS // NS_PER_S
    assert told == ["away"]


def test_a_name_that_is_none_is_the_askers_fault() -> None:
    guard, told = guarded(Store())
    guard.start()
    with pytest.raises(LocalError, match="no key named x"):
        guard.sign("x", E)
    guard.sign("a", E)
    assert told == [""]


@pytest.mark.parametrize(("took_ms", "is_refused"), [(59.0, False), (61.0, True)])
def test_an_element_that_is_too_slow_is_refused_at_the_start(took_ms: float, is_refused: bool) -> None:
    guard, told = guarded(Store(took_ms=took_ms))
    fault = guard.start()
    assert (fault is not None) == is_refused
    assert not is_refused or told == ["the test key store is too slow for BSMs: p99 61 ms > 60 ms"]


def test_an_element_that_becomes_slow_is_refused_and_measured_anew() -> None:
    store = Store()
    guard, told = guarded(store)
    guard.start()
    for _ in range(KEPT_TIMES):
        guard.sign("a", E)
    for took_ms in (200.0, 200.0):  # two hiccups in twenty seconds are below p99
        store.took_ms = took_ms
        guard.sign("a", E)
        store.took_ms = 5.0
        guard.sign("a", E)
    assert told == [""]
    store.took_ms = 200.0
    with pytest.raises(LocalError, match="too slow for BSMs: p99 200 ms > 60 ms"):
        guard.sign("a", E)
    store.at_ns += NS_PER_S
    before = len(store.signed)
    with pytest.raises(LocalError, match="too slow"):
        guard.sign("a", E)
    assert len(store.signed) == before + 2 + FIRST_TIMES  # the self-test, then the measuring
    store.took_ms, store.at_ns = 5.0, store.at_ns + 2 * NS_PER_S
    guard.sign("a", E)
    assert told[-1] == ""


def test_software_on_a_busy_host_is_not_called_slow() -> None:
    guard, told = guarded(Store(is_element=False, took_ms=500.0))
    guard.start()
    guard.sign("a", E)
    assert told == [""]
