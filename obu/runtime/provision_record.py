"""The record of an installation: who put which terminal into which vehicle, what was seen to hold, what is open.

Its one rule: it is signed by a key of the terminal's own store over its whole content, written in one way (sorted keys,
no blanks), and whoever reads it first sees whether that holds.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from obu.core.errors import LocalError, RemoteError
from obu.drivers import libcrypto
from obu.drivers.contract import KeyStore
from obu.runtime import durable
from obu.security import certificate as certificates
from obu.security import keys, profile
from obu.security.certificate import Certificate

FILE = "installation.json"  # in the folder of [unit] state
SCHEMA = "obu-installation-1"
KEY = "installation"  # the key that signs where the terminal is not enrolled yet
MOST_BYTES = 1 << 20
UNREADABLE = ("record",)


@dataclass(frozen=True, slots=True)
class Seal:
    """By whom a record was signed. point: 04 || x || y. certificate: that of the enrolment, if its key signed."""

    curve: str
    point: bytes
    certificate: Certificate | None

    @property
    def key_hex(self) -> str:
        """The point as `obu key list` prints it."""
        x, is_odd = keys.compress(self.point)
        return f"{2 + is_odd:02x}{x.hex()}"


def sealed(content: dict[str, Any], store: KeyStore, enrolled: Certificate | None) -> bytes:
    """The file's octets, signed by the key of `enrolled` where it is in the store, else by `KEY`, made if need be.

    Raises LocalError: the store is away, or cannot make a key.
    """
    name, curve, point = _signer(store, enrolled)
    certificate = enrolled if enrolled is not None and (enrolled.curve, enrolled.point) == (curve, point) else None
    r, s = store.sign(name, _e(content, curve, point))
    signature = {
        "curve": curve,
        "point": point.hex(),
        "value": (r + s).hex(),
        "certificate": certificate.raw.hex() if certificate else None,
    }
    whole = {"installation": content, "signature": signature}
    return json.dumps(whole, indent=1, ensure_ascii=False).encode("utf-8") + b"\n"


def _signer(store: KeyStore, enrolled: Certificate | None) -> tuple[str, str, bytes]:
    points = store.points()
    for name, (curve, point) in points.items():
        if enrolled is not None and (curve, point) == (enrolled.curve, enrolled.point):
            return name, curve, point
    if KEY in points:
        return KEY, *points[KEY]
    try:
        return KEY, keys.SM2, store.create(KEY, keys.SM2)
    except LocalError:  # a token that has no SM2
        return KEY, keys.P256, store.create(KEY, keys.P256)


def _e(content: dict[str, Any], curve: str, point: bytes) -> bytes:
    way = profile.BY_CURVE[curve]
    written = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode("ascii")
    return way.e(way.own_binding(point), written)


def opened(raw: bytes) -> tuple[dict[str, Any], Seal]:
    """The content of a record whose signature holds, and whose it is. Raises RemoteError."""
    try:
        tree = json.loads(raw)
        content, signature = tree["installation"], tree["signature"]
        curve, point, value = signature["curve"], bytes.fromhex(signature["point"]), bytes.fromhex(signature["value"])
        named = signature["certificate"]
        certificate = certificates.parse(bytes.fromhex(named)) if named else None
        if content["schema"] != SCHEMA or not isinstance(content["open"], list):
            raise ValueError
        if curve not in profile.BY_CURVE or len(value) != 64 or len(point) != 65 or point[0] != 4:
            raise ValueError
        keys.checked(curve, point[1:33], point[33:])
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise RemoteError("record_malformed") from None
    if certificate is not None and (certificate.curve, certificate.point) != (curve, point):
        raise RemoteError("record_signature")
    if not libcrypto.load().verifies(curve, point, _e(content, curve, point), value[:32], value[32:]):
        raise RemoteError("record_signature")
    return content, Seal(curve, point, certificate)


def read(path: Path) -> bytes:
    """The file's octets. Raises LocalError that names it."""
    try:
        with path.open("rb") as file:
            raw = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise LocalError(f"{path}: {error.strerror}", f"{path}：{error.strerror}") from None
    if len(raw) > MOST_BYTES:
        raise LocalError(f"{path}: too large for a record", f"{path}：文件过大，不是安装记录")
    return raw


def write(path: Path, raw: bytes) -> None:
    """Whole, or as it was. Raises LocalError."""
    try:
        durable.make_folder(path.parent)
        durable.write(path, raw, 0o644)
    except OSError as error:
        raise LocalError(f"{path}: {error.strerror}", f"{path}：{error.strerror}") from None


def open_steps(state: Path) -> tuple[str, ...] | None:
    """What the record of a unit leaves open; None where it has no record, UNREADABLE where that does not hold."""
    path = state / FILE
    if not path.exists():
        return None
    try:
        content, _ = opened(read(path))
        return tuple(str(name) for name in content["open"])
    except (LocalError, RemoteError):
        return UNREADABLE
