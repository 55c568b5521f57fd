"""A unit that runs elsewhere, its local socket brought here: `ssh -L /tmp/obu.sock:/run/obu/obu.sock UNIT`."""

import time
from dataclasses import dataclass
from pathlib import Path

from hil.feed_client import FeedClient
from hil.given import Given
from hil.instruments import Context
from hil.page_stand_in import Page
from hil.witness import Witness
from obu.core.errors import ConfigError

PLAYS, CARRIES = "unit", ("acknowledges", "beats")


@dataclass(frozen=True, slots=True)
class Options:
    """socket: its path here. within_s: so long may the unit take to start."""

    socket: str
    within_s: float = 60.0


class UnitFeed:
    """The Instrument."""

    def __init__(self, options: Options, context: Context) -> None:
        self._options = options
        self._feed = FeedClient(Path(options.socket))
        self._page = Page(self._feed)

    def begin(self) -> None:
        """Waits for it."""
        end_s = time.monotonic() + self._options.within_s
        while not self._feed.poll():
            if time.monotonic() > end_s:
                raise ConfigError(f"unit: nobody speaks at {self._options.socket}",
                                  f"unit：{self._options.socket} 没有应答")  # fmt: skip
            time.sleep(0.05)

    def carry(self, given: Given) -> None:
        """Its page."""
        self._page.carry(given)

    def look(self, witness: Witness, at_s: float, utc_ns: int) -> None:
        """What it told its page."""
        self._page.look(witness, at_s, utc_ns)

    def close(self) -> None:
        """It goes on."""


make = UnitFeed
