"""What a slot runs on the board: pins, buses and the loop. identity.py beside it says which version this is.

Not tried on hardware: compiled, and run on the shims.
"""

import time

import board
import boards
import machine
import wire
from digest import DIGEST
from hardware import BOARD
from identity import VERSION
from link_device import LinkDevice


def make(install, trial, boot, unique):
    """(device, pins) of this board, ready to turn. install, trial: the loader's. unique: the chip's number in hex."""
    entry = boards.board(BOARD)
    pins = board.Pins(entry)
    name = BOARD + "\t" + VERSION + "\t" + unique
    device = LinkDevice(entry, pins, board.buses(entry), boot, DIGEST, name.encode(), install, trial)
    if entry["pps"] is not None:
        edge = device.pps.edge
        pin = machine.Pin(entry["pps"], machine.Pin.IN)
        pin.irq(lambda _: edge(time.ticks_us() & wire.MASK), machine.Pin.IRQ_RISING)
    device.begin()
    return device, pins


def main(install, trial, boot, unique):
    """Until a restart is due; what it cannot go on from, the watchdog ends."""
    device, pins = make(install, trial, boot, unique)
    while not device.must_restart():
        device.turn(time.ticks_us() & wire.MASK)
        pins.feed_watchdog()
    machine.reset()
