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

    def __init__(self, pki):
        super().__init__(pki, sections={
            "vehicle": config.Vehicle(profile="taxi_obd"), "can": {"main": SECTION},
        })  # fmt: skip
        self.is_awake, self.turn_deg_s = True, 0.0
        self.due: list[tuple[int, bytes]] = []
        self.step(drivers=(DriverState("can.main", True, "virtual x", self.at_ns),))

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
                if self.is_awake:
                    kph = round(self.speed_mps * 3.6)
                    self.due.append((self.at_ns + 30 * NS_PER_MS, bytes([0x40 | question[0], question[1], kph])))
        return self

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
