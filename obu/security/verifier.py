"""Judges packets from the air: cheap checks, then jobs for the pool. Its one rule: every packet is judged exactly once.

Nothing a stranger sends raises, waits for ever or grows without bound; a refusal is a Verdict, never an exception.
"""

import dataclasses
from dataclasses import dataclass, field

from obu.core.errors import RemoteError
from obu.core.frames import JobOutcome, JobResult, VerifyJob
from obu.core.geo import LatLon
from obu.core.now import NS_PER_MS, Now, utc_ns_of_v2x_us
from obu.security import certificate as certificates
from obu.security import envelope, profile, rules
from obu.security.certificate import Certificate
from obu.security.envelope import Spdu
from obu.security.keys import hashed_id8
from obu.security.replay import Replay, ReplayState
from obu.security.trust import Snapshot
from obu.security.verdict import Judgement, Pending, Verdict, of_reason

__all__ = ["Judgement", "Options", "Pending", "Verdict", "Verifier", "VerifierState"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """max_age_ms: GB/T 45315-2025 7.4. The others are ours, and bound time and memory.

    hold_ms: an unknown digest waits this long for its certificate, which a vehicle sends every 450 to 500 ms.
    reorder_ms: urgent packets overtake others on the air. max_per_s: per signer and AID; a BSM comes at 10 Hz.
    """

    max_age_ms: int = 1000
    deadline_ms: int = 300
    hold_ms: int = 500
    reorder_ms: int = 500
    max_per_s: int = 50
    max_pending: int = 512
    max_held: int = 128
    max_held_per_signer: int = 8
    max_certificates: int = 1024


@dataclass(frozen=True, slots=True)
class Packet:
    """What is kept of a packet while it waits. until_ns: monotonic."""

    ticket: int
    aid: int
    payload: bytes
    generation_us: int
    tbs: bytes
    r: bytes
    s: bytes
    place: LatLon | None
    until_ns: int


@dataclass(frozen=True, slots=True)
class Waiting:
    """A packet whose signature, over e, is being verified."""

    packet: Packet
    certificate: Certificate
    e: bytes


@dataclass(frozen=True, slots=True)
class Checking:
    """A certificate whose signature is being verified, and the packets that need it."""

    certificate: Certificate
    packets: list[Packet]
    until_ns: int


@dataclass(slots=True)
class VerifierState:
    """learned: verified end-entity certificates by HashedId8, least used first. waiting, checking: by job number.

    held: packets of an unknown digest, oldest first. jobs: not yet taken. pending: packets in waiting and checking.
    late: results that came after their packets had timed out.
    """

    next_number: int = 1
    replay: ReplayState = field(default_factory=ReplayState)
    learned: dict[bytes, Certificate] = field(default_factory=dict)
    waiting: dict[int, Waiting] = field(default_factory=dict)
    checking: dict[int, Checking] = field(default_factory=dict)
    held: list[tuple[bytes, Packet]] = field(default_factory=list)
    jobs: list[VerifyJob] = field(default_factory=list)
    pending: int = 0
    late: int = 0


class Verifier:
    """judge() for each packet, take_jobs() once a turn, settle() for each result, expire() once a turn.

    Its tickets and job numbers are odd, the signer's are even.
    """

    def __init__(self, snapshot: Snapshot, options: Options | None = None) -> None:
        self.state = VerifierState()
        self._trust = snapshot
        self._options = options or Options()
        limits = self._options
        # A packet can be a clock's error ahead of us: twice its greatest age is long enough to remember it.
        self._replay = Replay(2 * limits.max_age_ms * NS_PER_MS, limits.reorder_ms * 1000, limits.max_per_s)

    def judge(self, now: Now, spdu: bytes, network_aid: int, place: LatLon | None = None) -> Judgement | Pending:
        """The answer, or a promise of one. network_aid: the DSMP header's. place: where we are, for regions.

        Without a place, a certificate that is bound to a geometric region is refused.
        """
        ticket = self._number()
        signer = None
        try:
            parsed = envelope.parse(spdu, self._trust.curves)
            signer = parsed.signer
            verdict = rules.header_fault(now, parsed, network_aid, self._options.max_age_ms)
            packet = _packet(ticket, parsed, place, now.at_ns + self._options.deadline_ms * NS_PER_MS)
            if verdict is None:
                answer = self._by_digest if signer is not None else self._by_certificate
                verdict = answer(now, packet, parsed)
        except RemoteError as error:
            verdict = of_reason(error.reason)
        return Pending(ticket) if verdict is None else Judgement(ticket, verdict, network_aid, signer)

    def take_jobs(self) -> tuple[VerifyJob, ...]:
        """The jobs since the last call."""
        jobs = tuple(self.state.jobs)
        self.state.jobs.clear()
        return jobs

    def settle(self, now: Now, result: JobResult) -> list[Judgement]:
        """What a result decides: one packet, or all that need one certificate. Foreign and late numbers: nothing."""
        state = self.state
        checking = state.checking.pop(result.number, None)
        if checking is not None:
            state.pending -= len(checking.packets)
            return self._settle_certificate(now, checking, result.outcome)
        waiting = state.waiting.pop(result.number, None)
        if waiting is None:
            state.late += result.number % 2  # an even one is the signer's
            return []
        state.pending -= 1
        return [self._settle_message(now, waiting, result.outcome)]

    def expire(self, now: Now) -> list[Judgement]:
        """Judges what has waited too long: for a job TIMED_OUT, for a certificate UNKNOWN_SIGNER."""
        state = self.state
        judgements = []
        late = [number for number, waiting in state.waiting.items() if waiting.packet.until_ns < now.at_ns]
        for waiting in [state.waiting.pop(number) for number in late]:
            judgements.append(_refused(waiting.packet, Verdict.TIMED_OUT, waiting.certificate.digest8))
        late = [number for number, checking in state.checking.items() if checking.until_ns < now.at_ns]
        for checking in [state.checking.pop(number) for number in late]:
            signer = checking.certificate.digest8
            judgements += [_refused(packet, Verdict.TIMED_OUT, signer) for packet in checking.packets]
        state.pending -= len(judgements)
        gone = [(signer, packet) for signer, packet in state.held if packet.until_ns < now.at_ns]
        state.held = state.held[len(gone) :]
        return judgements + [_refused(packet, Verdict.UNKNOWN_SIGNER, signer) for signer, packet in gone]

    def _number(self) -> int:
        number = self.state.next_number
        self.state.next_number += 2
        return number

    def _by_digest(self, now: Now, packet: Packet, spdu: Spdu) -> Verdict | None:
        signer = spdu.signer
        assert signer is not None
        certificate = self.state.learned.get(signer)
        if certificate is not None:
            if certificate.curve != spdu.curve:
                return Verdict.HASH_ALGORITHM
            return self._ask_message(now, packet, certificate)
        if signer in self._trust.roots or signer in self._trust.authorities:
            return Verdict.SIGNER_NOT_END_ENTITY
        held = self.state.held
        of_signer = sum(1 for other, _ in held if other == signer)
        if len(held) >= self._options.max_held or of_signer >= self._options.max_held_per_signer:
            return Verdict.UNKNOWN_SIGNER
        until_ns = now.at_ns + self._options.hold_ms * NS_PER_MS
        held.append((signer, dataclasses.replace(packet, until_ns=until_ns)))
        return None

    def _by_certificate(self, now: Now, packet: Packet, spdu: Spdu) -> Verdict | None:
        learned = self.state.learned
        digest = profile.BY_CURVE[spdu.curve].digest(spdu.certificate)
        known = learned.get(hashed_id8(digest))
        if known is not None and known.digest == digest and known.curve == spdu.curve:
            return self._ask_message(now, packet, known)
        certificate = certificates.parse(spdu.certificate, spdu.curve)
        known = learned.get(certificate.digest8)  # one certificate can be written in several forms
        if known is not None:
            is_same = known.digest == certificate.digest
            return self._ask_message(now, packet, known) if is_same else Verdict.DIGEST_COLLISION
        verdict = rules.signer_fault(self._trust, certificate) or self._use_fault(now, packet, certificate)
        return verdict or self._ask_certificate(now, packet, certificate)

    def _use_fault(self, now: Now, packet: Packet, certificate: Certificate) -> Verdict | None:
        assert now.utc_ns is not None
        use = rules.Use(packet.aid, utc_ns_of_v2x_us(packet.generation_us), now.utc_ns, packet.place)
        return rules.use_fault(self._trust, certificate, use)

    def _ask_certificate(self, now: Now, packet: Packet, certificate: Certificate) -> Verdict | None:
        state = self.state
        if state.pending >= self._options.max_pending:
            return Verdict.QUEUE_FULL
        state.pending += 1
        for checking in state.checking.values():
            if checking.certificate.digest == certificate.digest:
                checking.packets.append(packet)
                return None
        issuer = self._trust.issuer_of(certificate)
        assert issuer is not None
        number = self._ask(issuer, issuer.e_of(certificate.tbs), certificate.r, certificate.s, packet.until_ns)
        state.checking[number] = Checking(certificate, [packet], packet.until_ns)
        return None

    def _ask_message(self, now: Now, packet: Packet, certificate: Certificate) -> Verdict | None:
        e = certificate.e_of(packet.tbs)
        verdict = self._use_fault(now, packet, certificate) or self._replay_fault(now, packet, certificate, e)
        if verdict is not None:
            return verdict
        if self.state.pending >= self._options.max_pending:
            return Verdict.QUEUE_FULL
        self.state.pending += 1
        number = self._ask(certificate, e, packet.r, packet.s, packet.until_ns)
        self.state.waiting[number] = Waiting(packet, certificate, e)
        return None

    def _replay_fault(self, now: Now, packet: Packet, certificate: Certificate, e: bytes) -> Verdict | None:
        sender = (certificate.digest8, packet.aid)
        return self._replay.fault(self.state.replay, now.at_ns, sender, packet.generation_us, e)

    def _ask(self, signer: Certificate, e: bytes, r: bytes, s: bytes, until_ns: int) -> int:
        number = self._number()
        job = VerifyJob(number, signer.curve, signer.point, e, r, s, until_ns, self._trust.version)
        self.state.jobs.append(job)
        return number

    def _settle_certificate(self, now: Now, checking: Checking, outcome: JobOutcome) -> list[Judgement]:
        certificate = checking.certificate
        signer = certificate.digest8
        if outcome is not JobOutcome.OK:
            return [_refused(packet, _OF_CERTIFICATE_JOB[outcome], signer) for packet in checking.packets]
        self._learn(certificate)
        held = [packet for other, packet in self.state.held if other == signer]
        self.state.held = [(other, packet) for other, packet in self.state.held if other != signer]
        until_ns = now.at_ns + self._options.deadline_ms * NS_PER_MS
        judgements = []
        for packet in held + checking.packets:
            again = dataclasses.replace(packet, until_ns=until_ns)
            verdict = Verdict.CLOCK_UNSYNCHRONISED if now.utc_ns is None else self._ask_message(now, again, certificate)
            if verdict is not None:
                judgements.append(_refused(packet, verdict, signer))
        return judgements

    def _learn(self, certificate: Certificate) -> None:
        learned = self.state.learned
        if len(learned) >= self._options.max_certificates:
            del learned[next(iter(learned))]
        learned[certificate.digest8] = certificate

    def _settle_message(self, now: Now, waiting: Waiting, outcome: JobOutcome) -> Judgement:
        packet, certificate = waiting.packet, waiting.certificate
        signer = certificate.digest8
        verdict: Verdict | None = _OF_MESSAGE_JOB.get(outcome)
        # The same packet may have been verified while this one waited.
        verdict = verdict or self._replay_fault(now, packet, certificate, waiting.e)
        if verdict is not None:
            return _refused(packet, verdict, signer)
        self._replay.remember(self.state.replay, now.at_ns, (signer, packet.aid), packet.generation_us, waiting.e)
        if signer in self.state.learned:
            self.state.learned[signer] = self.state.learned.pop(signer)  # last in the order of use
        return Judgement(packet.ticket, Verdict.VALID, packet.aid, signer, packet.payload, packet.generation_us)


_OF_MESSAGE_JOB = {
    JobOutcome.BAD_SIGNATURE: Verdict.BAD_SIGNATURE,
    JobOutcome.BAD_KEY: Verdict.KEY_NOT_ON_CURVE,
    JobOutcome.BACKEND_FAILED: Verdict.BACKEND_FAILED,
}
_OF_CERTIFICATE_JOB = {**_OF_MESSAGE_JOB, JobOutcome.BAD_SIGNATURE: Verdict.CERTIFICATE_SIGNATURE}


def _packet(ticket: int, spdu: Spdu, place: LatLon | None, until_ns: int) -> Packet:
    generation_us = spdu.generation_us or 0
    return Packet(ticket, spdu.aid, spdu.payload, generation_us, spdu.tbs, spdu.r, spdu.s, place, until_ns)


def _refused(packet: Packet, verdict: Verdict, signer: bytes) -> Judgement:
    return Judgement(packet.ticket, verdict, packet.aid, signer, None, packet.generation_us)
