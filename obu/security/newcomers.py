"""Certificates heard for the first time, and the packets that wait for them; its one rule: bounded, verified once each.

They are learned before anything is shed, with jobs of their own: a flood of messages cannot keep a newcomer unknown,
nor a flood of forged certificates the messages of those we know from being verified.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from obu.core.frames import VerifyJob
from obu.security import rules
from obu.security.backlog import Packet
from obu.security.certificate import Certificate
from obu.security.trust import Snapshot
from obu.security.verdict import Verdict

Refusal = tuple[Packet, Verdict, bytes]  # and the signer's HashedId8


@dataclass(frozen=True, slots=True)
class Candidate:
    """A certificate whose signature is to be verified, and the packets that need it."""

    certificate: Certificate
    packets: list[Packet]
    until_ns: int


@dataclass(slots=True)
class NewcomersState:
    """candidates: by digest, oldest first; checking: those with the pool, by job number.

    refused: digests of certificates whose signature was wrong. held: packets of an unknown HashedId8, oldest first.
    """

    candidates: OrderedDict[bytes, Candidate] = field(default_factory=OrderedDict)
    checking: dict[int, bytes] = field(default_factory=dict)
    refused: OrderedDict[bytes, None] = field(default_factory=OrderedDict)
    held: list[tuple[bytes, Packet]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Newcomers:
    """hold() a packet by digest, or join() one with its certificate; jobs() ask, settle() and expire() end it.

    max_held: packets without a certificate. max_candidates: certificates. max_of_signer: packets of one, in both.
    max_jobs: of certificates with the pool at a time. max_refused: how many bad ones are remembered.
    """

    trust: Snapshot
    max_held: int
    max_of_signer: int
    max_candidates: int
    max_jobs: int
    max_refused: int

    def hold(self, state: NewcomersState, signer: bytes, packet: Packet) -> None:
        """Keeps a packet of an unknown signer that has_room_for() it."""
        state.held.append((signer, packet))

    def has_room_for(self, state: NewcomersState, signer: bytes) -> bool:
        """Whether a packet of this unknown signer may be held."""
        if len(state.held) >= self.max_held:
            return False
        return sum(other == signer for other, _ in state.held) < self.max_of_signer

    def is_known(self, state: NewcomersState, digest: bytes) -> bool:
        """Whether this certificate has been looked at."""
        return digest in state.candidates or digest in state.refused

    def is_full(self, state: NewcomersState) -> bool:
        """Whether there is no room for another certificate; then it need not even be looked at."""
        return len(state.candidates) >= self.max_candidates

    def join(self, state: NewcomersState, certificate: Certificate, packet: Packet) -> Verdict | None:
        """Lets a packet wait for its certificate, which it brings; is_full() was asked. QUEUE_FULL: no room for it."""
        candidate = state.candidates.get(certificate.digest)
        if candidate is None:
            state.candidates[certificate.digest] = Candidate(certificate, [packet], packet.until_ns)
        elif len(candidate.packets) >= self.max_of_signer:
            return Verdict.QUEUE_FULL
        else:
            candidate.packets.append(packet)
        return None

    def jobs(self, state: NewcomersState, number: Callable[[], int]) -> Iterator[VerifyJob]:
        """Jobs for the oldest certificates that have none. number: gives each job its own."""
        if len(state.checking) == len(state.candidates):
            return
        asked = set(state.checking.values())
        for digest, candidate in state.candidates.items():
            if len(state.checking) >= self.max_jobs:
                return
            if digest not in asked:
                certificate = candidate.certificate
                issuer = self.trust.issuer_of(certificate)
                assert issuer is not None
                state.checking[job := number()] = digest
                e = issuer.e_of(certificate.tbs)
                yield VerifyJob(job, issuer.curve, issuer.point, e, certificate.r, certificate.s, candidate.until_ns,
                                self.trust.version)  # fmt: skip

    def settle(self, state: NewcomersState, job: int) -> Candidate | None:
        """The certificate of a job that has ended; None for another kind of job."""
        digest = state.checking.pop(job, None)
        return None if digest is None else state.candidates.pop(digest)

    def refuse(self, state: NewcomersState, certificate: Certificate) -> None:
        """Its signature was wrong: it is not verified again."""
        state.refused[certificate.digest] = None
        if len(state.refused) > self.max_refused:
            state.refused.popitem(last=False)

    def release(self, state: NewcomersState, signer: bytes) -> list[Packet]:
        """The packets that were held for this signer."""
        released = [packet for other, packet in state.held if other == signer]
        if released:
            state.held = [(other, packet) for other, packet in state.held if other != signer]
        return released

    def review(self, state: NewcomersState) -> Iterator[Refusal]:
        """After another trust came: certificates that may not be issued any more, and what waits for them."""
        state.refused.clear()
        for digest, candidate in list(state.candidates.items()):
            verdict = rules.signer_fault(self.trust, candidate.certificate)
            if verdict is not None:
                yield from self._give_up(state, digest, verdict)

    def expire(self, state: NewcomersState, at_ns: int) -> Iterator[Refusal]:
        """What has waited too long: for the pool, for a job of its own, for a certificate."""
        for digest in [digest for digest, each in state.candidates.items() if each.until_ns < at_ns]:
            verdict = Verdict.TIMED_OUT if digest in state.checking.values() else Verdict.QUEUE_FULL
            yield from self._give_up(state, digest, verdict)
        gone = [(signer, packet) for signer, packet in state.held if packet.until_ns < at_ns]
        state.held = state.held[len(gone) :]
        yield from ((packet, Verdict.UNKNOWN_SIGNER, signer) for signer, packet in gone)

    def _give_up(self, state: NewcomersState, digest: bytes, verdict: Verdict) -> Iterator[Refusal]:
        candidate = state.candidates.pop(digest)
        state.checking = {number: each for number, each in state.checking.items() if each != digest}
        yield from ((packet, verdict, candidate.certificate.digest8) for packet in candidate.packets)
