"""The host's side of an install, without I/O: what to ask a board next, and what its answers make of it.

The rule: nothing is remembered that the board can be asked; after any interruption it begins again from STATE.
"""

import hashlib
import struct
from collections import deque
from enum import Enum

from obu.core.alert import Text
from obu.core.errors import RemoteError
from obu.core.now import NS_PER_S
from obu.link import install_words as words
from obu.link import parcel as parcels
from obu.link.install_words import BoardState
from obu.link.parcel import Outcome, Parcel, Result, judge

LOOK_EVERY_NS = NS_PER_S
SILENT_NS = 60 * NS_PER_S  # no answer for so long: from STATE again
TRIAL_NS = 900 * NS_PER_S  # three starts of 180 s, and more
MOST_ROUNDS = 8  # beginnings without progress in between
_OFFSET = struct.Struct("<I")
_MENDED_BY_ANOTHER_ROUND = (
    *(words.NOT_BEGUN, words.NOT_VERIFIED, words.WRONG_OFFSET),
    *(words.WRONG_HASH, words.FILES_DIFFER, words.STORAGE),
)


class Phase(Enum):
    """What is going on."""

    LOADER = "loader"  # a board's first, at its prompt
    ASK = "ask"
    ERASE = "erase"
    SEND = "send"
    VERIFY = "verify"
    RESTART = "restart"
    TRIAL = "trial"
    WAIT = "wait"  # for the trial of another version


class Installing:
    """ask() for the next request until it is None, take() each answer, again() when link or board began anew.

    `outcome` is set at its end; until then phase, done_bytes of size_bytes, and state tell how far it is.
    """

    def __init__(
        self, parcel: Parcel, most_data: int = words.MOST_DATA, most_under_way: int = words.MOST_UNDER_WAY
    ) -> None:
        self.phase = Phase.ASK
        self.state: BoardState | None = None
        self.outcome: Outcome | None = None
        self.is_resumed = False
        self.done_bytes = 0
        self.strange = 0  # answers to nothing that was asked
        self._parcel, self._most_data, self._most_under_way = parcel, most_data, most_under_way
        self._files = parcel.order()
        self.size_bytes = sum(len(content) for _, content in self._files)
        self._announced = hashlib.sha256(parcel.raw).digest()
        self._under_way: deque[tuple[int, int]] = deque()  # op, token
        self._token = 0
        self._wanted = words.STATE
        self._not_before_ns = 0
        self._index = self._at = 0  # the file under way, and the next of its octets to be sent
        self._must_erase = False
        self._target = words.NO_SLOT  # the slot that this install armed
        self._trial_ends_ns = 0
        self._rounds = 0
        self._furthest = 0
        self._heard_ns = 0

    def is_on_trial(self) -> bool:
        """Whether the new version is armed: the board may be silent for minutes."""
        return self._target != words.NO_SLOT

    def again(self, at_ns: int, why: Text | None = None) -> None:
        """Link or board began anew: what was under way is lost, from STATE on at this instant."""
        if not self.is_on_trial():
            self._rounds += 1
            self.phase = Phase.ASK
        if self._rounds > MOST_ROUNDS and self.outcome is None:
            self.outcome = Outcome(Result.FAILED, why or parcels.UNSTEADY)
        self._under_way.clear()
        self._wanted, self._not_before_ns, self._heard_ns = words.STATE, at_ns, at_ns

    def ask(self, at_ns: int) -> bytes | None:
        """The next request to send; None when there is none now."""
        if not self._under_way:
            self._heard_ns = at_ns
        if self.outcome is None and at_ns - self._heard_ns >= SILENT_NS:
            self.again(at_ns, parcels.NO_ANSWER)
        if self.outcome is not None:
            return None
        if self._wanted == words.WRITE:
            return self._piece()
        if self._under_way or at_ns < self._not_before_ns:
            return None
        return self._request(self._wanted, self._body())

    def take(self, answer: bytes, at_ns: int) -> None:
        """A board's answer. Nothing in it raises."""
        if len(answer) < 3 or not self._under_way or self._under_way[0] != (answer[0], answer[1]):
            self.strange += 1  # of an earlier life
            return
        self._under_way.popleft()
        self._heard_ns = at_ns
        if self.outcome is not None:
            return
        op, code, body = answer[0], answer[2], answer[3:]
        try:
            if code:
                self._refused(op, code, body, at_ns)
            else:
                self._went(op, body, at_ns)
        except (RemoteError, struct.error, IndexError):
            self.again(at_ns, parcels.NONSENSE)

    def _request(self, op: int, body: bytes) -> bytes:
        self._token = self._token + 1 & 255
        self._under_way.append((op, self._token))
        return bytes((op, self._token)) + body

    def _piece(self) -> bytes | None:
        content = self._files[self._index][1]
        if len(self._under_way) >= self._most_under_way or self._at >= len(content):
            return None
        start, self._at = self._at, min(self._at + self._most_data, len(content))
        return self._request(words.WRITE, _OFFSET.pack(start) + content[start : self._at])

    def _body(self) -> bytes:
        if self._wanted == words.BEGIN:
            return words.NO_BUNDLE if self._must_erase else self._announced
        if self._wanted == words.FILE:
            name, content = self._files[self._index]
            return _OFFSET.pack(len(content)) + hashlib.sha256(content).digest() + name.encode()
        return b""

    def _went(self, op: int, body: bytes, at_ns: int) -> None:
        if op == words.STATE:
            self.state = words.parse_state(body)
            self._decide(self.state, at_ns)
        elif op == words.BEGIN:
            self.is_resumed = self.is_resumed or body[0] == 1
            if self._must_erase:
                self._must_erase = False
            else:
                self.phase, self._wanted, self._index = Phase.SEND, words.FILE, 0
        elif op == words.FILE:
            self._at = self._offset(body)
            self._wanted = words.WRITE
            self._sent(self._at)
        elif op == words.WRITE:
            self._sent(self._offset(body))
        elif op == words.VERIFY:
            self._wanted = words.ARM
        elif op == words.ARM:
            self.phase, self._wanted = Phase.RESTART, words.STATE
        else:
            self._wanted, self._not_before_ns = words.STATE, at_ns + LOOK_EVERY_NS

    def _offset(self, body: bytes) -> int:
        offset = int(_OFFSET.unpack_from(body)[0])
        if offset > len(self._files[self._index][1]):
            raise RemoteError("bad_offset")
        return offset

    def _sent(self, offset: int) -> None:
        """So much of the file under way is on the board."""
        self.done_bytes = sum(len(content) for _, content in self._files[: self._index]) + offset
        if self.done_bytes > self._furthest:
            self._furthest, self._rounds = self.done_bytes, 0
        if offset == len(self._files[self._index][1]):
            self._index, self._wanted = self._index + 1, words.FILE
            if self._index == len(self._files):
                self.phase, self._wanted = Phase.VERIFY, words.VERIFY

    def _refused(self, op: int, code: int, body: bytes, at_ns: int) -> None:
        name = self._files[self._index][0] if op in (words.FILE, words.WRITE) else body.decode("utf-8", "replace")[:64]
        why = words.sentence(code, name)
        if code == words.ON_TRIAL:
            self.phase, self._wanted, self._not_before_ns = Phase.WAIT, words.STATE, at_ns + LOOK_EVERY_NS
        elif code in _MENDED_BY_ANOTHER_ROUND:
            self._must_erase = code == words.FILES_DIFFER
            self.again(at_ns, why)
        elif code in (words.BAD_REQUEST, words.NO_SPACE):
            self.outcome = Outcome(Result.FAILED, why)
        else:
            self.outcome = Outcome(Result.REFUSED, why)

    def _decide(self, state: BoardState, at_ns: int) -> None:
        if not self.is_on_trial() and state.tries and self._parcel.is_in(state.slots[state.following & 1]):
            self._target, self._trial_ends_ns = state.following, at_ns + TRIAL_NS
        if self.is_on_trial():
            self._watch(state, at_ns)
            return
        if state.is_on_trial():
            self.phase, self._not_before_ns = Phase.WAIT, at_ns + LOOK_EVERY_NS
            return
        self.outcome = judge(self._parcel, state)
        self.phase, self._wanted = Phase.ERASE, words.BEGIN

    def _watch(self, state: BoardState, at_ns: int) -> None:
        """After ARM: restarted, confirmed, taken back?"""
        slot = state.slots[self._target]
        self.phase, self._not_before_ns = Phase.TRIAL, at_ns + LOOK_EVERY_NS
        if slot.condition == words.TAKEN_BACK:
            self.outcome = parcels.taken_back(self._parcel, state)
        elif state.running == self._target == state.following and not state.tries:
            self.outcome = parcels.installed(slot)
        elif at_ns >= self._trial_ends_ns:
            self.outcome = Outcome(Result.FAILED, parcels.UNDECIDED)
        elif state.following == self._target and state.running != self._target:
            self.phase, self._wanted = Phase.RESTART, words.RESTART
        elif state.running != self._target:
            self._target = words.NO_SLOT
            self.again(at_ns, parcels.LOST_RECORD)
