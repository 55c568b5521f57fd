"""Private keys made inside a TPM 2.0. Its one rule: what lies in the folder is of no use without this very TPM.

<name>.tpm holds a key's public half and the private one as the TPM wrapped it; fixedTPM and fixedParent are set, so no
command takes it out. SM2 and P-256, as the TPM offers them.
"""

import json
from dataclasses import dataclass
from pathlib import Path

from obu.core.errors import LocalError
from obu.drivers import secret_file, tpm, tpm_wire

SUFFIX = ".tpm"
FORMAT = "obu-tpm-key-1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """device: the TPM behind the kernel's resource manager, or a simulator's Unix socket."""

    device: str = "/dev/tpmrm0"


class TpmKeys:
    """A KeyStore (drivers/contract). The points are known from the files, so the TPM may be away at the start."""

    kind = "tpm"
    is_element = True

    def __init__(self, folder: Path, device: Path) -> None:
        self._folder = folder
        self._tpm = tpm.Tpm(device)
        self._blobs: dict[str, tpm.Blob] = {}
        self._points: dict[str, tuple[str, bytes]] = {}
        self.reload()

    def points(self) -> dict[str, tuple[str, bytes]]:
        """(curve, point 04 || x || y) of every key by its name."""
        return self._points

    def sign(self, name: str, e: bytes) -> tuple[bytes, bytes]:
        """(r, s) over the digest e. Raises LocalError: no such key, or the TPM is away or refuses."""
        blob = self._blobs.get(name)
        if blob is None:
            raise LocalError(f"no key named {name}", f"没有名为 {name} 的密钥")
        return self._tpm.sign(blob, e)

    def create(self, name: str, curve: str) -> bytes:
        """Makes a key in the TPM and its file; its point. Raises LocalError if it exists or the TPM refuses."""
        path = self._folder / f"{name}{SUFFIX}"
        if path.exists():
            raise secret_file.exists(path)
        blob = self._tpm.create(curve)
        content = {"format": FORMAT, **blob.fields()}
        secret_file.write_new(path, json.dumps(content, indent=1).encode("ascii") + b"\n")
        self._blobs[name], self._points[name] = blob, tpm_wire.point_of(blob.public)
        return self._points[name][1]

    def reload(self) -> None:
        """Takes up keys that another process has made since. Raises LocalError that names a file which is none."""
        new = [path for path in sorted(self._folder.glob(f"*{SUFFIX}")) if path.stem not in self._points]
        blobs = {path.stem: _load(path) for path in new}
        self._blobs = {**self._blobs, **blobs}
        self._points = {**self._points, **{name: tpm_wire.point_of(blob.public) for name, blob in blobs.items()}}

    def close(self) -> None:
        """Lets the TPM go."""
        self._tpm.close()


def make(folder: Path, options: Options) -> TpmKeys:
    """The unit's key store. Raises LocalError that names a file and its remedy; the TPM itself may be away."""
    secret_file.check_folder(folder)
    return TpmKeys(folder, Path(options.device))


def _load(path: Path) -> tpm.Blob:
    try:
        kept = json.loads(secret_file.read(path))
        if kept["format"] != FORMAT:
            raise ValueError
        blob = tpm.blob_of(kept)
    except (ValueError, TypeError, KeyError):
        raise LocalError(f"{path}: not a TPM key of this program", f"{path}：不是本程序的 TPM 密钥文件") from None
    try:
        tpm_wire.point_of(blob.public)
    except LocalError as error:
        raise LocalError(f"{path}: {error.text}", f"{path}：{error.zh}") from None
    return blob
