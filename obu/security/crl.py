"""Revocation lists of YD/T 3957-2021 (CrlContents): read, and turned into a set to look certificates up in.

Its one rule: a list speaks only of certificates of its own root, whose cracaId and crlSeries are its own.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from obu.codec import coer
from obu.core.errors import RemoteError
from obu.security import additions, linkage
from obu.security.linkage import Carried, Scheme, Seed

VERSION = 1
# Periods of the list's seeds that are expanded: its own and those that begin while it is in force and in grace.
PERIODS = 8
MAX_INDEX = 255  # jmax is one octet


@dataclass(frozen=True, slots=True)
class Linked:
    """Vehicles whose certificates are withdrawn from period i_rev on to i_max. seeds: at period i_rev.

    jmax: certificates a period.
    """

    seeds: tuple[Seed, ...]
    jmax: int
    i_max: int


@dataclass(frozen=True, slots=True)
class Group:
    """A group of vehicles withdrawn from period i_rev on to i_max; their index stands in the certificate."""

    seeds: tuple[Seed, ...]
    i_max: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Crl:
    """One list. craca: HashedId8 of the authority it speaks for; issued_s, next_s: Time32.

    is_delta: it adds to the last full one. hashes: HashedId10 of certificates.
    """

    craca: bytes
    series: int
    issued_s: int
    next_s: int
    is_delta: bool
    is_linked: bool
    hashes: tuple[bytes, ...] = ()
    i_rev: int = 0
    linked: tuple[Linked, ...] = ()
    groups: tuple[Group, ...] = ()


def scope(root: bytes, craca_id: bytes, series: int) -> bytes:
    """Of which certificates a list speaks: below this root (HashedId8), of this cracaId (HashedId3) and crlSeries."""
    return root + craca_id + series.to_bytes(2, "big")


def parse(contents: bytes) -> Crl:
    """CrlContents in COER. Raises RemoteError: a reason of the codec's, crl_version, crl_dates."""
    value = coer.decode("CrlContents", contents)
    additions.refuse(value)
    if value["version"] != VERSION:
        raise RemoteError("crl_version")
    if value["nextCrl"] <= value["issueDate"]:
        raise RemoteError("crl_dates")
    kind, body = value["typeSpecific"]
    is_linked = kind in ("fullLinkedCrl", "deltaLinkedCrl")
    entries: dict[str, Any] = (
        {"i_rev": body["iRev"], "linked": tuple(_individuals(body)), "groups": tuple(_groups(body))}
        if is_linked
        else {"hashes": tuple(entry["id"] for entry in body["entries"])}
    )
    return Crl(
        craca=value["crlCraca"],
        series=value["crlSeries"],
        issued_s=value["issueDate"],
        next_s=value["nextCrl"],
        is_delta=kind in ("deltaHashCrl", "deltaLinkedCrl"),
        is_linked=is_linked,
        **entries,
    )


def _individuals(body: dict[str, Any]) -> Iterator[Linked]:
    for by_j in body.get("individual", ()):
        for by_la in by_j["contents"]:
            for by_i in by_la["contents"]:
                for entry in by_i["contents"]:
                    seeds = (Seed(by_la["la1Id"], entry["linkageSeed1"]), Seed(by_la["la2Id"], entry["linkageSeed2"]))
                    yield Linked(seeds, by_j["jmax"], by_i["iMax"])
                for seed in by_i.get("singleSeeds", ()):
                    yield Linked((Seed(by_la["la1Id"], seed),), by_j["jmax"], by_i["iMax"])


def _groups(body: dict[str, Any]) -> Iterator[Group]:
    for entry in body.get("groups", ()):
        seeds = (Seed(entry["la1Id"], entry["linkageSeed1"]), Seed(entry["la2Id"], entry["linkageSeed2"]))
        yield Group(seeds, entry["iMax"])
    for entry in body.get("groupsSingleSeed", ()):
        yield Group((Seed(entry["laid"], entry["linkageSeed"]),), entry["iMax"])


@dataclass(frozen=True, slots=True)
class Revoked:
    """All that the lists in force withdraw. keys: scope + HashedId10, or scope + period + linkage value.

    groups: by scope and period, the seeds of each withdrawn group at that period. schemes: by profile, to follow them.
    """

    keys: frozenset[bytes] = frozenset()
    groups: Mapping[bytes, tuple[tuple[Seed, ...], ...]] = field(default_factory=dict)
    schemes: Mapping[str, Scheme] = field(default_factory=dict)

    def holds(self, scope_of_it: bytes, hashed_id10: bytes, carried: Carried | None, curve: str) -> bool:
        """Whether a certificate is withdrawn: by its digest, its linkage value, or its group's."""
        if scope_of_it + hashed_id10 in self.keys:
            return True
        if carried is None:
            return False
        at = scope_of_it + carried.period.to_bytes(2, "big")
        if at + carried.value in self.keys:
            return True
        if carried.group is None or at not in self.groups:
            return False
        j, value = carried.group
        return any(value in linkage.values(self.schemes[curve], seeds, [j]) for seeds in self.groups[at])


def compile_revoked(lists: Iterable[tuple[bytes, str, Crl]], schemes: Mapping[str, Scheme]) -> Revoked:
    """The lists in force, each with its scope and profile, as one set. Slow: 21 blocks a vehicle and period."""
    keys: set[bytes] = set()
    groups: dict[bytes, tuple[tuple[Seed, ...], ...]] = {}
    for scope_of_it, curve, one in lists:
        scheme = schemes[curve]
        keys.update(scope_of_it + hashed for hashed in one.hashes)
        for period in range(one.i_rev, one.i_rev + PERIODS) if one.is_linked else ():
            at = scope_of_it + period.to_bytes(2, "big")
            for entry in one.linked:
                if period <= entry.i_max:
                    # Authorities count certificates of a period from 0 or from 1; both are covered.
                    indices = range(min(entry.jmax, MAX_INDEX) + 1)
                    seeds = _at_period(scheme, entry.seeds, period - one.i_rev)
                    keys.update(at + value for value in linkage.values(scheme, seeds, indices))
            here = tuple(
                _at_period(scheme, group.seeds, period - one.i_rev) for group in one.groups if period <= group.i_max
            )
            if here:
                groups[at] = (*groups.get(at, ()), *here)
    return Revoked(frozenset(keys), groups, schemes)


def _at_period(scheme: Scheme, seeds: tuple[Seed, ...], periods: int) -> tuple[Seed, ...]:
    return tuple(linkage.advance(scheme, seed, periods) for seed in seeds)
