"""In which vehicle the unit is installed, and whether it still is: in another one it sends no BSM and says so.

Its VIN tells, where the bus brings it; else the bus's fingerprint: which identifiers of the profile are sent, with how
many octets. Laws: the first bus that is seen is the unit's own until a technician says otherwise (`obu vehicle adopt`);
while it is not known whether this is the own vehicle, no BSM goes; what was known once stays known while the bus is
silent, for a terminal is moved with its supply cut; the same VIN excuses another fingerprint, as after a repair.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum

from obu.core.alert import Text
from obu.core.frames import CanFrame
from obu.core.now import NS_PER_S

WATCH_NS = 10 * NS_PER_S  # ours: ten times the slowest group of a usual profile
OFTEN = 3  # ours: an identifier seen less often was a bit error or a newcomer
MOST_IDENTIFIERS = 256  # a babbling node fills no memory
ALIKE = 0.5  # ours: the share of the smaller set; a bus that wakes step by step shows a part of itself first
VIN_CHARACTERS = frozenset("ABCDEFGHJKLMNPRSTUVWXYZ0123456789")  # ISO 3779
VIN_LENGTH = 17

Mark = tuple[int, bool, int]  # identifier, is it extended, octets of payload

CHECKING = Text("正在核对车辆", "checking that this is the unit's own vehicle")
SILENT_BUS = Text(
    "车辆总线没有数据，无法核对车辆", "the vehicle's bus is silent: it cannot be told which vehicle this is"
)
OTHER_BUS = Text("不是登记的车辆，请联系技术人员", "not the vehicle this unit was installed in: tell a technician")


class Match(Enum):
    """What is known of the vehicle we are in."""

    UNKNOWN = "unknown"
    LEARNING = "learning"  # nothing is provisioned yet: this will be the own vehicle
    OWN = "own"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Provisioned:
    """The vehicle the unit belongs to. vin: empty when not known. marks: its bus's fingerprint, empty before learnt."""

    vin: str = ""
    marks: frozenset[Mark] = frozenset()


@dataclass(slots=True)
class InstallationState:
    """own: what is provisioned. seen: how often each mark came since watched_ns. vin: heard on the bus since it lives.

    watched_ns: when the present bus began to live; None while it does not. is_judged: its watch is over. was_own: the
    last that was known in this run.
    """

    own: Provisioned = field(default_factory=Provisioned)
    match: Match = Match.UNKNOWN
    seen: dict[Mark, int] = field(default_factory=dict)
    vin: str = ""
    watched_ns: int | None = None
    is_judged: bool = False
    was_own: bool = False
    is_to_save: bool = False


class Installation:
    """take() each turn; stops() is what it says against sending."""

    def __init__(self, vin: str = "") -> None:
        """vin: of the configuration, empty when it has none; it stands above what was learnt."""
        self.state = InstallationState()
        self._vin = vin

    def recall(self, data: bytes) -> bool:
        """What was learnt in an earlier run. What is not understood is as if nothing had been."""
        try:
            self.state.own = unpack(data)
        except ValueError:
            return False
        return True

    def to_save(self) -> bytes | None:
        """What is provisioned, when that has changed since the last call."""
        if not self.state.is_to_save:
            return None
        self.state.is_to_save = False
        return pack(self.state.own)

    def take(self, at_ns: int, frames: Sequence[CanFrame], is_bus_alive: bool, vin: str | None) -> None:
        """The frames of a turn. is_bus_alive: it is not silent; a terminal cannot be moved while it lives."""
        state = self.state
        if not is_bus_alive:
            state.watched_ns, state.is_judged, state.seen, state.vin = None, False, {}, ""
            state.match = Match.UNKNOWN
            return
        if state.watched_ns is None:
            state.watched_ns = at_ns
        if vin and vin != state.vin:
            state.vin, state.is_judged = vin, False
        if state.is_judged:
            return
        for frame in frames:
            mark = (frame.can_id, frame.is_extended, len(frame.data))
            if mark in state.seen or mark in state.own.marks or len(state.seen) < MOST_IDENTIFIERS:
                state.seen[mark] = state.seen.get(mark, 0) + 1
        self._judge(at_ns - state.watched_ns >= WATCH_NS)
        if state.match is not Match.UNKNOWN:
            state.was_own = state.match is not Match.OTHER

    def _judge(self, is_over: bool) -> None:
        state = self.state
        marks = frozenset(mark for mark, count in state.seen.items() if count >= OFTEN)
        own_vin = self._vin or state.own.vin
        if own_vin and state.vin:
            state.match = Match.OWN if own_vin == state.vin else Match.OTHER
        elif not state.own.marks:
            state.match = Match.LEARNING
        elif likeness(marks, state.own.marks) >= ALIKE:
            state.match = Match.OWN
        else:
            state.match = Match.OTHER if is_over else Match.UNKNOWN
        if is_over and marks:
            state.is_judged = True
            self._learn(marks)

    def _learn(self, marks: frozenset[Mark]) -> None:
        """Takes over what is certain: the first bus and what comes to it, its VIN, the bus that a VIN vouches for."""
        state = self.state
        if state.match is Match.OTHER:
            return
        is_vouched = bool(state.vin) and likeness(marks, state.own.marks) < ALIKE
        learnt = Provisioned(
            vin=state.vin or state.own.vin,
            marks=marks if is_vouched or marks > state.own.marks else state.own.marks,
        )
        if learnt != state.own:
            state.own, state.is_to_save = learnt, True
        state.match = Match.OWN

    def stops(self) -> tuple[Text, ...]:
        """Why no BSM may be sent, as far as the vehicle goes; empty when one may."""
        state = self.state
        if state.match in (Match.OWN, Match.LEARNING):
            return ()
        if state.match is Match.UNKNOWN:
            if state.watched_ns is not None:
                return (CHECKING,)
            return () if state.was_own else (SILENT_BUS,)
        own_vin = self._vin or state.own.vin
        if own_vin and state.vin:
            zh = f"不是登记的车辆（登记 {own_vin}，当前 {state.vin}），请联系技术人员"
            en = f"this unit belongs to {own_vin} and is in {state.vin}: tell a technician"
            return (Text(zh, en),)
        return (OTHER_BUS,)


def is_vin(text: str) -> bool:
    """Whether it can be a VIN (ISO 3779)."""
    return len(text) == VIN_LENGTH and set(text) <= VIN_CHARACTERS


def likeness(one: frozenset[Mark], other: frozenset[Mark]) -> float:
    """What two sets share, as a part of the smaller one, 0..1; 0 when one is empty."""
    smaller = min(len(one), len(other))
    return len(one & other) / smaller if smaller else 0.0


def pack(own: Provisioned) -> bytes:
    """What is kept."""
    return json.dumps({"vin": own.vin, "marks": sorted(own.marks)}).encode()


def unpack(data: bytes) -> Provisioned:
    """What was kept. Raises ValueError for anything that pack() does not write."""
    body = json.loads(data)
    if not isinstance(body, dict) or not isinstance(body.get("vin"), str) or not isinstance(body.get("marks"), list):
        raise ValueError("not a record of an installation")
    return Provisioned(body["vin"], frozenset(_mark(each) for each in body["marks"][:MOST_IDENTIFIERS]))


def _mark(body: object) -> Mark:
    match body:
        case [int(can_id), bool(is_extended), int(octets)]:
            return can_id, is_extended, octets
    raise ValueError("not a mark of an installation")
