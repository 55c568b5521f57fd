"""The receiver's bytes go to the host as they come; what the link cannot take is lost and counted, never kept."""

import wire


class GnssPass:
    """tick() each turn with the pins, whose gnss(buffer) gives a count or None."""

    def __init__(self, end):
        self.lost = 0
        self._end = end
        self._buffer = bytearray(wire.MOST_PAYLOAD)
        self._view = memoryview(self._buffer)

    def tick(self, pins):
        """One read, at most one frame."""
        count = pins.gnss(self._buffer) or 0
        if count and not self._end.send(wire.GNSS, self._view[:count]):
            self.lost += count
