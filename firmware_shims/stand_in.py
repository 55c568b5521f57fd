"""A co-processor that is a process: loader, slots and LittleFS on a real MicroPython, UART and prompt behind two ptys.

The rule: what opens `device` sees a serial line and nothing else; a stand-in is ended by close(). Its flash stays in
the folder: another StandIn on the same folder is the same board.
"""

import os
import pty
import signal
import struct
import subprocess
import tempfile
import tty
from collections.abc import Sequence
from pathlib import Path

from firmware_shims import tree

SHIMS = Path(__file__).resolve().parent / "shims"
FRAME = struct.Struct("<IBB8s")  # as stand_in_pins.py reads it
EXTENDED = 0x80000000
# Starts the board again when it resets itself: 75, or 76 for a soft reset at the prompt (raw_repl.py).
AGAIN = 'how=start; while :; do "$@" $how; case $? in 75) how=start;; 76) how=raw;; *) exit;; esac; done'


class StandIn:
    """command: the words that start MicroPython. device, prompt: paths to give to the unit, and to mpremote.

    keys: points 04 x y of those whose bundles it takes. is_open: whether its prompt answers.
    """

    def __init__(
        self, command: Sequence[str], folder: Path, board: str = "stm32_machine", *,
        version: str = "0.0.0", keys: Sequence[bytes] = (), is_open: bool = False,
    ) -> None:  # fmt: skip
        if not (folder / "tree").is_dir():
            tree.build(folder / "tree", board, version, keys=keys, is_open=is_open)
        self.command, self.folder = list(command), folder
        self._mount = "/flash" if board.startswith("stm32") else "/"  # as MicroPython's ports have it
        self._uart, self._far = _line()
        os.set_blocking(self._uart, False)
        self._prompt, self._far_prompt = _line()
        self.device = os.ttyname(self._far)  # kept open here too: a pty that nobody has open is an error to its board
        self.prompt = os.ttyname(self._far_prompt)
        self._can_out, self._can_in = os.pipe()
        os.set_blocking(self._can_out, False)
        self._told = tempfile.TemporaryFile()  # noqa: SIM115 - until close()
        self._process = self._start()

    def _start(self) -> "subprocess.Popen[bytes]":
        script = [str(SHIMS / "stand_in_board.py"), str(self.folder), str(SHIMS), self._mount]
        script += [str(self._uart), str(self._can_out)]
        return subprocess.Popen(
            ["sh", "-c", AGAIN, "sh", *self.command, *script],
            stdin=self._prompt, stdout=self._prompt, stderr=self._told, pass_fds=[self._uart, self._can_out],
            start_new_session=True,
        )  # fmt: skip

    def can(self, can_id: int, is_extended: bool, data: bytes, channel: int = 0) -> None:
        """A frame on one of the board's buses. Waits while the board is behind by a pipe of 64 KiB."""
        os.write(self._can_in, FRAME.pack(can_id | EXTENDED * is_extended, channel, len(data), data))

    def told(self) -> list[str]:
        """What the board has done: "lamps 1", "tone 0", "show 0 text", "bus 0 250000 silent all", ..."""
        size = os.fstat(self._told.fileno()).st_size
        return os.pread(self._told.fileno(), size, 0).decode("utf-8", "replace").splitlines()

    def is_running(self) -> bool:
        """Whether the board's process is alive."""
        return self._process.poll() is None

    def cut_power(self) -> None:
        """The power goes and comes back, in whatever it was doing; its lines stay plugged in."""
        self.lose_power()
        self.gain_power()

    def lose_power(self) -> None:
        """It is off, until gain_power()."""
        if self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()

    def gain_power(self) -> None:
        """It starts from its flash."""
        self._process = self._start()

    def close(self) -> None:
        """The power is cut for good."""
        self.lose_power()
        self._told.close()
        for fd in (self._uart, self._far, self._prompt, self._far_prompt, self._can_out, self._can_in):
            os.close(fd)


def _line() -> tuple[int, int]:
    """The board's side of a pty and the other one, raw."""
    near, far = pty.openpty()
    tty.setraw(far)
    return near, far
