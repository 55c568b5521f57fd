"""Rules for a packet and its certificate that need no memory of other packets. Their one rule: cheap ones first."""

from obu.core.geo import LatLon
from obu.core.now import NS_PER_MS, Now, utc_ns_of_v2x_us
from obu.security import keys, region
from obu.security.certificate import Certificate
from obu.security.envelope import Spdu
from obu.security.trust import ChainFault, Snapshot, chain_fault, is_recognised, is_revoked
from obu.security.verdict import Verdict

BSM_AIDS = frozenset({111, 112, 113, 114})  # GB/T 45315-2025 7.4 forbids generationLocation in them

_ZERO = bytes(32)
_ORDERS = {name: curve.n.to_bytes(32) for name, curve in keys.CURVES.items()}

_OF_CHAIN = {
    ChainFault.PROFILE: Verdict.CERTIFICATE_ISSUER_ALGORITHM,
    ChainFault.VALIDITY: Verdict.CERTIFICATE_OUTLIVES_ISSUER,
    ChainFault.PERMISSIONS: Verdict.CERTIFICATE_EXCEEDS_ISSUER,
    ChainFault.CHAIN_LENGTH: Verdict.CERTIFICATE_CHAIN_LENGTH,
    ChainFault.END_ENTITY_TYPE: Verdict.CERTIFICATE_END_ENTITY_TYPE,
}


def header_fault(now: Now, spdu: Spdu, network_aid: int, max_age_ms: int) -> Verdict | None:
    """GB/T 45315-2025 7.4: the AID is the network layer's; its time is there, max_age_ms old at most, not future.

    The future begins where our own clock's error ends.
    """
    if now.utc_ns is None:
        return Verdict.CLOCK_UNSYNCHRONISED
    if spdu.aid != network_aid:
        return Verdict.AID_MISMATCH
    if spdu.generation_us is None:
        return Verdict.GENERATION_TIME_ABSENT
    generation_ns = utc_ns_of_v2x_us(spdu.generation_us)
    if now.utc_ns - generation_ns > max_age_ms * NS_PER_MS:
        return Verdict.GENERATION_TOO_OLD
    if generation_ns > now.utc_ns + now.utc_error_ns:
        return Verdict.GENERATION_IN_FUTURE
    if spdu.expiry_us is not None and spdu.expiry_us <= spdu.generation_us:
        return Verdict.EXPIRY_BEFORE_GENERATION
    if spdu.expiry_us is not None and utc_ns_of_v2x_us(spdu.expiry_us) <= now.utc_ns:
        return Verdict.MESSAGE_EXPIRED
    if spdu.has_location and spdu.aid in BSM_AIDS:
        return Verdict.GENERATION_LOCATION_PRESENT
    return None


def signature_fault(certificate: Certificate, r: bytes, s: bytes) -> Verdict | None:
    """GM/T 0003.2-2012 7.1: r and s are within 1..n-1, and with SM2 their sum is not n. Spares a verification."""
    n = _ORDERS[certificate.curve]
    is_good = _ZERO < r < n and _ZERO < s < n  # numbers of one length are ordered as their octets are
    if is_good and certificate.curve == keys.SM2:
        is_good = int.from_bytes(r) + int.from_bytes(s) != keys.CURVES[keys.SM2].n
    return None if is_good else Verdict.SIGNATURE_OUT_OF_RANGE


def signer_fault(trust: Snapshot, certificate: Certificate, min_assurance: int = 0) -> Verdict | None:
    """Whether it is an end entity's and its issuer, whom we trust, could issue it; its signature is not looked at.

    min_assurance: the level (0..7) below which nobody is believed.
    """
    if certificate.issuer is None and not trust.is_trusted(certificate):
        return Verdict.CERTIFICATE_SELF_SIGNED
    if not certificate.is_end_entity:
        return Verdict.SIGNER_NOT_END_ENTITY
    if certificate.assurance < min_assurance:
        return Verdict.CERTIFICATE_ASSURANCE
    issuer = trust.issuer_of(certificate)
    if issuer is None:
        return Verdict.CERTIFICATE_ISSUER_UNKNOWN
    fault = chain_fault(certificate, issuer)
    return _OF_CHAIN[fault] if fault else None


def use_fault(
    trust: Snapshot, certificate: Certificate, aid: int, generation_ns: int, utc_ns: int, place: LatLon | None
) -> Verdict | None:
    """Whether the certificate stands for a message of an AID, made and heard at (Unix) instants, at a place.

    The region of every certificate above it counts too.
    """
    if is_revoked(trust, certificate):
        return Verdict.CERTIFICATE_REVOKED
    if not is_recognised(trust, certificate, utc_ns):
        return Verdict.TRUST_LIST_TOO_OLD
    for instant_ns in (generation_ns, utc_ns):
        if instant_ns < certificate.start_ns:
            return Verdict.CERTIFICATE_NOT_YET_VALID
        if instant_ns >= certificate.end_ns:
            return Verdict.CERTIFICATE_EXPIRED
    if not certificate.permits(aid):
        return Verdict.AID_NOT_PERMITTED
    if certificate.region is None and certificate.issuer not in trust.bound:
        return None
    is_inside = all(region.contains(part.region, place) for part in trust.chain_of(certificate))
    return None if is_inside else Verdict.CERTIFICATE_OUTSIDE_REGION
