"""A stand-in for chronyd: it tells the unit how sure the machine's clock is, as chrony's protocol has it.

The clock itself is the machine's; that it is off is brought about by a world whose time is another (hil/realtime.py).
"""

import socket
from contextlib import suppress
from dataclasses import dataclass

from hil.given import Given
from hil.instruments import Context
from hil.witness import Witness
from obu.core.now import NS_PER_MS, NS_PER_S
from obu.drivers import chrony

PLAYS, CARRIES = "clock", ("clock_off_ns", "error_ns")
GROWS_NS = NS_PER_MS // 10  # by which a unit lets the bound grow until it asks again
GPS = b"GPS\0"
MOST_DATAGRAMS = 16  # of one turn


@dataclass(frozen=True, slots=True)
class Options:
    """There is none."""


class ClockChronyd:
    """The Instrument. Nobody but this machine can ask it."""

    def __init__(self, options: Options, context: Context) -> None:
        self._context = context
        self._socket: socket.socket | None = None
        self._error_ns: int | None = NS_PER_MS

    def begin(self) -> None:
        """Opens its command port."""
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
        self._socket.bind(("127.0.0.1", 0))
        self._context.sections["clock"] = {"source": "chrony", "chronyd_port": self._socket.getsockname()[1]}

    def carry(self, given: Given) -> None:
        """The bound of its error; None: it follows nobody any more."""
        self._error_ns = given.error_ns

    def look(self, witness: Witness, at_s: float, utc_ns: int) -> None:
        """Answers who has asked."""
        for _ in range(MOST_DATAGRAMS if self._socket else 0):
            try:
                data, asker = self._socket.recvfrom(1024)  # type: ignore[union-attr]
            except OSError:  # nothing more
                return
            if len(data) >= chrony.QUESTION.size:
                with suppress(OSError):
                    self._socket.sendto(answer(data, self._error_ns), asker)  # type: ignore[union-attr]

    def close(self) -> None:
        """Gone."""
        if self._socket:
            self._socket.close()


def answer(question: bytes, error_ns: int | None) -> bytes:
    """To a request for the tracking data: a clock led by GNSS whose error the unit then takes for error_ns at most."""
    *_, sequence = chrony.QUESTION.unpack_from(question)
    leap = chrony.UNSYNCHRONISED if error_ns is None else 0
    dispersion_s = max(0, (error_ns or 0) - GROWS_NS) / NS_PER_S
    numbers = [0] * 9
    numbers[7] = _number(dispersion_s)
    head = chrony.HEAD.pack(
        chrony.VERSION, chrony.REPLY, chrony.ASK_TRACKING, chrony.TRACKING, chrony.SUCCESS, sequence
    )
    return head + chrony.BODY.pack(GPS, 1, leap, *numbers)


def _number(seconds: float) -> int:
    """As chrony writes one: seven bits of exponent, 25 of coefficient (candm.h, Float); never above the value."""
    exponent, coefficient = 0, seconds * 2.0**25
    while coefficient and coefficient < 2**22:
        exponent, coefficient = exponent - 1, coefficient * 2
    while coefficient >= 2**24:
        exponent, coefficient = exponent + 1, coefficient / 2
    return (exponent & 0x7F) << 25 | int(coefficient)


make = ClockChronyd
