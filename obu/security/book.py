"""What this unit was told of whom to believe: its own anchors, and the signed lists it took over. One frozen value.

Laws: a list is taken over only if its signer may sign it, it is newer than the one it replaces, and all that it names
holds together with the rest; so a book that was good stays good, and a refused list changes nothing.
"""

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from obu.codec import coer
from obu.core.errors import LocalError, RemoteError
from obu.core.now import NS_PER_S, V2X_EPOCH_UNIX_S
from obu.security import additions, crl, envelope, profile, trust
from obu.security import certificate as certificates
from obu.security.certificate import Certificate
from obu.security.crl import Crl
from obu.security.linkage import Scheme
from obu.security.trust import Limit, Snapshot, Verify

LIST_VERSION = 1
CRL_AID = 3628
MAX_BYTES = 1 << 20  # of one list: some thousand certificates
MAX_CRLS = 256  # of different authorities and series


class Kind(Enum):
    """roots: TRCL (RootCtl). authorities: of one domain (PkiCtl). revoked: CRL (a signed packet of AID 3628)."""

    ROOTS = "trcl"
    AUTHORITIES = "ctl"
    REVOKED = "crl"


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """A trust list that was taken apart. issuer: HashedId8; issued_s, next_s: Time32; certificates: COER, in order."""

    issuer: bytes
    series: int
    issued_s: int
    next_s: int
    certificates: tuple[bytes, ...]
    tbs: bytes
    signature: tuple[str, Any]
    raw: bytes


@dataclass(frozen=True, slots=True)
class SignedCrl:
    """A revocation list as it came, and what it says."""

    crl: Crl
    raw: bytes


@dataclass(frozen=True, slots=True)
class Book:
    """anchors: COER certificates by file name. roots: the TRCL by its issuer; authorities: each domain's list by its root.

    revoked: by (scope, linked or not, delta or not).
    """

    anchors: Mapping[str, bytes]
    roots: Mapping[bytes, Listing] = field(default_factory=dict)
    authorities: Mapping[bytes, Listing] = field(default_factory=dict)
    revoked: Mapping[tuple[bytes, bool, bool], SignedCrl] = field(default_factory=dict)

    def lists(self) -> Iterator[tuple[Kind, bytes]]:
        """Every list as it came, in an order in which each can be taken over again."""
        for listing in self.roots.values():
            yield Kind.ROOTS, listing.raw
        for listing in self.authorities.values():
            yield Kind.AUTHORITIES, listing.raw
        for signed in sorted(self.revoked.values(), key=lambda signed: signed.crl.is_delta):
            yield Kind.REVOKED, signed.raw


def snapshot_of(book: Book, verify: Verify, scheme: Scheme, grace_s: int, version: int = 1) -> Snapshot:
    """The trust that the book amounts to. Slow: every signature is checked, every linkage seed expanded.

    Raises LocalError that names the certificate which does not hold.
    """
    files = dict(book.anchors)
    limits: dict[bytes, Limit] = {}
    for kind, listings in ((Kind.ROOTS, book.roots), (Kind.AUTHORITIES, book.authorities)):
        for issuer, listing in listings.items():
            for number, raw in enumerate(listing.certificates):
                if raw not in book.anchors.values():
                    files[f"{kind.value} {issuer.hex()} [{number}]"] = raw
    snapshot = trust.build(files, verify, version, crl.compile_revoked([one.crl for one in book.revoked.values()], scheme))
    own = {certificates.parse(raw).digest8 for raw in book.anchors.values()}
    for listing in book.roots.values():
        for raw in listing.certificates:
            digest8 = certificates.parse(raw).digest8
            if digest8 not in own:
                limits[digest8] = _limit(listing, grace_s)
    for root8, listing in book.authorities.items():
        if root8 in limits:
            limits[root8] = min(limits[root8], _limit(listing, grace_s))
    return dataclasses.replace(snapshot, limits=limits, due=tuple(_due(book)))
