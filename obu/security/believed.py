"""A snapshot as plain values and back: what is checked once, beside the loop, is not checked again in it."""

from collections.abc import Mapping

from obu.core.credentials import RevokedGroup, TrustUpdate
from obu.core.time_scale import TimeScale
from obu.security import trust
from obu.security.crl import Revoked
from obu.security.linkage import Scheme, Seed
from obu.security.trust import Due, Snapshot


def to_update(snapshot: Snapshot) -> TrustUpdate:
    """The plain values of a snapshot that was built with every check."""
    held = (*snapshot.roots.values(), *snapshot.authorities.values())
    return TrustUpdate(
        version=snapshot.version,
        certificates=tuple(certificate.raw for certificate in held),
        revoked=tuple(sorted(snapshot.revoked.keys)),
        groups=tuple(
            RevokedGroup(at, tuple(tuple((seed.la_id, seed.seed) for seed in seeds) for seeds in groups))
            for at, groups in sorted(snapshot.revoked.groups.items())
        ),
        until_ns=tuple(sorted(snapshot.until_ns.items())),
        due=tuple((due.kind, due.issuer, due.next_ns) for due in snapshot.due),
    )


def of_update(update: TrustUpdate, schemes: Mapping[str, Scheme], scale: TimeScale) -> Snapshot:
    """The snapshot of values that to_update made: parsed anew, no signature verified."""
    files = {str(number): raw for number, raw in enumerate(update.certificates)}
    groups = {
        group.at: tuple(tuple(Seed(la_id, seed) for la_id, seed in seeds) for seeds in group.seeds)
        for group in update.groups
    }
    return trust.build(
        files,
        lambda *_: True,
        update.version,
        Revoked(frozenset(update.revoked), groups, schemes),
        dict(update.until_ns),
        tuple(Due(kind, issuer, next_ns) for kind, issuer, next_ns in update.due),
        scale,
    )
