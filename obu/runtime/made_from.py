"""What a station is built from, read once: profile, DBC, trust, own certificates; with their hashes."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from obu.core.errors import ConfigError
from obu.runtime import places, store, strict
from obu.runtime.config import Config

CERTIFICATE_SUFFIX = ".cert"
LISTS = "lists"  # the name under which the trust store keeps its lists


@dataclass(frozen=True, slots=True)
class Material:
    """profile_path: the vehicle's TOML. trust, certificates (the pool), identity: COER certificates by file name.
    lists: trust and revocation lists that were taken over (runtime/trust_store).

    points: (curve, public point) of each private key by its name in the key store; the keys stay there.
    """

    profile_path: Path
    profile: str
    dbc: str
    trust: dict[str, bytes]
    lists: bytes
    certificates: dict[str, bytes]
    identity: dict[str, bytes]
    points: dict[str, tuple[str, bytes]]

    def hashes(self) -> dict[str, str]:
        """SHA-256 of each part, in hex: tells whether a journal is replayed on what it was kept with."""
        parts = {
            "profile": self.profile.encode(),
            "dbc": self.dbc.encode(),
            "trust": trust_octets(self.trust, self.lists),
            "certificates": _joined(self.certificates),
            "identity": _joined(self.identity),
        }
        return {name: hashlib.sha256(data).hexdigest() for name, data in parts.items()}


def trust_octets(anchors: dict[str, bytes], lists: bytes) -> bytes:
    """All of a trust store as one value."""
    return _joined(anchors | {"lists": lists})


def trust_hash(anchors: dict[str, bytes], lists: bytes) -> str:
    """SHA-256 of it, in hex."""
    return hashlib.sha256(trust_octets(anchors, lists)).hexdigest()


def profile_hash(path: Path) -> str:
    """SHA-256 over a vehicle's TOML and DBC, in hex. Raises ConfigError that names the file."""
    texts = (strict.read_text(path), strict.read_text(path.with_suffix(".dbc")))
    return hashlib.sha256("".join(texts).encode()).hexdigest()


def _joined(files: dict[str, bytes]) -> bytes:
    return b"".join(name.encode() + len(data).to_bytes(4, "big") + data for name, data in sorted(files.items()))


def gather(config: Config, points: dict[str, tuple[str, bytes]]) -> Material:
    """Reads all of it. Raises ConfigError that names the key whose file or folder is missing."""
    profile_path = places.vehicle(config.vehicle.profile, "vehicle.profile")
    try:
        profile, dbc = strict.read_text(profile_path), strict.read_text(profile_path.with_suffix(".dbc"))
    except ConfigError as error:  # which of the two is in it; the key that led there comes before it
        raise ConfigError(f"vehicle.profile: {error.text}", f"vehicle.profile：{error.zh}") from None
    pool, identity = own_certificates(config)
    return Material(
        profile_path=profile_path,
        profile=profile,
        dbc=dbc,
        trust=certificates("security.trust", Path(config.security.trust)),
        lists=store.kept(Path(config.security.trust), LISTS),
        certificates=pool,
        identity=identity,
        points=points,
    )


def own_certificates(config: Config) -> tuple[dict[str, bytes], dict[str, bytes]]:
    """(pool, identity certificates) by file name. Raises ConfigError that names the key."""
    identity = config.pseudonyms.identity
    return (
        certificates("security.certificates", Path(config.security.certificates)),
        certificates("pseudonyms.identity", Path(identity)) if identity else {},
    )


def certificates(key: str, folder: Path) -> dict[str, bytes]:
    """The COER certificates of a folder by file name. Raises ConfigError that names the key."""
    if not folder.is_dir():
        raise ConfigError(f"{key}: {folder} is not a folder; make a bench set with: obu cert make-test DIR",
                          f"{key}：{folder} 不是目录；可用 obu cert make-test DIR 生成测试证书")  # fmt: skip
    try:
        found = {path.name: path.read_bytes() for path in sorted(folder.glob(f"*{CERTIFICATE_SUFFIX}"))}
    except OSError as error:
        raise ConfigError(f"{key}: {folder}: {error.strerror}", f"{key}：{folder}：{error.strerror}") from None
    if not found:
        raise ConfigError(f"{key}: no {CERTIFICATE_SUFFIX} file in {folder}",
                          f"{key}：{folder} 中没有 {CERTIFICATE_SUFFIX} 文件")  # fmt: skip
    return found
