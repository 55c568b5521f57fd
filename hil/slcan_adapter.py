"""A stand-in for an slcan adapter (LAWICEL CAN232) on a pseudo terminal, and the bus behind it, which can be at fault.

It behaves as the manual says: nothing comes before it is opened, a command is answered with CR or BEL, F tells the
status flags. A bus at another rate gives errors instead of frames; opened in its normal mode the adapter then destroys
each frame, and counts that in `disturbed`. What it was told to send on the bus is in `sent`: of a listener, nothing.
"""

import errno
import os
import pty
import tty
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from hil.vehicle_bus import is_extended

RATES = (10_000, 20_000, 50_000, 100_000, 125_000, 250_000, 500_000, 800_000, 1_000_000, 83_300)
OK, REFUSED = b"\r", b"\a"
BUS_ERROR, ERROR_PASSIVE = 0x80, 0x20
LISTENING, NORMAL = b"L", b"O"

BusFrame = tuple[int, bytes]  # identifier, data


class SlcanAdapter:
    """plug() makes the device, at `path`; carry() is the bus. bus_bitrate: None, or what the other nodes speak at.

    can_listen: whether it knows L. answers: whether it answers commands at all (some firmware does not).
    """

    def __init__(self, path: Path, bus_bitrate: int | None = None) -> None:
        self.path = path
        self.bus_bitrate = bus_bitrate
        self.can_listen = self.answers = True
        self.bitrate: int | None = None
        self.mode = b""
        self.sent: list[bytes] = []
        self.commands: list[bytes] = []
        self.disturbed = self.lost = 0
        self._flags = 0
        self._is_off = False
        self._rest = b""
        self._master = self._slave = -1
        self.plug()

    def plug(self) -> None:
        """The device appears, closed."""
        self._master, self._slave = pty.openpty()
        tty.setraw(self._slave)
        os.set_blocking(self._master, False)
        self.path.unlink(missing_ok=True)
        self.path.symlink_to(os.ttyname(self._slave))
        self.mode, self._rest, self._flags, self._is_off = b"", b"", 0, False

    def unplug(self) -> None:
        """The device is gone."""
        if self._master >= 0:
            os.close(self._master)
            os.close(self._slave)
            self.path.unlink(missing_ok=True)
        self._master = self._slave = -1

    close = unplug

    def carry(self, frames: Iterable[BusFrame]) -> None:
        """The other nodes send these frames."""
        self.obey()
        if not self.mode or self._master < 0:
            return
        if self._is_off:
            return
        if self.bus_bitrate is not None and self.bus_bitrate != self.bitrate:
            self._meet_errors(sum(1 for _ in frames))
            return
        lines = [f"{_name(can_id)}{len(data)}{data.hex().upper()}\r".encode() for can_id, data in frames]
        self._write(b"".join(lines))

    def noise(self, count: int) -> None:
        """The bus brings errors and no frame: a broken wire, a missing terminator."""
        self.obey()
        if self.mode:
            self._meet_errors(count)

    def go_off(self) -> None:
        """The controller takes itself off the bus, and says so once, as Linux's slcan expects it."""
        if self.mode and not self._is_off:
            self._is_off = True
            self._write(b"sb255255\r")

    def obey(self) -> None:
        """Carries out what the host has written."""
        if self._master < 0:
            return
        with suppress(BlockingIOError):
            data = self._rest + os.read(self._master, 4096)
            *commands, self._rest = data.split(b"\r")
            for command in commands:
                self.commands.append(command)
                self._answer(self._do(command))

    def _do(self, command: bytes) -> bytes:
        start, is_open = command[:1], bool(self.mode)
        if start == b"C":
            self.mode, self._is_off = b"", False
            return OK if is_open else REFUSED
        if start == b"S":
            if is_open or not command[1:].isdigit() or int(command[1:]) >= len(RATES):
                return REFUSED
            self.bitrate = RATES[int(command[1:])]
            return OK
        if start in (LISTENING, NORMAL):
            if is_open or self.bitrate is None or (start == LISTENING and not self.can_listen):
                return REFUSED
            self.mode, self._flags = start, 0
            return OK
        if start == b"V":
            return b"V1013\r"
        if start == b"F" and is_open:
            flags, self._flags = self._flags, 0
            return f"F{flags:02X}\r".encode()
        if start in b"tTrR" and start:
            self.sent.append(command)
            return OK if self.mode == NORMAL else REFUSED
        return REFUSED

    def _meet_errors(self, count: int) -> None:
        if count:
            self._flags |= BUS_ERROR
            if self.mode == NORMAL:  # an active error flag for each frame, until passive (ISO 11898-1)
                self.disturbed += count
                self._flags |= ERROR_PASSIVE

    def _answer(self, answer: bytes) -> None:
        if self.answers:
            self._write(answer)

    def _write(self, data: bytes) -> None:
        if self._master < 0:
            return
        try:
            written = os.write(self._master, data)
        except OSError as error:
            if error.errno != errno.EAGAIN:  # nobody reads: an adapter loses frames then, too
                raise
            written = 0
        self.lost += len(data) - written


def _name(can_id: int) -> str:
    """The command and the identifier, of 29 bits or of 11."""
    return f"T{can_id:08X}" if is_extended(can_id) else f"t{can_id:03X}"
