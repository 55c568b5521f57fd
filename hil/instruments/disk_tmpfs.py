"""A small disk of the unit's own, on which its state lies, and which can be filled: a tmpfs in a mount namespace.

It is there where the scenario fills it. Without root it needs user namespaces; a machine that has neither says so.
"""

import subprocess
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from hil.given import Given
from hil.instruments import Context
from hil.witness import Witness
from obu.core.errors import ConfigError

PLAYS, CARRIES = "disk", ("saves_fail",)
BLOCK = bytes(1 << 20)
MOUNTED = b"mounted\n"


@dataclass(frozen=True, slots=True)
class Options:
    """kib: its size."""

    kib: int = 1024


class DiskTmpfs:
    """The Instrument. A process that waits for us to end holds the namespace; the unit is started in it."""

    def __init__(self, options: Options, context: Context) -> None:
        self._kib, self._context = options.kib, context
        self._holder: subprocess.Popen[bytes] | None = None
        self._state, self._filler = Path(), Path()

    def begin(self) -> None:
        """Mounts it. Raises ConfigError where this machine does not let us."""
        if not self._context.changes(*CARRIES):
            return
        folder = self._context.work / "state"
        folder.mkdir()
        script = f'mount -t tmpfs -o size={self._kib}k,mode=700 obu-disk "$1" && echo mounted && exec cat'
        words = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", script, "sh", str(folder)]
        try:
            self._holder = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                            stderr=subprocess.PIPE, start_new_session=True)  # fmt: skip
        except OSError as error:
            raise ConfigError(f"disk: unshare: {error.strerror}", f"disk：unshare：{error.strerror}") from None
        assert self._holder.stdout and self._holder.stderr
        if self._holder.stdout.readline() != MOUNTED:
            why = self._holder.stderr.read().decode("utf-8", "replace").strip()
            raise ConfigError(f"disk: no tmpfs in a namespace here: {why}", f"disk：无法在命名空间内挂载 tmpfs：{why}")
        self._context.sections["unit"] = {"state": str(folder)}
        self._context.before = ("nsenter", "--preserve-credentials", "--user", "--mount", "-t", str(self._holder.pid))
        self._filler = Path(f"/proc/{self._holder.pid}/root{folder}/filler")

    def carry(self, given: Given) -> None:
        """Full, or not."""
        if self._holder is None:
            return
        if given.saves_fail:
            self._fill()
        else:
            self._filler.unlink(missing_ok=True)

    def _fill(self) -> None:
        with self._filler.open("ab", buffering=0) as file, suppress(OSError):  # no space left: that is what is wanted
            while True:
                file.write(BLOCK)

    def look(self, witness: Witness, at_s: float, utc_ns: int) -> None:
        """A disk sees nothing."""

    def close(self) -> None:
        """The namespace goes with its last process."""
        if self._holder:
            self._holder.communicate()


make = DiskTmpfs
