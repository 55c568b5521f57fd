"""Ignition as whole stations live it: from the bus, a co-processor, the configuration; what is told, kept, logged."""

import logging

import pytest
from hypothesis import given
from hypothesis import strategies as st

from obu.core.frames import STORE, DriverState, HostState, PowerSense, Save
from obu.core.now import NS_PER_S, Now
from obu.runtime import config, places
from obu.runtime.narrator import Narrator
from obu.station.power import End
from obu.station.runs import Runs

from .frames import driving, frame
from .unit import Unit

DOORS = 64933  # DC2, SPN 3413: the first door's two bits


def doors(unit, is_open):
    unit.step(can=(frame(DOORS, [0b11000111 if is_open else 0b11000011, *[255] * 7], unit.at_ns),))


def with_power(pki, **settings):
    return Unit(pki, sections={"power": config.Power(**settings)})


def sensed(unit, ignition_on, supply_v=27.0, wake="", seconds=1.0):
    """The bus goes on as it is, the co-processor speaks each half second."""
    for _ in range(round(seconds * 2)):
        unit.step(power=(PowerSense(ignition_on, supply_v, wake, unit.at_ns),))
        unit.run(0.5)


def power(unit):
    return unit.status()["power"]


def ends(unit):
    return [(at_ns, outbox.end) for at_ns, outbox in unit.outboxes if outbox.end]


def test_by_the_bus_silence_at_a_standstill_ends_the_bsms_and_then_the_run(pki):
    unit = with_power(pki, after_run_s=20.0)
    unit.run(2)
    assert power(unit)["state"] == "on" and power(unit)["ends_in_s"] is None
    unit.speed_mps = 0.0
    unit.run(1.1)
    unit.feedings.can = False
    quiet_ns = unit.at_ns
    unit.run(12)
    told = power(unit)
    assert (told["state"], told["ignition"]) == ("shutting_down", False) and 10 < told["ends_in_s"] <= 20
    assert "点火已关闭，终端即将关机" in [why["zh"] for why in unit.status()["bsm"]["why"]]
    unit.run(14)
    (at_ns, end), *again = ends(unit)
    assert end == "ignition_off" and {reason for _, reason in again} == {"ignition_off"}
    assert 22 * NS_PER_S < at_ns - quiet_ns < 24 * NS_PER_S  # three seconds of silence are off (the profile)


def test_by_default_it_never_ends_itself(pki):
    unit = Unit(pki)
    unit.run(1)
    unit.feedings.can, unit.speed_mps = False, 0.0
    unit.run(8)
    unit.at_ns += 7200 * NS_PER_S
    unit.run(1.1)
    assert ends(unit) == [] and power(unit)["state"] == "off"


def test_a_bus_that_falls_silent_on_the_road_is_not_ignition_off(pki):
    unit = with_power(pki, after_run_s=5.0)
    unit.run(1)
    unit.feedings.can = False
    unit.run(20)
    assert power(unit)["state"] == "on" and ends(unit) == []
    assert unit.status()["bsm"]["state"] == "stopped"


KEY = """
[[values.ignition_on]]  # a switch that this bus tells; the parking brake stands for it
signals = ["CCVS1.ParkingBrakeSwitch"]
states = { "0" = true, "1" = false }
max_age_ms = 1000
"""


def test_a_signal_of_the_profile_tells_where_the_bus_outlives_the_ignition(pki, tmp_path):
    shipped = places.vehicles() / "city_bus_j1939"
    (tmp_path / "bus.dbc").write_text(shipped.with_suffix(".dbc").read_text("utf-8"), "utf-8")
    (tmp_path / "bus.toml").write_text(shipped.with_suffix(".toml").read_text("utf-8") + KEY, "utf-8")
    vehicle = config.Vehicle(profile=str(tmp_path / "bus.toml"), width_m=2.55)
    unit = Unit(pki, sections={"vehicle": vehicle, "power": config.Power(after_run_s=30.0)})
    unit.speed_mps = 0.0
    unit.run(11)
    assert power(unit)["state"] == "on" and len(unit.packets()) > 100
    unit.feedings.can = False
    sent = []
    for _ in range(60):
        _, *others = driving(unit.at_ns, speed_kph=0.0)
        key_off = frame(65265, [0b11110111, 0, 0, 0b11001111, 255, 255, 255, 255], unit.at_ns)
        unit.step(can=(key_off, *others))
        unit.run(0.1)
        sent.append(len(unit.packets()))
    assert sent[-30] == sent[-1] > sent[0]
    assert power(unit)["state"] == "shutting_down"
    assert unit.status()["can"]["age_ms"] < 1000 and unit.status()["vehicle"]["match"] == "own"


def test_a_co_processor_leads_where_it_is_asked(pki):
    unit = with_power(pki, ignition="sense", after_run_s=60.0, sense={"type": "files", "ignition_file": "x"})
    unit.speed_mps = 0.0
    unit.run(3)
    assert unit.packets() == [] and power(unit)["state"] == "off"  # the bus lives, and nobody said ignition
    sensed(unit, True, wake="timer", seconds=2)
    assert len(unit.packets()) > 10
    assert (power(unit)["state"], power(unit)["supply_v"], power(unit)["woke"]) == ("on", 27.0, "timer")
    sent = len(unit.packets())
    sensed(unit, False, seconds=3)
    assert len(unit.packets()) - sent <= 31
    sent = len(unit.packets())
    sensed(unit, False, seconds=5)
    assert len(unit.packets()) == sent and power(unit)["state"] == "shutting_down"


def test_a_co_processor_that_falls_silent_is_no_ignition_off(pki):
    unit = with_power(pki, ignition="sense", after_run_s=5.0, sense={"type": "files", "ignition_file": "x"})
    unit.speed_mps = 0.0
    sensed(unit, True, seconds=2)
    unit.run(20)
    assert (power(unit)["state"], power(unit)["ignition"], ends(unit)) == ("on", None, [])


def test_by_configuration_it_is_on(pki):
    unit = with_power(pki, ignition="on", after_run_s=5.0)
    unit.feedings.can, unit.speed_mps = False, 0.0
    unit.run(29)
    assert power(unit)["state"] == "warm_up"  # no bus, no values
    unit.run(10)
    assert power(unit)["state"] == "on" and ends(unit) == []


def test_a_low_supply_ends_it(pki):
    unit = with_power(pki, low_supply_v=22.0, low_supply_s=10.0, sense={"type": "files", "supply_file": "x"})
    unit.speed_mps = 0.0
    sensed(unit, None, supply_v=21.5, seconds=11)
    assert {end for _, end in ends(unit)} == {"low_supply"}


def test_boarding_is_told_and_bsms_go_on(pki):
    unit = Unit(pki)
    unit.run(2)
    unit.speed_mps = 0.0
    for _ in range(20):
        doors(unit, True)
        unit.run(0.1)
    assert power(unit)["state"] == "boarding" and unit.status()["bsm"]["state"] == "sending"
    for _ in range(15):
        doors(unit, False)
        unit.run(0.1)
    assert power(unit)["state"] == "on"


def test_warm_up_after_a_seen_switch_on_sends_nothing(pki):
    unit = Unit(pki)
    unit.feedings.can, unit.speed_mps = False, 0.0
    unit.run(5)
    unit.feedings.can = True
    unit.run(5)
    assert power(unit)["state"] == "warm_up" and unit.packets() == []
    assert unit.status()["bsm"]["why"][0]["en"] == "warming up after ignition on"
    unit.run(7)
    assert power(unit)["state"] == "on" and unit.packets()


def test_a_disk_that_fails_holds_the_end_up_to_the_longest_after_run(pki):
    unit = with_power(pki, after_run_s=5.0, longest_after_run_s=40.0)
    unit.speed_mps = 0.0
    unit.run(1)
    unit.step(drivers=(DriverState(STORE, False, "No space left on device", unit.at_ns),))
    unit.feedings.can = False
    unit.run(38)
    assert ends(unit) == []
    unit.run(10)
    assert ends(unit)[0][1] == "ignition_off"


def run_to_its_end(pki, saved=(), power_cut=False, **settings):
    """A short run; what it had saved at the end."""
    unit = with_power(pki, **settings)
    unit.step(saved=saved)
    unit.run(1.2)
    status = power(unit)
    saves = {save.name: save for _, outbox in unit.outboxes for save in outbox.saves}
    if not power_cut:
        saves |= {save.name: save for save in unit.station.final(unit.now()).saves}
    return status, tuple(saves.values())


def test_each_run_knows_how_the_one_before_it_ended(pki):
    status, saved = run_to_its_end(pki)
    assert (status["woke"], status["run"], status["last_run"]) == ("first", 1, None)
    status, saved = run_to_its_end(pki, saved, power_cut=True)
    assert (status["woke"], status["run"], status["last_run"]["how"]) == ("restart", 2, "asked")
    assert isinstance(status["last_run"]["ended_utc_s"], int)
    status, saved = run_to_its_end(pki, saved)
    assert (status["woke"], status["run"], status["last_run"]) == ("supply", 3, {"how": "cut", "ended_utc_s": None})
    runs = Runs()
    runs.recall(next(save.data for save in saved if save.name == "runs"))
    runs.look("", None)
    runs.ended(Now(1, 1_790_000_000 * NS_PER_S), End.IGNITION_OFF)
    status, _ = run_to_its_end(pki, (Save("runs", runs.to_save()),))
    assert (status["woke"], status["run"]) == ("ignition", 5)
    assert status["last_run"] == {"how": "ignition_off", "ended_utc_s": 1_790_000_000}


def test_the_record_costs_two_writes_a_run(pki):
    unit = Unit(pki)
    unit.run(30)
    unit.outboxes.append((unit.at_ns, unit.station.final(unit.now())))
    assert sum(save.name == "runs" for _, outbox in unit.outboxes for save in outbox.saves) == 2


def test_what_the_power_supply_calls_its_reason_is_one_short_word_in_the_log():
    runs = Runs()
    runs.look("timer\n2026 ERROR forged \x1b[2J" + "x" * 100, None)
    assert runs.woke() == "timer2026 ERROR forged "


@given(st.binary(max_size=60))
def test_a_record_that_is_not_understood_is_none(data):
    runs = Runs()
    runs.recall(data)
    assert (runs.state.number, runs.state.last) == (1, None)


@pytest.mark.parametrize("told", ["", "ignition"])
def test_why_it_woke_is_logged_once(pki, told, caplog):
    unit = with_power(pki, ignition="sense", sense={"type": "files", "ignition_file": "x"})
    narrator = Narrator(logging.getLogger("test_powering"))
    sensed(unit, True, wake=told, seconds=3)
    with caplog.at_level(logging.INFO):
        for (now, inbox), (_, outbox) in zip(unit.inboxes, unit.outboxes, strict=True):
            narrator.observe(now, inbox, outbox)
    lines = [record.message for record in caplog.records if "woken" in record.message]
    assert lines == [f"run 1, woken by: {told or 'first'}; the last run's end: not known"]
    assert [record.message for record in caplog.records if "power:" in record.message][-1] == "power: on"


def test_what_wears_the_flash_is_told_by_the_day_and_logged_once_an_hour(pki, caplog):
    unit, narrator = Unit(pki), Narrator(logging.getLogger("test_powering"))
    began_ns = unit.at_ns
    for seconds in (1, 58, 3, 3000, 3000):
        unit.at_ns += seconds * NS_PER_S
        journal = (unit.at_ns - began_ns) // 1000  # a million bytes a second
        host = HostState(12.0, 40.0, 900.0, None, (("journal", journal), ("state", 0)), unit.at_ns)
        unit.step(host=(host,))
        unit.run(1.1)
        told = unit.status()["host"]["writes_mib_per_day"]
        if unit.at_ns - began_ns < 60 * NS_PER_S:
            assert told == {}
        else:
            assert told["journal"] == pytest.approx(86_400 * 1e6 / 2**20, rel=0.05) and told["state"] == 0
    with caplog.at_level(logging.INFO):
        for (now, inbox), (_, outbox) in zip(unit.inboxes, unit.outboxes, strict=True):
            narrator.observe(now, inbox, outbox)
    assert sum("written a day" in record.message for record in caplog.records) == 2


def test_an_installation_that_is_not_done_is_told_and_logged_once(pki, caplog):
    unit, narrator = Unit(pki), Narrator(logging.getLogger("test_powering"))
    unit.step(host=(HostState(None, None, None, None, (), unit.at_ns, not_done=("bus", "checks")),))
    unit.run(3.1)
    assert unit.status()["host"]["not_done"] == ["bus", "checks"]
    with caplog.at_level(logging.WARNING):
        for (now, inbox), (_, outbox) in zip(unit.inboxes, unit.outboxes, strict=True):
            narrator.observe(now, inbox, outbox)
    said = [record.message for record in caplog.records if "installation" in record.message]
    assert said == ["installation: not done: bus, checks; obu provision goes on"]
