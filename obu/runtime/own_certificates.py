"""The unit's own certificates, each with its key: those of the start, and who watches for others.

Its one rule: a certificate without its key, or one that may not do what it is for, is found before it is used.
"""

from pathlib import Path

from obu.core.credentials import PoolUpdate
from obu.core.errors import ConfigError
from obu.core.time_scale import TimeScale
from obu.drivers.contract import KeyStore
from obu.runtime import made_from
from obu.runtime.config import Config
from obu.runtime.made_from import Material
from obu.runtime.pool_keeper import PoolKeeper
from obu.security import pseudonym
from obu.security.pseudonym import Credential
from obu.stack import aids


def identities(config: Config, material: Material) -> pseudonym.Pseudonyms:
    """The pool and, of an emergency vehicle, the identity certificates. Raises LocalError that names a file."""
    settings, scale = config.pseudonyms, TimeScale(config.security.time_scale)
    options = pseudonym.Options(
        max_uses=settings.max_uses, low_count=settings.low_count, warn_days=settings.warn_days, time_scale=scale
    )
    pool, duty = credentials(config, material.certificates, material.identity, material.points)
    return pseudonym.Pseudonyms(pool, options, duty)


def credentials(
    config: Config, certificates: dict[str, bytes], identity: dict[str, bytes], points: dict[str, tuple[str, bytes]]
) -> tuple[tuple[Credential, ...], tuple[Credential, ...]]:
    """(pseudonyms, identity certificates), each with its key. Raises LocalError that names a file."""
    scale = TimeScale(config.security.time_scale)
    duty = pseudonym.pair(identity, points, scale)
    for file, credential in zip(sorted(identity), duty, strict=True):
        for aid in (aids.BSM_EMERGENCY, aids.BSM_EMERGENCY_EVENT):
            if not credential.certificate.permits(aid):
                raise ConfigError(f"pseudonyms.identity: {file}: does not permit AID {aid} of an emergency vehicle",
                                  f"pseudonyms.identity：{file}：不含紧急车辆所需的 AID {aid}")  # fmt: skip
    return pseudonym.pair(certificates, points, scale), duty


def watch(config: Config, keys: KeyStore, material: Material) -> PoolKeeper:
    """Who watches the folders of the unit's certificates."""
    folders = [Path(config.security.certificates)]
    folders += [Path(config.pseudonyms.identity)] if config.pseudonyms.identity else []

    def read() -> PoolUpdate:
        keys.reload()
        return update_of(config, *made_from.own_certificates(config), keys.points())

    return PoolKeeper(folders, read, update_of(config, material.certificates, material.identity, material.points))


def update_of(
    config: Config, certificates: dict[str, bytes], identity: dict[str, bytes], points: dict[str, tuple[str, bytes]]
) -> PoolUpdate:
    """The unit's certificates with their keys' names. Raises LocalError that names a file."""
    pool, duty = (
        tuple((one.certificate.raw, one.key) for one in held)
        for held in credentials(config, certificates, identity, points)
    )
    return PoolUpdate(pool, duty)
