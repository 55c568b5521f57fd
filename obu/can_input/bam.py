"""Parameter groups of more than 8 octets, put together from what is broadcast; its one rule: it only listens.

SAE J1939-21 5.10.2 and 5.10.3: a broadcast announce message, then packets of 7 octets in their order. What others are
sent with a handshake (RTS, CTS) is theirs.
"""

from dataclasses import dataclass, field

from obu.can_input import j1939
from obu.core.errors import RemoteError
from obu.core.frames import CanFrame
from obu.core.now import NS_PER_MS

CONNECTION, DATA = 0xEC00, 0xEB00  # PGNs of TP.CM and TP.DT
ANNOUNCE = 32  # control octet of a BAM
TO_ALL = 0xFF
PACKET_BYTES = 7
SHORTEST_BYTES, LONGEST_BYTES = 9, 1785
LATEST_NS = 750 * NS_PER_MS  # T1: no later comes the next packet
FRAME_BYTES = 8


@dataclass(slots=True)
class Session:
    """What one control unit is broadcasting. at_ns: of its last frame."""

    pgn: int
    size: int
    at_ns: int
    packets: int = 0
    data: bytearray = field(default_factory=bytearray)


@dataclass(frozen=True, slots=True)
class Whole:
    """A parameter group that came whole."""

    pgn: int
    data: bytes


def take(sessions: dict[int, Session], frame: CanFrame) -> Whole | None:
    """The group that this frame of TP.CM or TP.DT completes. sessions: one a source address, at most 256.

    Raises RemoteError: bam_malformed, bam_out_of_order, not_in_profile.
    """
    if frame.can_id >> 8 & 0xFF != TO_ALL or len(frame.data) < FRAME_BYTES:
        raise RemoteError("not_in_profile")
    sender = j1939.source_address(frame.can_id)
    if j1939.pgn(frame.can_id) == CONNECTION:
        _begin(sessions, sender, frame)
        return None
    return _go_on(sessions, sender, frame)


def _begin(sessions: dict[int, Session], sender: int, frame: CanFrame) -> None:
    data = frame.data
    if data[0] != ANNOUNCE:
        raise RemoteError("not_in_profile")
    sessions.pop(sender, None)  # a new announcement ends an unfinished one
    size = int.from_bytes(data[1:3], "little")
    if not SHORTEST_BYTES <= size <= LONGEST_BYTES or data[3] != -(-size // PACKET_BYTES):
        raise RemoteError("bam_malformed")
    sessions[sender] = Session(int.from_bytes(data[5:8], "little"), size, frame.at_ns)


def _go_on(sessions: dict[int, Session], sender: int, frame: CanFrame) -> Whole | None:
    session = sessions.get(sender)
    if session is None:
        raise RemoteError("not_in_profile")  # one that began before we listened
    if frame.data[0] != session.packets + 1 or frame.at_ns - session.at_ns > LATEST_NS:
        del sessions[sender]
        raise RemoteError("bam_out_of_order")
    session.packets, session.at_ns = session.packets + 1, frame.at_ns
    session.data += frame.data[1:FRAME_BYTES]
    if len(session.data) < session.size:
        return None
    del sessions[sender]
    return Whole(session.pgn, bytes(session.data[: session.size]))
