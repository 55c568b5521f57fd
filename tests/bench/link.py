"""The co-processor's link: what a CAN frame costs the unit and how fast they come, against slcan through python-can.

CPU is that of the receiving side alone: what plays the board writes and is answered outside the measured spans. The
third row's board is the real firmware on MicroPython, its reference a stream of slcan lines that python-can reads.
"""

import os
import pty
import select
import tempfile
import threading
import time
import tty
from collections.abc import Iterator
from pathlib import Path
from time import process_time

import can

from firmware_shims.stand_in import StandIn
from obu.core.frames import CanFrame
from obu.drivers.coprocessor import Coprocessor, Options
from obu.link import wire
from obu.link.digest import DIGEST
from obu.link.session import ENTRY, EXTENDED, Bus, Session
from tests.bench.codec import Result
from tests.firmware import runtimes

FRAMES = 2_000
STUCK_S = 0.5
WAITING = 100  # frames on their way through the board: at more it would drop some, as it should
BATCHED = 15  # frames of 8 bytes in a link frame
DATA = bytes((0, 1, 2, 255, 0, 80, 0, 7))
CAN_ID = 0x18FEF131


def results(rounds: int) -> Iterator[Result]:
    """All of this file."""
    ours, theirs = Ours(), Slcan()
    try:
        best = [min(side.us_per_frame() for _ in range(rounds)) for side in (ours, theirs)]
        yield Result("link, CPU us/CAN frame / slcan", *best, 5.0)
        yield Result("link, bytes on the line/CAN frame", ours.bytes_per_frame, theirs.bytes_per_frame, 1.0)
        if runtimes.is_present("micropython64"):
            yield Result("link, real board, us/frame / slcan", board_us_per_frame(), theirs.wall_us_per_frame(), None)
    finally:
        ours.close()
        theirs.close()


class Ours:
    """The driver and its session on a pty, a bare end of the wire as its board."""

    def __init__(self) -> None:
        self._near, self._far = _pty()
        session = Session(3, "obu", (Bus(channel="main"),), 1)
        self._unit = Coprocessor("coprocessor", Options(device=os.ttyname(self._far)), session)
        self._board = wire.End(4, DIGEST, b"bench\t1\t2")
        self.bytes_per_frame = 0.0
        while not (self._board.is_up and session.is_up()):
            self._exchange()
        for _ in range(20):
            self._exchange()

    def us_per_frame(self) -> float:
        entry = ENTRY.pack(1, CAN_ID | EXTENDED, len(DATA)) + DATA
        taken, sent_bytes, spent_s = 0, 0, 0.0
        while taken < FRAMES:
            while self._board.room():
                at = _clock()
                self._board.send(wire.CAN, at.to_bytes(4, "little") + entry * BATCHED)
            sent_bytes += self._write()
            began_s = process_time()
            arrivals = self._unit.poll(time.monotonic_ns())
            spent_s += process_time() - began_s
            taken += sum(isinstance(arrival, CanFrame) for arrival in arrivals)
            self._read()
        self.bytes_per_frame = sent_bytes / taken
        return spent_s / taken * 1e6

    def _exchange(self) -> None:
        self._write()
        self._unit.poll(time.monotonic_ns())
        self._read()

    def _write(self) -> int:
        count = 0
        while length := self._board.pull(_clock()):
            count += os.write(self._near, self._board.frame[:length])
        return count

    def _read(self) -> None:
        if not select.select([self._near], [], [], 0.0)[0]:
            return
        data, start = os.read(self._near, 4096), 0
        while start < len(data):
            start = self._board.take(data, start, len(data), _clock())

    def close(self) -> None:
        self._unit.close()
        _close(self._near, self._far)


class Slcan:
    """python-can's slcan on a pty whose other side writes the adapter's lines."""

    LINE = b"T%08X%d%s\r" % (CAN_ID, len(DATA), DATA.hex().upper().encode())

    def __init__(self) -> None:
        self._near, self._far = _pty()
        self._bus = can.Bus(interface="slcan", channel=os.ttyname(self._far), sleep_after_open=0.0, timeout=0.0)
        os.read(self._near, 4096)
        self.bytes_per_frame = float(len(self.LINE))

    def us_per_frame(self) -> float:
        taken, spent_s = 0, 0.0
        while taken < FRAMES:
            os.write(self._near, self.LINE * 100)
            began_s = process_time()
            while self._bus.recv(0) is not None:
                taken += 1
            spent_s += process_time() - began_s
        return spent_s / taken * 1e6

    def wall_us_per_frame(self) -> float:
        """With a writer that never stops."""
        writer = threading.Thread(target=lambda: [os.write(self._near, self.LINE) for _ in range(FRAMES)])
        began_s, taken = time.perf_counter(), 0
        writer.start()
        while taken < FRAMES:
            taken += self._bus.recv(0.1) is not None
        spent_s = time.perf_counter() - began_s
        writer.join()
        return spent_s / taken * 1e6

    def close(self) -> None:
        self._bus.shutdown()
        _close(self._near, self._far)


def board_us_per_frame() -> float:
    """The firmware on MicroPython reads its bus, filters, batches and sends; the unit takes all of it."""
    with tempfile.TemporaryDirectory() as folder:
        board = StandIn(runtimes.words("micropython64", "1m"), Path(folder) / "board")
        session = Session(3, "obu", (Bus(channel="main"),), 1)
        unit = Coprocessor("coprocessor", Options(device=board.device), session)
        try:
            while "bus 0 250000 silent all" not in board.told():
                select.select([], [], [], 0.01)
                unit.poll(time.monotonic_ns())
            began_s, taken, given, moved_s = time.perf_counter(), 0, 0, time.perf_counter()
            while taken < FRAMES:
                if time.perf_counter() - moved_s > STUCK_S:
                    given = taken  # the machine was busy and the board has dropped the rest
                while given < FRAMES and given - taken < WAITING:
                    board.can(CAN_ID, True, DATA)
                    given += 1
                select.select([unit.fileno()], [], [], 0.02)
                if count := sum(isinstance(arrival, CanFrame) for arrival in unit.poll(time.monotonic_ns())):
                    taken, moved_s = taken + count, time.perf_counter()
            return (time.perf_counter() - began_s) / taken * 1e6
        finally:
            unit.close()
            board.close()


def _clock() -> int:
    return time.monotonic_ns() // 1000 & wire.MASK


def _pty() -> tuple[int, int]:
    near, far = pty.openpty()
    tty.setraw(far)
    return near, far


def _close(*fds: int) -> None:
    for fd in fds:
        os.close(fd)
