"""The serial language of unit and co-processor, and one end of the link; this very file runs on both ends.

The rule: no clock, no port, nothing that grows; only what CPython and MicroPython share (docs/link.md describes it).

A frame is 00, COBS(kind, number, payload, CRC-32), 00. HELLO and BEAT are outside the numbering; all else is numbered,
kept until acknowledged and sent again from the oldest on when no acknowledgement comes. A body is at most 254 bytes:
then COBS has one code byte in front and every other one stands where a zero was, so nothing is ever moved.

Instants are microseconds modulo 2**30 (MicroPython's small integers), handed in by the caller.
"""

import binascii
import struct

VERSION = 1
MOST_PAYLOAD = 240
WINDOW = 8  # numbered frames under way in one direction
PAYLOAD_AT = 4  # in a frame to be written: behind 00, code byte, kind, number
PAYLOAD_IN = 3  # in one that came: behind code byte, kind, number
OVERHEAD = 9  # those four, CRC-32, 00
MOST_FRAME = MOST_PAYLOAD + OVERHEAD
MOST_NAME = 120
DIGEST_LENGTH = 8

HELLO = 1
BEAT = 2
CAN = 16  # up: base instant, then (delta, id, length, data) of each frame
INPUT = 17
PPS = 18
GNSS = 19
HEALTH = 20
REPORT = 21
INSTALLED = 22  # docs/flashing.md
LAMPS = 32  # down
SOUND = 33
TEXT = 34
CONFIG = 35
INSTALL = 36
LOWEST_NUMBERED = 16

MASK = 0x3FFFFFFF
HELLO_EVERY_US = 250_000
BEAT_EVERY_US = 500_000
ACK_WITHIN_US = 10_000
DEAD_AFTER_US = 3_000_000
RESEND_AFTER_US = 100_000
LONGEST_RESEND_US = 3_200_000

_ZERO = b"\0"
_GOOD = 0x2144DF1C  # CRC-32 of anything followed by its own CRC-32, least byte first
_HELLO = "<BBHHB"  # flags, version, boot, boot of the other end as known here, window; then digest, then name
_BEAT = "<BHHBBIII"  # flags, the two boots, next expected number, credit, clock, their clock as heard, when it was
_UP = 1


def elapsed(at: int, since: int) -> int:
    """Microseconds from since to at, 0..2**30 - 1."""
    return (at - since) & MASK


def seal(frame: bytearray, kind: int, number: int, length: int) -> int:
    """Makes a frame of the payload that lies at frame[PAYLOAD_AT:]; the bytes to write are frame[:result]."""
    frame[2] = kind
    frame[3] = number
    end = PAYLOAD_AT + length
    struct.pack_into("<I", frame, end, binascii.crc32(memoryview(frame)[2:end]))
    end += 4
    frame[0] = 0
    code_at = 1
    while True:
        zero = frame.find(_ZERO, code_at + 1, end)
        if zero < 0:
            break
        frame[code_at] = zero - code_at
        code_at = zero
    frame[code_at] = end - code_at
    frame[end] = 0
    return end + 1


def opened(frame: bytearray, length: int) -> int:
    """Undoes seal() in place on the bytes between two zeros; the payload's length, or -1 for what is no frame.

    Then kind is frame[1], number frame[2], and the payload begins at frame[PAYLOAD_IN].
    """
    if length < 7:
        return -1
    at = 0
    while at < length:
        code = frame[at]
        frame[at] = 0
        at += code
    if at != length or binascii.crc32(memoryview(frame)[1:length]) != _GOOD:
        return -1
    return length - 7


class End:
    """One end. take() what came in, post() what shall go, pull() what is to be written; all with the instant.

    boot: 1..65535, another one each time this end starts. digest: of this file. name: what this end is, as UTF-8.
    credit: how many frames this end takes beyond those it has acknowledged; the other end learns it by the next BEAT.
    """

    def __init__(self, boot: int, digest: bytes, name: bytes) -> None:
        self.boot = boot
        self.peer_boot = 0
        self.is_up = False
        self.peer_version = 0
        self.peer_digest = b""
        self.peer_name = b""
        self.credit = WINDOW
        self.kind = 0  # what take() stopped at, 0 for nothing: payload[PAYLOAD_IN : PAYLOAD_IN + length]
        self.payload = bytearray(MOST_FRAME)
        self.length = 0
        self.frame = self.payload  # what pull() said is to be written
        self.bad = 0  # torn, overlong, failed the CRC, or no sense
        self.repeated = 0  # numbered frames that came again, or out of turn
        self.resent = 0
        self.restarts = 0  # of the other end
        self.clock_mine = 0  # the last BEAT: our clock as the other end heard it,
        self.clock_heard = 0  # its clock when it heard it,
        self.clock_theirs = 0  # its clock when it sent,
        self.clock_at = 0  # ours when that came
        self.beats = 0
        self._digest = digest
        self._name = name[:MOST_NAME]
        self._in_length = 0
        self._control = bytearray(MOST_FRAME)
        self._slots = [bytearray(MOST_FRAME) for _ in range(WINDOW)]
        self._lengths = [0] * WINDOW
        self._sent_at = [0] * WINDOW
        self._last_heard = 0
        self._last_hello = -1
        self._last_beat = -1
        self._heard_clock = 0
        self._heard_clock_at = 0
        self._must_greet = False
        self._begin()

    def _begin(self) -> None:
        """Both numberings from zero; what was under way to an earlier life of the other end is gone."""
        self._base = 0  # oldest not acknowledged; counts of frames, modulo 256 on the wire
        self._next = 0  # the number of the next posted
        self._cursor = 0  # the next to be written
        self._expected = 0
        self._allowed = WINDOW
        self._to_acknowledge = 0
        self._ack_since = 0
        self._resend_after = RESEND_AFTER_US
        self._sent_before = 0  # frames below it have been written at least once,
        self._doubtful = 0  # and those below this more than once: their acknowledgement tells no time

    def is_compatible(self) -> bool:
        """Whether the other end has greeted with this very file."""
        return self.peer_version == VERSION and self.peer_digest == self._digest

    def room(self) -> int:
        """How many frames post() takes now."""
        return WINDOW - (self._next - self._base) if self.is_up else 0

    def slot(self) -> bytearray:
        """The buffer to put the next payload in, from PAYLOAD_AT on; only while room()."""
        return self._slots[self._next % WINDOW]

    def post(self, kind: int, length: int) -> None:
        """Takes the payload that lies in slot(). Only while room()."""
        index = self._next % WINDOW
        self._lengths[index] = seal(self._slots[index], kind, self._next & 255, length)
        self._next += 1

    def send(self, kind: int, payload: bytes) -> bool:
        """post() of some bytes; False when there is no room, or they are too many."""
        length = len(payload)
        if length > MOST_PAYLOAD or not self.room():
            return False
        self.slot()[PAYLOAD_AT : PAYLOAD_AT + length] = payload
        self.post(kind, length)
        return True

    def take(self, data: bytes, start: int, length: int, at: int) -> int:
        """Bytes from the wire, data[start:length]. Where to go on from: short of length after a numbered payload.

        That payload, in order and once, is what kind, payload and length then tell of, until the next call.
        """
        self.kind = 0
        while start < length:
            zero = data.find(_ZERO, start, length)
            end = length if zero < 0 else zero
            self._keep(data, start, end)
            if zero < 0:
                return length
            start = zero + 1
            whole, self._in_length = self._in_length, 0
            if whole:
                self._frame(whole, at)
                if self.kind:
                    return start
        return length

    def _keep(self, data: bytes, start: int, end: int) -> None:
        length = end - start
        if not length:
            return
        have = self._in_length
        if have + length > MOST_FRAME:
            self._in_length = MOST_FRAME  # too long for a frame: it fails when its end comes
            return
        self.payload[have : have + length] = data[start:end]
        self._in_length = have + length

    def _frame(self, length: int, at: int) -> None:
        frame = self.payload
        payload = -1 if length >= MOST_FRAME else opened(frame, length)
        if payload < 0:
            self.bad += 1
            return
        kind = frame[1]
        if kind >= LOWEST_NUMBERED:
            self._numbered(kind, frame[2], payload, at)
        elif kind == HELLO and payload >= 7 + DIGEST_LENGTH:
            self._hello(payload, at)
        elif kind == BEAT and payload == 19:
            self._beat(at)
        else:
            self.bad += 1

    def _numbered(self, kind: int, number: int, length: int, at: int) -> None:
        if not self.is_up:
            self._must_greet = True
            return
        self._last_heard = at
        if not self._to_acknowledge:
            self._ack_since = at
        if number == self._expected & 255 and self.credit > 0:
            self._expected += 1
            self._to_acknowledge += 1
            self.kind, self.length = kind, length
        else:
            self.repeated += 1
            self._to_acknowledge = WINDOW  # the other end is behind: tell it at once

    def _hello(self, length: int, at: int) -> None:
        flags, version, boot, known, _ = struct.unpack_from(_HELLO, self.payload, PAYLOAD_IN)
        name_at = PAYLOAD_IN + 7 + DIGEST_LENGTH
        self.peer_version = version
        self.peer_digest = bytes(self.payload[PAYLOAD_IN + 7 : name_at])
        self.peer_name = bytes(self.payload[name_at : PAYLOAD_IN + length])
        if boot != self.peer_boot:
            if self.peer_boot:
                self.restarts += 1
            self.peer_boot = boot
            self._begin()
            self.is_up = False
            self._must_greet = True
        self._last_heard = at
        if not flags & _UP:
            self._must_greet = True
        self.is_up = self.is_compatible() and known == self.boot

    def _beat(self, at: int) -> None:
        _, boot, known, expected, credit, clock, mine, heard = struct.unpack_from(_BEAT, self.payload, PAYLOAD_IN)
        if boot != self.peer_boot or known != self.boot or not self.is_compatible():
            self._must_greet = True
            return
        self._last_heard = at
        self._heard_clock, self._heard_clock_at = clock, at
        self.clock_mine, self.clock_heard, self.clock_theirs, self.clock_at = mine, heard, clock, at
        self.beats += 1
        self.is_up = True
        self._allowed = credit
        self._acknowledged((expected - self._base) & 255, at)

    def _acknowledged(self, count: int, at: int) -> None:
        if not 0 < count <= self._next - self._base:
            return
        newest = self._base + count - 1
        self._base += count
        self._cursor = max(self._cursor, self._base)
        if newest >= self._doubtful:
            took = 2 * elapsed(at, self._sent_at[newest % WINDOW])
            self._resend_after = min(max(took, RESEND_AFTER_US), LONGEST_RESEND_US)

    def pull(self, at: int) -> int:
        """Length of the next frame to write, which is then in self.frame; 0 when there is none now."""
        if self.is_up and elapsed(at, self._last_heard) >= DEAD_AFTER_US:
            self.is_up = False
        if self._greeting_is_due(at):
            return self._greet(at)
        if not self.peer_boot or not self.is_compatible():
            return 0
        if self._beat_is_due(at):
            return self._write_beat(at)
        return self._write_numbered(at) if self.is_up else 0

    def _greeting_is_due(self, at: int) -> bool:
        if self._last_hello < 0:
            return True
        passed = elapsed(at, self._last_hello)
        if self._must_greet:
            return passed >= ACK_WITHIN_US
        return not self.is_up and passed >= HELLO_EVERY_US

    def _greet(self, at: int) -> int:
        self._last_hello = at
        self._must_greet = False
        frame = self._control
        flags = _UP if self.is_up else 0
        struct.pack_into(_HELLO, frame, PAYLOAD_AT, flags, VERSION, self.boot, self.peer_boot, WINDOW)
        name_at = PAYLOAD_AT + 7 + DIGEST_LENGTH
        frame[PAYLOAD_AT + 7 : name_at] = self._digest
        frame[name_at : name_at + len(self._name)] = self._name
        self.frame = frame
        return seal(frame, HELLO, 0, 7 + DIGEST_LENGTH + len(self._name))

    def _beat_is_due(self, at: int) -> bool:
        if self._last_beat < 0 or elapsed(at, self._last_beat) >= BEAT_EVERY_US:
            return True
        count = self._to_acknowledge
        return count > 0 and (2 * count >= WINDOW or elapsed(at, self._ack_since) >= ACK_WITHIN_US)

    def _write_beat(self, at: int) -> int:
        self._last_beat = at
        self._to_acknowledge = 0
        flags = _UP if self.is_up else 0
        struct.pack_into(
            _BEAT, self._control, PAYLOAD_AT, flags, self.boot, self.peer_boot, self._expected & 255, self.credit,
            at, self._heard_clock, self._heard_clock_at,
        )  # fmt: skip
        self.frame = self._control
        return seal(self._control, BEAT, 0, 19)

    def _write_numbered(self, at: int) -> int:
        if self._base < self._cursor and elapsed(at, self._sent_at[self._base % WINDOW]) >= self._resend_after:
            self._doubtful = self._cursor
            self._cursor = self._base
            self._resend_after = min(2 * self._resend_after, LONGEST_RESEND_US)
        if self._cursor >= self._next or self._cursor - self._base >= self._allowed:
            return 0
        index = self._cursor % WINDOW
        self._sent_at[index] = at
        if self._cursor < self._sent_before:
            self.resent += 1
        self._cursor += 1
        self._sent_before = max(self._sent_before, self._cursor)
        self.frame = self._slots[index]
        return self._lengths[index]
