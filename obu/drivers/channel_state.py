"""What a CAN channel has said of itself, and when it may be opened again; the same for every kind of channel.

After a wrong bit rate, bus-off or a faulty bus it is left alone for a while, and only a frame proves that this is over.
Where the interface may acknowledge, a bus of another rate is not tried again at all: each try would disturb it.
"""

from collections.abc import Sequence

from obu.core.alert import Text
from obu.core.frames import CanCounts, DriverState
from obu.core.now import NS_PER_MS
from obu.drivers.bus_watch import BusWatch
from obu.drivers.said import Said

LEFT_NS = 10_000 * NS_PER_MS
COUNTS_NS = 1000 * NS_PER_MS


class ChannelState:
    """Each method gives what is new for the inbox. may_open_ns: not before; None: not any more."""

    def __init__(self, name: str, where: str, listen_only: bool) -> None:
        """name: the configuration section. where: interface and channel, for people."""
        self.may_open_ns: int | None = 0
        self._name = name
        self._where = where
        self._listen_only = listen_only
        self._has_trouble = False
        self._said = Said(name)
        self._counts: tuple[int | None, ...] = ()
        self._counts_ns = 0

    def may_open(self, at_ns: int) -> bool:
        """Whether the channel is not left alone now."""
        return self.may_open_ns is not None and at_ns >= self.may_open_ns

    def opened(self, at_ns: int) -> Sequence[DriverState]:
        """The device is there."""
        self._counts_ns = self._counts_ns or at_ns + COUNTS_NS
        return () if self._has_trouble else self._said.tell(True, Text(self._where, self._where), at_ns)

    def heard(self, at_ns: int) -> Sequence[DriverState]:
        """A frame came."""
        self._has_trouble = False
        return self._said.tell(True, Text(self._where, self._where), at_ns)

    def lost(self, why: Text, at_ns: int) -> Sequence[DriverState]:
        """The device is not there, or refuses."""
        return self._said.tell(False, why, at_ns)

    def left(self, trouble: Text, watch: BusWatch, at_ns: int) -> Sequence[DriverState]:
        """The channel was closed for this trouble."""
        self._has_trouble = True
        is_danger = watch.is_wrong_rate and not self._listen_only
        self.may_open_ns = None if is_danger else at_ns + LEFT_NS
        return self._said.tell(False, trouble, at_ns)

    def counts(
        self, at_ns: int, heard: int, passed_over: int | None, bad: int, errors: int, overruns: int
    ) -> Sequence[CanCounts]:
        """What was read so far, when it changed and a second has passed."""
        counts = heard, passed_over, bad, errors, overruns
        if at_ns < self._counts_ns or counts == self._counts:
            return ()
        self._counts, self._counts_ns = counts, at_ns + COUNTS_NS
        return (CanCounts(self._name, heard, passed_over, bad, errors, overruns, at_ns),)
