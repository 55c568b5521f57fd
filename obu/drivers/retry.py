"""When a lost device is opened again: at once, then after pauses that double up to two seconds."""

from obu.core.now import NS_PER_MS

FIRST_PAUSE_NS = 100 * NS_PER_MS
LONGEST_PAUSE_NS = 2000 * NS_PER_MS


class Retry:
    """is_due() before an attempt, failed() or succeeded() after it."""

    def __init__(self) -> None:
        self._pause_ns = 0
        self._next_ns = 0

    def is_due(self, at_ns: int) -> bool:
        """Whether the pause is over."""
        return at_ns >= self._next_ns

    def failed(self, at_ns: int) -> None:
        """The device is not there, or was lost."""
        self._pause_ns = min(LONGEST_PAUSE_NS, 2 * self._pause_ns or FIRST_PAUSE_NS)
        self._next_ns = at_ns + self._pause_ns

    def succeeded(self) -> None:
        """Something useful came from the device: the next loss starts with the shortest pause."""
        self._pause_ns = 0

    def wake_at_ns(self) -> int:
        """When the next attempt is due."""
        return self._next_ns
