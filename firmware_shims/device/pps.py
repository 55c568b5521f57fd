"""The receiver's pulse: the edge's instant, taken in the interrupt, goes up the link."""

import struct

import wire


class Pps:
    """edge() from the interrupt, which allocates nothing; tick() from the loop."""

    def __init__(self, end):
        self.count = 0
        self._end = end
        self._at = 0
        self._told = 0
        self._payload = bytearray(6)

    def edge(self, at):
        """The pulse rose at this instant."""
        self._at = at
        self.count += 1

    def tick(self):
        """Tells the host of the newest edge, once."""
        count = self.count
        if count == self._told:
            return
        struct.pack_into("<IH", self._payload, 0, self._at, count & 0xFFFF)
        if count == self.count and self._end.send(wire.PPS, self._payload):
            self._told = count
