"""A taxi of which only the speed can be had, by asking: it sends BSMs, and none where it does not know its yaw rate."""

import dataclasses

import pytest

from obu.core.errors import ConfigError
from obu.core.frames import DiagnosticAnswer, DriverState, GnssBytes
from obu.core.geo import move
from obu.core.now import NS_PER_MS
from obu.runtime import config, diagnosing, wiring
from tests.station.unit import Unit, nmea, own_bsms

SECTION = {"interface": "obd", "permit_sending": "mode-01", "through": "virtual", "channel": "x"}


class Taxi(Unit):
    """A whole unit in a car whose control unit answers mode 01 PID 0D 30 ms after it is asked, while it is awake."""

    def __init__(self, pki, saved=()):
        super().__init__(pki, sections={
            "vehicle": config.Vehicle(profile="taxi_obd"), "can": {"main": SECTION},
        })  # fmt: skip
        self.is_awake, self.turn_deg_s = True, 0.0
        self.kinds = {
            0x00: "be3fa813",
            0x20: "9005b011",
            0x40: "fed00400",
        }  # as of a petrol car: SAE J1979 PID 00, 20, 40
        self.due: list[tuple[int, bytes]] = []
        self.step(drivers=(DriverState("can.main", True, "virtual x", self.at_ns),), saved=saved)

    def drive(self, seconds):
        for tick in range(round(seconds * 100)):
            self.at_ns += 10 * NS_PER_MS
            gnss = ()
            if tick % 10 == 0:
                self.heading_deg = (self.heading_deg + self.turn_deg_s * 0.1) % 360.0
                self.place = move(self.place, self.heading_deg, self.speed_mps * 0.1)
                gnss = (
                    GnssBytes(nmea(self.utc_of(self.at_ns), self.place, self.speed_mps, self.heading_deg), self.at_ns),
                )
            answers = tuple(DiagnosticAnswer(data, at_ns) for at_ns, data in self.due if at_ns <= self.at_ns)
            self.due = [each for each in self.due if each[0] > self.at_ns]
            for question in self.step(gnss=gnss, answers=answers).asks:
                if self.is_awake and question[1] in (0x0D, *self.kinds):
                    said = self.kinds.get(question[1], f"{round(self.speed_mps * 3.6):02x}")
                    data = bytes([0x40 | question[0], question[1]]) + bytes.fromhex(said)
                    self.due.append((self.at_ns + 30 * NS_PER_MS, data))
        return self

    def kept(self):
        """What it would find after a restart."""
        saves = {save.name: save for _, outbox in self.outboxes for save in outbox.saves}
        return tuple(saves.values())

    def sent(self, seconds):
        """How many BSMs in the last seconds."""
        return sum(at_ns > self.at_ns - seconds * 1e9 for at_ns, _ in self.packets())


def test_on_a_straight_road_it_sends_ten_bsms_a_second(pki):
    taxi = Taxi(pki).drive(30)
    assert taxi.sent(10) == pytest.approx(100, abs=2)
    _, _, bsm = list(own_bsms(taxi))[-1]
    assert bsm["speed"] * 0.02 == pytest.approx(40 / 3.6, abs=0.02)  # 39.6 km/h, of which the car says whole ones
    assert abs(bsm["accelSet"]["yaw"]) * 0.01 <= 0.5
    assert (bsm["transmission"], bsm["brakes"]["brakePadel"]) == ("unavailable", "unavailable")
    assert bsm["accelSet"]["long"] == 2001 and "angle" in bsm  # unavailable, as the standard writes it


def test_where_a_bend_begins_it_is_silent_and_says_why(pki):
    taxi = Taxi(pki).drive(30)
    began_ns, before = taxi.at_ns, len(taxi.packets())
    taxi.turn_deg_s = 15.0
    taxi.drive(3)
    assert any("横摆角速度" in reason["zh"] for body in taxi.events("status") for reason in body["bsm"]["why"])
    taxi.drive(5)  # a bend that goes on is known
    times = [(at_ns - began_ns) / 1e9 for at_ns, _ in taxi.packets()[before:]]
    off = [abs(bsm["accelSet"]["yaw"] * 0.01 - 15.0) for _, _, bsm in list(own_bsms(taxi))[before:]]
    assert times[0] > 1.0  # the courses must first show it
    assert len(times) > 50 and max(off) <= 0.5  # and what is told then is true
    taxi.turn_deg_s = 0.0
    taxi.drive(20)
    assert taxi.sent(5) == pytest.approx(50, abs=2)


def test_standing_at_a_light_it_goes_on(pki):
    taxi = Taxi(pki).drive(30)
    taxi.speed_mps = 0.0
    taxi.drive(20)
    assert taxi.sent(10) == pytest.approx(100, abs=2)


def test_a_car_that_sleeps_is_ignition_off(pki):
    taxi = Taxi(pki).drive(30)
    taxi.speed_mps = 0.0
    taxi.drive(5)
    taxi.is_awake = False
    taxi.drive(10)
    assert taxi.sent(4) == 0
    assert taxi.status()["power"]["ignition"] is False


def test_in_another_car_it_sends_none_and_says_so_and_in_its_own_it_is_known_by_what_the_car_can_tell(pki):
    first = Taxi(pki).drive(20)
    assert first.sent(5) == 50 and first.status()["vehicle"]["match"] == "own"
    again = Taxi(pki, first.kept()).drive(10)
    assert again.sent(2) == 20 and again.status()["vehicle"]["match"] == "own"
    moved = Taxi(pki, first.kept())
    moved.kinds = {0x00: "983b8013", 0x20: "a0180011", 0x40: "7ed00400"}
    moved.drive(20)
    assert moved.packets() == [] and moved.status()["vehicle"]["match"] == "other"
    assert any("不是登记的车辆" in why["zh"] for why in moved.status()["bsm"]["why"])


def test_with_the_plug_out_it_does_not_know_its_car_and_sends_nothing(pki):
    taxi = Taxi(pki)
    taxi.is_awake = False
    taxi.drive(20)  # the receiver says that it moves, and how it turns
    assert taxi.packets() == []
    assert any("无法核对车辆" in why["zh"] for why in taxi.status()["bsm"]["why"])


def test_a_plug_that_falls_out_on_the_road_changes_no_car(pki):
    taxi = Taxi(pki).drive(20)
    taxi.is_awake = False
    taxi.drive(15)
    assert taxi.sent(5) == 50  # by the receiver's speed


def test_channel_and_profile_belong_together(pki):
    taxi = Taxi(pki)
    plans = wiring.dbc.compile_plans(
        taxi.material.dbc, wiring.strict.parse_toml(taxi.material.profile, wiring.Profile, "p"), "p"
    )
    for can in ({}, {"main": {"interface": "virtual", "channel": "x"}}, {"a": SECTION, "b": SECTION}):
        changed = dataclasses.replace(taxi.config, can=can)
        with pytest.raises(ConfigError, match='can: interface = "obd"'):
            diagnosing.make(changed, plans)
    port = diagnosing.make(taxi.config, plans)
    assert port is not None
    port.close()
