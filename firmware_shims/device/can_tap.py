"""The tap on the vehicle's bus: what passes the filters goes up the link in batches; it has no way to send.

The rule: a frame costs no memory. What the link cannot take is dropped and counted, never queued.
"""

import struct

import wire

HOLD_US = 5_000  # a frame waits this long for company
STEP_US = 10
HIGHEST_DELTA = 0xFFFF
HEAD = 4  # base instant
ENTRY = 7  # delta, identifier with flags, length


class CanTap:
    """take() each frame of a bus; tick() sends what has waited long enough. counts: since the start."""

    def __init__(self, end):
        self.received = 0
        self.filtered = 0
        self.dropped = 0
        self.sent = 0
        self._end = end
        self._batch = bytearray(wire.MOST_PAYLOAD)
        self._view = memoryview(self._batch)
        self._length = 0
        self._frames = 0
        self._base = 0
        self._filters = []  # (channel, identifier, mask, is_extended)

    def set_filters(self, filters):
        """(channel, identifier, mask, is_extended): only what one of them names passes."""
        self._filters = filters

    def take(self, channel, can_id, is_extended, data, length, at):
        """One frame: 11 or 29 bits of identifier, data[:length], at the instant it was seen."""
        self.received += 1
        if not self._wants(channel, can_id, is_extended):
            self.filtered += 1
            return
        need = ENTRY + length
        delta = wire.elapsed(at, self._base) // STEP_US if self._length else 0
        if self._length and (self._length + need > wire.MOST_PAYLOAD or delta > HIGHEST_DELTA) and not self._flush():
            self.dropped += 1
            return
        if not self._length:
            self._begin(at)
            delta = 0
        batch, start = self._batch, self._length
        batch[start] = delta & 0xFF
        batch[start + 1] = delta >> 8
        batch[start + 2] = can_id & 0xFF
        batch[start + 3] = (can_id >> 8) & 0xFF
        batch[start + 4] = (can_id >> 16) & 0xFF
        batch[start + 5] = (can_id >> 24) | (channel << 5) | (0x80 if is_extended else 0)
        batch[start + 6] = length
        for index in range(length):
            batch[start + ENTRY + index] = data[index]
        self._length = start + need
        self._frames += 1

    def tick(self, at):
        """Sends the batch if it is old enough."""
        if self._length and wire.elapsed(at, self._base) >= HOLD_US:
            self._flush()

    def _wants(self, channel, can_id, is_extended):
        for bus, wanted, mask, extended in self._filters:
            if can_id & mask == wanted & mask and bus == channel and extended == is_extended:
                return True
        return False

    def _begin(self, at):
        self._base = at
        struct.pack_into("<I", self._batch, 0, at)
        self._length = HEAD
        self._frames = 0

    def _flush(self):
        if not self._end.is_up:
            self.dropped += self._frames  # nobody listens; old frames are worth nothing later
        elif not self._end.room():
            return False
        else:
            self._end.send(wire.CAN, self._view[: self._length])
            self.sent += self._frames
        self._length = 0
        return True
