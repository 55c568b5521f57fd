"""The processes of a run: each with a log of its own, none left behind, and a word when one dies."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LAST_LINES = 6
END_S = 6.0
TICKS_PER_S = os.sysconf("SC_CLK_TCK")
PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


class Died(Exception):
    """A process of the run ended by itself; the text says which, and its last words."""


@dataclass(slots=True)
class Process:
    """A child with its log."""

    name: str
    child: subprocess.Popen[bytes]
    log: Path

    @property
    def is_running(self) -> bool:
        """Not ended yet."""
        return self.child.poll() is None

    def check(self) -> None:
        """Raises Died when it has ended."""
        if not self.is_running:
            raise Died(f"{self.name} ended with status {self.child.returncode}:\n{self.last_lines()}")

    def last_lines(self) -> str:
        """The end of its log."""
        lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines()
        return "\n".join(f"    {line}" for line in lines[-LAST_LINES:]) or "    (it wrote nothing)"

    def stop(self) -> None:
        """Asks it to end; it has END_S."""
        if self.is_running:
            self.child.send_signal(signal.SIGTERM)

    def wait(self, limit_s: float = END_S) -> int:
        """Its exit status; what does not end within limit_s is killed."""
        try:
            return self.child.wait(limit_s)
        except subprocess.TimeoutExpired:
            self.child.kill()
            return self.child.wait()

    def usage(self) -> tuple[float, float]:
        """(resident MiB, CPU seconds so far), from /proc; zeros once it is gone."""
        try:
            pages = int(Path(f"/proc/{self.child.pid}/statm").read_text("ascii").split()[1])
            fields = Path(f"/proc/{self.child.pid}/stat").read_text("ascii").rpartition(")")[2].split()
        except (OSError, IndexError, ValueError):
            return 0.0, 0.0
        return pages * PAGE_BYTES / 2**20, (int(fields[11]) + int(fields[12])) / TICKS_PER_S


class Household:
    """start() children; end() stops all of them, the last started first.

    is_temporary: the folder goes with us, should we be killed before we can end anything ourselves.
    """

    def __init__(self, folder: Path, is_temporary: bool = False) -> None:
        self._folder = folder
        self.all: list[Process] = []
        guard = [sys.executable, "-I", str(Path(__file__).with_name("guard.py"))]
        self._guard = subprocess.Popen(
            [*guard, str(folder)] if is_temporary else guard, stdin=subprocess.PIPE, start_new_session=True
        )

    def start(self, name: str, arguments: Sequence[str], before: Sequence[str] = ()) -> Process:
        """A Python module of this project as a child: `python -m ...`, its output after what NAME.log has.

        before: a command that becomes the one behind it.
        """
        log = self._folder / f"{name}.log"
        with log.open("ab") as output:
            child = subprocess.Popen(
                [*before, sys.executable, "-m", *arguments],
                cwd=ROOT,
                env=environment(),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C at the terminal is for us, and we end them in order
            )
        self._tell_guard(str(child.pid))
        process = Process(name, child, log)
        self.all.append(process)
        return process

    def check(self) -> None:
        """Raises Died when one has ended by itself."""
        for process in self.all:
            process.check()

    def end(self) -> None:
        """Stops what still runs."""
        for process in reversed(self.all):
            process.stop()
        for process in self.all:
            process.wait()
        self._tell_guard("bye")
        self._guard.wait()

    def _tell_guard(self, word: str) -> None:
        assert self._guard.stdin
        with suppress(BrokenPipeError):
            self._guard.stdin.write(word.encode("ascii") + b"\n")
            self._guard.stdin.flush()


def environment() -> dict[str, str]:
    """Ours, without what python-can would read, and with output that comes at once."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("CAN_")}
    return {**kept, "PYTHONUNBUFFERED": "1", "PYTHONUTF8": "1"}


def wait_for(path: Path, household: Household, limit_s: float = 20.0) -> None:
    """Until `path` exists. Raises Died when a process ends before, or the time is over."""
    end_s = time.monotonic() + limit_s
    while not path.exists():
        household.check()
        if time.monotonic() > end_s:
            raise Died(f"{path.name} did not appear within {limit_s:.0f} s:\n{household.all[0].last_lines()}")
        time.sleep(0.02)
