"""A bus by machine.CAN, the shape that MicroPython has from 1.28 on (STM32, MIMXRT, Alif); not tried on hardware.

The rule of every bus adapter: open(bitrate, is_normal, filters) -> whether it answers; receive(message) fills
[identifier, data, is_extended, length]; lost() counts what the controller had to drop. None of them sends.
"""


class MachineCan:
    """can_class: machine.CAN. number: of the controller."""

    def __init__(self, can_class, number):
        self._class = can_class
        self._number = number
        self._can = None
        self._arrived = [0, memoryview(bytearray(8)), 0, 0]

    def open(self, bitrate, is_normal, filters):
        """filters: (channel, identifier, mask, is_extended); the chip takes them as they are, None is everything."""
        kind = self._class
        mode = kind.MODE_NORMAL if is_normal else kind.MODE_SILENT
        try:
            if self._can is not None:
                self._can.deinit()
            self._can = kind(self._number, bitrate, mode=mode)
            chosen = None
            if filters is not None:
                chosen = [(one[1], one[2], kind.FLAG_EXT_ID if one[3] else 0) for one in filters]
            self._can.set_filters(chosen)
        except (OSError, ValueError):
            self._can = None
            return False
        return True

    def receive(self, message):
        """One frame if there is one; remote frames are passed over."""
        if self._can is None or self._can.recv(self._arrived) is None:
            return False
        can_id, data, flags, _ = self._arrived
        if flags & self._class.FLAG_RTR:
            return False
        length = len(data)
        message[0], message[2], message[3] = can_id, bool(flags & self._class.FLAG_EXT_ID), length
        for index in range(length):
            message[1][index] = data[index]
        return True

    def lost(self):
        """Frames that the controller had no room for."""
        return 0 if self._can is None else self._can.get_counters()[6]
