"""A car that says nothing by itself: what is asked of it over its diagnostics socket, and what its answers say.

SAE J1979 mode 01 over ISO 15765-4. An answer becomes a frame whose identifier is mode and PID, so that profile, decoder
and age limits are those of every other vehicle. Laws: nothing is asked without leave; one question at a time, and no
more than ten a second; a car that does not answer is asked ever more rarely, because questions keep control units
awake; when the bus complains no question is asked until the unit starts anew.

Each time a car begins to answer it is asked which data it has: that is its fingerprint, where it broadcasts nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from obu.can_input.j1939 import OUT_OF_RANGE
from obu.core.errors import RemoteError
from obu.core.frames import CanFrame, DiagnosticAnswer, DriverState
from obu.core.now import NS_PER_MS, NS_PER_S

MODE = 0x01  # current data
ANSWERED = 0x40  # an answer's first octet is the mode and this
NEGATIVE = 0x7F
BETWEEN_NS = 100 * NS_PER_MS  # between two questions: one BSM, one speed
ANSWER_NS = 200 * NS_PER_MS  # P2 of ISO 15765-4 is 50 ms; gateways take longer
PATIENT = 10  # questions in vain, then they go rarer
RARELY_NS = 10 * NS_PER_S
CHANNEL = "obd"
KINDS = (0x0100, 0x0120, 0x0140)  # which PIDs there are: a bit each, the last of them whether the next question is one
ROUNDS = 3  # so many times, among the other questions: a fingerprint is what was seen often
MASK_OCTETS = 4
MOST_PID = 0xFF


def key(can_id: int, is_extended: bool) -> int:
    """Mode and PID, as take() writes them and the DBC names them."""
    return can_id


def accepted(message: int) -> tuple[int, int, bool]:
    """The frames of answers are the driver's matter."""
    return 0, 0, False


def source_address(can_id: int) -> int:
    """Which control unit answered is of no matter."""
    return 0


def span(bits: int, lowest: int, highest: int) -> tuple[int, int]:
    """The raw values that are a measurement: those that the DBC allows."""
    return lowest, highest


def refusal(raw: int, bits: int) -> str:
    """The reason why a raw value outside span() is no measurement."""
    return OUT_OF_RANGE


@dataclass(slots=True)
class AskerState:
    """next: index of the next question. asked: the key under way, since asked_ns. vain: unanswered in a row.

    is_up: there is a channel to ask through; it goes for good when the bus complains. answers, refused: counted.
    kind, rounds: of the questions after its kind. marks: what came of them, not yet taken.
    """

    next: int = 0
    asked: int | None = None
    asked_ns: int = 0
    not_before_ns: int = 0
    vain: int = 0
    is_up: bool = False
    kind: int = 0
    rounds: int = 0
    marks: list[CanFrame] = field(default_factory=list)
    answers: int = 0
    refused: int = 0


class Asker:
    """take() what came in, then marks() and ask().

    driver: of the channel. keys: of the messages that the profile uses, none for other vehicles.
    """

    def __init__(self, driver: str, keys: Sequence[int]) -> None:
        self._driver = driver
        self._keys = tuple(keys)
        self.state = AskerState()

    def take(self, at_ns: int, answers: Sequence[DiagnosticAnswer], drivers: Sequence[DriverState]) -> list[CanFrame]:
        """The answers as frames of the profile; what is none is counted."""
        state = self.state
        for driver in drivers:
            if driver.name == self._driver:
                state.is_up = driver.is_up
        frames = []
        for answer in answers:
            try:
                frame = self._frame(answer)
            except RemoteError:
                state.refused += 1
                continue
            if frame.can_id in KINDS:
                self._marked(frame)
            else:
                frames.append(frame)
        if state.asked is not None and at_ns - state.asked_ns > ANSWER_NS:
            if state.asked in KINDS:
                state.kind, state.rounds = 0, state.rounds + 1
            state.asked = None
            state.vain += 1
            if state.vain >= PATIENT:
                state.not_before_ns = state.asked_ns + RARELY_NS
                state.kind, state.rounds = 0, 0
        return frames

    def marks(self) -> tuple[CanFrame, ...]:
        """Of the car's kind, since the last call: frames whose identifiers are question and answer together."""
        marks, self.state.marks = tuple(self.state.marks), []
        return marks

    def _marked(self, frame: CanFrame) -> None:
        state, mask = self.state, frame.data[:MASK_OCTETS]
        has_next = len(mask) == MASK_OCTETS and mask[-1] & 1 and state.kind + 1 < len(KINDS)
        state.kind, state.rounds = (state.kind + 1, state.rounds) if has_next else (0, state.rounds + 1)
        can_id = int.from_bytes(frame.can_id.to_bytes(2, "big") + mask)
        state.marks.append(CanFrame(frame.channel, can_id, False, mask, frame.at_ns))

    def ask(self, at_ns: int) -> tuple[bytes, ...]:
        """The next question, when it is time."""
        state = self.state
        if not self._keys or not state.is_up or state.asked is not None or at_ns < state.not_before_ns:
            return ()
        state.next += 1
        is_of_kind = state.rounds < ROUNDS and state.next % 2 == 0
        asked = KINDS[state.kind] if is_of_kind else self._keys[state.next % len(self._keys)]
        state.asked, state.asked_ns, state.not_before_ns = asked, at_ns, at_ns + BETWEEN_NS
        return (asked.to_bytes(2, "big"),)

    def wake_at_ns(self) -> int | None:
        """When there will be something to do without anything coming in; None where nothing is ever asked."""
        state = self.state
        if not self._keys or not state.is_up:
            return None
        return state.not_before_ns if state.asked is None else state.asked_ns + ANSWER_NS + 1

    def _frame(self, answer: DiagnosticAnswer) -> CanFrame:
        state, data = self.state, answer.data
        if state.asked is None or len(data) < 2:
            raise RemoteError("obd_unasked")
        if data[0] == NEGATIVE:
            raise RemoteError("obd_negative")
        if data[0] != ANSWERED | state.asked >> 8 or data[1] != state.asked & MOST_PID:
            raise RemoteError("obd_unasked")
        asked, state.asked, state.vain = state.asked, None, 0
        state.answers += 1
        return CanFrame(CHANNEL, asked, False, data[2:], answer.at_ns)
