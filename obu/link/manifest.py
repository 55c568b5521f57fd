"""What an update brings and whom it is for; its one rule: a manifest is judged before one octet of it is installed.

One form for the co-processor's firmware and for the host's own release. The signature of a bundle covers the manifest's
octets as they came; they are never written anew to be checked.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import Enum
from typing import Any

from obu.core.alert import Text
from obu.core.errors import RemoteError

SCHEMA = "obu-bundle-1"
MOST_BYTES = 256 << 10  # of a manifest
MOST_FILES = 4096
MOST_FILE_BYTES = 64 << 20
KEY_ID_HEX = 16
_NAME = re.compile(r"(?!.*(?:^|/)\.{1,2}(?:/|$))[A-Za-z0-9_.+-]+(?:/[A-Za-z0-9_.+-]+)*")
_WORD = re.compile(r"[A-Za-z0-9_.+-]{1,64}")
_VERSION = re.compile(r"\d{1,5}(?:\.\d{1,5}){0,3}")
_HEX = re.compile(r"[0-9a-f]+")
_SHA256_HEX = 64


@dataclass(frozen=True, slots=True)
class Entry:
    """One file. name: with forward slashes, below the place of installation. size: octets. sha256: 64 hex digits."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """product: firmware or host. hardware: the boards (or machines) it runs on. version: dotted numbers.

    counter: grows with every release; a lower one is never installed. abi: of compiled files (mpy6.3, cp311).
    minimum_base: the oldest base (MicroPython, or the system's Python) it runs on. key_id: of the key that signed.
    """

    product: str
    hardware: tuple[str, ...]
    version: str
    counter: int
    abi: str
    minimum_base: str
    key_id: str
    files: tuple[Entry, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What an update meets. counter: of what is installed and confirmed. base: version of its interpreter."""

    product: str
    hardware: str
    counter: int
    abi: str
    base: str


class Refusal(Enum):
    """Why a bundle is not installed; each with its sentence."""

    PRODUCT = "wrong_product"
    HARDWARE = "wrong_hardware"
    OLDER = "older"
    ABI = "wrong_abi"
    BASE = "base_too_old"


def key_id(point: bytes) -> str:
    """How a manifest names the key 04 || x || y that signs it: the first 8 octets of its SHA-256, in hex."""
    return hashlib.sha256(point).hexdigest()[:KEY_ID_HEX]


def entry(name: str, content: bytes) -> Entry:
    """The entry of a file."""
    return Entry(name, len(content), hashlib.sha256(content).hexdigest())


def write(manifest: Manifest) -> bytes:
    """The octets to be signed. Raises RemoteError as parse does: what would be refused is not written."""
    raw = json.dumps({"schema": SCHEMA, **asdict(manifest)}, indent=1, ensure_ascii=True).encode("ascii") + b"\n"
    parse(raw)
    return raw


def parse(raw: bytes) -> Manifest:
    """The manifest of its octets. Raises RemoteError: bad_manifest with what is wrong, or unknown_schema."""
    if len(raw) > MOST_BYTES:
        raise RemoteError("bad_manifest", "too long")
    try:
        tree = json.loads(raw, object_pairs_hook=_no_key_twice)
    except (ValueError, RecursionError) as error:
        raise RemoteError("bad_manifest", "not JSON") from error
    if not isinstance(tree, dict) or tree.pop("schema", None) != SCHEMA:
        raise RemoteError("unknown_schema")
    try:
        return _manifest(tree)
    except (KeyError, TypeError, ValueError) as error:
        raise RemoteError("bad_manifest", str(error)) from error


def refusal(manifest: Manifest, target: Target) -> Refusal | None:
    """Why it must not be installed there; None when it may. The same counter again is allowed: it mends an install."""
    if manifest.product != target.product:
        return Refusal.PRODUCT
    if target.hardware not in manifest.hardware:
        return Refusal.HARDWARE
    if manifest.counter < target.counter:
        return Refusal.OLDER
    if manifest.abi != target.abi:
        return Refusal.ABI
    if _numbers(target.base) < _numbers(manifest.minimum_base):
        return Refusal.BASE
    return None


def sentence(why: Refusal, manifest: Manifest, target: Target) -> Text:
    """What a technician is told, with the remedy."""
    match why:
        case Refusal.PRODUCT:
            return Text(f"这个升级包用于 {manifest.product}，不是 {target.product}；请换用正确的升级包",
                        f"this bundle is for {manifest.product}, not {target.product}; take the right one")  # fmt: skip
        case Refusal.HARDWARE:
            known = ", ".join(manifest.hardware)
            return Text(
                f"这个升级包用于 {known}，本机硬件是 {target.hardware}；请换用正确的升级包",
                f"this bundle is for {known}, the hardware is {target.hardware}; take the right one",
            )
        case Refusal.OLDER:
            return Text(f"升级包计数 {manifest.counter} 低于已安装的 {target.counter}；不允许降级",
                        f"the bundle's counter {manifest.counter} is below the installed {target.counter}: "
                        "going back is not allowed")  # fmt: skip
        case Refusal.ABI:
            return Text(
                f"升级包为 {manifest.abi} 编译，本机是 {target.abi}；请换用正确的升级包",
                f"the bundle is compiled for {manifest.abi}, here is {target.abi}; take the right one",
            )
        case Refusal.BASE:
            return Text(f"需要基础系统 {manifest.minimum_base} 或更新，本机是 {target.base}；请先在车间更新基础系统",
                        f"needs base {manifest.minimum_base} or newer, here is {target.base}; "
                        "update the base in the workshop first")  # fmt: skip


def _no_key_twice(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key twice")
    return found


def _manifest(tree: dict[str, Any]) -> Manifest:
    wanted = {"product", "hardware", "version", "counter", "abi", "minimum_base", "key_id", "files"}
    if set(tree) != wanted:
        raise ValueError(f"keys {sorted(set(tree) ^ wanted)}")
    hardware = tuple(_text(each, _WORD, "hardware") for each in _list(tree["hardware"], "hardware", 64))
    files = tuple(map(_entry, _list(tree["files"], "files", MOST_FILES)))
    if len({each.name for each in files}) != len(files):
        raise ValueError("files: a name twice")
    if not hardware or not files:
        raise ValueError("hardware or files: empty")
    signer = _text(tree["key_id"], _HEX, "key_id")
    if len(signer) != KEY_ID_HEX:
        raise ValueError("key_id")
    return Manifest(
        product=_text(tree["product"], _WORD, "product"),
        hardware=hardware,
        version=_text(tree["version"], _VERSION, "version"),
        counter=_number(tree["counter"], "counter", (1 << 31) - 1),
        abi=_text(tree["abi"], _WORD, "abi"),
        minimum_base=_text(tree["minimum_base"], _VERSION, "minimum_base"),
        key_id=signer,
        files=files,
    )


def _entry(tree: Mapping[str, Any]) -> Entry:
    if not isinstance(tree, dict) or set(tree) != {"name", "size", "sha256"}:
        raise ValueError("files")
    name = _text(tree["name"], _NAME, "files.name")
    digest = _text(tree["sha256"], _HEX, "files.sha256")
    if len(name) > 200 or len(digest) != _SHA256_HEX:
        raise ValueError("files")
    return Entry(name, _number(tree["size"], "files.size", MOST_FILE_BYTES), digest)


def _list(value: object, key: str, most: int) -> list[Any]:
    if not isinstance(value, list) or len(value) > most:
        raise ValueError(key)
    return value


def _text(value: object, form: re.Pattern[str], key: str) -> str:
    if not isinstance(value, str) or not form.fullmatch(value):
        raise ValueError(key)
    return value


def _number(value: object, key: str, most: int) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= most:
        raise ValueError(key)
    return value


def _numbers(version: str) -> tuple[int, ...]:
    """Dotted numbers, comparable: 1.25 is 1.25.0."""
    return tuple(int(part) for part in [*version.split("."), "0", "0", "0"][:4])
