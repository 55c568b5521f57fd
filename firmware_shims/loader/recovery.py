"""No slot can start: the board says so with a lamp, speaks the link, and takes an install; nothing else.

The rule: it needs nothing of any slot.
"""

import time

import board
import boards
import machine
import wire
from digest import DIGEST
from served import Served

BLINK_BIT = 17  # of the microseconds: 0.13 s
ON = (0, 2, 4)  # of 16 such: three short, pause
READ = 64
LAMP = 1


class Recovery:
    """turn() each turn. pins: as link_device wants them."""

    def __init__(self, pins, install, boot, name):
        self.end = wire.End(boot, DIGEST, name)
        self.served = Served(self.end, install)
        self.refused = 0
        self._pins = pins
        self._in = bytearray(READ)
        self._lit = -1
        self._to_write = 0

    def turn(self, at):
        """All that is due at this instant."""
        end, pins = self.end, self._pins
        count, start = pins.read(self._in), 0
        while start < count:
            start = end.take(self._in, start, count, at)
            if end.kind:
                data = bytes(end.payload[wire.PAYLOAD_IN : wire.PAYLOAD_IN + end.length])
                if end.kind != wire.INSTALL or not self.served.take(data, at):
                    self.refused += 1
        self.served.tick(at)
        lit = LAMP if (at >> BLINK_BIT & 15) in ON else 0
        if lit != self._lit:
            self._lit = lit
            pins.lamps(lit)
        for _ in range(wire.WINDOW):
            self._to_write = self._to_write or end.pull(at)
            if not self._to_write or not pins.write(end.frame, self._to_write):
                return
            self._to_write = 0


def run(entry_name, install, boot, unique, limit_s):
    """Until the host restarts the board. limit_s: or until so long nobody has asked anything; 0: never."""
    pins = board.Pins(boards.board(entry_name))
    recovery = Recovery(pins, install, boot, (entry_name + "\trecovery\t" + unique).encode())
    asked, quiet_s, second_at = 0, 0, time.ticks_us() & wire.MASK
    while not recovery.served.must_restart:
        at = time.ticks_us() & wire.MASK
        recovery.turn(at)
        pins.feed_watchdog()
        if wire.elapsed(at, second_at) >= 1_000_000:
            second_at = at
            quiet_s = 0 if recovery.served.asked != asked else quiet_s + 1
            asked = recovery.served.asked
            if limit_s and quiet_s >= limit_s:
                break
    machine.reset()
