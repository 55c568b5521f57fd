"""What the keeper of certificates and lists tells the station, and hears of it. Values only; each is a whole."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RevokedGroup:
    """Vehicles withdrawn as a group: where to look for them, and the linkage seeds (la_id, seed) they are known by."""

    at: bytes
    seeds: tuple[tuple[tuple[bytes, bytes], ...], ...]


@dataclass(frozen=True, slots=True)
class TrustUpdate:
    """Whom to believe from now on, as a whole; every signature in it has been checked.

    certificates: roots and authorities (COER). revoked, groups: what revocation lists withdraw (security/crl).
    until_ns: (HashedId8 of a root of another domain, Unix instant at which its recognition ends). due: lists in force,
    as (kind, issuer, Unix instant of the next).
    """

    version: int
    certificates: tuple[bytes, ...]
    revoked: tuple[bytes, ...] = ()
    groups: tuple[RevokedGroup, ...] = ()
    until_ns: tuple[tuple[bytes, int], ...] = ()
    due: tuple[tuple[str, bytes, int], ...] = ()


@dataclass(frozen=True, slots=True)
class PoolUpdate:
    """The unit's own certificates from now on, as a whole: (COER, name of its key in the key store) of each.

    pool: pseudonyms; duty: identity certificates of an emergency vehicle.
    """

    pool: tuple[tuple[bytes, str], ...]
    duty: tuple[tuple[bytes, str], ...] = ()


@dataclass(frozen=True, slots=True)
class ListsRefused:
    """Trust and revocation lists that were not taken over, by reason."""

    counts: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class ListHeard:
    """A revocation list from the air, unjudged (a signed packet of AID 3628). utc_ns: when it was heard."""

    raw: bytes
    utc_ns: int
