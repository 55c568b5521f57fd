"""A board that is a process: the firmware on MicroPython for Linux, its UART on standard input and output.

`micropython stand_in_board.py FOLDER SHIMS CAN_FD`; CAN_FD: a pipe of frames as `<IBB8s` (identifier with bit 31 for 29
bits, channel, length, data). What it does is told on standard error, a line each: lamps, tone, show, power.
"""

import struct
import sys
import time

FRAME = "<IBB8s"


class Pins:
    def __init__(self):
        self._in = sys.stdin.buffer
        self._out = sys.stdout.buffer
        self._rest = b""
        self.mask = 1

    def read(self, buffer):
        return _readinto(self._in, buffer)

    def write(self, frame, length):
        data = self._rest or bytes(memoryview(frame)[:length])
        taken = self._out.write(data) or 0
        self._rest = data[taken:]
        return not self._rest

    def lamps(self, mask):
        _tell("lamps", mask)

    def tone(self, hertz):
        _tell("tone", hertz)

    def show(self, row, line):
        _tell("show", row, line.strip())

    def levels(self):
        return self.mask

    def supply_mv(self):
        return 24_500

    def host_power(self, is_on):
        _tell("power", int(is_on))

    def gnss(self, buffer):
        return 0

    def free_heap(self):
        import gc

        return gc.mem_free()

    def ticks_us(self):
        return time.ticks_us()


class Bus:
    """One channel of the pipe."""

    def __init__(self, pipe, channel):
        self._pipe = pipe
        self._channel = channel

    def open(self, bitrate, is_normal, filters):
        mode, chosen = "normal" if is_normal else "silent", "all" if filters is None else len(filters)
        _tell("bus", self._channel, bitrate, mode, chosen)
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
            self._have += _readinto(self._file, self._view[self._have :])
        if self._have < len(self._buffer):
            return 0, -1, 0, b""
        return struct.unpack(FRAME, self._buffer)

    def taken(self):
        self._have = 0


def _readinto(file, buffer):
    try:
        return file.readinto(buffer) or 0
    except OSError:  # nobody has the other end open
        return 0


def _tell(*words):
    sys.stderr.write(" ".join(map(str, words)) + "\n")


def main(folder, shims, can_fd):
    sys.path[:0] = [folder, shims]
    import boards
    import wire
    from digest import DIGEST
    from identity import BOARD, VERSION
    from link_device import LinkDevice

    entry = boards.board(BOARD)
    pipe = Pipe(int(can_fd))
    buses = [Bus(pipe, channel) for channel in range(len(entry["buses"]))]
    boot = time.ticks_us() & 0xFFFF or 1
    device = LinkDevice(entry, Pins(), buses, boot, DIGEST, (BOARD + "\t" + VERSION + "\tstand-in").encode())
    device.begin()
    while True:
        device.turn(time.ticks_us() & wire.MASK)
        time.sleep_us(200)


main(*sys.argv[1:4])
