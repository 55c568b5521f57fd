"""The host's `pyb`: CAN in the old shape, over the queues of `machine`, and its USB."""

import machine


class CAN:
    NORMAL, LOOPBACK, SILENT, SILENT_LOOPBACK, MASK32 = 0, 1, 2, 3, 3
    opened = {}

    def __init__(self, number, mode, baudrate=0, sample_point=75, auto_restart=False):
        self.number, self.mode, self.bitrate = number, mode, baudrate
        self.filters = []
        CAN.opened[number] = self

    def setfilter(self, bank, mode, fifo, params, extframe=False):
        self.filters.append((params[0], params[1], extframe))

    def any(self, fifo):
        queue = machine.CAN.queues.get(self.number, [])
        while queue and not self._passes(queue[0]):
            queue.pop(0)
        return bool(queue)

    def _passes(self, frame):
        is_extended = bool(frame[2] & machine.CAN.FLAG_EXT_ID)
        return any(frame[0] & mask == can_id & mask and is_extended == kind for can_id, mask, kind in self.filters)

    def recv(self, fifo, into, timeout=5000):
        if not self.any(fifo):
            raise OSError(110)
        can_id, data, flags = machine.CAN.queues[self.number].pop(0)
        into[0], into[1] = can_id, bool(flags & machine.CAN.FLAG_EXT_ID)
        into[2], into[3], into[4] = bool(flags & machine.CAN.FLAG_RTR), 0, memoryview(data)
        return into


class USB_VCP(machine.UART):
    """The chip's own USB as a serial line: machine.lines["usb"]."""

    def __init__(self, id=0):
        super().__init__("usb", 0)
        self.interrupt = 3

    def setinterrupt(self, character):
        self.interrupt = character
