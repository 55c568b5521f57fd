"""A bus by pyb.CAN, for STM32 with a MicroPython before 1.28; not tried on hardware."""

FIFO = 0
BANKS = 14
SAMPLE_POINT = 80


class PybCan:
    """can_class: pyb.CAN. number: of the controller. Filters beyond the chip's banks let everything to the tap."""

    def __init__(self, can_class, number):
        self._class = can_class
        self._number = number
        self._can = None
        self._arrived = [0, False, False, 0, memoryview(bytearray(8))]

    def open(self, bitrate, is_normal, filters):
        """As can_machine.MachineCan.open."""
        kind = self._class
        try:
            self._can = kind(self._number, kind.NORMAL if is_normal else kind.SILENT, baudrate=bitrate,
                             sample_point=SAMPLE_POINT, auto_restart=True)  # fmt: skip
            if filters is None or len(filters) > BANKS:
                self._can.setfilter(0, kind.MASK32, FIFO, (0, 0), extframe=False)
                self._can.setfilter(1, kind.MASK32, FIFO, (0, 0), extframe=True)
            else:
                for bank, one in enumerate(filters):
                    self._can.setfilter(bank, kind.MASK32, FIFO, (one[1], one[2]), extframe=one[3])
        except (OSError, ValueError):
            self._can = None
            return False
        return True

    def receive(self, message):
        """One frame if there is one; recv() alone would wait for it."""
        if self._can is None or not self._can.any(FIFO):
            return False
        try:
            self._can.recv(FIFO, self._arrived, timeout=0)
        except OSError:
            return False
        can_id, is_extended, is_remote, _, data = self._arrived
        if is_remote:
            return False
        length = len(data)
        message[0], message[2], message[3] = can_id, is_extended, length
        for index in range(length):
            message[1][index] = data[index]
        return True

    def lost(self):
        """The controller has no count of what it dropped."""
        return 0
