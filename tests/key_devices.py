"""Real key devices for tests: a TPM simulator (swtpm) and PKCS#11 tokens (SoftHSM2), each in a folder of its own."""

import os
import shutil
import socket
import struct
import subprocess
import tempfile
import time
from pathlib import Path

from obu.drivers import tpm, tpm_wire

START_S = 20.0


class Swtpm:
    """A TPM 2.0 on a Unix socket, bare as /dev/tpm0 is, without a resource manager; its state outlives its process."""

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="tpm-"))  # short: a socket's path has 108 octets
        self.device = self._folder / "socket"
        (self._folder / "state").mkdir()
        self._process: subprocess.Popen[bytes] | None = None
        self.start()

    def start(self) -> None:
        """Power on; what was extended or loaded is gone, what was kept is there."""
        options = {
            "--tpmstate": f"dir={self._folder}/state",
            "--flags": "not-need-init,startup-clear",
            "--server": f"type=unixio,path={self.device}",
            "--ctrl": f"type=unixio,path={self._folder}/control",
            "--log": f"file={self._folder}/log",
        }
        command = ["swtpm", "socket", "--tpm2", *(word for option in options.items() for word in option)]
        self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL)
        end_s = time.monotonic() + START_S
        while not self._answers():
            assert self._process.poll() is None and time.monotonic() < end_s, (self._folder / "log").read_text()
            time.sleep(0.005)

    def _answers(self) -> bool:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as link:
            return link.connect_ex(str(self.device)) == 0

    def stop(self) -> None:
        """Power off, at once."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
        self._process = None
        self.device.unlink(missing_ok=True)

    def remove(self) -> None:
        """For good."""
        self.stop()
        shutil.rmtree(self._folder)


def password(word: bytes) -> bytes:
    """An authorisation area with a password."""
    area = struct.pack(">IHB", tpm_wire.RS_PW, 0, 0) + tpm_wire.sized(word)
    return struct.pack(">I", len(area)) + area


def say(device: Path, code: int, handles: tuple[int, ...], rest: bytes) -> tpm_wire.Answer:
    """A command that the unit never uses; rest: authorisation area and parameters. Raises TpmRefusal."""
    body = b"".join(struct.pack(">I", handle) for handle in handles) + rest
    chip = tpm.Tpm(device)
    try:
        chip._open()
        command = struct.pack(">HII", tpm_wire.SESSIONS, tpm_wire.HEAD_BYTES + len(body), code) + body
        return tpm_wire.answer(code, chip._transact(command, 10.0))
    finally:
        chip.close()


def own(device: Path, old: bytes, new: bytes) -> None:
    """Gives the owner another password (TPM2_HierarchyChangeAuth)."""
    say(device, 0x129, (tpm_wire.RH_OWNER,), password(old) + tpm_wire.sized(new))


def extend(device: Path, pcr: int) -> None:
    """Measures something into a PCR (TPM2_PCR_Extend)."""
    say(device, 0x182, (pcr,), password(b"") + struct.pack(">IH", 1, tpm_wire.ALG_SHA256) + b"\x11" * 32)


def provision(device: Path, owner: bytes) -> None:
    """Makes the storage root key persistent, as a provisioned machine has it (TPM2_EvictControl)."""
    area = password(owner)
    chip = tpm.Tpm(device)
    chip._open()

    def once(code: int, handles: tuple[int, ...], parameters: bytes) -> tpm_wire.Answer:
        body = b"".join(struct.pack(">I", handle) for handle in handles) + area + parameters
        command = struct.pack(">HII", tpm_wire.SESSIONS, tpm_wire.HEAD_BYTES + len(body), code) + body
        return tpm_wire.answer(code, chip._transact(command, 10.0))

    made = once(tpm_wire.CREATE_PRIMARY, (tpm_wire.RH_OWNER,), tpm_wire.creation(b"", tpm_wire.storage_key()))
    once(0x120, (tpm_wire.RH_OWNER, made.handle), struct.pack(">I", tpm.SRK))
    chip.close()


class SoftHsm:
    """A PKCS#11 token in a folder; the module finds it by the environment of this process, until remove()."""

    token, pin = "obu test", "648219"

    def __init__(self, module: str) -> None:
        self.module = module
        self._folder = Path(tempfile.mkdtemp(prefix="hsm-"))
        self._before = os.environ.get("SOFTHSM2_CONF")
        (self._folder / "tokens").mkdir()
        (self._folder / "conf").write_text(f"directories.tokendir = {self._folder}/tokens\nlog.level = ERROR\n")
        self.pin_file = self._folder / "pin"
        self.pin_file.write_text(self.pin + "\n")
        self.pin_file.chmod(0o600)
        os.environ["SOFTHSM2_CONF"] = str(self._folder / "conf")
        self._util("--init-token", "--free", "--label", self.token, "--so-pin", "13571357", "--pin", self.pin)

    def _util(self, *words: str) -> None:
        subprocess.run(["softhsm2-util", *words], check=True, capture_output=True, timeout=60)

    def put(self, label: str, pem: Path) -> None:
        """Imports a key pair from a PKCS#8 file, as a factory does."""
        number = label.encode().hex()
        self._util("--import", str(pem), "--token", self.token, "--pin", self.pin, "--label", label, "--id", number)

    def unplug(self) -> None:
        """The token is taken out."""
        (self._folder / "tokens").rename(self._folder / "out")
        (self._folder / "tokens").mkdir()

    def plug(self) -> None:
        """And put in again."""
        (self._folder / "tokens").rmdir()
        (self._folder / "out").rename(self._folder / "tokens")

    def remove(self) -> None:
        """For good."""
        if self._before is None:
            del os.environ["SOFTHSM2_CONF"]
        else:
            os.environ["SOFTHSM2_CONF"] = self._before
        shutil.rmtree(self._folder)
