"""Private keys on a PKCS#11 token, by their labels: P-256. Its one rule: a key that can leave its token is not used.

<name>.pub in the folder keeps the public half, so that the unit knows its keys while the token is away.
"""

import json
from dataclasses import dataclass
from pathlib import Path

from obu.core.errors import ConfigError, LocalError
from obu.drivers import secret_file
from obu.drivers.pkcs11 import Module

SUFFIX = ".pub"
FORMAT = "obu-pkcs11-key-1"
CURVE = "p256"


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """module: the token maker's library. token: the token's label. pin_file: the user's PIN, 0600."""

    module: str
    token: str
    pin_file: str


class Pkcs11Keys:
    """A KeyStore (drivers/contract) over one token."""

    kind = "pkcs11"
    is_element = True

    def __init__(self, folder: Path, module: Module) -> None:
        self._folder = folder
        self._module = module
        self._points: dict[str, tuple[str, bytes]] = {}
        self.reload()

    def points(self) -> dict[str, tuple[str, bytes]]:
        """(curve, point 04 || x || y) of every key by its name."""
        return self._points

    def sign(self, name: str, e: bytes) -> tuple[bytes, bytes]:
        """(r, s) over the digest e. Raises LocalError: no such key, or the token is away or refuses."""
        if name not in self._points:
            raise LocalError(f"no key named {name}", f"没有名为 {name} 的密钥")
        return self._module.sign(name, e)

    def create(self, name: str, curve: str) -> bytes:
        """Makes a key on the token; its point. Raises LocalError: it exists, or is of SM2, which PKCS#11 has not."""
        if curve != CURVE:
            raise LocalError("PKCS#11 has no SM2 signatures: use P-256 here, or a TPM (keys.type)",
                             "PKCS#11 没有 SM2 签名：此处请用 P-256，或改用 TPM（keys.type）")  # fmt: skip
        path = self._folder / f"{name}{SUFFIX}"
        if path.exists():
            raise secret_file.exists(path)
        point = self._module.create(name)
        self._remember(name, point)
        return point

    def find(self) -> list[str]:
        """Takes up the keys that were made on the token by other means; their names. Raises LocalError."""
        new = {name: point for name, point in self._module.points().items() if name not in self._points}
        for name, point in new.items():
            if not name or "/" in name or name.startswith("."):
                raise LocalError(f"a key on the token is named {name!r}: no name for a file",
                                 f"令牌中密钥的名称 {name!r} 不能用作文件名")  # fmt: skip
            self._remember(name, point)
        return sorted(new)

    def reload(self) -> None:
        """Takes up keys that another process has made since. Raises LocalError that names a file which is none."""
        new = [path for path in sorted(self._folder.glob(f"*{SUFFIX}")) if path.stem not in self._points]
        self._points = {**self._points, **{path.stem: (CURVE, _load(path)) for path in new}}

    def close(self) -> None:
        """Lets the token go."""
        self._module.close()

    def _remember(self, name: str, point: bytes) -> None:
        content = {"format": FORMAT, "curve": CURVE, "point": point.hex()}
        secret_file.write_new(self._folder / f"{name}{SUFFIX}", json.dumps(content, indent=1).encode("ascii") + b"\n")
        self._points[name] = CURVE, point


def make(folder: Path, options: Options) -> Pkcs11Keys:
    """The unit's key store; the token itself may be away. Raises LocalError that names a file and its remedy."""
    secret_file.check_folder(folder)
    try:
        pin = secret_file.read(Path(options.pin_file)).rstrip(b"\r\n")
    except LocalError as error:
        raise ConfigError(f"keys.pin_file: {error.text}", f"keys.pin_file：{error.zh}") from None
    try:
        module = Module(options.module, options.token, pin)
    except LocalError as error:
        raise ConfigError(f"keys.module: {error.text}", f"keys.module：{error.zh}") from None
    return Pkcs11Keys(folder, module)


def _load(path: Path) -> bytes:
    try:
        kept = json.loads(secret_file.read(path))
        point = bytes.fromhex(kept["point"])
        if (kept["format"], kept["curve"], len(point)) != (FORMAT, CURVE, 65):
            raise ValueError
        return point
    except (ValueError, TypeError, KeyError):
        raise LocalError(f"{path}: not a public key of this program", f"{path}：不是本程序的公钥文件") from None
