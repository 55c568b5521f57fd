"""A real gpsd of Debian that gpsfake feeds with a log over a pty.

Its one rule: both end with the test that began them, and no other process is touched.
"""

import os
import shutil
import signal
import socket
import subprocess
from contextlib import suppress
from functools import cache
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


@cache
def _folder() -> Path:
    spec = spec_from_file_location("system_tools", ROOT / ".ci" / "system_tools.py")
    assert spec and spec.loader
    tools = module_from_spec(spec)
    spec.loader.exec_module(tools)
    return Path(tools.unpacked("gpsd"))


def _environment() -> dict[str, str]:
    """The unpacked one before the machine's; gpsfake is of Debian's Python."""
    root = _folder()
    libraries = [str(path) for path in (*root.glob("usr/lib/*-linux-gnu"), *root.glob("lib/*-linux-gnu"))]
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith("PYTHON")},
        "PATH": os.pathsep.join((str(root / "usr/bin"), str(root / "usr/sbin"), os.environ["PATH"], "/usr/sbin")),
        "LD_LIBRARY_PATH": os.pathsep.join(libraries),
        "PYTHONPATH": str(root / "usr/lib/python3/dist-packages"),
        "PYTHONDONTWRITEBYTECODE": "1",
    }


@cache
def is_present() -> bool:
    """Whether both start here."""
    environment = _environment()
    found = [shutil.which(name, path=environment["PATH"]) for name in ("gpsd", "gpsfake")]
    return all(
        path and subprocess.run([path, "-V"], env=environment, capture_output=True, check=False).returncode == 0
        for path in found
    )


class Gpsd:
    """begin() and end(); `port` is where it listens."""

    def __init__(self, log: Path, *, pause_s: float) -> None:
        """log: of sentences, played once. pause_s: after each line of it."""
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self._words = ["-1", "-q", "-n", "-c", str(pause_s), "-P", str(self.port), str(log)]
        self._process: subprocess.Popen[bytes] | None = None

    def begin(self) -> None:
        """In a session of its own, so that end() finds its gpsd too."""
        environment = _environment()
        gpsfake = shutil.which("gpsfake", path=environment["PATH"])
        assert gpsfake
        self._process = subprocess.Popen(
            [gpsfake, *self._words], env=environment, start_new_session=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip

    def end(self) -> None:
        """Both."""
        if self._process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait(10)
