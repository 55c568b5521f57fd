"""A bundle on the disk: one ZIP of manifest, signature and files; its one rule: what is not in the signed manifest is
not in the bundle.

Whoever opens one gets files whose hashes held, under a manifest that a trusted key signed, or one sentence.
"""

import hashlib
import io
import os
import zipfile
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from obu.core.errors import ConfigError, LocalError, RemoteError
from obu.drivers import libcrypto
from obu.link import manifest as manifests
from obu.link.manifest import Manifest
from obu.security import keys

MANIFEST, SIGNATURE = "manifest.json", "manifest.sig"
MOST_BYTES = 256 << 20  # of a bundle, and of all its files
_SIGNATURE_BYTES = 64
_PACKED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the same files make the same bundle

Sign = Callable[[bytes], tuple[bytes, bytes]]


@dataclass(frozen=True, slots=True)
class Bundle:
    """raw, signature: the manifest as it came, r || s over its SHA-256. files: by name, each as the manifest says."""

    manifest: Manifest
    raw: bytes
    signature: bytes
    files: Mapping[str, bytes]


def pack(manifest: Manifest, files: Mapping[str, bytes], sign: Sign) -> bytes:
    """The octets of a bundle. sign: (r, s) over a digest, by the key that the manifest names."""
    assert {manifests.entry(name, content) for name, content in files.items()} == set(manifest.files)
    raw = manifests.write(manifest)
    signature = b"".join(sign(keys.sha256(raw)))
    into = io.BytesIO()
    with zipfile.ZipFile(into, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in [(MANIFEST, raw), (SIGNATURE, signature), *sorted(files.items())]:
            about = zipfile.ZipInfo(name, _EPOCH)
            about.compress_type = zipfile.ZIP_DEFLATED
            about.external_attr = 0o644 << 16
            archive.writestr(about, content)
    return into.getvalue()


def read(path: Path, trusted: Mapping[str, bytes]) -> Bundle:
    """A bundle whose signature and hashes hold. trusted: points by key id (trusted_keys). Raises LocalError."""
    try:
        if path.stat().st_size > MOST_BYTES:
            raise RemoteError("too_large")
        with zipfile.ZipFile(path) as archive:
            return _opened(archive, trusted)
    except OSError as error:
        raise LocalError(f"{path}: {error.strerror or error}", f"{path}：{error.strerror or error}") from None
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, ValueError):
        raise LocalError(f"{path}: not a bundle, or cut off; fetch it again",
                         f"{path}：不是升级包，或文件不完整；请重新获取") from None  # fmt: skip
    except RemoteError as error:
        text, zh = _SENTENCES.get(error.reason, (f"its manifest is not usable ({error})", f"清单不可用（{error}）"))
        raise LocalError(f"{path}: {text}", f"{path}：{zh}") from None


_SENTENCES = {
    "too_large": ("larger than any bundle may be", "超过升级包允许的大小"),
    "not_in_manifest": ("holds a file that its manifest does not name, or lacks one", "文件与清单不符"),
    "wrong_hash": ("a file is not the one that was signed; fetch it again", "文件内容与签名不符；请重新获取"),
    "unknown_key": ("signed by a key that is not trusted here", "签名密钥不受信任"),
    "bad_signature": ("its signature does not hold; do not use it", "签名无效；请勿使用"),
}


def _opened(archive: zipfile.ZipFile, trusted: Mapping[str, bytes]) -> Bundle:
    names = archive.namelist()
    if any(each.compress_type not in _PACKED for each in archive.infolist()):
        raise RemoteError("not_in_manifest")
    if len(names) > manifests.MOST_FILES + 2 or not {MANIFEST, SIGNATURE} <= set(names):
        raise RemoteError("not_in_manifest")
    raw, signature = _member(archive, MANIFEST, manifests.MOST_BYTES), _member(archive, SIGNATURE, _SIGNATURE_BYTES)
    manifest = manifests.parse(raw)
    check_signature(manifest, raw, signature, trusted)
    if sorted(names) != sorted([MANIFEST, SIGNATURE, *(each.name for each in manifest.files)]):
        raise RemoteError("not_in_manifest")
    if sum(each.size for each in manifest.files) > MOST_BYTES:
        raise RemoteError("too_large")
    files = {each.name: _member(archive, each.name, each.size) for each in manifest.files}
    for each in manifest.files:
        if len(files[each.name]) != each.size or hashlib.sha256(files[each.name]).hexdigest() != each.sha256:
            raise RemoteError("wrong_hash", each.name)
    return Bundle(manifest, raw, signature, files)


def check_signature(manifest: Manifest, raw: bytes, signature: bytes, trusted: Mapping[str, bytes]) -> None:
    """Raises RemoteError: unknown_key, bad_signature."""
    point = trusted.get(manifest.key_id)
    if point is None:
        raise RemoteError("unknown_key", manifest.key_id)
    r, s = signature[:32], signature[32:]
    if len(signature) != _SIGNATURE_BYTES or not libcrypto.load().verifies(keys.P256, point, keys.sha256(raw), r, s):
        raise RemoteError("bad_signature")


def _member(archive: zipfile.ZipFile, name: str, most: int) -> bytes:
    """At most one octet more than `most` is unpacked, whatever the archive says of its size."""
    with archive.open(name) as member:
        content = member.read(most + 1)
        if len(content) > most:
            raise RemoteError("wrong_hash", name)
        return content


def trusted_keys(path: Path) -> dict[str, bytes]:
    """The points of a file of update keys by key id: one compressed P-256 point in hex a line, # begins a comment.

    Raises ConfigError that names the file and the line.
    """
    found = {}
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: cannot be read ({error}); it holds the public keys of those who sign bundles",
                          f"{path}：无法读取（{error}）；其中应为升级包签名者的公钥") from None  # fmt: skip
    for number, line in enumerate(lines, 1):
        word = line.partition("#")[0].strip()
        if not word:
            continue
        try:
            octets = bytes.fromhex(word)
            if len(octets) != 33 or octets[0] not in (2, 3):
                raise ValueError
            point = keys.decompress(keys.P256, octets[1:], octets[0] == 3)
        except (ValueError, RemoteError):
            raise ConfigError(f"{path}: line {number}: not a compressed P-256 point in hex (02.. or 03..)",
                              f"{path}：第 {number} 行：不是十六进制的 P-256 压缩点") from None  # fmt: skip
        found[manifests.key_id(point)] = point
    if not found:
        raise ConfigError(f"{path}: no key in it", f"{path}：其中没有公钥")
    return found


def folder_files(folder: Path) -> dict[str, bytes]:
    """Every file below a folder by its name there; bytecode caches and hidden files are left out. Raises LocalError."""
    if not folder.is_dir():
        raise LocalError(f"{folder} is not a folder", f"{folder} 不是目录")
    found = {}
    for base, folders, names in os.walk(folder):
        folders[:] = sorted(each for each in folders if not each.startswith(".") and each != "__pycache__")
        for name in sorted(names):
            path = Path(base, name)
            if not name.startswith(".") and path.is_file():
                try:
                    found[path.relative_to(folder).as_posix()] = path.read_bytes()
                except OSError as error:
                    raise LocalError(f"{path}: {error.strerror}", f"{path}：{error.strerror}") from None
    return found
