"""Whom this unit believes: roots and authorities as one frozen snapshot, and the rules of a chain.

Its one rule: an authority is in a snapshot only after its own signature and its chain to a root have been checked.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum

from obu.core.errors import LocalError, RemoteError
from obu.core.time_scale import TimeScale
from obu.security import certificate as certificates
from obu.security import crl, keys
from obu.security.certificate import AppPermission, Certificate, IssuePermission, SspRange
from obu.security.crl import Revoked

BENCH_ROOT_PREFIX = "OBU BENCH ROOT"  # in a root's name: made by `obu cert make-test`, its keys protect nobody

NOTHING_REVOKED = Revoked()

Verify = Callable[[str, bytes, bytes, bytes, bytes], bool]  # (curve, point, e, r, s)


class ChainFault(Enum):
    """Why a certificate may not stand below its issuer."""

    VALIDITY = "certificate_outlives_issuer"
    PROFILE = "certificate_issuer_algorithm"
    PERMISSIONS = "certificate_exceeds_issuer"
    CHAIN_LENGTH = "certificate_chain_length"
    END_ENTITY_TYPE = "certificate_end_entity_type"


_SAID = {
    ChainFault.VALIDITY: ("valid for longer than its issuer", "有效期超出签发者"),
    ChainFault.PROFILE: ("signs in another way than its issuer", "签名算法与签发者不同"),
    ChainFault.PERMISSIONS: ("may issue what its issuer may not", "签发权限超出签发者"),
    ChainFault.CHAIN_LENGTH: ("its issuer does not allow a chain of this length", "证书链长度超出签发者的许可"),
    ChainFault.END_ENTITY_TYPE: ("issues for a kind of end entity that its issuer may not", "终端类型超出签发者的许可"),
}


@dataclass(frozen=True, slots=True)
class Due:
    """A list in force: what it is, of whom (HashedId8), and the Unix instant by which the next one was promised."""

    kind: str
    issuer: bytes
    next_ns: int


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All trust at one instant. version grows with each change; roots and authorities by HashedId8.

    revoked: what revocation lists withdraw. until_ns: by the HashedId8 of a root of another domain, the Unix instant
    from which on the list that recognises it is too old. due: lists with the instants by which the next is to come.
    curves: the profiles of these trust domains, of which each root names its own. bound: HashedId8 of roots and
    authorities that have a region, or have one above them.
    """

    version: int
    roots: Mapping[bytes, Certificate]
    authorities: Mapping[bytes, Certificate]
    revoked: Revoked
    until_ns: Mapping[bytes, int] = field(default_factory=dict)
    due: tuple[Due, ...] = ()
    curves: frozenset[str] = field(init=False)
    bound: frozenset[bytes] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "curves", frozenset(root.curve for root in self.roots.values()))
        above = (*self.roots.values(), *self.authorities.values())
        bound = (one.digest8 for one in above if any(part.region is not None for part in self.chain_of(one)))
        object.__setattr__(self, "bound", frozenset(bound))

    @property
    def is_bench(self) -> bool:
        """Whether a root is a bench anchor: then nothing that is verified is worth more than a rehearsal."""
        return any(root.name.startswith(BENCH_ROOT_PREFIX) for root in self.roots.values())

    def issuer_of(self, certificate: Certificate) -> Certificate | None:
        """The trusted certificate that issued this one, None when there is none."""
        if certificate.issuer is None:
            return None
        return self.authorities.get(certificate.issuer) or self.roots.get(certificate.issuer)

    def is_trusted(self, certificate: Certificate) -> bool:
        """Whether it is one of the roots or authorities here."""
        known = self.roots.get(certificate.digest8) or self.authorities.get(certificate.digest8)
        return known is not None and known.raw == certificate.raw

    def chain_of(self, certificate: Certificate) -> tuple[Certificate, ...]:
        """The certificate and those above it up to the root."""
        chain = [certificate]
        while (issuer := self.issuer_of(chain[-1])) is not None:
            chain.append(issuer)
        return tuple(chain)


def build(
    files: Mapping[str, bytes],
    verify: Verify,
    version: int = 1,
    revoked: Revoked = NOTHING_REVOKED,
    until_ns: Mapping[bytes, int] | None = None,
    due: tuple[Due, ...] = (),
    scale: TimeScale = TimeScale.UTC,
) -> Snapshot:
    """The snapshot of certificates by the name of their file (COER). Slow: called once, at start.

    Raises LocalError that names the file: malformed, badly signed, or without a chain to one of the roots among them.
    """
    waiting = {name: _parsed(name, raw, scale) for name, raw in sorted(files.items())}
    roots: dict[bytes, Certificate] = {}
    for name, certificate in list(waiting.items()):
        if certificate.issuer is None:
            _check(name, certificate, None, verify)
            roots[certificate.digest8] = waiting.pop(name)
    if not roots:
        raise LocalError("the trust store has no root certificate", "信任库中没有根证书")
    authorities: dict[bytes, Certificate] = {}
    while waiting:
        known = Snapshot(version, roots, authorities, revoked)
        ready = [name for name, certificate in waiting.items() if known.issuer_of(certificate)]
        if not ready:
            names = ", ".join(waiting)
            raise LocalError(f"{names}: issued by nobody in the trust store", f"{names}：信任库中没有其签发者")
        for name in ready:
            certificate = waiting.pop(name)
            _check(name, certificate, known.issuer_of(certificate), verify)
            authorities[certificate.digest8] = certificate
    return Snapshot(version, roots, authorities, revoked, until_ns or {}, due)


def _parsed(name: str, raw: bytes, scale: TimeScale) -> Certificate:
    try:
        certificate = certificates.parse(raw, scale=scale)
    except RemoteError as error:
        raise LocalError(f"{name}: not a usable certificate: {error.reason}",
                         f"{name}：不是可用的证书：{error.reason}") from None  # fmt: skip
    if not certificate.is_authority:
        raise LocalError(f"{name}: neither root nor authority, it may issue nothing",
                         f"{name}：既不是根证书也不是 CA 证书")  # fmt: skip
    return certificate


def _check(name: str, certificate: Certificate, issuer: Certificate | None, verify: Verify) -> None:
    """issuer: None for a root, which signs itself."""
    signer = issuer or certificate
    e = issuer.e_of(certificate.tbs) if issuer else certificate.own_e()
    if not verify(signer.curve, signer.point, e, certificate.r, certificate.s):
        raise LocalError(f"{name}: its signature is wrong", f"{name}：签名错误")
    fault = chain_fault(certificate, issuer) if issuer else None
    if fault is not None:
        en, zh = _SAID[fault]
        raise LocalError(f"{name}: {en}", f"{name}：{zh}")


def chain_fault(certificate: Certificate, issuer: Certificate) -> ChainFault | None:
    """Why the issuer may not have issued the certificate, None when it may (IEEE 1609.2 5.1.2)."""
    if certificate.curve != issuer.curve:
        return ChainFault.PROFILE
    if certificate.start_ns < issuer.start_ns or certificate.end_ns > issuer.end_ns:
        return ChainFault.VALIDITY
    for wanted in certificate.issues:
        fault = _closest([(held, _issue_fault(held, wanted)) for held in issuer.issues], wanted.aid)
        if fault is not None:
            return fault
    for permission in certificate.app:
        fault = _closest([(held, _app_fault(held, permission)) for held in issuer.issues], permission.aid)
        if fault is not None:
            return fault
    return None


def _closest(judged: list[tuple[IssuePermission, ChainFault | None]], aid: int | None) -> ChainFault | None:
    """None when one permission covers it; else the fault of the last one that is about this AID.

    Permissions for all are for all AIDs but those that are named beside them (IEEE 1609.2 6.4.29).
    """
    named = [fault for held, fault in judged if held.aid == aid]
    faults = named or [fault for held, fault in judged if held.aid is None]
    return None if None in faults else faults[-1] if faults else ChainFault.PERMISSIONS


def _app_fault(held: IssuePermission, wanted: AppPermission) -> ChainFault | None:
    if not _ssp_is_covered(held.ssp_range, wanted.ssp):
        return ChainFault.PERMISSIONS
    if held.min_chain > 1 or (held.max_chain is not None and held.max_chain < 1):
        return ChainFault.CHAIN_LENGTH
    return None if held.for_app else ChainFault.END_ENTITY_TYPE


def _issue_fault(held: IssuePermission, wanted: IssuePermission) -> ChainFault | None:
    if not _range_is_covered(held.ssp_range, wanted.ssp_range):
        return ChainFault.PERMISSIONS
    if wanted.min_chain + 1 < held.min_chain:
        return ChainFault.CHAIN_LENGTH
    if held.max_chain is not None and (wanted.max_chain is None or wanted.max_chain + 1 > held.max_chain):
        return ChainFault.CHAIN_LENGTH
    if (wanted.for_app and not held.for_app) or (wanted.for_enrolment and not held.for_enrolment):
        return ChainFault.END_ENTITY_TYPE
    return None


def _range_is_covered(held: SspRange | None, wanted: SspRange | None) -> bool:
    """Whether all that `wanted` allows is allowed by `held` (IEEE 1609.2 6.4.31); None: anything."""
    if held is None or held == wanted:
        return True
    if wanted is None or held[0] != wanted[0]:
        return False
    if held[0] == "opaque":
        return set(wanted[1]) <= set(held[1])
    lengths = {len(part) for pair in (held[1], wanted[1]) for part in pair}
    value, mask, wanted_value, wanted_mask = (int.from_bytes(part) for pair in (held[1], wanted[1]) for part in pair)
    return len(lengths) == 1 and wanted_mask & mask == mask and wanted_value & mask == value & mask


def _ssp_is_covered(held: SspRange | None, ssp: tuple[str, bytes] | None) -> bool:
    if held is None:
        return True
    form, allowed = held
    if form == "opaque":
        return (ssp is None and b"" in allowed) or (ssp is not None and ssp[0] == "opaque" and ssp[1] in allowed)
    if ssp is None or ssp[0] != "bitmapSsp":
        return False
    value, mask = (int.from_bytes(part, "big") for part in allowed)
    return len(ssp[1]) == len(allowed[0]) and int.from_bytes(ssp[1], "big") & mask == value & mask


def is_revoked(snapshot: Snapshot, certificate: Certificate) -> bool:
    """Whether a list withdraws the certificate or one above it."""
    revoked = snapshot.revoked
    if not revoked.keys and not revoked.groups:
        return False
    chain = snapshot.chain_of(certificate)
    root8 = chain[-1].digest8
    return any(
        revoked.holds(
            crl.scope(root8, part.craca_id, part.crl_series), keys.hashed_id10(part.digest), part.linkage, part.curve
        )
        for part in chain
    )


def is_recognised(snapshot: Snapshot, certificate: Certificate, utc_ns: int) -> bool:
    """Whether its root is our own, or one that a list recognises which is not too old."""
    until_ns = snapshot.until_ns
    return not until_ns or utc_ns < until_ns.get(snapshot.chain_of(certificate)[-1].digest8, utc_ns + 1)
