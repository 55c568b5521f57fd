"""The stand-in's `board`: its UART and its buses are file descriptors, what it does is told on standard error.

A line each: lamps, tone, show, power, bus. attach() comes before a board is made of it.
"""

import struct
import sys
import time

FRAME = "<IBB8s"
TURNS_A_LOOK = 25  # at the prompt's line for a Ctrl-C
_lines = {}


def attach(uart, can, interrupted):
    """uart, can: file descriptors. interrupted(): whether a Ctrl-C came on the prompt's line."""
    _lines["in"], _lines["out"] = open(uart, "rb"), open(uart, "wb")  # noqa: SIM115 - for as long as the board runs
    _lines["can"], _lines["interrupted"] = Pipe(can), interrupted


class Pins:
    """See link_device for what each does."""

    def __init__(self, entry):
        self._in, self._out = _lines["in"], _lines["out"]
        self._rest = b""
        self._turns = 0
        self.mask = 1

    def read(self, buffer):
        return _readinto(self._in, buffer)

    def write(self, frame, length):
        data = self._rest or bytes(memoryview(frame)[:length])
        taken = self._out.write(data) or 0
        self._rest = data[taken:]
        return not self._rest

    def lamps(self, mask):
        tell("lamps", mask)

    def tone(self, hertz):
        tell("tone", hertz)

    def show(self, row, line):
        tell("show", row, line.strip())

    def levels(self):
        return self.mask

    def supply_mv(self):
        return 24_500

    def host_power(self, is_on):
        tell("power", int(is_on))

    def gnss(self, buffer):
        return 0

    def free_heap(self):
        import gc

        return gc.mem_free()

    def ticks_us(self):
        return time.ticks_us()

    def feed_watchdog(self):
        """The end of a turn: the processor is left to others, and the prompt's line is looked at."""
        time.sleep_us(200)
        self._turns += 1
        if self._turns % TURNS_A_LOOK == 0 and _lines["interrupted"]():
            raise KeyboardInterrupt


class Bus:
    """One channel of the pipe."""

    def __init__(self, pipe, channel):
        self._pipe = pipe
        self._channel = channel

    def open(self, bitrate, is_normal, filters):
        mode, chosen = "normal" if is_normal else "silent", "all" if filters is None else len(filters)
        tell("bus", self._channel, bitrate, mode, chosen)
        return True

    def receive(self, message):
        word, channel, length, data = self._pipe.next()
        if channel != self._channel:
            return False
        self._pipe.taken()
        message[0], message[2], message[3] = word & 0x1FFFFFFF, word >= 0x80000000, length
        message[1][:] = data
        return True

    def lost(self):
        return 0


class Pipe:
    """Frames one by one; next() gives channel -1 when there is none."""

    def __init__(self, fd):
        self._file = open(fd, "rb")  # noqa: SIM115 - for as long as the board runs
        self._buffer = bytearray(struct.calcsize(FRAME))
        self._view = memoryview(self._buffer)
        self._have = 0

    def next(self):
        if self._have < len(self._buffer):
            found = self._file.readinto(self._view[self._have :])
            if found == 0:  # the end of the pipe, where nothing yet is None: who feeds this board is gone
                sys.exit()
            self._have += found or 0
        if self._have < len(self._buffer):
            return 0, -1, 0, b""
        return struct.unpack(FRAME, self._buffer)

    def taken(self):
        self._have = 0


def buses(entry):
    """One for each of the board's controllers."""
    return [Bus(_lines["can"], channel) for channel in range(len(entry["buses"]))]


def tell(*words):
    """A line on standard error."""
    sys.stderr.write(" ".join(map(str, words)) + "\n")


def _readinto(file, buffer):
    try:
        return file.readinto(buffer) or 0
    except OSError:  # nobody has the other end open
        return 0
