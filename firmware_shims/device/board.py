"""A board's pins as link_device wants them, opened from its entry in boards.py; with main.py alone it knows `machine`.

Not tried on hardware: compiled, and run on the shims.
"""

import gc
import time

import machine
from boards import INPUTS
from can_machine import MachineCan
from can_pyb import PybCan
from hardware import OPEN_REPL
from mcp2515 import Mcp2515

ADC_FULL = 65_535


class Pins:
    """See link_device for what each does."""

    def __init__(self, entry):
        self._uart = _line(entry)
        self._gnss = machine.UART(*entry["gnss"], timeout=0, rxbuf=512) if entry["gnss"] else None
        pull = machine.Pin.PULL_UP if entry["inputs_active_low"] else machine.Pin.PULL_DOWN
        wired = [(bit, entry[name]) for bit, name in enumerate(INPUTS) if entry[name] is not None]
        self._inputs = [(1 << bit, machine.Pin(pin, machine.Pin.IN, pull)) for bit, pin in wired]
        self._active = 0 if entry["inputs_active_low"] else 1
        self._lamps = [machine.Pin(pin, machine.Pin.OUT, value=0) for pin in entry["lamps"]]
        self._power = _output(entry["host_power"], 1)
        self._buzzer = machine.PWM(machine.Pin(entry["buzzer"])) if entry["buzzer"] is not None else None
        self._supply = machine.ADC(machine.Pin(entry["supply"])) if entry["supply"] is not None else None
        self._full_mv = entry["supply_mv_full"]
        has_dog = entry["watchdog_ms"] and not OPEN_REPL  # it would end what a technician does at the prompt
        self._dog = machine.WDT(timeout=entry["watchdog_ms"]) if has_dog else None
        self.shown = {}

    def read(self, buffer):
        return self._uart.readinto(buffer) or 0

    def write(self, frame, length):
        self._uart.write(memoryview(frame)[:length])
        return True

    def lamps(self, mask):
        for bit, pin in enumerate(self._lamps):
            pin.value(mask >> bit & 1)

    def tone(self, hertz):
        if self._buzzer is None:
            return
        if hertz:
            self._buzzer.freq(hertz)
        self._buzzer.duty_u16(ADC_FULL // 2 if hertz else 0)

    def show(self, row, line):
        """A display's driver takes it from here; boards without one keep it for the self-test's report."""
        self.shown[row] = line

    def levels(self):
        mask = 0
        for each in self._inputs:
            if each[1].value() == self._active:
                mask |= each[0]
        return mask

    def supply_mv(self):
        if self._supply is None:
            return None
        return self._supply.read_u16() * (self._full_mv // 100) // (ADC_FULL // 100)

    def host_power(self, is_on):
        if self._power is not None:
            self._power.value(1 if is_on else 0)

    def gnss(self, buffer):
        return 0 if self._gnss is None else self._gnss.readinto(buffer)

    def free_heap(self):
        return gc.mem_free()

    def ticks_us(self):
        return time.ticks_us()

    def feed_watchdog(self):
        if self._dog is not None:
            self._dog.feed()


def _line(entry):
    """What the link runs on: never blocks."""
    if entry["uart"] == "usb":
        import pyb

        usb = pyb.USB_VCP()
        usb.setinterrupt(-1)  # a byte 3 is data; a program on this line has no open prompt
        return usb
    number, tx, rx = entry["uart"]
    return machine.UART(number, entry["baud"], tx=tx, rx=rx, timeout=0, rxbuf=1024, txbuf=1024)


def _output(pin, value):
    return None if pin is None else machine.Pin(pin, machine.Pin.OUT, value=value)


def buses(entry):
    """The adapters of the board's CAN controllers; nothing is opened yet."""
    if entry["kind"] == "machine":
        return [MachineCan(machine.CAN, number) for number in entry["buses"]]
    if entry["kind"] == "pyb":
        import pyb

        return [PybCan(pyb.CAN, number) for number in entry["buses"]]
    return [_mcp2515(*each) for each in entry["buses"]]


def _mcp2515(number, sck, mosi, miso, cs, crystal_hz):
    pins = {"sck": machine.Pin(sck), "mosi": machine.Pin(mosi), "miso": machine.Pin(miso)}
    spi = machine.SPI(number, baudrate=8_000_000, **pins)
    line = machine.Pin(cs, machine.Pin.OUT, value=1)
    return Mcp2515(spi, lambda is_active: line.value(0 if is_active else 1), crystal_hz)
