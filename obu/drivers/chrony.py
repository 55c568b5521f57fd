"""The machine's UTC with chronyd's own word for its error; its one rule: what chronyd does not vouch for is no time.

[clock] source = "chrony"

Asked each second what `chronyc tracking` shows, by chronyd's command protocol (version 6, since chrony 1.30) on the
loopback's UDP port, which every local user may ask. "An absolute bound on the computer's clock accuracy" is |system
time| + root dispersion + half the root delay (chronyc(1), tracking). Not the kernel's maxerror: it grows by 500 ppm
between two updates, which is beyond 1 ms after two seconds.
"""

import socket
import struct
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from obu.core.alert import Text
from obu.core.frames import DriverState
from obu.core.now import NS_PER_S, ClockMark, Now
from obu.drivers.contract import Arrival
from obu.drivers.said import Said

NAME = "clock"
ASK_NS = 1 * NS_PER_S
ANSWER_NS = 3 * NS_PER_S  # then nobody is there
MOST_DATAGRAMS = 16  # of one poll

VERSION, REQUEST, REPLY = 6, 1, 2
ASK_TRACKING, TRACKING, SUCCESS = 33, 5, 0
UNSYNCHRONISED = 3  # leap status
LOCAL = bytes((127, 127, 1, 1))  # the reference ID of chronyd's `local`: it is led by nobody but its own crystal
# Version, packet type, two reserved, command, attempt, sequence, two of padding.
QUESTION = struct.Struct(">BBxxHHIxxxxxxxx")
# Version, packet type, two reserved, command, reply, status, three of padding, sequence, two of padding.
HEAD = struct.Struct(">BBxxHHHxxxxxxIxxxxxxxx")
# Reference ID, address, stratum, leap status, time of the reference, then nine numbers: system time, last offset, rms
# offset, frequency, its residual, skew, root delay, root dispersion, update interval.
BODY = struct.Struct(">4s20xHH12x9I")
ANSWER_BYTES = HEAD.size + BODY.size  # a question is as long, or it is not answered: nothing to amplify

SILENT = Text("chronyd 没有应答：请启动 chronyd，并核对 clock.chronyd_port 与 chrony.conf 的 cmdport",
              "chronyd does not answer: start it; is clock.chronyd_port the cmdport of chrony.conf?")  # fmt: skip
STRANGE = Text("clock.chronyd_port 上的应答不是 chronyd 协议第 6 版",
               "what answers at clock.chronyd_port is not version 6 of chronyd's protocol")  # fmt: skip
UNLED = Text("chronyd 尚未同步（chronyc sources 可查看原因）", "chronyd is not synchronised; chronyc sources tells why")


@dataclass(frozen=True, slots=True)
class Tracking:
    """sequence: of the question. error_s: the bound of the clock's error, None while chronyd follows but itself."""

    sequence: int
    error_s: float | None


def question(sequence: int) -> bytes:
    """What asks for the tracking data."""
    return QUESTION.pack(VERSION, REQUEST, ASK_TRACKING, 0, sequence).ljust(ANSWER_BYTES, b"\0")


def tracking(data: bytes) -> Tracking | None:
    """What an answer says; None where it is none."""
    if len(data) < ANSWER_BYTES:
        return None
    *head, sequence = HEAD.unpack_from(data)
    if head != [VERSION, REPLY, ASK_TRACKING, TRACKING, SUCCESS]:
        return None
    reference, _, leap, *numbers = BODY.unpack_from(data, HEAD.size)
    if leap == UNSYNCHRONISED or reference == LOCAL:
        return Tracking(sequence, None)
    offset_s, delay_s, dispersion_s = (_number(numbers[index]) for index in (0, 6, 7))
    if dispersion_s < 0 or delay_s < 0:
        return None
    return Tracking(sequence, abs(offset_s) + dispersion_s + delay_s / 2)


def _number(raw: int) -> float:
    """Seven bits of exponent, 25 of coefficient, both signed: coefficient times 2 to the exponent minus 25."""
    exponent, coefficient = raw >> 25, raw & (1 << 25) - 1
    exponent -= (exponent >> 6) << 7
    coefficient -= (coefficient >> 24) << 25
    return float(coefficient * 2.0 ** (exponent - 25))


class ChronyClock:
    """A clock, and the Driver that asks chronyd about it."""

    def __init__(self, port: int) -> None:
        self.name = NAME
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
        self._socket.connect(("127.0.0.1", port))  # nobody else is heard
        self._sequence = 0
        self._asked_ns: int | None = None
        self._heard_ns = 0
        self._mark: ClockMark | None = None
        self._said = Said(NAME)

    def now(self) -> Now:
        """This instant; UTC is None while chronyd is not synchronised, or has been silent for a minute."""
        at_ns, utc_ns = time.monotonic_ns(), time.time_ns()
        carried = self._mark.carried(at_ns) if self._mark else None
        if carried is None or carried.utc_ns is None:
            return Now(at_ns, None)
        return Now(at_ns, utc_ns, carried.utc_error_ns)

    def follow(self, mark: ClockMark) -> None:
        """The machine's clock is led by chronyd."""

    def fileno(self) -> int:
        """Readable when chronyd has answered."""
        return self._socket.fileno()

    def wake_at_ns(self) -> int:
        """When to ask again."""
        return 0 if self._asked_ns is None else self._asked_ns + ASK_NS

    def poll(self, at_ns: int) -> Sequence[Arrival]:
        """Takes what has been answered, asks when it is time; a DriverState when that has changed something."""
        states: list[DriverState] = []
        for _ in range(MOST_DATAGRAMS):
            try:
                states += self._take(self._socket.recv(ANSWER_BYTES), at_ns)
            except OSError:  # nothing more, or nobody there
                break
        if self._asked_ns is None:
            self._heard_ns = at_ns
        if at_ns >= self.wake_at_ns():
            self._asked_ns = at_ns
            self._sequence = (self._sequence + 1) & 0xFFFFFFFF
            with suppress(OSError):  # refused: the silence will tell
                self._socket.send(question(self._sequence))
        if at_ns - self._heard_ns >= ANSWER_NS:
            states += self._said.tell(False, SILENT, at_ns)
        return states

    def close(self) -> None:
        """No more questions."""
        self._socket.close()

    def _take(self, data: bytes, at_ns: int) -> tuple[DriverState, ...]:
        found = tracking(data)
        if found is not None and found.sequence != self._sequence:
            return ()  # to an older question
        self._heard_ns = at_ns
        if found is None:
            return self._said.tell(False, STRANGE, at_ns)
        if found.error_s is None:
            self._mark = None
            return self._said.tell(False, UNLED, at_ns)
        self._mark = ClockMark(self._asked_ns or at_ns, time.time_ns(), int(found.error_s * NS_PER_S))
        return self._said.tell(True, "chronyd", at_ns)
