"""Packet to message: DSMP, the verifier, UPER, typed values; every packet heard ends in exactly one counter.

The only place where what the air sends is caught. A message is delivered when its signature is good, its sender
may say it, and its bytes are what they claim; whatever fails first names the counter.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from obu.codec import habits, uper
from obu.codec.messages import Message, unpack
from obu.codec.messages.bsm import Bsm
from obu.core.credentials import ListHeard
from obu.core.errors import RemoteError
from obu.core.frames import AirPacket, JobResult, VerifyJob
from obu.core.geo import LatLon
from obu.core.now import MS_PER_MIN, Now, sec_mark_ms, utc_ns_of_v2x_us
from obu.security.misbehaviour import Suspicion
from obu.security.offsets import Offsets
from obu.security.priority import Standing
from obu.security.verifier import Judgement, Verdict, Verifier
from obu.stack import aids, dsmp
from obu.stack.aids import Application
from obu.stack.edition_binding import EditionBinding

MAX_LISTS = 4  # revocation lists a turn; they are repeated on the air
AID_MESSAGE_MISMATCH = "aid_message_mismatch"
SUSPICIOUS = {AID_MESSAGE_MISMATCH, Verdict.SEC_MARK_APART.value}  # no version of any standard lets a sender sign this
SEC_MARK_LIMIT_MS = 150  # GB/T 45315-2025 7.3.2: |secMark - generation| < 150 ms


@dataclass(frozen=True, slots=True)
class Heard:
    """One verified message: what it says, under which AID, when it was made, whose certificate (HashedId8) vouches."""

    message: Message
    aid: int
    generation_utc_ns: int
    signer: bytes


@dataclass(slots=True)
class ReceiverState:
    """received = verified + handed_over + the sum of dropped + those the verifier still has. place: where we were last.

    handed_over: revocation lists, of which `lists` are still to be taken.

    habits: messages delivered although they are not by the letter, by habit.
    """

    received: int = 0
    verified: int = 0
    handed_over: int = 0
    lists: list[ListHeard] = field(default_factory=list)
    place: LatLon | None = None
    dropped: dict[str, int] = field(default_factory=dict)
    habits: dict[str, int] = field(default_factory=dict)


class Receiver:
    """take() for packets, settle() for verify results, expire() for those that never came."""

    def __init__(
        self, verifier: Verifier, editions: EditionBinding, applications: Mapping[int, Application] = aids.BY_AID
    ) -> None:
        """applications: what may be heard, by AID."""
        self.state = ReceiverState()
        self._applications = applications
        self.editions = editions
        self.offsets = Offsets()
        self._verifier = verifier

    def take(self, now: Now, packets: Sequence[AirPacket], standing: Standing) -> list[Heard]:
        """Judges packets; most answers come later, by settle. standing: where we are and how we move."""
        heard = []
        self.state.place = standing.place
        for packet in packets:
            self.state.received += 1
            try:
                dsm = dsmp.decode(packet.sdu)
                if dsm.aid == aids.CRL:
                    self._hand_over(now, dsm.payload)
                    continue
                if dsm.aid not in self._applications:
                    raise RemoteError("unregistered_aid")
            except RemoteError as error:
                self._drop(error.reason)
                continue
            judgement = self._verifier.judge(now, dsm.payload, dsm.aid, standing)
            if isinstance(judgement, Judgement):
                heard.extend(self._deliver(judgement))
        return heard

    def settle(self, now: Now, result: JobResult) -> list[Heard]:
        """What a verify result makes known."""
        return [heard for judgement in self._verifier.settle(now, result) for heard in self._deliver(judgement)]

    def expire(self, now: Now) -> None:
        """Counts the packets whose verify result never came, and learns whose clock is off."""
        for signer, ahead_us in self._verifier.take_testimonies():
            self.offsets.take(now, signer, ahead_us)
        for judgement in self._verifier.expire(now):
            self._deliver(judgement)

    def jobs(self) -> tuple[VerifyJob, ...]:
        """The verify jobs that this turn brought."""
        return self._verifier.take_jobs()

    def suspicions(self) -> list[Suspicion]:
        """What this turn's verified senders did that cannot be right."""
        return self._verifier.take_suspicions()

    def pending(self) -> int:
        """Packets heard that are in no counter yet."""
        state = self.state
        return state.received - state.verified - state.handed_over - sum(state.dropped.values())

    def _hand_over(self, now: Now, raw: bytes) -> None:
        """A revocation list is not for this station to judge: its dates and its signer's rights are the keeper's."""
        if now.utc_ns is None:
            raise RemoteError("clock_unsynchronised")
        if len(self.state.lists) >= MAX_LISTS:
            raise RemoteError("list_queue_full")
        self.state.handed_over += 1
        self.state.lists.append(ListHeard(raw, now.utc_ns))

    def lists(self) -> tuple[ListHeard, ...]:
        """The revocation lists that this turn brought."""
        lists, self.state.lists = tuple(self.state.lists), []
        return lists

    def _drop(self, reason: str) -> None:
        self.state.dropped[reason] = self.state.dropped.get(reason, 0) + 1

    def _deliver(self, judgement: Judgement) -> list[Heard]:
        if judgement.verdict is not Verdict.VALID:
            self._drop(judgement.verdict.value)
            return []
        try:
            frame, message = read(judgement, self.editions, self.state.place, self._applications)
        except RemoteError as error:
            self._drop(error.reason)
            if error.reason in SUSPICIOUS:
                self._verifier.complain(judgement, error.reason)
            return []
        self.state.verified += 1
        for habit in habits.of_frame(frame):
            self.state.habits[habit] = self.state.habits.get(habit, 0) + 1
        assert judgement.signer is not None
        return [Heard(message, judgement.aid, utc_ns_of_v2x_us(judgement.generation_time_us), judgement.signer)]


def read(
    judgement: Judgement, editions: EditionBinding, place: LatLon | None, applications: Mapping[int, Application]
) -> tuple[uper.Frame, Message]:
    """The message of a valid judgement as it was written and typed, by its signer's edition. place: where we are.

    Raises RemoteError when its bytes are not what its AID claims, or not surely what its signer meant.
    """
    assert judgement.payload is not None and judgement.signer is not None
    found = uper.readings(judgement.payload)
    if found.name not in applications[judgement.aid].frames:
        raise RemoteError(AID_MESSAGE_MISMATCH, found.name)
    frame = editions.choose(judgement.signer, found, place)
    message = unpack(frame)
    if isinstance(message, Bsm) and message.sec_mark_ms is not None:
        generation_ms = sec_mark_ms(utc_ns_of_v2x_us(judgement.generation_time_us))
        apart_ms = abs((generation_ms - message.sec_mark_ms + MS_PER_MIN // 2) % MS_PER_MIN - MS_PER_MIN // 2)
        if apart_ms >= SEC_MARK_LIMIT_MS:
            raise RemoteError(Verdict.SEC_MARK_APART.value, str(apart_ms))
    return frame, message
