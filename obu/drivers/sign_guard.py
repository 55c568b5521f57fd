"""Stands before a key store. Its one rule: no signature leaves before its key has passed the self-test.

A store that fails, is away or is too slow for BSMs is left alone for a growing pause, and its fault is told. Another
key than the one that failed is tried at once: the fault may be the key's alone.
"""

from collections import deque
from collections.abc import Callable

from obu.core.errors import LocalError
from obu.core.now import NS_PER_MS, NS_PER_S
from obu.drivers import crypto_self_test
from obu.drivers.contract import KeyStore

SLOWEST_NS = 60 * NS_PER_MS  # p99 of a signature: a BSM has 100 ms, and its content is read before
KEPT_TIMES = 200  # 20 s of BSMs: two hiccups among them are below p99
FIRST_TIMES = 20  # signatures that an element is measured by at the start
FIRST_PAUSE_NS = NS_PER_S
LONGEST_PAUSE_NS = 30 * NS_PER_S
_E = bytes(32)[:-1] + b"\x01"  # a digest for measuring


class SignGuard:
    """A key store that is tested before use and watched in use; one thread calls it.

    tell: None when signatures are to be had, or why not; called whenever that changes. at_ns: a monotonic clock.
    """

    def __init__(
        self,
        store: KeyStore,
        library: crypto_self_test.Library,
        at_ns: Callable[[], int],
        tell: Callable[[LocalError | None], None],
    ) -> None:
        self._store = store
        self._library = library
        self._at_ns = at_ns
        self._tell = tell
        self._tested: set[str] = set()
        self._times_ns: deque[int] = deque(maxlen=KEPT_TIMES)
        self._fault: LocalError | None = None
        self._failed_name = ""
        self._has_told = False
        self._retry_ns = 0
        self._pause_ns = 0

    def start(self) -> LocalError | None:
        """The self-test with one key of each curve, and with the one that failed; why it failed, which is also told."""
        points = self._store.points()
        names = {curve: name for name, (curve, _) in sorted(points.items(), reverse=True)}
        for name in {self._failed_name: 0, **dict.fromkeys(names.values())}:
            if name not in points:
                continue
            try:
                self._prepare(name)
            except LocalError as error:
                self._failed(name, error)
                return error
        self._succeeded()
        return None

    def rest_s(self) -> float | None:
        """How long the store's pause still is, then start() is to be called again; None while nothing is wrong."""
        return None if self._fault is None else max(0.0, (self._retry_ns - self._at_ns()) / NS_PER_S)

    def sign(self, name: str, e: bytes) -> tuple[bytes, bytes]:
        """(r, s) over the digest e. Raises LocalError: why there is none, at once while the store has its pause."""
        if self._fault is not None and name == self._failed_name and self._at_ns() < self._retry_ns:
            raise self._fault
        if name not in self._tested and name not in self._store.points():  # the asker's fault, not the store's
            raise LocalError(f"no key named {name}", f"没有名为 {name} 的密钥")
        try:
            self._prepare(name)
            signature = self._timed(name, e)
            self._check_times()
        except LocalError as error:
            self._failed(name, error)
            raise
        self._succeeded()
        return signature

    def close(self) -> None:
        """Closes the store."""
        self._store.close()

    def _prepare(self, name: str) -> None:
        """Measures an element, and tests a key that was not used before."""
        if name not in self._tested:
            curve, point = self._store.points()[name]
            if not crypto_self_test.signs_rightly(self._library, curve, point, lambda e: self._store.sign(name, e)):
                raise LocalError(f"key {name} of the {self._store.kind} store fails the signature self-test",
                                 f"{self._store.kind} 密钥库的密钥 {name} 未通过签名自检")  # fmt: skip
            self._tested.add(name)
        if self._store.is_element and not self._times_ns:
            for _ in range(FIRST_TIMES):
                self._timed(name, _E)
            self._check_times()

    def _timed(self, name: str, e: bytes) -> tuple[bytes, bytes]:
        began_ns = self._at_ns()
        signature = self._store.sign(name, e)
        self._times_ns.append(self._at_ns() - began_ns)
        return signature

    def _check_times(self) -> None:
        """Raises LocalError for an element too slow, which is then measured anew. Software is not: its host is busy."""
        if not self._store.is_element:
            return
        p99_ns = sorted(self._times_ns)[-(-99 * len(self._times_ns) // 100) - 1]
        if p99_ns > SLOWEST_NS:
            self._times_ns.clear()
            slow = f"p99 {p99_ns / NS_PER_MS:.0f} ms > {SLOWEST_NS // NS_PER_MS} ms"
            raise LocalError(f"the {self._store.kind} key store is too slow for BSMs: {slow}",
                             f"{self._store.kind} 密钥库签名太慢，不能用于 BSM：{slow}")  # fmt: skip

    def _failed(self, name: str, error: LocalError) -> None:
        self._tested.clear()  # it may be another chip that comes back
        self._failed_name = name
        self._pause_ns = min(LONGEST_PAUSE_NS, 2 * self._pause_ns or FIRST_PAUSE_NS)
        self._retry_ns = self._at_ns() + self._pause_ns
        is_news = self._fault is None or self._fault.text != error.text or not self._has_told
        self._fault = error
        if is_news:
            self._say()

    def _succeeded(self) -> None:
        self._pause_ns, self._failed_name = 0, ""
        if self._fault is not None or not self._has_told:
            self._fault = None
            self._say()

    def _say(self) -> None:
        self._has_told = True
        self._tell(self._fault)
