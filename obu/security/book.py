"""What this unit was told of whom to believe: its own anchors, and the signed lists it took over. One frozen value.

Its one rule: a list is taken over only if its signer may sign it, it is newer than the one it replaces, and what it
names holds together with all the rest; so a list that is refused changes nothing.
"""

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum

from obu.codec import coer
from obu.core.errors import LocalError, RemoteError
from obu.core.now import utc_ns_of_v2x_us
from obu.core.time_scale import US_PER_S, TimeScale
from obu.security import additions, crl, envelope, profile, rules, trust
from obu.security import certificate as certificates
from obu.security.certificate import Certificate
from obu.security.crl import Crl
from obu.security.linkage import Scheme
from obu.security.trust import Due, Snapshot, Verify

LIST_VERSION = 1
CRL_AID = 3628
MAX_BYTES = 1 << 20  # of one list: some thousand certificates or ten thousand revocations
MAX_CRLS = 256  # in force, of different authorities and series


class Kind(Enum):
    """TRCL (RootCtl): roots of other domains. CTL (PkiCtl): authorities of one domain. CRL: a packet of AID 3628."""

    TRCL = "trcl"
    CTL = "ctl"
    CRL = "crl"


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """A trust list taken apart. issuer: HashedId8; issued_s, next_s: Time32; certificates: COER, in its order."""

    kind: Kind
    issuer: bytes
    issued_s: int
    next_s: int
    certificates: tuple[bytes, ...]
    raw: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedCrl:
    """A revocation list in force. root: HashedId8 of the root its signer stands below; curve: the profile."""

    root: bytes
    curve: str
    crl: Crl
    raw: bytes

    @property
    def scope(self) -> bytes:
        """Of which certificates it speaks."""
        return crl.scope(self.root, self.crl.craca[-3:], self.crl.series)


@dataclass(frozen=True, slots=True)
class Tools:
    """What judging lists needs from outside. verify: a signature; schemes: for linkage values, by profile.

    grace_s: how long a list that should have been replaced still counts. scale: of the times in lists.
    """

    verify: Verify
    schemes: Mapping[str, Scheme]
    grace_s: int
    scale: TimeScale = TimeScale.UTC

    def unix_ns(self, time32_s: int) -> int:
        """The Unix instant of a Time32."""
        return utc_ns_of_v2x_us(self.scale.from_wire_us(time32_s * US_PER_S))


@dataclass(frozen=True, slots=True)
class Book:
    """anchors: COER certificates by file name, put there by hand. listings: by kind and issuer; crls: by what they are
    about. Lists are replaced, never gathered."""

    anchors: Mapping[str, bytes]
    listings: Mapping[tuple[Kind, bytes], Listing] = field(default_factory=dict)
    crls: Mapping[tuple[bytes, bool, bool], SignedCrl] = field(default_factory=dict)

    def lists(self) -> Iterator[tuple[Kind, bytes]]:
        """Every list as it came, in an order in which they can be taken over again."""
        for (kind, _), listing in sorted(self.listings.items(), key=lambda item: item[0][0] is Kind.CTL):
            yield kind, listing.raw
        for signed in sorted(self.crls.values(), key=lambda signed: signed.crl.is_delta):
            yield Kind.CRL, signed.raw


def snapshot_of(book: Book, tools: Tools, version: int = 1) -> Snapshot:
    """The trust that a book amounts to. Slow: checks every signature, expands every seed.

    Raises LocalError that names the certificate which does not hold.
    """
    until_ns: dict[bytes, int] = {}
    for root, listing in _recognised(book):
        until_ns[root] = tools.unix_ns(listing.next_s + tools.grace_s)
        if (own := book.listings.get((Kind.CTL, root))) is not None:
            until_ns[root] = min(until_ns[root], tools.unix_ns(own.next_s + tools.grace_s))
    revoked = crl.compile_revoked([(one.scope, one.curve, one.crl) for one in book.crls.values()], tools.schemes)
    return trust.build(_files(book), tools.verify, version, revoked, until_ns, tuple(_due(book, tools)), tools.scale)


def _recognised(book: Book) -> Iterator[tuple[bytes, Listing]]:
    """Roots of other domains (HashedId8) and the list that names each."""
    own = set(book.anchors.values())
    for (kind, _), listing in book.listings.items():
        if kind is Kind.TRCL:
            yield from ((certificates.parse(raw).digest8, listing) for raw in listing.certificates if raw not in own)


def _due(book: Book, tools: Tools) -> Iterator[Due]:
    for (kind, issuer), listing in book.listings.items():
        yield Due(kind.value, issuer, tools.unix_ns(listing.next_s))
    for one in book.crls.values():
        yield Due(Kind.CRL.value, one.crl.craca, tools.unix_ns(one.crl.next_s))


def adopt(book: Book, kind: Kind, raw: bytes, utc_ns: int | None, tools: Tools) -> Book:
    """The book with this list in it. utc_ns: Unix; None: dates are not judged, as for lists that were judged before.

    Raises RemoteError: a reason of the codec's or of a certificate's, or one of list_*, crl_*.
    """
    if len(raw) > MAX_BYTES:
        raise RemoteError("list_too_long")
    return _adopt_crl(book, raw, utc_ns, tools) if kind is Kind.CRL else _adopt_listing(book, kind, raw, utc_ns, tools)


def _adopt_listing(book: Book, kind: Kind, raw: bytes, utc_ns: int | None, tools: Tools) -> Book:
    name, entries, next_name = _SHAPES[kind]
    value = coer.decode(name, raw)
    additions.refuse(value)
    tbs = value[f"toBeSigned{name}"]
    if tbs["version"] != LIST_VERSION:
        raise RemoteError("list_version")
    way = profile.of_issuer(tbs["issuer"])
    if way is None or tbs["issuer"][0] == "self":
        raise RemoteError("list_issuer_unknown")
    listing = Listing(
        kind=kind,
        issuer=tbs["issuer"][1],
        issued_s=tbs["issueDate"],
        next_s=tbs[next_name],
        certificates=tuple(coer.encode("Certificate", one) for info in tbs[entries] for one in _certificates(info)),
        raw=raw,
    )
    signer = _list_signer(book, listing)
    known = book.listings.get((kind, listing.issuer))
    _check_dates(listing.issued_s, listing.next_s, known.issued_s if known else None, utc_ns, tools)
    r, s = certificates.signature(way, value["signature"])
    if not tools.verify(signer.curve, signer.point, signer.e_of(coer.encode(f"ToBeSigned{name}", tbs)), r, s):
        raise RemoteError("list_signature")
    book = dataclasses.replace(book, listings={**book.listings, (kind, listing.issuer): listing})
    return _whole(_without_orphans(book), tools)


# Of each trust list: the codec's name, its field of entries, its field of the next date.
_SHAPES = {
    Kind.TRCL: ("RootCtl", "pkiCtlInfoList", "nextRootCtl"),
    Kind.CTL: ("PkiCtl", "pkiCertInfoList", "nextPkiCtl"),
}


def _certificates(info: dict[str, object]) -> list[object]:
    found = info["certificate"] if "certificate" in info else [info["rootCertificate"]]
    assert isinstance(found, list)
    return found


def _list_signer(book: Book, listing: Listing) -> Certificate:
    """A TRCL is signed by one of our own roots, a CTL by the root whose authorities it lists, own or recognised."""
    candidates = list(book.anchors.values())
    if listing.kind is Kind.CTL:
        candidates += [
            raw for (kind, _), known in book.listings.items() if kind is Kind.TRCL for raw in known.certificates
        ]
    for raw in candidates:
        certificate = certificates.parse(raw)
        if certificate.digest8 == listing.issuer and certificate.issuer is None:
            return certificate
    raise RemoteError("list_issuer_unknown")


def _adopt_crl(book: Book, raw: bytes, utc_ns: int | None, tools: Tools) -> Book:
    spdu = envelope.decoded(raw, envelope.CURVES)
    if spdu.aid != CRL_AID:
        raise RemoteError("crl_aid")
    if not spdu.certificate:
        raise RemoteError("crl_signer_unknown")
    signer = certificates.parse(spdu.certificate, spdu.curve, tools.scale)
    snapshot = trust.build(_files(book), tools.verify, scale=tools.scale)
    _check_crl_signer(snapshot, signer, utc_ns, tools)
    listed = crl.parse(spdu.payload)
    chain = snapshot.chain_of(signer)
    if listed.craca not in [part.digest8 for part in chain]:
        raise RemoteError("crl_scope")
    signed = SignedCrl(root=chain[-1].digest8, curve=signer.curve, crl=listed, raw=raw)
    key = (signed.scope, listed.is_linked, listed.is_delta)
    full = book.crls.get((signed.scope, listed.is_linked, False))
    known = book.crls.get(key) or (full if listed.is_delta else None)
    _check_dates(listed.issued_s, listed.next_s, known.crl.issued_s if known else None, utc_ns, tools)
    if not tools.verify(signer.curve, signer.point, signer.e_of(spdu.tbs), spdu.r, spdu.s):
        raise RemoteError("list_signature")
    crls = {**book.crls, key: signed}
    added = crls.get((signed.scope, listed.is_linked, True))
    if added is not None and not listed.is_delta and added.crl.issued_s <= listed.issued_s:
        del crls[signed.scope, listed.is_linked, True]  # the full list holds what the older delta added
    if len(crls) > MAX_CRLS:
        raise RemoteError("crl_too_many")
    return dataclasses.replace(book, crls=crls)


def _check_crl_signer(snapshot: Snapshot, signer: Certificate, utc_ns: int | None, tools: Tools) -> None:
    fault = rules.signer_fault(snapshot, signer)
    if fault is not None:
        raise RemoteError(fault.value)
    issuer = snapshot.issuer_of(signer)
    assert issuer is not None
    if not tools.verify(issuer.curve, issuer.point, issuer.e_of(signer.tbs), signer.r, signer.s):
        raise RemoteError("certificate_signature")
    if not signer.permits(CRL_AID):
        raise RemoteError("aid_not_permitted")
    if utc_ns is not None and not signer.is_valid_at(utc_ns):
        raise RemoteError("certificate_expired" if utc_ns >= signer.end_ns else "certificate_not_yet_valid")


def _check_dates(issued_s: int, next_s: int, known_issued_s: int | None, utc_ns: int | None, tools: Tools) -> None:
    if next_s <= issued_s:
        raise RemoteError("list_dates")
    if known_issued_s is not None and issued_s <= known_issued_s:
        raise RemoteError("list_known" if issued_s == known_issued_s else "list_rolled_back")
    if utc_ns is not None and tools.unix_ns(next_s) <= utc_ns:
        raise RemoteError("list_expired")
    if utc_ns is not None and tools.unix_ns(issued_s) > utc_ns:
        raise RemoteError("list_from_the_future")


def _without_orphans(book: Book) -> Book:
    """A domain that no list recognises any more goes with its own lists."""
    roots = {root for root, _ in _recognised(book)} | {certificates.parse(raw).digest8 for raw in book.anchors.values()}
    listings = {key: one for key, one in book.listings.items() if key[0] is Kind.TRCL or key[1] in roots}
    crls = {key: one for key, one in book.crls.items() if one.root in roots}
    return dataclasses.replace(book, listings=listings, crls=crls)


def _whole(book: Book, tools: Tools) -> Book:
    try:
        trust.build(_files(book), tools.verify, scale=tools.scale)
    except LocalError:
        raise RemoteError("list_certificate") from None
    return book


def _files(book: Book) -> dict[str, bytes]:
    """Every certificate once, by the name of its file or its place in a list."""
    named = {raw: name for name, raw in book.anchors.items()}
    for (kind, issuer), listing in book.listings.items():
        for number, raw in enumerate(listing.certificates):
            named.setdefault(raw, f"{kind.value} {issuer.hex()} [{number}]")
    return {name: raw for raw, name in named.items()}
