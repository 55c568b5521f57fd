"""The adapter's side of slcan (LAWICEL CAN232/CANUSB, ASCII), read in bulk; a torn or foreign line is counted.

Frames: `tiiildd..` of 11 bits, `Tiiiiiiiildd..` of 29, each ended by CR. BEL is a refused command, an empty line an
accepted one, `Fxx` the status flags. Linux's slcan also knows adapters that report `sb...` (bus-off) and `e1a`
(an error) of themselves.
"""

from binascii import Error, unhexlify

from obu.core.frames import CanFrame
from obu.drivers.can_options import HIGHEST_EXTENDED, HIGHEST_STANDARD, Sieve

# CAN232 manual, command F.
FLAGS_OVERRUN = 0x01 | 0x08
FLAGS_ERROR = 0x20 | 0x80  # error passive, bus error

STANDARD, EXTENDED = len(b"tiii"), len(b"Tiiiiiiii")
STAMP = len(b"ssss")  # an adapter may add its time of day
LONGEST_LINE = EXTENDED + 1 + 16 + STAMP
MOST_KNOWN = 4096  # identifiers remembered; a node that babbles through them all begins the list anew
ANSWERS_KEPT = 8  # those of an opening are looked at
FOREIGN = -1
IGNORED = b"rRdDbBvNzZ"  # remote and FD frames, versions, acknowledged commands


class SlcanLines:
    """feed() what the line brought. heard: whole frames, wanted or not; passed_over: those no filter named.

    answers: of the first commands after V, in order (False: refused), once V itself was answered (is_in_step): what
    came before it belongs to an earlier opening. flags: of the last F answered.
    errors, overruns: as the adapter told them.
    """

    def __init__(self, channel: str, sieve: Sieve) -> None:
        self.heard = self.passed_over = self.bad = self.errors = self.overruns = 0
        self.is_off = self.is_in_step = False
        self.flags: int | None = None
        self.answers: list[bool] = []
        self._channel = channel
        self._sieve = sieve
        self._known: dict[bytes, int] = {}
        self._tail = b""

    def begin(self) -> None:
        """The adapter is opened anew: nothing of before counts."""
        self._tail, self.flags, self.is_off, self.is_in_step = b"", None, False, False
        self.answers.clear()

    def feed(self, data: bytes, at_ns: int) -> list[CanFrame]:
        """The wanted frames whose lines are whole now. Never raises."""
        frames: list[CanFrame] = []
        *lines, tail = (self._tail + data.replace(b"\a", b"\a\r")).split(b"\r")
        known = self._known
        passed_over = 0
        for line in lines:
            start = line[:1]
            if start == b"T":
                width = EXTENDED
            elif start == b"t":
                width = STANDARD
            else:
                self._word(line)
                continue
            can_id = known.get(line[:width])
            if can_id is None:
                can_id = self._learn(line[:width], width)
            if can_id == FOREIGN:
                passed_over += 1
                continue
            payload = None if can_id is None else _payload(line, width)
            if can_id is None or payload is None:
                self.bad += 1
            else:
                frames.append(CanFrame(self._channel, can_id, width == EXTENDED, payload, at_ns))
        self.heard += passed_over + len(frames)
        self.passed_over += passed_over
        if len(tail) > LONGEST_LINE:
            self.bad += 1
            tail = b""
        self._tail = tail
        return frames

    def _learn(self, start: bytes, width: int) -> int | None:
        """The identifier of a line's start, FOREIGN when no filter names it, None when it is none."""
        digits = start[1:] if width == EXTENDED else b"0" + start[1:]
        if len(start) != width:
            return None
        try:
            can_id = int.from_bytes(unhexlify(digits), "big")
        except (Error, ValueError):
            return None
        if can_id > (HIGHEST_EXTENDED if width == EXTENDED else HIGHEST_STANDARD):
            return None
        found = can_id if self._sieve.passes(can_id, width == EXTENDED) else FOREIGN
        if len(self._known) >= MOST_KNOWN:
            self._known.clear()
        self._known[start] = found
        return found

    def _word(self, line: bytes) -> None:
        """Anything but a frame of data."""
        start = line[:1]
        if line in (b"", b"\a"):
            if len(self.answers) < ANSWERS_KEPT:
                self.answers.append(not line)
        elif start == b"F" and len(line) == 3 and _is_hex(line[1:]):
            self.flags = int(line[1:], 16)
            self.errors += bool(self.flags & FLAGS_ERROR)
            self.overruns += bool(self.flags & FLAGS_OVERRUN)
        elif start == b"s" and line[1:2] in (b"a", b"w", b"p", b"b"):
            self.is_off = line[1:2] == b"b"
        elif start == b"e" and line[1:2].isdigit():
            self.errors += 1
            self.overruns += b"o" in line[2:]
        elif start == b"V":
            self.is_in_step = True
            self.answers.clear()
        elif start not in IGNORED:
            self.bad += 1


def _payload(line: bytes, width: int) -> bytes | None:
    """The data bytes of a frame's line, None when it is torn."""
    length = line[width] - ord("0") if len(line) > width else -1
    end = width + 1 + 2 * length
    if not 0 <= length <= 8 or len(line) not in (end, end + STAMP):
        return None
    try:
        return unhexlify(line[width + 1 : end])
    except (Error, ValueError):
        return None


def _is_hex(digits: bytes) -> bool:
    return all(digit in b"0123456789abcdefABCDEF" for digit in digits)
