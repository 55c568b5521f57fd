"""Signed packets judged one by one, each as if it were the first the unit ever heard: for `obu verify`.

Its one rule: nothing that one packet brings is known to the next.
"""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass

from obu.core.errors import LocalError, RemoteError
from obu.core.frames import JobResult
from obu.core.now import Now, utc_ns_of_v2x_us
from obu.core.time_scale import TimeScale
from obu.drivers import libcrypto
from obu.security import certificate as certificates
from obu.security import envelope, rules, trust
from obu.security.certificate import Certificate
from obu.security.envelope import Spdu
from obu.security.trust import Snapshot
from obu.security.verdict import Judgement, Verdict, of_reason
from obu.security.verifier import Options, Verifier

FOR_EVER_NS = 3600 * 10**9  # longer than anything waits
# Octets that are no packet.
_BROKEN = {Verdict.TRUNCATED, Verdict.TRAILING_BYTES, Verdict.NOT_CANONICAL, Verdict.MALFORMED, Verdict.SPDU_TOO_LONG}


@dataclass(frozen=True, slots=True)
class Said:
    """verdict: "valid", "malformed", or a member of Verdict; reason: the finer word, None of a valid one.

    aid: the header's own. signer: HashedId8. generation_ns: Unix. None where the packet does not say it.
    """

    verdict: str
    reason: str | None = None
    aid: int | None = None
    signer: bytes | None = None
    generation_ns: int | None = None


@dataclass(frozen=True, slots=True)
class Believed:
    """What was given to judge by. signers: end entities by HashedId8. left_out: files not believed, and why."""

    snapshot: Snapshot
    signers: Mapping[bytes, Certificate]
    left_out: tuple[LocalError, ...]


def believe(roots: Mapping[str, bytes], others: Mapping[str, bytes], scale: TimeScale) -> Believed:
    """Certificates (COER) by the name of their file; others: authorities, and end entities known by their digest.

    What does not hold (signature, chain) is left out, as the unit would not believe it. Raises LocalError for what is
    no certificate, and where no root is left.
    """
    parsed = {name: _parsed(name, raw, scale) for name, raw in {**roots, **others}.items()}
    above = {name: one.raw for name, one in parsed.items() if one.is_authority and (one.issuer or name in roots)}
    snapshot, left_out = _anchored(above, scale)
    signers = {}
    for name in parsed.keys() - above.keys():
        fault = _signer_fault(snapshot, parsed[name])
        if fault is None:
            signers[parsed[name].digest8] = parsed[name]
        else:
            left_out.append(LocalError(f"{name}: {fault.value}", f"{name}：{fault.value}"))
    return Believed(snapshot, signers, tuple(left_out))


def _anchored(files: Mapping[str, bytes], scale: TimeScale) -> tuple[Snapshot, list[LocalError]]:
    """The snapshot of all that holds together, and why each of the others does not. Raises LocalError if none does."""
    verify = libcrypto.load().verifies
    held: dict[str, bytes] = {}
    waiting = dict(files)
    while True:
        faults: dict[str, LocalError] = {}
        for name, raw in waiting.items():
            try:
                trust.build(held | {name: raw}, verify, scale=scale)
                held[name] = raw
            except LocalError as error:
                faults[name] = error
        if len(faults) == len(waiting):  # what is left hangs on nothing that holds
            return trust.build(held, verify, scale=scale), list(faults.values())
        waiting = {name: waiting[name] for name in faults}


def _parsed(name: str, raw: bytes, scale: TimeScale) -> Certificate:
    try:
        return certificates.parse(raw, scale=scale)
    except RemoteError as error:
        raise LocalError(f"{name}: not a usable certificate: {error.reason}",
                         f"{name}：不是可用的证书：{error.reason}") from None  # fmt: skip


def _signer_fault(snapshot: Snapshot, certificate: Certificate) -> Verdict | None:
    verdict = rules.signer_fault(snapshot, certificate)
    if verdict is not None:
        return verdict
    issuer = snapshot.issuer_of(certificate)
    assert issuer is not None
    e = issuer.e_of(certificate.tbs)
    is_good = libcrypto.load().verifies(issuer.curve, issuer.point, e, certificate.r, certificate.s)
    return None if is_good else Verdict.CERTIFICATE_SIGNATURE


def judge(believed: Believed, options: Options, now: Now, packet: bytes) -> Said:
    """Judges one SPDU at an instant, without a place of our own. Never raises for what it holds."""
    try:
        parsed = envelope.parse(packet, believed.snapshot.curves, options.time_scale)
    except RemoteError as error:
        return refused(error.reason)
    signer, fault = _signer(parsed, options.time_scale)
    verifier = Verifier(believed.snapshot, options)
    verifier.state.learned.update(believed.signers)
    verdict = _finished(verifier, now, packet, parsed.aid).verdict
    reason = fault if fault and verdict is Verdict.MALFORMED else verdict.value
    said = Said("valid") if verdict is Verdict.VALID else refused(reason)
    generation_ns = None if parsed.generation_us is None else utc_ns_of_v2x_us(parsed.generation_us)
    return dataclasses.replace(said, aid=parsed.aid, signer=signer, generation_ns=generation_ns)


def refused(reason: str) -> Said:
    """What is said of a packet that was refused for this reason, or of a line that holds none."""
    verdict = of_reason(reason)
    return Said(Verdict.MALFORMED.value if verdict in _BROKEN else verdict.value, reason)


def _finished(verifier: Verifier, now: Now, packet: bytes, aid: int) -> Judgement:
    """The verifier's answer, its jobs done on the spot; what it would wait for does not come."""
    answer = verifier.judge(now, packet, aid)
    if isinstance(answer, Judgement):
        return answer
    library = libcrypto.load()
    answers: list[Judgement] = []
    while jobs := verifier.take_jobs():
        for job in jobs:
            outcome = library.verify(job.curve, job.point, job.e, job.r, job.s)
            answers += verifier.settle(now, JobResult(job.number, outcome))
    answers += verifier.expire(dataclasses.replace(now, at_ns=now.at_ns + FOR_EVER_NS))
    (judgement,) = answers
    return judgement


def _signer(parsed: Spdu, scale: TimeScale) -> tuple[bytes | None, str | None]:
    """(HashedId8 of the signer, why its certificate cannot be read)."""
    if parsed.signer is not None:
        return parsed.signer, None
    try:
        return certificates.parse(parsed.certificate, parsed.curve, scale).digest8, None
    except RemoteError as error:
        return None, error.reason
