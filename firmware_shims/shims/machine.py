"""The host's `machine`: pins, lines and buses as plain values that a test sets and reads, in MicroPython's shapes.

The rule: it does nothing by itself, and knows no time. Runs on CPython and on MicroPython for Linux.
"""

levels = {}  # pin -> 0 or 1, both what was set and what is read
analog = {}  # pin -> 0..65535
lines = {}  # UART number -> (bytearray to the board, bytearray from the board)
handlers = {}  # pin -> interrupt handler
chips = {}  # SPI number -> what answers there
fed = [0]  # how often a watchdog was fed


def unique_id():
    return b"\x01\x02\x03\x04"


class Pin:
    IN, OUT, PULL_UP, PULL_DOWN, IRQ_RISING, IRQ_FALLING = 0, 1, 1, 2, 1, 2

    def __init__(self, pin, mode=0, pull=None, value=None):
        self.pin = pin
        if value is not None:
            levels[pin] = value
        elif mode == self.IN:
            levels.setdefault(pin, 1 if pull == self.PULL_UP else 0)

    def value(self, level=None):
        if level is None:
            return levels[self.pin]
        levels[self.pin] = level
        chip = chips.get(("select", self.pin))
        if chip is not None:
            chip.select(level == 0)
        return None

    def irq(self, handler, trigger):
        handlers[self.pin] = handler


class ADC:
    def __init__(self, pin):
        self._pin = pin.pin

    def read_u16(self):
        return analog.get(self._pin, 0)


class PWM:
    def __init__(self, pin):
        self._pin = pin.pin

    def freq(self, hertz):
        levels[("freq", self._pin)] = hertz

    def duty_u16(self, duty):
        levels[self._pin] = duty


class UART:
    def __init__(self, number, baud, tx=None, rx=None, timeout=0, rxbuf=256, txbuf=256):
        self._in, self._out = lines.setdefault(number, (bytearray(), bytearray()))

    def readinto(self, buffer):
        count = min(len(buffer), len(self._in))
        if not count:
            return None
        buffer[:count] = self._in[:count]
        self._in[:] = self._in[count:]
        return count

    def write(self, data):
        self._out.extend(data)
        return len(data)


class WDT:
    def __init__(self, timeout):
        self.timeout = timeout

    def feed(self):
        fed[0] += 1


class Timer:
    PERIODIC, ONE_SHOT = 1, 0

    def __init__(self, number=-1):
        self.callback = None

    def init(self, mode=1, period=-1, callback=None):
        self.callback = callback

    def deinit(self):
        self.callback = None


class SPI:
    def __init__(self, number, baudrate=1_000_000, sck=None, mosi=None, miso=None):
        self._number = number

    def write(self, data):
        self.write_readinto(data, bytearray(len(data)))

    def write_readinto(self, out, into):
        chip = chips.get(self._number)
        for index, byte in enumerate(out):
            into[index] = 0xFF if chip is None else chip.exchange(byte)


class CAN:
    """queues[number]: (identifier, data, flags) to be received; opened[number]: the last CAN of that number."""

    MODE_NORMAL, MODE_SLEEP, MODE_LOOPBACK, MODE_SILENT, MODE_SILENT_LOOPBACK = 0, 1, 2, 3, 4
    FLAG_RTR, FLAG_EXT_ID, FLAG_FD_F, FLAG_BRS = 1, 2, 4, 8
    queues = {}
    opened = {}

    def __init__(self, number, bitrate, mode=0):
        self.number, self.bitrate, self.mode = number, bitrate, mode
        self.filters = ()  # nothing is received before set_filters
        self.overruns = 0
        CAN.opened[number] = self

    def set_filters(self, filters):
        self.filters = filters

    def recv(self, into=None):
        queue = CAN.queues.get(self.number, [])
        while queue:
            can_id, data, flags = queue.pop(0)
            if not self._passes(can_id, flags):
                continue
            into = [0, memoryview(bytearray(8)), 0, 0] if into is None else into
            into[0], into[1], into[2], into[3] = can_id, memoryview(data), flags, 0
            return into
        return None

    def _passes(self, can_id, flags):
        if self.filters is None:
            return True
        return any(
            can_id & mask == wanted & mask and flags & self.FLAG_EXT_ID == kind & self.FLAG_EXT_ID
            for wanted, mask, kind in self.filters
        )

    def send(self, can_id, data, flags=0):
        raise AssertionError("the tap sends nothing")

    def get_counters(self):
        return [0, 0, 0, 0, 0, 0, self.overruns, 0]

    def deinit(self):
        CAN.opened.pop(self.number, None)
