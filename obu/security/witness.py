"""Packets refused for their time alone, a few of which are verified all the same: then it is known whose clock is off.

The rule: nothing becomes believed by it. Whose clock is slow refuses all others as of the future before it has learned
one certificate, so these are taken from packets that bring theirs.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from obu.core.errors import RemoteError
from obu.core.frames import JobOutcome, VerifyJob
from obu.core.geo import LatLon
from obu.core.now import NS_PER_MS, Now, utc_ns_of_v2x_us
from obu.core.time_scale import TimeScale
from obu.security import certificate as certificates
from obu.security import rules
from obu.security.certificate import Certificate
from obu.security.envelope import Spdu
from obu.security.trust import Snapshot
from obu.security.verdict import Verdict

OF_TIME = frozenset({Verdict.GENERATION_TOO_OLD, Verdict.GENERATION_IN_FUTURE})
# Ours: so many signers in so long, in which a vehicle sends its certificate once (GB/T 45315-2025 7.4). With two
# verifications each that is a fiftieth of a core; a forger can use them up and so keep us from knowing, no more.
MOST, PERIOD_NS = 8, 450 * NS_PER_MS
MOST_TOLD = 64  # in one turn
DEADLINE_NS = 300 * NS_PER_MS

Testimony = tuple[bytes, int]  # HashedId8 of who signed, microseconds by which its clock is ahead of ours


@dataclass(frozen=True, slots=True)
class Summoned:
    """A packet that is being verified, in its certificate's signature and its own."""

    testimony: Testimony
    certificate: Certificate
    packet: Spdu
    until_ns: int


@dataclass(slots=True)
class WitnessState:
    """summoned: by ticket. asked: the ticket of each job with the pool. known: certificates since begun_ns.

    told: testimonies not yet taken.
    """

    summoned: dict[int, Summoned] = field(default_factory=dict)
    asked: dict[int, int] = field(default_factory=dict)
    begun_ns: int = 0
    known: list[bytes] = field(default_factory=list)
    told: list[Testimony] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Witnesses:
    """summon() with a refused packet, jobs(), settle() and expire(); take() what came of it.

    time_scale: of certificates.
    """

    time_scale: TimeScale

    def summon(
        self, state: WitnessState, now: Now, ticket: int, packet: Spdu, trust: Snapshot, place: LatLon | None,
        ahead_us: int,
    ) -> None:  # fmt: skip
        """Takes a packet into account whose certificate stands, were its time right; others are passed over."""
        if now.at_ns - state.begun_ns >= PERIOD_NS:
            state.begun_ns, state.known = now.at_ns, []
        raw = packet.certificate
        if not raw or raw in state.known or len(state.known) >= MOST:
            return
        state.known.append(raw)
        try:
            certificate = certificates.parse(raw, packet.curve, self.time_scale)
        except RemoteError:
            return
        then_ns = utc_ns_of_v2x_us(packet.generation_us or 0)
        fault = rules.signer_fault(trust, certificate) or rules.signature_fault(certificate, packet.r, packet.s)
        if fault is None:
            fault = rules.use_fault(trust, certificate, packet.aid, then_ns, then_ns, place)
        if fault is None:
            testimony = (certificate.digest8, ahead_us)
            state.summoned[ticket] = Summoned(testimony, certificate, packet, now.at_ns + DEADLINE_NS)

    def jobs(self, state: WitnessState, trust: Snapshot, number: Callable[[], int]) -> Iterator[VerifyJob]:
        """Of those who have none yet. number: gives each job its own."""
        asked = set(state.asked.values())
        for ticket, each in state.summoned.items():
            issuer = trust.issuer_of(each.certificate)
            if ticket in asked or issuer is None:
                continue
            own, packet, version = each.certificate, each.packet, trust.version
            state.asked[job := number()] = ticket
            e = issuer.e_of(own.tbs)
            yield VerifyJob(job, issuer.curve, issuer.point, e, own.r, own.s, each.until_ns, version)
            state.asked[job := number()] = ticket
            yield VerifyJob(job, own.curve, own.point, own.e_of(packet.tbs), packet.r, packet.s, each.until_ns, version)

    def settle(self, state: WitnessState, job: int, outcome: JobOutcome) -> bool:
        """Whether this was a job of ours. When both signatures are good, it is known whose clock is how far off."""
        ticket = state.asked.pop(job, None)
        if ticket is None:
            return False
        if outcome is not JobOutcome.OK:
            state.summoned.pop(ticket, None)
        elif ticket in state.summoned and ticket not in state.asked.values():
            self.testify(state, state.summoned.pop(ticket).testimony)
        return True

    def testify(self, state: WitnessState, testimony: Testimony) -> None:
        """Of a packet whose signature was good."""
        if len(state.told) < MOST_TOLD:
            state.told.append(testimony)

    def take(self, state: WitnessState) -> list[Testimony]:
        """Those since the last call."""
        told, state.told = state.told, []
        return told

    def expire(self, state: WitnessState, at_ns: int) -> None:
        """Forgets those whose answers do not come any more."""
        gone = {ticket for ticket, each in state.summoned.items() if each.until_ns < at_ns}
        if gone:
            state.summoned = {ticket: each for ticket, each in state.summoned.items() if ticket not in gone}
            state.asked = {job: ticket for job, ticket in state.asked.items() if ticket not in gone}
