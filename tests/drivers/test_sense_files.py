"""The power supply's files as a driver: real files that change, go and come back."""

import pytest

from obu.core.errors import ConfigError
from obu.core.frames import DriverState, PowerSense
from obu.core.now import NS_PER_MS
from obu.drivers import sense_files
from obu.drivers.sense_files import Options


def polled(driver, at_ms):
    arrivals = driver.poll(at_ms * NS_PER_MS)
    return (
        [one for one in arrivals if isinstance(one, PowerSense)],
        [(one.is_up, one.why) for one in arrivals if isinstance(one, DriverState)],
    )


def test_what_the_files_say_is_told_twice_a_second(tmp_path):
    line, supply, wake = tmp_path / "value", tmp_path / "in1_input", tmp_path / "wake"
    line.write_text("0\n")
    supply.write_text("27412\n")
    wake.write_text("timer\n")
    driver = sense_files.make(
        "power.sense",
        Options(
            ignition_file=str(line), ignition_on="0", supply_file=str(supply), supply_scale=0.001, wake_file=str(wake)
        ),
    )
    (sense,), states = polled(driver, 1000)
    assert (sense.ignition_on, sense.wake, sense.at_ns) == (True, "timer", 10**9) and states == [(True, "")]
    assert sense.supply_v == pytest.approx(27.412)
    assert driver.poll(1499 * NS_PER_MS) == () and driver.wake_at_ns() == 1500 * NS_PER_MS
    line.write_text("1\n")
    (sense,), states = polled(driver, 1500)
    assert sense.ignition_on is False and states == []


@pytest.mark.parametrize("text", ["", "nan", "inf", "-3", "1e9", "\x00\xff", "27 volts"])
def test_what_is_no_voltage_is_unknown_and_told_of_once(tmp_path, text):
    (tmp_path / "v").write_text(text, encoding="utf-8")
    driver = sense_files.make("power.sense", Options(supply_file=str(tmp_path / "v")))
    (sense,), ((is_up, why),) = polled(driver, 1000)
    assert sense.supply_v is None and sense.ignition_on is None and not is_up and "no voltage" in why
    assert polled(driver, 2000)[1] == []
    (tmp_path / "v").write_text("12.5")
    (sense,), states = polled(driver, 3000)
    assert sense.supply_v == 12.5 and states == [(True, "")]


def test_a_file_that_is_not_there_makes_its_value_unknown_until_it_comes(tmp_path):
    driver = sense_files.make("power.sense", Options(ignition_file=str(tmp_path / "value")))
    (sense,), ((is_up, why),) = polled(driver, 1000)
    assert sense.ignition_on is None and not is_up and "No such file" in why
    (tmp_path / "value").write_text("1")
    (sense,), states = polled(driver, 2000)
    assert sense.ignition_on is True and states == [(True, "")]


@pytest.mark.parametrize(
    ("options", "why"),
    [(Options(wake_file="x"), "neither"), (Options(supply_file="x", supply_scale=0), "supply_scale")],
)
def test_options_without_sense_are_refused_at_start(options, why):
    with pytest.raises(ConfigError, match=why):
        sense_files.make("power.sense", options)
