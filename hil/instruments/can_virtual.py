"""A bus of this machine: multicast, or slcan over a pty where there is none, and where its controller shall fail.

There is none where the board has the bus.
"""

import random
from dataclasses import dataclass
from typing import Literal

from hil import can_line
from hil.given import Given
from hil.instruments import Context
from hil.unit import CHANNEL
from hil.witness import Witness

PLAYS, CARRIES = "can", ("frames", "bus")


@dataclass(frozen=True, slots=True)
class Options:
    """line: slcan takes the pty at once."""

    line: Literal["multicast", "slcan"] = "multicast"


class CanVirtual:
    """The Instrument."""

    def __init__(self, options: Options, context: Context) -> None:
        self._options, self._context = options, context
        self._line: can_line.Line | None = None

    def begin(self) -> None:
        """Makes the bus."""
        if not self._context.scenario.own.has_board:
            wanted = "slcan" if self._context.changes("bus") else self._options.line
            self._line = can_line.open_line(self._context.work, random.Random(), wanted, None)
            self._context.sections["can"] = {CHANNEL: self._line.settings}

    def carry(self, given: Given) -> None:
        """Its frames, and how the controller finds the bus."""
        if isinstance(self._line, can_line.SlcanLine):
            self._line.fail(given.bus)
        if self._line:
            self._line.send(given.frames)

    def look(self, witness: Witness, at_s: float, utc_ns: int) -> None:
        """A listener on a bus says nothing there."""

    def close(self) -> None:
        """Gone."""
        if self._line:
            self._line.close()


make = CanVirtual
