"""A serial cable that can be cut or disturbed: a pty for the unit, a thread between it and the board's line.

What is on its way when it is cut is lost, as on a wire.
"""

import os
import pty
import random
import select
import threading
import tty
from contextlib import suppress

MOST_BYTES = 4096


class Cable:
    """device: what the unit opens. is_cut, garbled (a share of the octets, 0..1): as it is from now on."""

    def __init__(self, seed: int = 0) -> None:
        self.is_cut, self.garbled = False, 0.0
        self._near, self._far = pty.openpty()
        tty.setraw(self._far)
        self.device = os.ttyname(self._far)
        self._board = -1
        self._dice = random.Random(f"cable {seed}")
        self._bell, self._hammer = os.pipe()
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._serve, name="cable", daemon=True)
        self._thread.start()

    def plug(self, device: str) -> None:
        """Into this board's line, out of another's."""
        board = os.open(device, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
        with self._lock:
            self._unplug()
            self._board = board
        os.write(self._hammer, b"!")

    def close(self) -> None:
        """Gone."""
        os.close(self._hammer)  # the thread ends with its bell
        self._thread.join()
        self._unplug()
        for fd in (self._near, self._far, self._bell):
            os.close(fd)

    def _unplug(self) -> None:
        if self._board >= 0:
            os.close(self._board)
        self._board = -1

    def _serve(self) -> None:
        os.set_blocking(self._near, False)
        while True:
            ready, _, _ = select.select([self._bell, self._near, *([self._board] if self._board >= 0 else [])], [], [])
            if self._bell in ready and not os.read(self._bell, 1):
                return
            with self._lock:
                self._carry(self._near, self._board)
                self._carry(self._board, self._near)

    def _carry(self, source: int, sink: int) -> None:
        if source < 0:
            return
        with suppress(OSError):  # nothing there, or no room: a line does not wait
            data = os.read(source, MOST_BYTES)
            if data and sink >= 0 and not self.is_cut:
                os.write(sink, self._disturbed(data))

    def _disturbed(self, data: bytes) -> bytes:
        if not self.garbled:
            return data
        dice = self._dice
        return bytes(each ^ dice.randrange(1, 256) if dice.random() < self.garbled else each for each in data)
