"""The serial line between the unit's end of the link and a board on virtual time: real frames of bytes, both ways.

The board is what the unit needs of one: it passes its bus and its receiver on, tells its health, and answers.
"""

import struct
from collections import deque

from hil.encode import Frame
from hil.given import Given
from hil.vehicle_bus import is_extended
from obu.core.frames import BoardHealth, BoardInputs, CanFrame, DriverState, GnssBytes, PowerSense, PulseEdge
from obu.core.now import NS_PER_S, NS_PER_US
from obu.link import wire
from obu.link.digest import DIGEST
from obu.link.session import ENTRY, EXTENDED, HEALTH, Bus, Session

NAME = "coprocessor"
BOARD = b"PYBV10\tbench\t0001"
MOST_WAITING = 64  # payloads; a board forgets the oldest
ROUNDS = 4  # of the exchange in one turn of 10 ms, as 921,600 baud carry it
OTHER_DIGEST = bytes(wire.DIGEST_LENGTH)


class BoardLine:
    """carry() each turn: what the unit is given comes through the line."""

    def __init__(self, channel: str) -> None:
        self._session = Session(1, "obu bench", (Bus(channel=channel),), 1)
        self._boot, self._digest = 100, DIGEST
        self._board = wire.End(self._boot, self._digest, BOARD)
        self._waiting: deque[tuple[int, bytes]] = deque(maxlen=MOST_WAITING)
        self._received, self._uptime_s, self._health_ns = 0, 0, 0
        self._was_cut = False
        self._said: tuple[bool, str] | None = None

    def carry(self, given: Given) -> None:
        """Frames and sentences go to the board, what the session makes of the line goes to the unit."""
        self._follow(given)
        if not given.is_board_cut:
            self._hear(given)
        given.frames, given.sentences = [], None
        for _ in range(ROUNDS):
            self._exchange(given)
        state = (self._session.is_up(), self._why())
        if state != self._said:
            self._said = state
            given.drivers.append(DriverState(NAME, *state, given.at_ns))

    def _follow(self, given: Given) -> None:
        """The board's life: a cut, or another firmware, is a new one."""
        digest = OTHER_DIGEST if given.line == "other_firmware" else DIGEST
        if given.is_board_cut or (digest == self._digest and not self._was_cut):
            self._was_cut = given.is_board_cut
            return
        self._was_cut, self._digest, self._boot = False, digest, self._boot + 1
        self._board = wire.End(self._boot, digest, BOARD)
        self._waiting.clear()
        self._received = self._uptime_s = 0

    def _hear(self, given: Given) -> None:
        frames = given.heard()
        self._received += len(frames)
        stamp = given.at_ns // NS_PER_US & wire.MASK
        for start in range(0, len(frames), 12):
            entries = b"".join(_entry(frame) for frame in frames[start : start + 12])
            self._waiting.append((wire.CAN, struct.pack("<I", stamp) + entries))
        sentences = given.sentences or b""
        for start in range(0, len(sentences), wire.MOST_PAYLOAD):
            self._waiting.append((wire.GNSS, sentences[start : start + wire.MOST_PAYLOAD]))
        if given.at_ns >= self._health_ns:
            self._health_ns = given.at_ns + NS_PER_S
            self._uptime_s += 1
            health = HEALTH.pack(self._uptime_s, 60_000, self._received, 0, 0, self._board.bad, 0, 0, 0, 0)
            self._waiting.append((wire.HEALTH, health))

    def _exchange(self, given: Given) -> None:
        at = given.at_ns // NS_PER_US & wire.MASK
        while self._waiting and self._board.room() and self._board.is_compatible():
            self._board.send(*self._waiting.popleft())
        up = b"" if given.is_board_cut else _pulled(self._board, at)
        down = b""
        while frame := self._session.pull(given.at_ns):
            down += frame
        self._sort(given, self._session.take(_on_the_line(up, given), given.at_ns))
        data, start = b"" if given.is_board_cut else _on_the_line(down, given), 0
        while start < len(data):
            start = self._board.take(data, start, len(data), at)

    def _sort(self, given: Given, said: list[object]) -> None:
        for value in said:
            match value:
                case CanFrame():
                    given.can.append(value)
                case GnssBytes():
                    given.gnss.append(value)
                case BoardHealth():
                    given.board.append(value)
                case PowerSense() | BoardInputs() | PulseEdge():
                    raise AssertionError("this board has no taps and no pulse")

    def _why(self) -> str:
        fault = self._session.fault()
        if fault is not None:
            return fault.en
        return self._session.board() if self._session.is_up() else "the line is open, the co-processor is silent"


def _entry(frame: Frame) -> bytes:
    word = frame.can_id | (EXTENDED if is_extended(frame.can_id) else 0)
    return ENTRY.pack(0, word, len(frame.data)) + frame.data


def _pulled(end: wire.End, at: int) -> bytes:
    data = b""
    while length := end.pull(at):
        data += bytes(end.frame[:length])
    return data


def _on_the_line(data: bytes, given: Given) -> bytes:
    """What arrives of what was sent."""
    if given.line == "dead":
        return b""
    if not given.garbled:
        return data
    dice = given.chance
    return bytes(octet ^ dice.randrange(1, 256) if dice.random() < given.garbled else octet for octet in data)
