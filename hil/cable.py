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
from queue import SimpleQueue

MOST_BYTES = 4096


class Cable:
    """device: what the unit opens. is_cut, garbled (a share of the octets, 0..1): as it is from now on."""

    def __init__(self, seed: int = 0) -> None:
        self.is_cut, self.garbled = False, 0.0
        self._near, self._far = pty.openpty()
        tty.setraw(self._far)
        os.set_blocking(self._near, False)
        self.device = os.ttyname(self._far)
        self._dice = random.Random(f"cable {seed}")
        self._plugs: SimpleQueue[int] = SimpleQueue()  # boards' lines; the thread alone takes and closes them
        self._bell, self._hammer = os.pipe()
        self._thread = threading.Thread(target=self._serve, name="cable", daemon=True)
        self._thread.start()

    def plug(self, device: str) -> None:
        """Into this board's line, out of another's."""
        self._plugs.put(os.open(device, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK))
        os.write(self._hammer, b"!")

    def close(self) -> None:
        """Gone."""
        os.close(self._hammer)  # the thread ends with its bell
        self._thread.join()
        for fd in (self._near, self._far, self._bell):
            os.close(fd)

    def _serve(self) -> None:
        board: int | None = None
        while True:
            ready, _, _ = select.select([self._bell, *([] if board is None else [self._near, board])], [], [])
            if self._bell in ready:
                is_open = os.read(self._bell, 1)
                if board is not None:
                    os.close(board)
                if not is_open:
                    return
                board = self._plugs.get()
            if board is not None:
                self._carry(self._near, board)
                self._carry(board, self._near)

    def _carry(self, source: int, sink: int) -> None:
        with suppress(OSError):  # nothing there, or no room: a line does not wait
            data = os.read(source, MOST_BYTES)
            if data and not self.is_cut:
                os.write(sink, self._disturbed(data))

    def _disturbed(self, data: bytes) -> bytes:
        if not self.garbled:
            return data
        dice = self._dice
        return bytes(each ^ dice.randrange(1, 256) if dice.random() < self.garbled else each for each in data)
