"""Frames to raw signal values with their ages; a frame counts whole or not at all, and no frame raises.

Law: frames == used + the sum of dropped. A frame with at least one measurement in it is used; one with none
is dropped by the gravest reason, and its values are absent from then on.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from obu.can_input import j1939
from obu.can_input.dbc import FieldPlan, MessagePlan, Plans
from obu.core.errors import RemoteError
from obu.core.frames import CanFrame

NOT_IN_PROFILE = "not_in_profile"
SHORT_FRAME = "short_frame"
# Of several reasons the first one here is counted.
GRAVITY = (j1939.ERROR_PATTERN, j1939.OUT_OF_RANGE, j1939.NOT_AVAILABLE)


@dataclass(slots=True)
class DecoderState:
    """By slot of the plan: raws (None is absent), at_ns of the frame it came with, senders (source address).

    last_frame_ns: of the last frame of the profile, whatever it said. dropped: frames by reason.
    """

    raws: list[int | None]
    at_ns: list[int]
    senders: list[int | None]
    last_frame_ns: int | None = None
    frames: int = 0
    used: int = 0
    dropped: dict[str, int] = field(default_factory=dict)


class Decoder:
    """take() the frames of a turn; the assembler reads `state`."""

    def __init__(self, plans: Plans) -> None:
        count = sum(len(message.fields) for message in plans.messages)
        self._by_pgn = {message.pgn: message for message in plans.messages}
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
        message = self._by_pgn.get(j1939.pgn(frame.can_id)) if frame.is_extended else None
        if message is None:
            raise RemoteError(NOT_IN_PROFILE)
        if len(frame.data) < message.length:
            raise RemoteError(SHORT_FRAME)
        self.state.last_frame_ns = frame.at_ns
        refusals = self._commit(message, frame)
        if len(refusals) == len(message.fields):
            raise RemoteError(min(refusals, key=GRAVITY.index))

    def _commit(self, message: MessagePlan, frame: CanFrame) -> list[str]:
        """Takes over every signal of a whole frame; the reasons of those that are no measurement.

        Several control units may send one parameter group, each filling in only what it measures (CCVS1 of
        engine and cab): "not available" takes back the sender's own value, never another's.
        """
        state, payload = self.state, frame.data[: message.length]
        little, sender = int.from_bytes(payload, "little"), j1939.source_address(frame.can_id)
        refusals = []
        for plan in message.fields:
            word = int.from_bytes(payload, "big") if plan.is_big_endian else little
            raw = word >> plan.shift & (1 << plan.bits) - 1
            if raw <= plan.highest_valid or (plan.listed and _is_listed(raw, plan)):
                state.raws[plan.slot] = _signed(raw, plan.bits) if plan.is_signed else raw
                state.at_ns[plan.slot] = frame.at_ns
                state.senders[plan.slot] = sender
                continue
            refusals.append(j1939.refusal(raw, plan.bits))
            if state.senders[plan.slot] == sender:
                state.raws[plan.slot] = None
        return refusals


def _is_listed(raw: int, plan: FieldPlan) -> bool:
    """A parameter-specific indicator (gear 0xFB is "park") counts where the profile gives it a meaning."""
    if j1939.refusal(raw, plan.bits) != j1939.OUT_OF_RANGE:
        return False
    return any(first <= raw <= last for first, last in plan.listed)


def _signed(raw: int, bits: int) -> int:
    return raw - (1 << bits) if raw >> bits - 1 else raw
