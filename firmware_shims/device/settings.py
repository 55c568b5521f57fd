"""What the host may set: bit rate, mode and filters of a bus, and the lamps of the fail-safe pattern.

The rule: a bus is silent unless the host asks for "normal" by that very word; nothing here outlives a restart.
"""

import struct

BITRATE = 1  # channel, bits a second
MODE = 2  # channel, b"silent" or b"normal"
FILTERS = 3  # channel, whether more follows, then (identifier with flag, mask) of each
FILTERS_OFF = 4  # channel: everything passes
FAIL_SLOW = 5  # mask of lamps
BITRATES = (125_000, 250_000, 500_000, 1_000_000)
EXTENDED = 0x80000000


class Settings:
    """take() a CONFIG payload. changed: the mask of channels whose controller must be set up anew."""

    def __init__(self, channels):
        self.bitrate = [250_000] * channels
        self.is_normal = [False] * channels
        self.filters = [[] for _ in range(channels)]
        self.fail_slow = 0
        self.changed = 0
        self._coming = [[] for _ in range(channels)]

    def take(self, data):
        """True if it was understood and taken."""
        if len(data) < 2:
            return False
        key, channel, rest = data[0], data[1], data[2:]
        if key == FAIL_SLOW:
            self.fail_slow = data[1]
            return True
        if channel >= len(self.bitrate):
            return False
        if key == BITRATE:
            return self._take_bitrate(channel, rest)
        if key == MODE:
            return self._take_mode(channel, rest)
        if key == FILTERS:
            return self._take_filters(channel, rest)
        if key == FILTERS_OFF:
            self._set(channel, None)
            return True
        return False

    def _take_bitrate(self, channel, rest):
        if len(rest) != 4 or struct.unpack("<I", rest)[0] not in BITRATES:
            return False
        self.bitrate[channel] = struct.unpack("<I", rest)[0]
        self.changed |= 1 << channel
        return True

    def _take_mode(self, channel, rest):
        if rest not in (b"silent", b"normal"):
            return False
        self.is_normal[channel] = rest == b"normal"
        self.changed |= 1 << channel
        return True

    def _take_filters(self, channel, rest):
        if not rest or (len(rest) - 1) % 8:
            return False
        coming = self._coming[channel]
        for start in range(1, len(rest), 8):
            wanted, mask = struct.unpack_from("<II", rest, start)
            coming.append((channel, wanted & ~EXTENDED, mask & ~EXTENDED, bool(wanted & EXTENDED)))
        del coming[64:]
        if not rest[0]:
            self._coming[channel] = []
            self._set(channel, coming)
        return True

    def _set(self, channel, filters):
        self.filters[channel] = filters
        self.changed |= 1 << channel

    def all_filters(self):
        """Of every channel, for the tap."""
        found = []
        for channel, filters in enumerate(self.filters):
            found += [(channel, 0, 0, False), (channel, 0, 0, True)] if filters is None else filters
        return found
