"""A co-processor that is a process: real firmware on a real MicroPython, its UART the other side of a pty.

The rule: what opens `device` sees a serial line and nothing else; a stand-in is ended by close().
"""

import os
import pty
import struct
import subprocess
import tempfile
import tty
from collections.abc import Sequence
from pathlib import Path

from firmware_shims import tree

SHIMS = Path(__file__).resolve().parent / "shims"
FRAME = struct.Struct("<IBB8s")  # as stand_in_board.py reads it
EXTENDED = 0x80000000


class StandIn:
    """command: the words that start MicroPython. device: the path to give to the unit."""

    def __init__(self, command: Sequence[str], folder: Path, board: str = "stm32_machine") -> None:
        tree.build(folder, board, "0.0.0")
        self._uart, self._far = pty.openpty()
        tty.setraw(self._far)
        os.set_blocking(self._uart, False)
        self.device = os.ttyname(self._far)  # kept open here too: a pty that nobody has open is an error to its board
        self._can_out, self._can_in = os.pipe()
        os.set_blocking(self._can_out, False)
        self._told = tempfile.TemporaryFile()  # noqa: SIM115 - until close()
        self._process = subprocess.Popen(
            [*command, str(SHIMS / "stand_in_board.py"), str(folder), str(SHIMS), str(self._can_out)],
            stdin=self._uart, stdout=self._uart, stderr=self._told, pass_fds=[self._can_out],
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

    def close(self) -> None:
        """The power is cut."""
        self._process.kill()
        self._process.wait()
        self._told.close()
        for fd in (self._uart, self._far, self._can_out, self._can_in):
            os.close(fd)
