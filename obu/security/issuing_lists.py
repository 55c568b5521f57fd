"""Makes trust lists and revocation lists: what is to be signed, and the finished bytes. The keys are elsewhere."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from obu.codec import coer
from obu.security import crl, issuing
from obu.security.certificate import Certificate
from obu.security.linkage import Seed

LIST_VERSION = 1


@dataclass(frozen=True, slots=True)
class Dates:
    """Time32: when a list was made, and by when the next one comes."""

    issued_s: int
    next_s: int


@dataclass(frozen=True, slots=True)
class ListDraft:
    """A trust list without its signature. e: the digest that the issuer's key must sign."""

    kind: str
    tbs: dict[str, Any]
    issuer: Certificate
    e: bytes


def root_list(issuer: Certificate, series: int, dates: Dates, roots: Iterable[Certificate]) -> ListDraft:
    """TRCL: roots of other domains."""
    infos = [{"rootCertificate": coer.decode("Certificate", root.raw)} for root in roots]
    tbs = _tbs(issuer, series, dates, "nextRootCtl") | {"pkiCtlInfoList": infos}
    return ListDraft("RootCtl", tbs, issuer, issuer.e_of(coer.encode("ToBeSignedRootCtl", tbs)))


def authority_list(issuer: Certificate, series: int, dates: Dates, authorities: Iterable[Certificate]) -> ListDraft:
    """The authorities of the issuer's domain."""
    infos = [{"certificate": [coer.decode("Certificate", authority.raw)]} for authority in authorities]
    tbs = _tbs(issuer, series, dates, "nextPkiCtl") | {"pkiCertInfoList": infos}
    return ListDraft("PkiCtl", tbs, issuer, issuer.e_of(coer.encode("ToBeSignedPkiCtl", tbs)))


def finish(draft: ListDraft, r: bytes, s: bytes) -> bytes:
    """The list in COER with its signature (32 bytes each) in place."""
    return coer.encode(
        draft.kind, {f"toBeSigned{draft.kind}": draft.tbs, "signature": issuing.signature(draft.issuer.profile, r, s)}
    )


def _tbs(issuer: Certificate, series: int, dates: Dates, next_name: str) -> dict[str, Any]:
    return {
        "version": LIST_VERSION,
        "issuer": (issuer.profile.issued, issuer.digest8),
        "series": series,
        "issueDate": dates.issued_s,
        next_name: dates.next_s,
    }


def hash_crl(
    craca: bytes, series: int, dates: Dates, hashes: Sequence[tuple[bytes, int]], serial: int, is_delta: bool = False
) -> bytes:
    """CrlContents that withdraws certificates by HashedId10. hashes: with the end of each one's validity (Time32)."""
    entries = [{"id": hashed, "expiry": expiry_s} for hashed, expiry_s in hashes]
    body = {"crlSerial": serial, "entries": entries}
    return _contents(craca, series, dates, ("deltaHashCrl" if is_delta else "fullHashCrl", body))


def linked_crl(
    craca: bytes, series: int, dates: Dates, i_rev: int, vehicles: Sequence[tuple[Seed, Seed]], jmax: int, i_max: int
) -> bytes:
    """CrlContents that withdraws whole vehicles. vehicles: both authorities' seeds at period i_rev."""
    groups = [
        {
            "la1Id": one.la_id,
            "la2Id": two.la_id,
            "contents": [
                {
                    "iMax": i_max,
                    "contents": [{"linkageSeed1": one.seed, "linkageSeed2": two.seed}],
                    "singleSeeds": [],
                }
            ],
        }
        for one, two in vehicles
    ]
    body = {"iRev": i_rev, "indexWithinI": 0, "individual": [{"jmax": jmax, "contents": groups}]}
    return _contents(craca, series, dates, ("fullLinkedCrl", body))


def _contents(craca: bytes, series: int, dates: Dates, specific: tuple[str, Any]) -> bytes:
    value = {
        "version": crl.VERSION,
        "crlSeries": series,
        "crlCraca": craca,
        "issueDate": dates.issued_s,
        "nextCrl": dates.next_s,
        "priorityInfo": {},
        "typeSpecific": specific,
    }
    return coer.encode("CrlContents", value)
