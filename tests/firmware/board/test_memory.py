"""What a turn costs on the heap: nothing while nothing is said. Counted where the heap is a board's: on MicroPython."""

import gc
import struct
import sys

import boards
import wire
from install import Install
from link_device import LinkDevice
from settings import FILTERS_OFF
from slots import Slots
from trial import Trial
from world import ABOUT, World

# Of a turn in which link frames are written, for each: CRC-32 is no small integer, a view of a buffer is an object.
FRAME_COST = 48 * (8 if sys.maxsize > 1 << 31 else 4)
# What lives as long as the board does: the link's ten buffers of 249 bytes first of all.
BOARD_COST = 1536 * (8 if sys.maxsize > 1 << 31 else 4)


class Quiet:
    """Pins that allocate nothing themselves. sent: bytes written."""

    def __init__(self):
        self.sent = 0
        self.frames = 0

    def read(self, buffer):
        return 0

    def write(self, frame, length):
        self.sent += length
        self.frames += 1
        return True

    def lamps(self, mask):
        pass

    def tone(self, hertz):
        pass

    def levels(self):
        return 1

    def supply_mv(self):
        return 24_000

    def host_power(self, is_on):
        pass

    def gnss(self, buffer):
        return 0

    def free_heap(self):
        return 0


class Full:
    """A bus with a frame in each turn."""

    def __init__(self):
        self.waiting = 0
        self.data = b"12345678"

    def open(self, bitrate, is_normal, filters):
        return True

    def receive(self, message):
        if not self.waiting:
            return False
        self.waiting -= 1
        message[0], message[2], message[3] = 0x18FEF131, True, 8
        data, index = message[1], 0
        while index < 8:
            data[index] = self.data[index]
            index += 1
        return True

    def lost(self):
        return 0


def turns(count, frames_a_turn):
    """(turns without a link frame, bytes they allocated, link frames written, most bytes of a turn with one)."""
    device, pins, bus, at = settled(World())
    idle = idle_cost = frames = highest = 0
    gc.collect()
    gc.disable()
    for turn in range(count):
        bus.waiting, pins.frames = frames_a_turn, 0
        at = (at + 1_000) & wire.MASK
        before = gc.mem_alloc()
        device.turn(at)
        cost = gc.mem_alloc() - before
        if turn < 20:  # caches fill
            continue
        if pins.frames:
            frames += pins.frames
            highest = max(highest, cost // pins.frames)
        else:
            idle += 1
            idle_cost += cost
    gc.enable()
    return idle, idle_cost, frames, highest


def settled(world):
    world.until_up()
    world.say(wire.CONFIG, bytes((FILTERS_OFF, 0)))
    world.say(wire.LAMPS, struct.pack("<HHH", 0, 1, 2))
    pins, bus = Quiet(), Full()
    world.device._pins, world.device._buses = pins, [bus]
    world.device._to_write = 0
    return world.device, pins, bus, world.at


def test_the_whole_board_is_small():
    entry, digest = boards.board("stm32_machine"), b"12345678"
    gc.collect()
    before = gc.mem_alloc()
    slots = Slots("nowhere")
    trial = Trial(slots)
    install = Install(slots, ABOUT, trial.is_well)
    device = LinkDevice(entry, Quiet(), [Full(), Full()], 7, digest, b"name", install, trial)
    gc.collect()
    used = gc.mem_alloc() - before
    print("bytes of heap of the whole board:", used, device.end.boot)
    assert used <= BOARD_COST, used


def test_a_turn_costs_nothing_while_nothing_is_said():
    idle, idle_cost, frames, _ = turns(250, 0)
    assert idle > 220 and frames >= 1
    assert idle_cost == 0, idle_cost


def test_a_frame_of_the_bus_costs_nothing_and_a_link_frame_little():
    idle, idle_cost, frames, highest = turns(60, 1)
    assert idle > 20 and frames >= 4, (idle, frames)
    assert idle_cost == 0, idle_cost
    print("bytes of heap a link frame, at most:", highest)
    assert highest <= FRAME_COST, highest
