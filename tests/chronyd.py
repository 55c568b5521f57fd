"""A real chronyd that leads nothing: no control of the machine's clock, the tests' user, our own reference.

Its one rule: it ends with the test that began it, and no other process is touched.
"""

import os
import pwd
import shutil
import socket
import struct
import subprocess
import time
from contextlib import suppress
from functools import cache
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SAMPLE = struct.Struct("@qqdiiii")  # SOCK of chrony.conf(5) refclock: time of day, offset, pulse, leap, padding, magic
MAGIC = 0x534F434B


@cache
def program(name: str) -> str | None:
    """chronyd or chronyc that starts here: the machine's, or the unpacked one of .ci/system_tools.py."""
    spec = spec_from_file_location("system_tools", ROOT / ".ci" / "system_tools.py")
    assert spec and spec.loader
    tools = module_from_spec(spec)
    spec.loader.exec_module(tools)
    folder = Path(tools.unpacked("chrony")) / "usr"
    places = os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin", str(folder / "sbin"), str(folder / "bin")))
    found = shutil.which(name, path=places)
    starts = found and subprocess.run([found, "--version"], capture_output=True, check=False).returncode == 0
    return found if starts else None


class Chronyd:
    """begin() and end(); feed() is its reference clock, tracking() its own client's word."""

    def __init__(self, folder: Path, *lines: str) -> None:
        self._folder = folder
        folder.chmod(0o700)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        reference = f"refclock SOCK {folder}/ref refid GPS poll -6 filter 1 delay 1e-4 precision 1e-7"
        own = (
            f"cmdport {self.port}",
            "bindcmdaddress 127.0.0.1",
            "bindcmdaddress /",
            f"pidfile {folder}/pid",
            "port 0",
        )
        (folder / "chrony.conf").write_text("\n".join((*own, reference, *lines, "")))
        self._process: subprocess.Popen[bytes] | None = None

    def begin(self) -> None:
        """-x: without control of the clock; -U: root is not asked for."""
        chronyd, user = program("chronyd"), pwd.getpwuid(os.getuid()).pw_name
        assert chronyd
        words = [chronyd, "-x", "-d", "-U", "-u", user, "-f", str(self._folder / "chrony.conf")]
        with (self._folder / "log").open("wb") as log:
            self._process = subprocess.Popen(words, stdout=log, stderr=subprocess.STDOUT)

    def feed(self, offset_s: float) -> None:
        """One sample of the reference clock: the machine's is slow by this. Lost while chronyd is still to open it."""
        seconds, rest_ns = divmod(time.time_ns(), 10**9)
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as mouth, suppress(FileNotFoundError):
            mouth.sendto(SAMPLE.pack(seconds, rest_ns // 1000, offset_s, 0, 0, 0, MAGIC), f"{self._folder}/ref")

    def tracking(self) -> list[str]:
        """The fields of `chronyc -c tracking`, by the name of chronyc(1); one empty one while it does not answer."""
        chronyc = program("chronyc")
        assert chronyc
        words = [chronyc, "-c", "-h", "127.0.0.1", "-p", str(self.port), "tracking"]
        return subprocess.run(words, capture_output=True, text=True, check=False).stdout.strip().split(",")

    def end(self) -> None:
        """By its own process."""
        if self._process:
            self._process.terminate()
            self._process.wait()
            self._process = None
