"""Ignition sense and the taps on turn and brake wires: a level counts when it has stood for a while.

The rule: a host hears of the state when it has come, of a change at once, of both again each second, and of what has no
wire never.
"""

import struct

import wire

IGNITION = 1
LEFT_TURN = 2
RIGHT_TURN = 4
BRAKE = 8
REVERSE = 16
DOOR = 32
SETTLE_US = 20_000  # contacts bounce for milliseconds
AGAIN_US = 1_000_000
UNKNOWN_MV = 0xFFFF


class Inputs:
    """wired: the mask of the inputs that this board has connected; levels outside it are not told."""

    def __init__(self, end, wired):
        self.levels = 0
        self._end = end
        self._wired = wired
        self._raw = -1
        self._raw_since = 0
        self._is_settled = False
        self._host = 0
        self._told_at = -1
        self._told = 0
        self._payload = bytearray(10)

    def take(self, levels, at):
        """The pins as they are now; a level that has stood for SETTLE_US is the input's."""
        if self._raw < 0:
            self._told_at = at
        if levels != self._raw:
            self._raw, self._raw_since = levels, at
        elif wire.elapsed(at, self._raw_since) >= SETTLE_US:
            self.levels = levels & self._wired
            self._is_settled = True

    def tick(self, supply_mv, at):
        """Tells the host if there is something to tell. supply_mv: UNKNOWN_MV where it is not sensed."""
        is_old_news = not self._is_settled or (self._told == self.levels and self._host == self._end.peer_boot)
        if is_old_news and wire.elapsed(at, self._told_at) < AGAIN_US:
            return
        struct.pack_into("<IHHH", self._payload, 0, at, self.levels, self._wired, supply_mv)
        if self._end.send(wire.INPUT, self._payload):
            self._told, self._told_at, self._host = self.levels, at, self._end.peer_boot
