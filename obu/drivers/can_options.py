"""What every CAN channel shares: its section of the configuration, which frames pass, when a busy one is looked at."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from obu.core.now import NS_PER_MS

MOST_FRAMES = 256  # of one poll, 60 ms of a full 500 kbit/s bus
HIGHEST_STANDARD = 0x7FF
HIGHEST_EXTENDED = 0x1FFFFFFF
# A turn of the loop costs ten times what a frame does: while frames come, a channel is looked at on this grid.
LOOK_NS = 5 * NS_PER_MS
BUSY = 4  # frames in a look: the next look is on the grid too, even if this one brought nothing

Filter = tuple[int, int, bool]  # identifier, mask, is_extended


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """interface, channel, bitrate, options: as python-can names them.

    listen_only: not even the acknowledge bit goes out. False permits sending by name: the interface may then be in
    its normal mode, in which it acknowledges, and disturbs a bus of another bit rate.
    """

    interface: str
    channel: str
    bitrate: int | None = None
    listen_only: bool = True
    options: dict[str, Any] = field(default_factory=dict)


class Sieve:
    """Which identifiers pass the filters; all do when there are none."""

    def __init__(self, filters: Sequence[Filter]) -> None:
        masks = sorted({mask for _, mask, _ in filters})
        self._wanted = {  # one look-up per mask
            mask: frozenset((can_id & mask, is_extended) for can_id, own, is_extended in filters if own == mask)
            for mask in masks
        }

    def passes(self, can_id: int, is_extended: bool) -> bool:
        """Whether a filter names this identifier."""
        if not self._wanted:
            return True
        return any((can_id & mask, is_extended) in ids for mask, ids in self._wanted.items())


class Pace:
    """When a channel is looked at next. is_resting: not before look_ns, whatever arrives; else once it is readable.

    The grid is the same for all channels, so that one turn serves them all.
    """

    def __init__(self) -> None:
        self.is_resting = False
        self.look_ns = 0
        self._last = 0

    def looked(self, at_ns: int, read: int, is_more: bool) -> None:
        """A look is over that read so many frames. is_more: there may be more at once."""
        self.is_resting = read > 0 or self._last >= BUSY
        self._last = read
        self.look_ns = at_ns if is_more else (at_ns // LOOK_NS + 1) * LOOK_NS
