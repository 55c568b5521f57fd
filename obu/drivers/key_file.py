"""Private keys as files, the stem is the key's name. Its one rule: they are used here, never handed out.

For the bench and small fleets. <name>.key is PKCS#8 under AES-256-GCM with the KEK (drivers/kek), its public half in
clear beside it, so that the points are known before a TPM has opened the KEK; <name>.pem is plain PKCS#8 and for the
bench alone. The folder is 0700 and each file 0600.
"""

import base64
import binascii
import json
import threading
from dataclasses import dataclass
from pathlib import Path

from obu.core.errors import ConfigError, LocalError
from obu.drivers import kek as keks
from obu.drivers import libcrypto, libcrypto_aes, libcrypto_leaks, secret_file
from obu.drivers.kek import SealedKek

SUFFIX = ".pem"
ENCRYPTED_SUFFIX = ".key"
FORMAT = "obu-key-1"
_BEGIN = "-----BEGIN PRIVATE KEY-----"
_END = "-----END PRIVATE KEY-----"


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """kek_file: what the keys are encrypted with; None: they are not, for the bench alone. kek_device: the TPM that
    opens it where it is sealed.

    allow_sm2_timing_leak: sign SM2 although this machine's libcrypto leaks keys by its timing.
    """

    kek_file: str | None = None
    kek_device: str = "/dev/tpmrm0"
    allow_sm2_timing_leak: bool = False


BENCH = Options(allow_sm2_timing_leak=True)  # keys that protect nobody


class KeyFiles:
    """A KeyStore (drivers/contract) over the files of one folder.

    kek: None where they are plain; where a TPM sealed it, it is opened at the first signature, and again if it is away.
    """

    kind = "file"
    is_element = False

    def __init__(self, folder: Path, kek: bytes | SealedKek | None, *, allow_sm2_timing_leak: bool) -> None:
        self._library = libcrypto.load()
        self._folder = folder
        self._kek = kek
        self._refusal = None if allow_sm2_timing_leak else libcrypto_leaks.refusal(self._library.version)
        self._suffix = ENCRYPTED_SUFFIX if kek else SUFFIX
        self._lock = threading.RLock()  # of the two dictionaries, which are replaced, never changed
        self._keys: dict[str, libcrypto.PrivateKey] = {}
        self._points: dict[str, tuple[str, bytes]] = {}
        self.reload()

    def points(self) -> dict[str, tuple[str, bytes]]:
        """(curve, point 04 || x || y) of every key by its name."""
        return self._points

    def sign(self, name: str, e: bytes) -> tuple[bytes, bytes]:
        """(r, s) over the digest e. Raises LocalError: no such key, refused on this machine, or libcrypto failed."""
        self._open()
        key = self._keys.get(name)
        if key is None:
            raise LocalError(f"no key named {name}", f"没有名为 {name} 的密钥")
        if key.curve == "sm2" and self._refusal:
            raise self._refusal
        return self._library.sign(key, e)

    def create(self, name: str, curve: str) -> bytes:
        """Makes a key and its file; its point. Raises LocalError if it exists."""
        kek = self._open()
        key = self._library.generate(curve)
        if kek:
            _write_encrypted(self._folder, name, key, kek)
        else:
            _write_plain(self._folder, name, key)
        self._know({name: key})
        return key.point

    def reload(self) -> None:
        """Takes up keys that another process has made since. Raises LocalError that names a file which is none."""
        with self._lock:
            new = [path for path in sorted(self._folder.glob(f"*{self._suffix}")) if path.stem not in self._points]
            if isinstance(self._kek, SealedKek):
                self._points = {**self._points, **{path.stem: _head(path) for path in new}}
            else:
                self._know({path.stem: _load(path, self._kek) for path in new})

    def close(self) -> None:
        """Lets go of the keys."""
        self._keys = {}

    def _open(self) -> bytes | None:
        """The KEK, which a TPM may have to open first. Raises LocalError: it is away or refuses, or a key is spoilt."""
        with self._lock:
            if isinstance(self._kek, SealedKek):
                kek = self._kek.unseal()
                paths = [self._folder / f"{name}{self._suffix}" for name in self._points]
                self._know({path.stem: _load(path, kek) for path in paths})
                self._kek = kek
            return self._kek

    def _know(self, keys: dict[str, libcrypto.PrivateKey]) -> None:
        with self._lock:
            self._keys = {**self._keys, **keys}
            self._points = {**self._points, **{name: (key.curve, key.point) for name, key in keys.items()}}


def make(folder: Path, options: Options) -> KeyFiles:
    """The unit's key store. Raises LocalError that names file and remedy, ConfigError for a key of [keys]."""
    kek = _kek(options)
    secret_file.check_folder(folder)
    odd = next(iter(sorted(folder.glob(f"*{SUFFIX if kek else ENCRYPTED_SUFFIX}"))), None)
    if odd is not None and kek:
        raise ConfigError(f"keys.kek_file: {odd} is not encrypted; run: obu key encrypt --config FILE",
                          f"keys.kek_file：{odd} 没有加密；请运行 obu key encrypt --config 文件")  # fmt: skip
    if odd is not None:
        raise ConfigError(f"keys.kek_file: is missing, and {odd} is encrypted",
                          f"keys.kek_file：没有给出，而 {odd} 是加密的")  # fmt: skip
    return KeyFiles(folder, kek, allow_sm2_timing_leak=options.allow_sm2_timing_leak)


def open_folder(folder: Path) -> KeyFiles:
    """The plain keys of a folder, for the bench. Raises LocalError that names file and remedy."""
    return make(folder, BENCH)


def create(folder: Path, name: str, curve: str) -> bytes:
    """Makes a plain key, for the bench; its point 04 || x || y. Raises LocalError if it exists."""
    key = libcrypto.load().generate(curve)
    _write_plain(folder, name, key)
    return key.point


def encrypt(folder: Path, options: Options) -> list[str]:
    """Puts every plain key of the folder under the KEK and removes the plain file; the names of those it did."""
    kek = _kek(options)
    if isinstance(kek, SealedKek):
        kek = kek.unseal()
    if kek is None:
        raise ConfigError("keys.kek_file: is missing; make one with: obu key kek FILE",
                          "keys.kek_file：没有给出；请运行 obu key kek 文件 生成")  # fmt: skip
    secret_file.check_folder(folder)
    done = []
    for path in sorted(folder.glob(f"*{SUFFIX}")):
        key, target = _load(path, None), path.with_suffix(ENCRYPTED_SUFFIX)
        if not target.exists():
            _write_encrypted(folder, path.stem, key, kek)
        if _load(target, kek).point != key.point:  # also what a run left behind that was cut off here
            raise LocalError(f"{target}: holds another key than {path}", f"{target}：与 {path} 不是同一密钥")
        path.unlink()
        done.append(path.stem)
    return done


def _kek(options: Options) -> bytes | SealedKek | None:
    if options.kek_file is None:
        return None
    try:
        return keks.load(Path(options.kek_file), Path(options.kek_device))
    except LocalError as error:
        raise ConfigError(f"keys.kek_file: {error.text}", f"keys.kek_file：{error.zh}") from None


def _write_plain(folder: Path, name: str, key: libcrypto.PrivateKey) -> None:
    body = base64.encodebytes(libcrypto.load().dump_private(key)).decode("ascii")
    secret_file.write_new(folder / f"{name}{SUFFIX}", f"{_BEGIN}\n{body}{_END}\n".encode("ascii"))


def _write_encrypted(folder: Path, name: str, key: libcrypto.PrivateKey, kek: bytes) -> None:
    sealed = libcrypto_aes.seal(kek, libcrypto.load().dump_private(key), _label(name, key.curve, key.point))
    content = {"format": FORMAT, "curve": key.curve, "point": key.point.hex(), "sealed": sealed.hex()}
    secret_file.write_new(folder / f"{name}{ENCRYPTED_SUFFIX}", json.dumps(content, indent=1).encode("ascii") + b"\n")


def _label(name: str, curve: str, point: bytes) -> bytes:
    """What is bound to the ciphertext, so that a file under another name or public half does not open."""
    return b"\0".join((FORMAT.encode("ascii"), name.encode("utf-8"), curve.encode("ascii"), point))


def _load(path: Path, kek: bytes | None) -> libcrypto.PrivateKey:
    content = secret_file.read(path)
    der = _plain_der(path, content) if kek is None else _encrypted_der(path, content, kek)
    try:
        return libcrypto.load().load_private(der)
    except LocalError as error:
        raise LocalError(f"{path}: {error.text}", f"{path}：{error.zh}") from None


def _plain_der(path: Path, content: bytes) -> bytes:
    lines = content.decode("ascii", "replace").split("\n")
    try:
        body = lines[lines.index(_BEGIN) + 1 : lines.index(_END)]
        return base64.b64decode("".join(body), validate=True)
    except (ValueError, binascii.Error):
        raise LocalError(f"{path}: not an unencrypted PKCS#8 PEM file",
                         f"{path}：不是未加密的 PKCS#8 PEM 文件") from None  # fmt: skip


def _head(path: Path) -> tuple[str, bytes]:
    """(curve, point) as an encrypted file says; whether it is true shows when it is opened."""
    curve, point, _ = _fields(path, secret_file.read(path))
    return curve, point


def _encrypted_der(path: Path, content: bytes, kek: bytes) -> bytes:
    curve, point, sealed = _fields(path, content)
    der = libcrypto_aes.unseal(kek, sealed, _label(path.stem, curve, point))
    if der is None:
        raise LocalError(f"{path}: does not open with this key-encryption key, or was changed",
                         f"{path}：无法用该密钥加密密钥解开，或已被改动")  # fmt: skip
    return der


def _fields(path: Path, content: bytes) -> tuple[str, bytes, bytes]:
    """(curve, point, what is sealed) of an encrypted file."""
    try:
        kept = json.loads(content)
        if kept["format"] != FORMAT or kept["curve"] not in ("sm2", "p256"):
            raise ValueError
        curve, point, sealed = kept["curve"], bytes.fromhex(kept["point"]), bytes.fromhex(kept["sealed"])
        if len(point) != 65:
            raise ValueError
        return curve, point, sealed
    except (ValueError, TypeError, KeyError):
        raise LocalError(f"{path}: not an encrypted key of this program",
                         f"{path}：不是本程序的加密密钥文件") from None  # fmt: skip
