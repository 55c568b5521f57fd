"""An install over the link: one end of it for a tool that flashes, whatever version of wire.py the board runs.

The rule: it greets with the digest that the board's own HELLO carries, for framing and these two kinds stay the same.
"""

import struct

from obu.core.alert import Text
from obu.core.errors import RemoteError
from obu.core.now import NS_PER_S, NS_PER_US
from obu.link import install_words as words
from obu.link import wire
from obu.link.digest import DIGEST
from obu.link.install import Installing
from obu.link.install_words import BoardState
from obu.link.parcel import Outcome, Result

NAME = b"obu flash"
AWAY_NS = 30 * NS_PER_S  # a board that restarts is back in a few seconds
AWAY_ON_TRIAL_NS = 600 * NS_PER_S  # a new version whose link is broken has three starts of 180 s
INPUT = struct.Struct("<IHHH")  # as obu/link/session.py has it
IGNITION = 1


class InstallLink:
    """take() what the port read, pull() what it shall write, both with the instant; task: what is to be done.

    Without a task it asks for STATE once a second. ignition_on: as the board's wire says, None where it has none;
    told_inputs: whether the board has told of its wires.
    """

    def __init__(self, boot: int, at_ns: int) -> None:
        """boot: 1..65535, by chance."""
        self.task: Installing | None = None
        self.state: BoardState | None = None
        self.ignition_on: bool | None = None
        self.told_inputs = False
        self.strange = 0  # states that make no sense
        self._boot = boot
        self._end = wire.End(boot, DIGEST, NAME)
        self._digest = DIGEST
        self._life = 0
        self._was_up = False
        self._up_ns = at_ns
        self._asked_ns: int | None = None
        self._waiting: bytes | None = None

    def is_up(self) -> bool:
        """Whether both ends hear each other."""
        return self._end.is_up

    def board(self) -> str:
        """What the board says it is: board, version, unique id; empty before it has greeted."""
        return " ".join(self._end.peer_name.decode("utf-8", "replace").split("\t")[:3])

    def fault(self) -> Text | None:
        """Why this board cannot be flashed by this program."""
        version = self._end.peer_version
        if version in (0, wire.VERSION):
            return None
        return Text(
            f"板卡（{self.board()}）的链路版本是 {version}，本程序是 {wire.VERSION}；请更新本程序，或在车间刷写",
            f"the board ({self.board()}) speaks version {version} of the link, this program {wire.VERSION}: "
            "update this program, or flash it in the workshop",
        )

    def take(self, data: bytes, at_ns: int) -> None:
        """Bytes of the board. Nothing in them raises."""
        at, start = at_ns // NS_PER_US & wire.MASK, 0
        while start < len(data):
            end = self._end
            start = end.take(data, start, len(data), at)
            if end.kind:
                self._heard(end.kind, bytes(end.payload[wire.PAYLOAD_IN : wire.PAYLOAD_IN + end.length]), at_ns)
            if end.peer_version == wire.VERSION and end.peer_digest != self._digest:
                self._digest = end.peer_digest
                self._end = wire.End(self._boot, self._digest, NAME)
        self._follow(at_ns)

    def pull(self, at_ns: int) -> bytes:
        """The next frame to write, empty when there is none now."""
        self._follow(at_ns)
        if self._end.is_up:
            self._ask(at_ns)
        length = self._end.pull(at_ns // NS_PER_US & wire.MASK)
        return bytes(self._end.frame[:length]) if length else b""

    def outcome(self, at_ns: int) -> Outcome | None:
        """How the task ended; also for a board that is away too long, or speaks another link."""
        task, fault = self.task, self.fault()
        if task is not None and task.outcome is not None:
            return task.outcome
        if fault is not None:
            return Outcome(Result.REFUSED, fault)
        away_ns = AWAY_ON_TRIAL_NS if task is not None and task.is_on_trial() else AWAY_NS
        if self._end.is_up or at_ns - self._up_ns < away_ns:
            return None
        return Outcome(Result.FAILED, Text(
            "板卡没有应答；请检查线路和供电，然后重新运行同一命令",
            "the board is silent; check cable and power, then give the same command again",
        ))  # fmt: skip

    def _follow(self, at_ns: int) -> None:
        """Another life of the board, or a link that came back: what was asked may be lost."""
        end = self._end
        if end.is_up:
            if (not self._was_up or end.peer_boot != self._life) and self.task is not None:
                self.task.again(at_ns)
            if not self._was_up or end.peer_boot != self._life:
                self._waiting = self._asked_ns = None
            self._life, self._up_ns = end.peer_boot, at_ns
        self._was_up = end.is_up

    def _ask(self, at_ns: int) -> None:
        while self._end.room():
            if self._waiting is None:
                self._waiting = self._request(at_ns)
            if self._waiting is None or not self._end.send(wire.INSTALL, self._waiting):
                return
            self._waiting = None

    def _request(self, at_ns: int) -> bytes | None:
        if self.task is not None:
            return self.task.ask(at_ns)
        if self._asked_ns is not None and at_ns - self._asked_ns < NS_PER_S:
            return None
        self._asked_ns = at_ns
        return bytes((words.STATE, 0))

    def _heard(self, kind: int, payload: bytes, at_ns: int) -> None:
        if kind == wire.INSTALLED and self.task is not None:
            self.task.take(payload, at_ns)
        elif kind == wire.INSTALLED and payload[:3] == bytes((words.STATE, 0, words.WELL)):
            try:
                self.state = words.parse_state(payload[3:])
            except RemoteError:
                self.strange += 1
        elif kind == wire.INPUT and len(payload) == INPUT.size:
            _, levels, wired, _ = INPUT.unpack(payload)
            self.ignition_on = bool(levels & IGNITION) if wired & IGNITION else None
            self.told_inputs = True
