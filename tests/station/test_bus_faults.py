"""A sick vehicle bus and what the BSM then says: what is old or broken is unavailable within one period, never guessed.

Loss, bits that flip, control units that say "not available" or repeat a frozen frame, a node that babbles.
"""

import dataclasses
import functools
import random

import pytest

from obu.cli import status
from obu.core.frames import CanCounts, CanFrame, GnssBytes
from obu.core.geo import move
from obu.core.now import NS_PER_MS, NS_PER_S
from obu.runtime import config

from .frames import driving
from .unit import Unit, nmea, own_bsms

SPEED_STEP = 0.02  # m/s, YD/T 3709 Speed
LAST_MS = 1910  # of the first two seconds' last frames
SIGNING_MS = 20  # from a BSM's content to its packet


def xor(data):
    return functools.reduce(lambda left, right: left ^ right, data, 0)


class Makers:
    """A maker's own bus with counter and checksum, laid out by hand: see dbc/example_maker_ev_bus.dbc."""

    def __init__(self):
        self.count = 0

    def __call__(self, at_ns, speed_kph):
        self.count = (self.count + 1) % 16
        head = round(speed_kph * 100).to_bytes(2, "big") + bytes([0, 0, 125, 0b1000_0000, self.count])
        body = bytes([0x10, 0, 0x40, 0, 0, 0, 0, 0])  # forward, ready
        return [CanFrame("main", 0x18FF5121, True, head + bytes([xor(head)]), at_ns),
                CanFrame("main", 0x18FF5321, True, body, at_ns)]  # fmt: skip


class Drive:
    """A unit at 40 km/h whose bus frames pass through `change`. bus: what sends, a J1939 bus unless told."""

    def __init__(self, pki, speed_kph=40.0, bus=None, **sections):
        self.unit = Unit(pki, sections=sections)
        self.speed_kph = speed_kph
        self.unit.speed_mps = speed_kph / 3.6
        self._bus = bus or (lambda at_ns, speed_kph: driving(at_ns, speed_kph=speed_kph))

    def run(self, seconds, change=lambda frames: frames):
        unit = self.unit
        for tick in range(round(seconds * 100)):
            unit.at_ns += 10 * NS_PER_MS
            can, gnss = (), ()
            if tick % 10 == 0:
                unit.place = move(unit.place, unit.heading_deg, unit.speed_mps * 0.1)
                can = tuple(change(self._bus(unit.at_ns, self.speed_kph)))
                gnss = (GnssBytes(nmea(unit.utc_of(unit.at_ns), unit.place, unit.speed_mps, unit.heading_deg),
                                  unit.at_ns),)  # fmt: skip
            unit.step(can=can, gnss=gnss)

    def bsms(self):
        """(milliseconds since the beginning, message) of every BSM sent."""
        times = [(at_ns - 10 * NS_PER_S) / NS_PER_MS for at_ns, _ in self.unit.packets()]
        return list(zip(times, (message for _, _, message in own_bsms(self.unit)), strict=True))

    def counted(self):
        """The status of the bus; every frame is in exactly one of its counters."""
        can = self.unit.status()["can"]
        assert can["frames"] == can["used"] + sum(can["dropped"].values())
        return can


def speeds(bsms):
    return {round(message["speed"] * SPEED_STEP, 2) for _, message in bsms}


def test_a_tenth_of_all_frames_lost_costs_no_bsm_and_no_value(pki):
    rng, drive = random.Random(10), Drive(pki)
    drive.run(8, lambda frames: [frame for frame in frames if rng.random() >= 0.1])
    bsms = [bsm for bsm in drive.bsms() if bsm[0] > 600]
    assert len(bsms) >= 73  # ten a second; three lost in a row of one group may cost one
    assert speeds(bsms) == {11.12}
    assert {message["transmission"] for _, message in bsms} == {"forwardGears"}
    drive.counted()


def test_flipped_bits_never_leave_a_vehicles_range_and_are_counted(pki):
    """One bit of three frames in ten is wrong, as if no CRC had seen it; no stop, no raise."""
    rng, drive = random.Random(3), Drive(pki)
    flipped = 0

    def flip(frames):
        nonlocal flipped
        for frame in frames:
            data = bytearray(frame.data)
            if rng.random() < 0.3:
                flipped += 1
                at = rng.randrange(64)
                data[at // 8] ^= 1 << at % 8
            yield dataclasses.replace(frame, data=bytes(data))

    drive.run(8, flip)
    assert flipped > 80
    assert len(drive.bsms()) >= 60
    for _, message in drive.bsms():
        assert 0 <= message["speed"] <= 8191
        assert -32767 <= message["accelSet"]["yaw"] <= 32767
    drive.counted()


def makers_bus(pki):
    return Drive(pki, bus=Makers(), vehicle=config.Vehicle(profile="example_maker_ev_bus"))


def test_flipped_bits_under_a_checksum_never_reach_a_bsm(pki):
    """Three frames in ten arrive with one bit wrong: each is refused, and no BSM says another than the true speed."""
    rng, drive = random.Random(4), makers_bus(pki)
    flipped = 0

    def flip(frames):
        nonlocal flipped
        for frame in frames:
            at = rng.randrange(64)
            wrong = frame.can_id == 0x18FF5121 and rng.random() < 0.3
            flipped += wrong
            data = bytearray(frame.data)
            data[at // 8] ^= wrong << at % 8
            yield dataclasses.replace(frame, data=bytes(data))

    drive.run(6, flip)
    assert flipped >= 10
    assert speeds(drive.bsms()) == {11.12}
    dropped = drive.counted()["dropped"]
    assert set(dropped) == {"bad_checksum"} and flipped - 5 <= dropped["bad_checksum"] <= flipped


def test_a_stuck_counter_makes_the_values_old_and_the_bsms_stop(pki):
    """The controller froze and its gateway repeats the last frame: the speed of then is not the speed of now."""
    drive, last = makers_bus(pki), []

    def repeat(frames):
        last[:] = last or frames
        return [dataclasses.replace(last[0], at_ns=frames[0].at_ns), frames[1]]

    drive.run(2)
    drive.run(2, repeat)
    ages_ms = [at_ms - LAST_MS for at_ms, _ in drive.bsms()]
    assert 200 <= ages_ms[-1] <= 100 + 200 + SIGNING_MS  # one frame is new yet; the limit is 200 ms
    assert set(drive.counted()["dropped"]) == {"stuck_counter"}
    assert any("横摆角速度" in why["zh"] for why in drive.unit.status()["bsm"]["why"])
    drive.run(1)
    assert drive.bsms()[-1][0] > 4800  # it lives again, and so do the BSMs


def test_not_available_everywhere_stops_the_bsms_at_once_and_says_why(pki):
    drive = Drive(pki)
    drive.run(2)
    before = len(drive.bsms())
    drive.run(3, lambda frames: [dataclasses.replace(frame, data=b"\xff" * 8) for frame in frames])
    assert len(drive.bsms()) - before <= 1  # the one under way
    assert any("横摆角速度" in why["zh"] for why in drive.unit.status()["bsm"]["why"])
    assert set(drive.counted()["dropped"]) == {"not_available"}
    drive.run(1)
    assert len(drive.bsms()) - before >= 8


@pytest.mark.parametrize(
    ("pgn", "limit_ms", "field", "valid", "unavailable"),
    [
        (61445, 500, lambda message: message["transmission"], "forwardGears", "unavailable"),
        (65265, 500, lambda message: message["brakes"]["brakePadel"], "off", "unavailable"),
    ],
)
def test_what_is_past_its_age_limit_is_unavailable_within_one_period(pki, pgn, limit_ms, field, valid, unavailable):
    """The group falls silent at 2 s: valid to the last BSM within its limit, unavailable in the first one after it."""
    drive = Drive(pki)
    drive.run(2)
    drive.run(2, lambda frames: [frame for frame in frames if frame.can_id >> 8 & 0x3FFFF != pgn])
    told = [(at_ms - LAST_MS, field(message)) for at_ms, message in drive.bsms()]
    assert {value for age_ms, value in told if age_ms <= limit_ms} == {valid}
    late = [value for age_ms, value in told if age_ms > limit_ms + SIGNING_MS]
    assert set(late) == {unavailable} and len(late) >= 14


def test_what_has_no_unavailable_value_stops_the_bsms_past_its_age_limit(pki):
    """VDC2 carries the yaw rate; its limit is 300 ms."""
    drive = Drive(pki)
    drive.run(2)
    drive.run(2, lambda frames: [frame for frame in frames if frame.can_id >> 8 & 0x3FFFF != 61449])
    ages_ms = [at_ms - LAST_MS for at_ms, _ in drive.bsms()]
    assert 200 <= ages_ms[-1] <= 300 + SIGNING_MS


def test_a_frozen_sensor_among_living_ones_grows_old_alone(pki):
    """The brake controller stops; speed and yaw go on, and so do the BSMs."""
    drive = Drive(pki)
    drive.run(2)
    drive.run(2, lambda frames: [frame for frame in frames if frame.can_id >> 8 & 0x3FFFF != 61441])
    bsms = drive.bsms()
    assert len(bsms) >= 37
    assert [bsms[at][1]["brakes"].get("abs", "unavailable") for at in (5, -1)] == ["on", "unavailable"]
    assert bsms[-1][1]["brakes"]["brakePadel"] == "off"
    assert speeds(bsms) == {11.12}


def test_a_babbling_node_changes_nothing_and_the_period_holds(pki):
    """400 frames each 100 ms of the identifier that wins every arbitration: a full bus of 500 kbit/s."""
    quiet, loud = Drive(pki), Drive(pki)
    quiet.run(3)
    babble = [CanFrame("main", 0, True, bytes(8), 0)] * 400
    loud.run(3, lambda frames: [*babble, *frames])
    assert [message for _, message in loud.bsms()] == [message for _, message in quiet.bsms()]
    assert set(loud.counted()["dropped"]) == {"not_in_profile"}


def test_what_the_channels_read_is_in_the_status_by_cause(pki):
    unit = Unit(pki)
    unit.step(buses=(CanCounts("can.main", 100, 60, 2, 5, 1, unit.at_ns), CanCounts("can.body", 9, None, 0, 0, 0, 0)))
    unit.run(2)
    channels = unit.status()["can"]["channels"]
    assert channels == {
        "can.body": {"heard": 9, "passed_over": None, "bad": 0, "errors": 0, "overruns": 0},
        "can.main": {"heard": 100, "passed_over": 60, "bad": 2, "errors": 5, "overruns": 1},
    }
    chinese, english = ("\n".join(status.lines(unit.status(), lang)) for lang in ("zh", "en"))
    assert "can.main：残缺 2，总线错误 5，溢出 1" in chinese
    assert "can.main: 2 torn, 5 bus errors, 1 lost by the controller" in english
    assert "can.body" not in chinese  # nothing wrong with it
