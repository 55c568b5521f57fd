"""What runs on the board: pins, buses and the loop. identity.py beside it says which board this is.

Not tried on hardware: compiled, and run on the shims.
"""

import binascii
import os
import time

import board
import boards
import machine
import micropython
import wire
from digest import DIGEST
from identity import BOARD, VERSION
from link_device import LinkDevice


def make():
    """(device, pins) of this board, ready to turn."""
    micropython.kbd_intr(-1)  # a byte 3 on the link is data, not Ctrl-C
    entry = boards.board(BOARD)
    pins = board.Pins(entry)
    boot = int.from_bytes(os.urandom(2), "little") or 1
    name = BOARD + "\t" + VERSION + "\t" + binascii.hexlify(machine.unique_id()).decode()
    device = LinkDevice(entry, pins, board.buses(entry), boot, DIGEST, name.encode())
    if entry["pps"] is not None:
        edge = device.pps.edge
        pin = machine.Pin(entry["pps"], machine.Pin.IN)
        pin.irq(lambda _: edge(time.ticks_us() & wire.MASK), machine.Pin.IRQ_RISING)
    device.begin()
    return device, pins


def main():
    """For ever; what it cannot go on from, the watchdog ends."""
    device, pins = make()
    while True:
        device.turn(time.ticks_us() & wire.MASK)
        pins.feed_watchdog()


if __name__ == "__main__":
    main()
