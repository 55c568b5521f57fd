"""Frames to raw signal values with their ages; a frame counts whole or not at all, and no frame raises.

Law: frames == used + the sum of dropped. A frame with at least one measurement in it is used; one with none
is dropped by the gravest reason, and its values are absent from then on.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from obu.can_input import bam, j1939
from obu.can_input.bam import Session
from obu.can_input.dbc import FieldPlan, MessagePlan, Plans, Protection
from obu.core.errors import RemoteError
from obu.core.frames import CanFrame

NOT_IN_PROFILE = "not_in_profile"
SHORT_FRAME = "short_frame"
BAD_CHECKSUM = "bad_checksum"
STUCK_COUNTER = "stuck_counter"
# Of several reasons the first one here is counted.
GRAVITY = (j1939.ERROR_PATTERN, j1939.OUT_OF_RANGE, j1939.NOT_AVAILABLE)


@dataclass(slots=True)
class DecoderState:
    """By slot of the plan: raws (None is absent), at_ns of the frame it came with, senders (source address).

    last_frame_ns: of the last frame of the profile, whatever it said. dropped: frames by reason. counters: the last of
    each message that has one. vin: as it was heard last, parts: of what is being broadcast in several frames.
    """

    raws: list[int | None]
    at_ns: list[int]
    senders: list[int | None]
    last_frame_ns: int | None = None
    frames: int = 0
    used: int = 0
    dropped: dict[str, int] = field(default_factory=dict)
    counters: dict[int, int] = field(default_factory=dict)
    vin: str | None = None
    parts: dict[int, Session] = field(default_factory=dict)


class Decoder:
    """take() the frames of a turn; the assembler reads `state`."""

    def __init__(self, plans: Plans) -> None:
        count = sum(len(message.fields) for message in plans.messages)
        self._family, self._reads_vin = plans.family, plans.reads_vin
        self._by_key = {message.key: message for message in plans.messages}
        self.state = DecoderState([None] * count, [0] * count, [None] * count)

    def take(self, frames: Sequence[CanFrame]) -> None:
        """The newest values of these frames, in order. Never raises."""
        state = self.state
        for frame in frames:
            state.frames += 1
            try:
                self._take(frame)
            except RemoteError as refused:
                state.dropped[refused.reason] = state.dropped.get(refused.reason, 0) + 1
            else:
                state.used += 1

    def _take(self, frame: CanFrame) -> None:
        key = self._family.key(frame.can_id, frame.is_extended)
        message = self._by_key.get(key)
        if message is None:
            if self._reads_vin and key in (bam.CONNECTION, bam.DATA):
                self._take_part(frame)
                return
            raise RemoteError(NOT_IN_PROFILE)
        if len(frame.data) < message.length:
            raise RemoteError(SHORT_FRAME)
        self.state.last_frame_ns = frame.at_ns
        if message.protection is not None:
            self._check(message, message.protection, frame)
        refusals = self._commit(message, frame)
        if len(refusals) == len(message.fields):
            raise RemoteError(min(refusals, key=GRAVITY.index))

    def _take_part(self, frame: CanFrame) -> None:
        whole = bam.take(self.state.parts, frame)
        if whole is not None and whole.pgn == j1939.VIN:
            self.state.vin = j1939.vin(whole.data) or self.state.vin

    def _check(self, message: MessagePlan, wanted: Protection, frame: CanFrame) -> None:
        """A frame whose checksum is wrong, or that repeats its counter: a control unit that froze goes on sending."""
        payload = frame.data[: message.length]
        if wanted.rule and wanted.rule(frame.can_id, payload, wanted.octet, wanted.data_ids) != payload[wanted.octet]:
            raise RemoteError(BAD_CHECKSUM)
        if wanted.counter is not None:
            little, big = int.from_bytes(payload, "little"), int.from_bytes(payload, "big")
            count, counters = _raw(little, big, wanted.counter), self.state.counters
            if counters.get(message.key) == count:
                raise RemoteError(STUCK_COUNTER)
            counters[message.key] = count

    def _commit(self, message: MessagePlan, frame: CanFrame) -> list[str]:
        """Takes over every signal of a whole frame; the reasons of those that are no measurement.

        Several control units may send one parameter group, each filling in only what it measures (CCVS1 of
        engine and cab): "not available" takes back the sender's own value, never another's.
        """
        state, payload = self.state, frame.data[: message.length]
        little, big = int.from_bytes(payload, "little"), int.from_bytes(payload, "big")
        sender = self._family.source_address(frame.can_id)
        refusals = []
        for plan in message.fields:
            raw = _raw(little, big, plan)
            refusal = None
            if not plan.lowest_valid <= raw <= plan.highest_valid:
                refusal = self._family.refusal(raw, plan.bits)
            # A parameter-specific indicator (gear 0xFB is "park") counts where the profile gives it a meaning.
            if refusal is None or (refusal == j1939.OUT_OF_RANGE and _is_listed(raw, plan)):
                state.raws[plan.slot] = raw
                state.at_ns[plan.slot] = frame.at_ns
                state.senders[plan.slot] = sender
                continue
            refusals.append(refusal)
            if state.senders[plan.slot] == sender:
                state.raws[plan.slot] = None
        return refusals


def _is_listed(raw: int, plan: FieldPlan) -> bool:
    return any(first <= raw <= last for first, last in plan.listed)


def _raw(little: int, big: int, plan: FieldPlan) -> int:
    raw = (big if plan.is_big_endian else little) >> plan.shift & (1 << plan.bits) - 1
    return raw - (1 << plan.bits) if plan.is_signed and raw >> plan.bits - 1 else raw
