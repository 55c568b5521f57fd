"""Judges packets from the air: cheap checks, then jobs for the pool. Its one rule: every packet is judged exactly once.

Nothing a stranger sends raises, waits for ever or grows without bound; a refusal is a Verdict, never an exception.
More is heard than can be verified: what matters most goes first (obu/security/priority.py), the rest is shed, counted.
"""

import dataclasses
from collections import OrderedDict
from dataclasses import dataclass, field

from obu.codec.messages import claim
from obu.core.errors import RemoteError
from obu.core.frames import JobOutcome, JobResult, VerifyJob
from obu.core.now import NS_PER_MS, Now, utc_ns_of_v2x_us, v2x_time_us
from obu.core.time_scale import TimeScale
from obu.security import certificate as certificates
from obu.security import envelope, plausibility, profile, rules
from obu.security.backlog import Backlog, BacklogState, Packet, Waiting
from obu.security.certificate import Certificate
from obu.security.envelope import Spdu
from obu.security.keys import hashed_id8
from obu.security.misbehaviour import Suspicion
from obu.security.newcomers import Candidate, Newcomers, NewcomersState
from obu.security.plausibility import PlausibilityState
from obu.security.priority import NOWHERE, Priority, Standing
from obu.security.replay import Replay, ReplayState
from obu.security.trust import Snapshot
from obu.security.verdict import Judgement, Pending, Verdict, of_reason
from obu.security.witness import OF_TIME, Testimony, Witnesses, WitnessState

__all__ = ["Judgement", "Options", "Pending", "Verdict", "Verifier", "VerifierState"]

# Python 3.11 takes five times as long to read a member of an Enum as any other name.
_OK = JobOutcome.OK
_VALID = Verdict.VALID
_CONVERGING, _REST = Priority.CONVERGING, Priority.REST


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """max_age_ms: GB/T 45315-2025 7.4. min_assurance: policy. The others are ours, and bound time and memory.

    deadline_ms: for a job. wait_ms: for its turn; a vehicle's next message is there by then.
    hold_ms: an unknown digest waits this long for its certificate, which a vehicle sends every 450 to 500 ms.
    reorder_ms: urgent packets overtake others on the air. max_per_s: per signer and AID; a BSM comes at 10 Hz.
    max_jobs: with the pool at a time, some 16 ms of one core's SM2; max_rest_jobs of them for what does not matter, so
    that what does soon has its turn; max_certificate_jobs besides, so that neither kind can crowd out the other.
    """

    time_scale: TimeScale = TimeScale.UTC
    min_assurance: int = 0
    max_age_ms: int = 1000
    deadline_ms: int = 300
    wait_ms: int = 100
    hold_ms: int = 500
    reorder_ms: int = 500
    max_per_s: int = 50
    max_jobs: int = 32
    max_rest_jobs: int = 8
    max_certificate_jobs: int = 8
    max_backlog: int = 512
    max_of_sender: int = 4
    max_held: int = 128
    max_candidates: int = 64
    max_refused: int = 256
    max_certificates: int = 1024


@dataclass(slots=True)
class VerifierState:
    """learned: verified end-entity certificates by HashedId8, least used first. waiting: with the pool, by job number.

    answers: of packets that were judged without a turn of their own. suspicions: not yet taken.
    late: results that came after their packets had timed out. believed_from: packets of a lower ticket were judged by
    an older trust.
    """

    next_number: int = 1
    learned: OrderedDict[bytes, Certificate] = field(default_factory=OrderedDict)
    newcomers: NewcomersState = field(default_factory=NewcomersState)
    backlog: BacklogState = field(default_factory=BacklogState)
    waiting: dict[int, Waiting] = field(default_factory=dict)
    replay: ReplayState = field(default_factory=ReplayState)
    plausibility: PlausibilityState = field(default_factory=PlausibilityState)
    answers: list[Judgement] = field(default_factory=list)
    suspicions: list[Suspicion] = field(default_factory=list)
    witness: WitnessState = field(default_factory=WitnessState)
    late: int = 0
    believed_from: int = 0


class Verifier:
    """judge() for each packet, settle() for each result, expire() and then take_jobs() once a turn.

    Its tickets and job numbers are odd, the signer's are even.
    """

    def __init__(self, snapshot: Snapshot, options: Options | None = None) -> None:
        self.state = VerifierState()
        self._trust = snapshot
        self._options = options or Options()
        limits = self._options
        # A packet can be a clock's error ahead of us: twice its greatest age is long enough to remember it.
        self._replay = Replay(2 * limits.max_age_ms * NS_PER_MS, limits.reorder_ms * 1000, limits.max_per_s)
        self._backlog = Backlog(limits.max_backlog, limits.max_of_sender)
        self._newcomers = Newcomers(
            snapshot,
            limits.max_held,
            limits.max_of_sender,
            limits.max_candidates,
            limits.max_certificate_jobs,
            limits.max_refused,
        )
        self._witnesses = Witnesses(limits.time_scale)
        self._job_ns = (limits.deadline_ms - limits.wait_ms) * NS_PER_MS

    def believe(self, snapshot: Snapshot) -> None:
        """Another trust from now on. What was judged under the old one is judged again before it counts."""
        state = self.state
        self._trust = snapshot
        state.believed_from = state.next_number
        for digest8, certificate in list(state.learned.items()):
            if rules.signer_fault(snapshot, certificate) is not None:
                del state.learned[digest8]
        self._newcomers = dataclasses.replace(self._newcomers, trust=snapshot)
        for packet, verdict, signer in self._newcomers.review(state.newcomers):
            state.answers.append(_refused(packet, verdict, signer))

    def judge(self, now: Now, spdu: bytes, network_aid: int, standing: Standing = NOWHERE) -> Judgement | Pending:
        """The answer, or a promise of one. network_aid: the DSMP header's. standing: where we are.

        Without a place, a certificate that is bound to a geometric region is refused.
        """
        ticket = self._number()
        signer, generation_us = None, 0
        try:
            parsed = envelope.parse(spdu, self._trust.curves, self._options.time_scale)
            signer, generation_us = parsed.signer, parsed.generation_us or 0
            verdict = rules.header_fault(now, parsed, network_aid, self._options.max_age_ms)
            if verdict is None:
                answer = self._by_digest if signer is not None else self._by_certificate
                verdict = answer(now, ticket, spdu, parsed, standing)
            elif verdict in OF_TIME:
                witnesses, ahead_us = self._witnesses, _ahead_us(now, generation_us)
                witnesses.summon(self.state.witness, now, ticket, parsed, self._trust, standing.place, ahead_us)
        except RemoteError as error:
            verdict = of_reason(error.reason)
        if verdict is None:
            return Pending(ticket)
        return Judgement(ticket, verdict, network_aid, signer, generation_time_us=generation_us)

    def take_jobs(self) -> tuple[VerifyJob, ...]:
        """Jobs for the pool, as many as it shall have at a time: certificates first, then messages by their rank."""
        state = self.state
        return (
            *self._newcomers.jobs(state.newcomers, self._number),
            *self._witnesses.jobs(state.witness, self._trust, self._number),
            *self._message_jobs(),
        )

    def settle(self, now: Now, result: JobResult) -> list[Judgement]:
        """What a result decides: one packet, or all that need one certificate. Foreign and late numbers: nothing."""
        state = self.state
        candidate = self._newcomers.settle(state.newcomers, result.number)
        if candidate is not None:
            return self._settle_certificate(now, candidate, result.outcome)
        waiting = state.waiting.pop(result.number, None)
        if waiting is None and self._witnesses.settle(state.witness, result.number, result.outcome):
            return []
        if waiting is None:
            state.late += result.number % 2  # an even one is the signer's
            return []
        return [self._settle_message(now, waiting, result.outcome)]

    def expire(self, now: Now) -> list[Judgement]:
        """The answers to what has waited too long, and to what had to make room since the last call."""
        state = self.state
        self._replay.forget(state.replay, now.at_ns)
        self._witnesses.expire(state.witness, now.at_ns)
        for waiting in self._backlog.expire(state.backlog, now.at_ns):
            self._shed(waiting)
        at_ns = now.at_ns - self._job_ns
        for number in [number for number, waiting in state.waiting.items() if waiting.packet.until_ns < at_ns]:
            waiting = state.waiting.pop(number)
            state.answers.append(_refused(waiting.packet, Verdict.TIMED_OUT, waiting.certificate.digest8))
        for packet, verdict, signer in self._newcomers.expire(state.newcomers, now.at_ns):
            state.answers.append(_refused(packet, verdict, signer))
        answers, state.answers = state.answers, []
        return answers

    def complain(self, judgement: Judgement, reason: str) -> None:
        """What a VALID packet turned out to hold cannot be what its signer may say."""
        assert judgement.signer is not None
        self._suspect(Suspicion(reason, judgement.signer, (judgement.spdu,)))

    def take_suspicions(self) -> list[Suspicion]:
        """Those since the last call."""
        suspicions, self.state.suspicions = self.state.suspicions, []
        return suspicions

    def take_testimonies(self) -> list[Testimony]:
        """Those since the last call: of packets whose signature was good, also where their time was refused."""
        return self._witnesses.take(self.state.witness)

    def _suspect(self, suspicion: Suspicion) -> None:
        certificate = self.state.learned.get(suspicion.signer)
        raw = b"" if certificate is None else certificate.raw
        if len(self.state.suspicions) < MOST_SUSPICIONS:
            self.state.suspicions.append(dataclasses.replace(suspicion, certificate=raw))

    def _number(self) -> int:
        number = self.state.next_number
        self.state.next_number += 2
        return number

    def _by_digest(self, now: Now, ticket: int, spdu: bytes, parts: Spdu, standing: Standing) -> Verdict | None:
        signer = parts.signer
        assert signer is not None
        certificate = self.state.learned.get(signer)
        if certificate is not None:
            if certificate.curve != parts.curve:
                return Verdict.HASH_ALGORITHM
            until_ns = now.at_ns + self._options.wait_ms * NS_PER_MS
            return self._line_up(now, _packet(now, ticket, spdu, parts, standing, until_ns), certificate)
        if signer in self._trust.roots or signer in self._trust.authorities:
            return Verdict.SIGNER_NOT_END_ENTITY
        if not self._newcomers.has_room_for(self.state.newcomers, signer):
            return Verdict.UNKNOWN_SIGNER
        until_ns = now.at_ns + self._options.hold_ms * NS_PER_MS
        packet = _packet(now, ticket, spdu, parts, standing, until_ns)
        self._newcomers.hold(self.state.newcomers, signer, packet)
        return None

    def _by_certificate(self, now: Now, ticket: int, spdu: bytes, parts: Spdu, standing: Standing) -> Verdict | None:
        state, certificate = self.state, None
        newcomers = state.newcomers
        digest = profile.BY_CURVE[parts.curve].digest(parts.certificate)
        if hashed_id8(digest) not in state.learned and not self._newcomers.is_known(newcomers, digest):
            if self._newcomers.is_full(newcomers):
                return Verdict.QUEUE_FULL
            certificate = certificates.parse(parts.certificate, parts.curve, self._options.time_scale)
            digest = certificate.digest  # another one where it came in another of its forms
        known = state.learned.get(hashed_id8(digest))
        if known is not None and known.digest != digest:
            return Verdict.DIGEST_COLLISION
        if known is not None:
            until_ns = now.at_ns + self._options.wait_ms * NS_PER_MS
            return self._line_up(now, _packet(now, ticket, spdu, parts, standing, until_ns), known)
        if digest in newcomers.refused:
            return Verdict.CERTIFICATE_SIGNATURE
        until_ns = now.at_ns + self._options.deadline_ms * NS_PER_MS
        packet, verdict = _packet(now, ticket, spdu, parts, standing, until_ns), None
        candidate = newcomers.candidates.get(digest)
        if candidate is None:
            assert certificate is not None
            verdict = rules.signer_fault(self._trust, certificate, self._options.min_assurance)
        else:
            certificate = candidate.certificate
        verdict = verdict or self._use_fault(now, packet, certificate)
        return verdict or self._newcomers.join(newcomers, certificate, packet)

    def _use_fault(self, now: Now, packet: Packet, certificate: Certificate) -> Verdict | None:
        if now.utc_ns is None:
            return Verdict.CLOCK_UNSYNCHRONISED
        generation_ns = utc_ns_of_v2x_us(packet.generation_us)
        return rules.use_fault(self._trust, certificate, packet.parts.aid, generation_ns, now.utc_ns, packet.place)

    def _line_up(self, now: Now, packet: Packet, certificate: Certificate) -> Verdict | None:
        """Puts a packet of a known signer into the backlog, unless something speaks against it already."""
        parts = packet.parts
        waiting = Waiting(packet, certificate, certificate.e_of(parts.tbs), (certificate.digest8, parts.aid))
        verdict = rules.signature_fault(certificate, parts.r, parts.s) or self._use_fault(now, packet, certificate)
        verdict = verdict or (Verdict.TOO_FAR if packet.is_far else self._replay_fault(now, waiting))
        if verdict is not None:
            return verdict
        rank = _REST if self._is_surplus(waiting) else packet.rank
        gone = self._backlog.put(self.state.backlog, waiting, rank)
        if gone is waiting:
            return _shed(waiting)
        if gone is not None:
            self._shed(gone)
        return None

    def _shed(self, waiting: Waiting) -> None:
        self.state.answers.append(_refused(waiting.packet, _shed(waiting), waiting.certificate.digest8))

    def _is_surplus(self, waiting: Waiting) -> bool:
        """Whether the vehicle has been verified of this very moment: what else comes under its name says little."""
        if waiting.packet.parts.aid not in rules.BSM_AIDS:
            return False
        known = self.state.replay.senders.get(waiting.sender)
        return known is not None and abs(waiting.packet.generation_us - known.newest_us) < SURPLUS_US

    def _replay_fault(self, now: Now, waiting: Waiting) -> Verdict | None:
        generation_us = waiting.packet.generation_us
        return self._replay.fault(self.state.replay, now.at_ns, waiting.sender, generation_us, waiting.e)

    def _message_jobs(self) -> list[VerifyJob]:
        state, limits = self.state, self._options
        jobs: list[VerifyJob] = []
        while len(state.waiting) < limits.max_jobs:
            last = _REST if len(state.waiting) < limits.max_rest_jobs else _CONVERGING
            taken = self._backlog.take(state.backlog, last)
            if taken is None:
                break
            waiting, rank = taken
            packet = waiting.packet
            # Meanwhile the same message, or another of the same moment, may have been verified.
            if waiting.e in state.replay.seen:
                state.answers.append(_refused(packet, Verdict.REPLAYED, waiting.certificate.digest8))
            elif rank is not _REST and self._is_surplus(waiting):
                self._backlog.put(state.backlog, waiting, _REST)
            else:
                until_ns = packet.until_ns + self._job_ns
                certificate, parts, number = waiting.certificate, packet.parts, self._number()
                jobs.append(VerifyJob(number, certificate.curve, certificate.point, waiting.e, parts.r, parts.s,
                                      until_ns, self._trust.version))  # fmt: skip
                state.waiting[number] = waiting
        return jobs

    def _settle_certificate(self, now: Now, candidate: Candidate, outcome: JobOutcome) -> list[Judgement]:
        state, certificate = self.state, candidate.certificate
        signer = certificate.digest8
        if outcome is not JobOutcome.OK:
            if outcome is JobOutcome.BAD_SIGNATURE:
                self._newcomers.refuse(state.newcomers, certificate)
            return [_refused(packet, _OF_CERTIFICATE_JOB[outcome], signer) for packet in candidate.packets]
        state.learned[signer] = certificate
        if len(state.learned) > self._options.max_certificates:
            state.learned.popitem(last=False)
        held = self._newcomers.release(state.newcomers, signer)
        until_ns = now.at_ns + self._options.wait_ms * NS_PER_MS
        judgements = []
        for packet in held + candidate.packets:
            verdict = self._line_up(now, dataclasses.replace(packet, until_ns=until_ns), certificate)
            if verdict is not None:
                judgements.append(_refused(packet, verdict, signer))
        return judgements

    def _settle_message(self, now: Now, waiting: Waiting, outcome: JobOutcome) -> Judgement:
        packet, signer = waiting.packet, waiting.certificate.digest8
        verdict = None if outcome is _OK else _OF_MESSAGE_JOB[outcome]
        if verdict is None and packet.ticket < self.state.believed_from:
            verdict = rules.signer_fault(self._trust, waiting.certificate, self._options.min_assurance)
            verdict = verdict or self._use_fault(now, packet, waiting.certificate)
        # The same packet may have been verified while this one waited.
        verdict = verdict or self._replay_fault(now, waiting)
        if verdict is not None:
            return _refused(packet, verdict, signer)
        state, generation_us = self.state, packet.generation_us
        heard = self._replay.remember(state.replay, now.at_ns, waiting.sender, generation_us, waiting.e)
        if signer in state.learned:
            state.learned.move_to_end(signer)  # last in the order of use
        if heard == self._options.max_per_s:
            self._suspect(Suspicion(Verdict.RATE_EXCEEDED.value, signer, (packet.spdu,), (("in_a_second", heard),)))
        verdict, suspicion = plausibility.judge(state.plausibility, signer, packet.claim, generation_us, packet.spdu)
        if suspicion is not None:
            self._suspect(suspicion)
        if verdict is not None:
            return _refused(packet, verdict, signer)
        self._witnesses.testify(state.witness, (signer, packet.ahead_us))
        aid, payload = packet.parts.aid, packet.parts.payload
        return Judgement(packet.ticket, _VALID, aid, signer, payload, generation_us, packet.spdu)


# Ours. A vehicle sends every 100 ms (GB/T 45315-2025 7.3.1): within half of that nothing new is to be expected of it.
SURPLUS_US = 50_000
MOST_SUSPICIONS = 16  # of one turn; more than that are reported in a minute at most

_OF_MESSAGE_JOB = {
    JobOutcome.BAD_SIGNATURE: Verdict.BAD_SIGNATURE,
    JobOutcome.BAD_KEY: Verdict.KEY_NOT_ON_CURVE,
    JobOutcome.BACKEND_FAILED: Verdict.BACKEND_FAILED,
}
_OF_CERTIFICATE_JOB = {**_OF_MESSAGE_JOB, JobOutcome.BAD_SIGNATURE: Verdict.CERTIFICATE_SIGNATURE}


def _packet(now: Now, ticket: int, spdu: bytes, parts: Spdu, standing: Standing, until_ns: int) -> Packet:
    said = claim.read(parts.payload)
    is_far, rank, generation_us = (
        standing.is_out_of_reach(said),
        standing.rank(parts.aid, said),
        parts.generation_us or 0,
    )
    ahead_us = _ahead_us(now, generation_us)
    return Packet(ticket, spdu, parts, generation_us, standing.place, said, is_far, rank, until_ns, ahead_us)


def _ahead_us(now: Now, generation_us: int) -> int:
    """How far the sender's clock was ahead of ours, less the packet's way; without a UTC no packet comes this far."""
    return generation_us - v2x_time_us(now.utc_ns or 0)


def _shed(waiting: Waiting) -> Verdict:
    return Verdict.SHED if waiting.packet.rank is Priority.REST else Verdict.SHED_RELEVANT


def _refused(packet: Packet, verdict: Verdict, signer: bytes) -> Judgement:
    return Judgement(packet.ticket, verdict, packet.parts.aid, signer, None, packet.generation_us)
