"""A receiver on a pseudo terminal, which the unit opens as any serial line."""

import os
import pty
import tty
from contextlib import suppress
from dataclasses import dataclass

from hil.given import Given
from hil.instruments import Context
from hil.witness import Witness

PLAYS, CARRIES = "gnss", ("sentences", "truth")


@dataclass(frozen=True, slots=True)
class Options:
    """There is none."""


class GnssPty:
    """The Instrument."""

    def __init__(self, options: Options, context: Context) -> None:
        self._context = context
        self._near = self._far = -1

    def begin(self) -> None:
        """Makes it."""
        self._near, self._far = pty.openpty()
        tty.setraw(self._far)
        os.set_blocking(self._near, False)
        self._context.sections["gnss"] = {"type": "serial", "device": os.ttyname(self._far)}

    def carry(self, given: Given) -> None:
        """Its sentences; who does not read loses them, as on a line."""
        if given.sentences:
            with suppress(BlockingIOError):
                os.write(self._near, given.sentences)

    def look(self, witness: Witness, at_s: float, utc_ns: int) -> None:
        """A receiver sees nothing."""

    def close(self) -> None:
        """Gone."""
        for fd in (self._near, self._far):
            if fd >= 0:
                os.close(fd)


make = GnssPty
