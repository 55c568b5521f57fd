"""The board as a whole, without a pin: turn() with the instant does all that is due, through what `pins` offers.

The rule: each turn is short and costs no memory while nothing is said; what the host says is taken or counted.

pins: read(buffer) -> count, write(frame, length) -> whether it was taken, lamps(mask), tone(hertz), show(row, line),
levels(), supply_mv() or None, host_power(is_on), gnss(buffer) -> count, free_heap(), ticks_us();
buses: one of the adapters in can_*.py and mcp2515.py a channel.
"""

import struct

import self_test
import wire
from buzzer import Buzzer
from can_tap import CanTap
from gnss_pass import GnssPass
from host_watch import HostWatch
from inputs import UNKNOWN_MV, Inputs
from lamps import Lamps
from pps import Pps
from served import Served
from settings import Settings
from text import Text

MOST_CAN = 16  # frames of one bus in one turn
HEALTH_US = 1_000_000
READ = 64
_HEALTH = "<IIIIIHHHBB"


class LinkDevice:
    """board: an entry of boards.py. name: what the board says it is, b"board<TAB>version<TAB>unique id".

    install, trial: the loader's, which outlive this version.
    """

    def __init__(self, board, pins, buses, boot, digest, name, install, trial):
        self.end = wire.End(boot, digest, name)
        self.tap = CanTap(self.end)
        self.lamps = Lamps(board["fail_slow"])
        self.buzzer = Buzzer()
        self.text = Text(board["rows"], board["columns"])
        self.inputs = Inputs(self.end, board["wired"])
        self.watch = HostWatch(board["cycle_after_s"])
        self.pps = Pps(self.end)
        self.gnss = GnssPass(self.end)
        self.settings = Settings(len(buses))
        self.served = Served(self.end, install)
        self._trial = trial
        self.refused = 0  # what the host said and was not understood
        self.faults = 0
        self._pins = pins
        self._buses = buses
        self._in = bytearray(READ)
        self._to_write = 0
        self._message = [0, bytearray(8), False, 0]
        self._lit = -1
        self._tone = -1
        self._is_powered = True
        self._health = bytearray(28)
        self._health_at = -1
        self._seconds = 0
        self.settings.fail_slow = board["fail_slow"]

    def begin(self):
        """Self-test, and every bus silent with its filters shut."""
        answers = True
        for channel, bus in enumerate(self._buses):
            answers = bus.open(self.settings.bitrate[channel], False, []) and answers
        self.tap.set_filters([])
        self.faults = self_test.run(self._pins.supply_mv(), answers, self._pins.ticks_us)

    def turn(self, at):
        """All that is due at this instant."""
        self._hear(at)
        self._drain(at)
        self.watch.tick(self.end.is_up, at)
        self._act(at)
        self.served.tick(at)
        self._trial.tick(not self.faults, self.end.is_up, at)
        self.inputs.take(self._pins.levels(), at)
        self._tell(at)
        self._write(at)

    def must_restart(self):
        """Whether the host has asked for it, or this version has had its time to be confirmed."""
        return self.served.must_restart or self._trial.must_restart

    def _hear(self, at):
        count = self._pins.read(self._in)
        start = 0
        while start < count:
            start = self.end.take(self._in, start, count, at)
            if self.end.kind and not self._obey(at):
                self.refused += 1

    def _obey(self, at):
        end = self.end
        data = bytes(end.payload[wire.PAYLOAD_IN : wire.PAYLOAD_IN + end.length])
        if end.kind == wire.LAMPS and len(data) == 6:
            self.lamps.show(*struct.unpack("<HHH", data))
            return True
        if end.kind == wire.SOUND and len(data) == 2:
            self.buzzer.play(data[0], data[1], at)
            return True
        if end.kind == wire.TEXT and data:
            return self.text.put(data[0], data[1:])
        if end.kind == wire.INSTALL:
            return self.served.take(data, at)
        if end.kind == wire.CONFIG and self.settings.take(data):
            self._configure()
            return True
        return False

    def _configure(self):
        settings = self.settings
        self.lamps.fail_slow = settings.fail_slow
        for channel, bus in enumerate(self._buses):
            if settings.changed >> channel & 1 and not bus.open(
                settings.bitrate[channel], settings.is_normal[channel], settings.filters[channel]
            ):
                self.faults |= self_test.FAULT_CAN
        if settings.changed:
            self.tap.set_filters(settings.all_filters())
        settings.changed = 0

    def _drain(self, at):
        message = self._message
        for channel in range(len(self._buses)):  # enumerate() would allocate, here and below
            bus = self._buses[channel]
            for _ in range(MOST_CAN):
                if not bus.receive(message):
                    break
                if self.served.is_paused:
                    self.tap.dropped += 1
                else:
                    self.tap.take(channel, message[0], message[2], message[1], message[3], at)
        self.tap.tick(at)

    def _act(self, at):
        pins = self._pins
        self.lamps.is_failing = self.watch.is_silent
        lit = self.lamps.lit(at)
        if lit != self._lit:
            self._lit = lit
            pins.lamps(lit)
        tone = self.buzzer.frequency(at)
        if tone != self._tone:
            self._tone = tone
            pins.tone(tone)
        if self.watch.is_powered != self._is_powered:
            self._is_powered = self.watch.is_powered
            pins.host_power(self._is_powered)
        if self.watch.is_silent:
            self.text.clear()
        if self.text.changed:
            for row, line in enumerate(self.text.lines):
                if self.text.changed >> row & 1:
                    pins.show(row, line)
                    self.text.drawn(row)

    def _tell(self, at):
        if not self.end.is_up:
            return
        self.pps.tick()
        self.gnss.tick(self._pins)
        supply_mv = self._pins.supply_mv()
        self.inputs.tick(UNKNOWN_MV if supply_mv is None else supply_mv, at)
        if self._health_at < 0 or wire.elapsed(at, self._health_at) >= HEALTH_US:
            self._tell_health(at)

    def _tell_health(self, at):
        if self._health_at >= 0:
            self._seconds += wire.elapsed(at, self._health_at) // HEALTH_US
        self._health_at = at
        lost = 0
        for bus in self._buses:
            lost += bus.lost()
        tap, end = self.tap, self.end
        struct.pack_into(
            _HEALTH, self._health, 0, self._seconds, self._pins.free_heap(), tap.received, tap.filtered,
            tap.dropped + lost, end.bad & 0xFFFF, end.resent & 0xFFFF, self.gnss.lost & 0xFFFF,
            self.faults & 0xFF, min(self.refused, 0xFF),
        )  # fmt: skip
        end.send(wire.HEALTH, self._health)

    def _write(self, at):
        for _ in range(wire.WINDOW):
            if not self._to_write:
                self._to_write = self.end.pull(at)
            if not self._to_write or not self._pins.write(self.end.frame, self._to_write):
                return
            self._to_write = 0
