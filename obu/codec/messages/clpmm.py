"""CLPMM (T/CSAE 157-2020): a vehicle's part in a platoon, and the leader's list of members."""

from dataclasses import dataclass

from obu.codec.messages.instants import SECOND_MS
from obu.codec.messages.numbered import numbered
from obu.codec.messages.record import At, ListOf, Record
from obu.codec.messages.rest import Rest


@dataclass(frozen=True, slots=True)
class Member:
    """A vehicle by the id of its BSMs."""

    id: bytes
    rest: Rest = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Members:
    """Who is in the platoon, front to back, who joins and who leaves; capacity 1 to 32."""

    members: tuple[Member, ...]
    capacity: int
    is_open: bool
    joining: tuple[Member, ...] = ()
    leaving: tuple[Member, ...] = ()
    rest: Rest = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Clpmm:
    """role, status: names of RoleInPlatooning and StatusInPlatooning; led: only from the leader."""

    msg_count: int
    id: bytes
    sec_mark_ms: int | None
    platoon: bytes
    role: str
    status: str
    led: Members | None = None
    rest: Rest = None


_MEMBERS = ListOf(Record(Member, At("vid", "id"), ...))
_LED = Record(
    Members,
    At("memberList", "members", _MEMBERS),
    At("joiningList?", "joining", _MEMBERS, empty=()),
    At("leavingList?", "leaving", _MEMBERS, empty=()),
    At("capacity", "capacity"),
    At("openToJoin", "is_open"),
    ...,
)
MESSAGE = Clpmm
RECORD = numbered(
    Clpmm,
    16,
    At("msgCnt", "msg_count"),
    At("id", "id"),
    At("secMark", "sec_mark_ms", SECOND_MS),
    At("pid", "platoon"),
    At("role", "role"),
    At("status", "status"),
    At("leadingExt?", "led", _LED),
    ...,
)
