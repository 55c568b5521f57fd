"""Turns payloads into signed packets: asks the pool, takes its answer. Its one rule: one job at a time, none late."""

from dataclasses import dataclass, field
from enum import Enum

from obu.core.frames import JobOutcome, JobResult, SignJob
from obu.core.now import NS_PER_MS, Now, v2x_time_us
from obu.core.time_scale import TimeScale
from obu.security import envelope
from obu.security.certificate import Certificate
from obu.security.pseudonym import Identity


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """full_every_ms: GB/T 45315-2025 7.4. deadline_ms: a BSM not signed before the next one is due is of no use."""

    full_every_ms: int = 450
    deadline_ms: int = 90
    time_scale: TimeScale = TimeScale.UTC


class Dropped(Enum):
    """Why nothing was sent."""

    CLOCK_UNSYNCHRONISED = "clock_unsynchronised"
    CERTIFICATE_NOT_VALID = "certificate_not_valid"
    AID_NOT_PERMITTED = "aid_not_permitted"
    BUSY = "busy"
    SUPERSEDED = "superseded"
    LOST = "lost"
    LATE = "late"
    WRONG_EPOCH = "wrong_epoch"
    KEY_FAILED = "key_failed"


@dataclass(frozen=True, slots=True)
class Underway:
    """The packet that is being signed. is_full: its certificate goes with it, whole."""

    number: int
    epoch: int
    tbs: bytes
    certificate: Certificate
    is_full: bool
    asked_ns: int
    deadline_ns: int


@dataclass(slots=True)
class SignerState:
    """full_ns, full_epoch: when and under which identity the last full certificate went out. dropped: by reason."""

    next_number: int = 2
    underway: Underway | None = None
    full_ns: int = 0
    full_epoch: int = 0
    signed: int = 0
    dropped: dict[str, int] = field(default_factory=dict)


class Signer:
    """request() for each message, settle() for each result. Job numbers are even, the verifier's are odd."""

    def __init__(self, options: Options | None = None) -> None:
        self.state = SignerState()
        self._options = options or Options()

    def request(self, now: Now, payload: bytes, aid: int, identity: Identity, urgent: bool) -> SignJob | None:
        """The job to be done, None when it is refused (counted). urgent: a critical event flag is set.

        An urgent message takes the place of an ordinary one that is under way.
        """
        certificate = identity.certificate
        refusal = _refusal(now, certificate, aid) or self._make_room(now, urgent)
        if refusal is not None or now.utc_ns is None:
            self._count(refusal or Dropped.CLOCK_UNSYNCHRONISED)
            return None
        tbs = envelope.tbs(payload, aid, v2x_time_us(now.utc_ns), self._options.time_scale)
        is_full = urgent or self._is_full_due(now, identity.epoch)
        number = self.state.next_number
        self.state.next_number += 2
        deadline_ns = now.at_ns + self._options.deadline_ms * NS_PER_MS
        self.state.underway = Underway(number, identity.epoch, tbs, certificate, is_full, now.at_ns, deadline_ns)
        return SignJob(number, identity.key, certificate.e_of(tbs), deadline_ns, identity.epoch, urgent)

    def settle(self, now: Now, result: JobResult, identity_epoch: int) -> bytes | None:
        """The SPDU of a good result; None for one that failed or that nobody waits for any more (counted)."""
        state, underway = self.state, self.state.underway
        if underway is None or underway.number != result.number:
            return None  # its message was counted when it was given up
        state.underway = None
        failure = _failure(now, underway, result, identity_epoch)
        if failure is not None:
            self._count(failure)
            return None
        if underway.is_full:
            state.full_ns, state.full_epoch = underway.asked_ns, underway.epoch
        state.signed += 1
        return envelope.assemble(underway.tbs, underway.certificate, underway.is_full, result.r, result.s)

    def _is_full_due(self, now: Now, epoch: int) -> bool:
        if self.state.full_epoch != epoch:
            return True
        return now.at_ns - self.state.full_ns >= self._options.full_every_ms * NS_PER_MS

    def _make_room(self, now: Now, urgent: bool) -> Dropped | None:
        underway = self.state.underway
        if underway is None:
            return None
        if now.at_ns > underway.deadline_ns:
            self._count(Dropped.LOST)
        elif urgent:
            self._count(Dropped.SUPERSEDED)
        else:
            return Dropped.BUSY
        return None

    def _count(self, reason: Dropped) -> None:
        self.state.dropped[reason.value] = self.state.dropped.get(reason.value, 0) + 1


def _refusal(now: Now, certificate: Certificate, aid: int) -> Dropped | None:
    if now.utc_ns is None:
        return Dropped.CLOCK_UNSYNCHRONISED
    if not certificate.is_valid_at(now.utc_ns):
        return Dropped.CERTIFICATE_NOT_VALID
    return None if certificate.permits(aid) else Dropped.AID_NOT_PERMITTED


def _failure(now: Now, underway: Underway, result: JobResult, identity_epoch: int) -> Dropped | None:
    if result.outcome is not JobOutcome.OK:
        return Dropped.KEY_FAILED
    if underway.epoch != identity_epoch:
        return Dropped.WRONG_EPOCH
    return Dropped.LATE if now.at_ns > underway.deadline_ns else None
