"""A board without pins and a host at the other end of a perfect line, for the tests that run on every runtime."""

import struct

import boards
import judge
import wire
from install import Install
from link_device import LinkDevice
from slots import Slots
from trial import Trial

STEP_US = 1_000
DIGEST = b"12345678"
ABOUT = judge.About("stm32_machine", "abc", "1.25.0", "mpy6.3", [])


class Bus:
    """What a bus adapter is: frames wait in `queue`; opened: the last arguments of open()."""

    def __init__(self):
        self.queue = []
        self.opened = None
        self.drops = 0

    def open(self, bitrate, is_normal, filters):
        self.opened = (bitrate, is_normal, filters)
        return True

    def receive(self, message):
        if not self.queue:
            return False
        can_id, is_extended, data = self.queue.pop(0)
        message[0], message[2], message[3] = can_id, is_extended, len(data)
        message[1][: len(data)] = data
        return True

    def lost(self):
        return self.drops


class Pins:
    """What the board does lies here to be looked at."""

    def __init__(self):
        self.to_board = bytearray()
        self.from_board = bytearray()
        self.lit = None
        self.hertz = None
        self.shown = {}
        self.power = True
        self.mask = 0
        self.millivolts = 24_000
        self.sentences = bytearray()
        self.clock = 0

    def read(self, buffer):
        count = min(len(buffer), len(self.to_board))
        if count:
            buffer[:count] = self.to_board[:count]
            self.to_board = self.to_board[count:]
        return count

    def write(self, frame, length):
        self.from_board.extend(frame[:length])
        return True

    def lamps(self, mask):
        self.lit = mask

    def tone(self, hertz):
        self.hertz = hertz

    def show(self, row, line):
        self.shown[row] = line

    def levels(self):
        return self.mask

    def supply_mv(self):
        return self.millivolts

    def host_power(self, is_on):
        self.power = is_on

    def gnss(self, buffer):
        count = min(len(buffer), len(self.sentences))
        if count:
            buffer[:count] = self.sentences[:count]
            self.sentences = self.sentences[count:]
        return count

    def free_heap(self):
        return 12_345

    def ticks_us(self):
        self.clock += 1
        return self.clock


class World:
    """step() moves both by a millisecond; the host's end answers only while is_host_alive. root: of its flash."""

    def __init__(self, name="stm32_machine", root="nowhere", about=None, **changes):
        entry = boards.board(name)
        entry.update(changes)
        self.at = wire.MASK - 2_000_000  # the clock wraps on the way
        self.pins = Pins()
        self.bus = [Bus() for _ in entry["buses"]]
        self.slots = Slots(root)
        trial = Trial(self.slots)
        install = Install(self.slots, ABOUT if about is None else about, trial.is_well)
        self.device = LinkDevice(entry, self.pins, self.bus, 7, DIGEST, b"stand-in\t1.2.3\tabc", install, trial)
        self.device.begin()
        self.host = wire.End(9, DIGEST, b"host")
        self.heard = []
        self.is_host_alive = True

    def step(self):
        self.at = (self.at + STEP_US) & wire.MASK
        self.device.turn(self.at)
        data, self.pins.from_board = bytes(self.pins.from_board), bytearray()
        if not self.is_host_alive:
            return
        start = 0
        while start < len(data):
            start = self.host.take(data, start, len(data), self.at)
            if self.host.kind:
                payload = self.host.payload[wire.PAYLOAD_IN : wire.PAYLOAD_IN + self.host.length]
                self.heard.append((self.host.kind, bytes(payload)))
        while True:
            length = self.host.pull(self.at)
            if not length:
                break
            self.pins.to_board.extend(self.host.frame[:length])

    def run_ms(self, count):
        for _ in range(count):
            self.step()

    def until_up(self):
        for _ in range(3_000):
            if self.host.is_up and self.device.end.is_up:
                return self
            self.step()
        raise AssertionError("the link did not come up")

    def say(self, kind, payload):
        assert self.host.send(kind, payload)
        self.run_ms(30)

    def heard_of(self, kind):
        return [payload for its_kind, payload in self.heard if its_kind == kind]

    def can(self):
        """(channel, identifier, is_extended, data, microseconds) of all CAN frames heard."""
        found = []
        for payload in self.heard_of(wire.CAN):
            base = struct.unpack_from("<I", payload, 0)[0]
            at = 4
            while at < len(payload):
                delta, flags_and_id, length = struct.unpack_from("<HIB", payload, at)
                data = payload[at + 7 : at + 7 + length]
                top = flags_and_id >> 24
                can_id = flags_and_id & 0x1FFFFFFF
                found.append((top >> 5 & 3, can_id, bool(top & 0x80), data, (base + 10 * delta) & wire.MASK))
                at += 7 + length
        return found
