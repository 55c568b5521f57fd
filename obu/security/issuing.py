"""Makes certificates: what is to be signed, its digest, the finished bytes. Its one rule: the keys are elsewhere."""

from dataclasses import dataclass
from typing import Any

from obu.codec import coer
from obu.core.errors import LocalError
from obu.core.now import NS_PER_S, v2x_time_s
from obu.security import certificate as certificates
from obu.security import keys, profile
from obu.security.certificate import Certificate
from obu.security.linkage import Carried
from obu.security.profile import Profile

APP = (b"\x80", 8)  # EndEntityType: those that sign messages
ENROL = (b"\x40", 8)  # those that ask for certificates
_MAX_COUNT = 65_535


@dataclass(frozen=True, slots=True)
class Draft:
    """A certificate without its signature. e: the digest that the issuer's key (or its own, for a root) must sign."""

    issuer: tuple[str, Any]
    tbs: dict[str, Any]
    e: bytes


@dataclass(frozen=True, slots=True)
class Lifetime:
    """From start_ns (Unix, whole seconds are kept) for seconds."""

    start_ns: int
    seconds: int


def root(name: str, point: bytes, lifetime: Lifetime, way: Profile = profile.SM2) -> Draft:
    """A self-signed root that may issue every application through one authority between it and the end entity.

    way: the profile of all that is below it.
    """
    tbs = _tbs(way, name, point, lifetime, bytes(3))
    tbs["certIssuePermissions"] = [
        {"subjectPermissions": ("all", None), "minChainLength": 1, "chainLengthRange": 1, "eeType": kinds}
        for kinds in (APP, ENROL)
    ]
    e = way.e(way.own_binding(point), coer.encode("ToBeSignedCertificate", tbs))
    return Draft(("self", way.hash_id), tbs, e)


def authority(
    name: str,
    point: bytes,
    lifetime: Lifetime,
    issuer: Certificate,
    aids: tuple[int, ...],
    craca: Certificate | None = None,
    kinds: tuple[bytes, int] = APP,
) -> Draft:
    """An authority (PCA, ACA, ECA) that may issue end-entity certificates for these AIDs.

    craca: whose lists may revoke it; None: the issuer's. kinds: APP or ENROL.
    """
    tbs = _tbs(issuer.profile, name, point, lifetime, keys.hashed_id3((craca or issuer).digest))
    tbs["certIssuePermissions"] = [
        {
            "subjectPermissions": ("explicit", [{"aid": aid, "sspRange": ("all", None)} for aid in aids]),
            "minChainLength": 1,
            "chainLengthRange": 0,
            "eeType": kinds,
        }
    ]
    return _issued(tbs, issuer)


def end_entity(
    point: bytes,
    lifetime: Lifetime,
    issuer: Certificate,
    aids: tuple[int, ...],
    name: str = "",
    craca: Certificate | None = None,
    carried: Carried | None = None,
) -> Draft:
    """A certificate to sign messages of these AIDs with: a pseudonym (without a name) or an application certificate.

    craca: whose lists may revoke it; None: the issuer's. carried: by which a list of seeds finds a pseudonym.
    """
    tbs = _tbs(issuer.profile, name, point, lifetime, keys.hashed_id3((craca or issuer).digest))
    if carried is not None:
        tbs["id"] = ("linkageData", {"iCert": carried.period, "linkage-value": carried.value})
    tbs["appPermissions"] = [{"aid": aid} for aid in aids]
    return _issued(tbs, issuer)


def enrolment(point: bytes, lifetime: Lifetime, issuer: Certificate, name: str, craca: Certificate) -> Draft:
    """An enrolment certificate: it asks for others, and signs no message."""
    tbs = _tbs(issuer.profile, name, point, lifetime, keys.hashed_id3(craca.digest))
    tbs["certRequestPermissions"] = [{"subjectPermissions": ("all", None), "eeType": APP}]
    return _issued(tbs, issuer)


def finish(draft: Draft, r: bytes, s: bytes) -> bytes:
    """The certificate in COER with its signature (32 bytes each) in place."""
    way = profile.of_issuer(draft.issuer)
    assert way is not None
    value = {
        "version": certificates.VERSION,
        "type": "explicit",
        "issuer": draft.issuer,
        "toBeSigned": draft.tbs,
        "signature": signature(way, r, s),
    }
    return coer.encode("Certificate", value)


def signature(way: Profile, r: bytes, s: bytes) -> tuple[str, Any]:
    """A Signature in the codec's form, of r and s (32 bytes each)."""
    return way.signature, {"rSig": r if way is profile.SM2 else ("x-only", r), "sSig": s}


def _issued(tbs: dict[str, Any], issuer: Certificate) -> Draft:
    e = issuer.e_of(coer.encode("ToBeSignedCertificate", tbs))
    return Draft((issuer.profile.issued, issuer.digest8), tbs, e)


def _tbs(way: Profile, name: str, point: bytes, lifetime: Lifetime, craca_id: bytes) -> dict[str, Any]:
    x, is_y_odd = keys.compress(point)
    form = "compressed-y-1" if is_y_odd else "compressed-y-0"
    return {
        "id": ("name", name) if name else ("none", None),
        "cracaId": craca_id,
        "crlSeries": 0,
        "validityPeriod": {"start": v2x_time_s(lifetime.start_ns), "duration": _duration(lifetime.seconds)},
        "verifyKeyIndicator": ("verificationKey", (way.key, (form, x))),
    }


def _duration(seconds: int) -> tuple[str, int]:
    """The finest unit that holds it; what does not fit the unit is cut off."""
    for unit in ("seconds", "minutes", "hours", "years"):
        count = seconds * NS_PER_S // certificates.DURATION_NS[unit]
        if 0 < count <= _MAX_COUNT:
            return unit, count
    raise LocalError(f"{seconds} s is no lifetime of a certificate", f"{seconds} 秒不能作为证书有效期")
