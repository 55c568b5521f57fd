"""`obu can detect` on a stand-in adapter with a living bus: it finds rate and vehicle, and not one bit is sent."""

import json
import os
import socket
import struct
import threading
import time

import pytest

from hil.slcan_adapter import RATES, SlcanAdapter
from obu.cli.main import main
from obu.drivers import can_socket
from obu.drivers.can_link import Link
from obu.runtime import detecting
from tests.station.frames import driving


class Vehicle:
    """An adapter whose bus carries a driving bus's frames in real time, in a thread of its own."""

    def __init__(self, path, bitrate, period_s=0.02):
        self.adapter = SlcanAdapter(path, bitrate)
        self.is_alive = True
        self._period_s = period_s
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._live)
        self._thread.start()

    def _live(self):
        while not self._done.wait(self._period_s):
            frames = [(frame.can_id, frame.data) for frame in driving(time.monotonic_ns())] if self.is_alive else []
            self.adapter.carry(frames)

    def stop(self):
        """The bus falls silent; the adapter has obeyed the last command."""
        self._done.set()
        self._thread.join()
        self.adapter.obey()

    def close(self):
        self.stop()
        self.adapter.close()


@pytest.fixture
def vehicle(tmp_path, monkeypatch):
    monkeypatch.setattr(detecting, "TRY_S", 0.4)
    made = []

    def make(bitrate):
        made.append(Vehicle(tmp_path / "tty", bitrate))
        return made[-1]

    yield make
    for each in made:
        each.close()


@pytest.mark.parametrize("bitrate", [250_000, 500_000, 100_000])
def test_rate_and_vehicle_are_found_without_a_bit_sent(vehicle, bitrate, capsys):
    town = vehicle(bitrate)
    code = main(["can", "detect", "--channel", str(town.adapter.path), "--seconds", "0.5", "--json"])
    found = json.loads(capsys.readouterr().out)
    assert code == 0
    assert found["bitrate"] == bitrate
    assert [each["frames"] for each in found["tried"][:-1]] == [0] * (len(found["tried"]) - 1)
    best = found["candidates"][0]
    # The two buses speak alike: which of them it is, the technician sees.
    assert {each["name"] for each in found["candidates"][:2]} == {"city_bus_j1939", "articulated_bus_j1939"}
    assert best["needed"] == []
    speed = next(each for each in best["values"] if each["name"] == "speed_mps")
    assert speed["value"] == pytest.approx(11.11, abs=0.01) and 0 <= speed["age_ms"] < 300
    assert {each["id"] for each in found["identifiers"]} >= {"18FEF127", "18F00927"}
    town.stop()
    assert town.adapter.sent == [] and town.adapter.disturbed == 0
    assert b"O" not in town.adapter.commands
    assert town.adapter.mode == b""  # closed again


def test_in_chinese_for_a_technician(vehicle, capsys):
    town = vehicle(500_000)
    assert main(["can", "detect", "--channel", str(town.adapter.path), "--seconds", "0.5"]) == 0
    said = capsys.readouterr().out
    assert "250000 bit/s  0 帧" in said and "比特率 500000 bit/s 不对" not in said
    assert "比特率 500000 bit/s；" in said and "车速  11.1 m/s" in said and "右转一次" in said


def test_a_silent_bus_is_said_at_every_rate(vehicle, capsys, monkeypatch):
    monkeypatch.setattr(detecting, "TRY_S", 0.05)
    town = vehicle(250_000)
    town.is_alive = False
    assert main(["--lang", "en", "can", "detect", "--channel", str(town.adapter.path)]) == 1
    said = capsys.readouterr()
    assert said.out.count("bit/s") == len(RATES)
    assert "switch the ignition on" in said.err
    assert town.adapter.sent == []


def test_the_channel_of_a_configuration_is_heard_listen_only_even_where_sending_is_permitted(vehicle, tmp_path, capsys):
    from tests.runtime.test_config import GOOD

    town = vehicle(250_000)
    channel = f'[can.main]\ninterface = "slcan"\nchannel = "{town.adapter.path}"\nlisten_only = false\n'
    path = tmp_path / "unit.toml"
    path.write_text(GOOD.replace('[can.main]\ninterface = "virtual"\nchannel = "nobody"\n', channel))
    assert main(["can", "detect", "--config", str(path), "--seconds", "0.3", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["bitrate"] == 250_000
    assert b"O" not in town.adapter.commands


class Interface:
    """A kernel's can0 whose mode a stand-in `ip` sets, on a bus of 500 kbit/s."""

    def __init__(self, folder, path):
        self.log = folder / "ip.log"
        tool = folder / "bin" / "ip"
        tool.parent.mkdir()
        tool.write_text(
            f'#!/bin/sh\necho "$@" >> {self.log}\n'
            'case "$*" in *berr-reporting*) echo "RTNETLINK answers: Operation not supported" >&2; exit 2;; esac\n'
        )
        tool.chmod(0o755)
        path.setenv("PATH", f"{tool.parent}:{os.environ['PATH']}")

    def words(self):
        return self.log.read_text().splitlines() if self.log.exists() else []

    def link(self, channel):
        last = (self.words() or ["link set can0 down"])[-1].split()
        is_up = "up" in last
        return Link("can", is_up, int(last[last.index("bitrate") + 1]) if is_up else None, "listen-only" in last,
                    False, 0)  # fmt: skip

    def connect(self, channel, filters):
        far, near = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
        near.setblocking(False)
        if self.link(channel).bitrate == 500_000:
            for frame in driving(0):
                far.send(struct.pack("=IB3x8s", frame.can_id | 0x80000000, 8, frame.data))
        return near


def test_a_kernel_interface_is_set_to_each_rate_listen_only_on_demand(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(detecting, "TRY_S", 0.1)
    kernel = Interface(tmp_path, monkeypatch)
    monkeypatch.setattr(detecting.can_link, "read", kernel.link)
    monkeypatch.setattr(
        detecting.can_bus, "make",
        lambda name, options: can_socket.SocketBus(name, options, (), kernel.link, kernel.connect),
    )  # fmt: skip
    plain = ["--lang", "en", "can", "detect", "--channel", "can0"]
    assert main(plain) == 1
    assert "can0 is down; run: sudo ip link set can0 down" in capsys.readouterr().out
    assert kernel.words() == []  # without being told to, nothing is set
    assert main([*plain, "--set-link", "--seconds", "0.2", "--json"]) == 1  # the stand-in speaks only once
    assert json.loads(capsys.readouterr().out)["bitrate"] == 500_000
    ups = [words for words in kernel.words() if " up " in words]
    assert ups and all("listen-only on" in words for words in ups)
    assert kernel.words()[-1] == "link set can0 up type can bitrate 500000 listen-only on"


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ([], "give --channel or --config"),
        (["--channel", "can0", "--seconds", "0"], "--seconds"),
        (["--channel", "can0", "--profile", "tram"], "--profile: 'tram' is not known"),
        (["--channel", "/dev/null", "--set-link"], "--set-link: is for socketcan"),
        (["--channel", "/dev/null", "--bitrate", "7"], "bitrate: 7 is none of"),
    ],
)
def test_a_mistake_is_one_sentence(words, says, capsys):
    assert main(["--lang", "en", "can", "detect", *words]) == 2
    said = capsys.readouterr().err
    assert says in said and "Traceback" not in said


def test_what_the_driver_says_of_an_interface_is_passed_on(capsys):
    assert main(["--lang", "en", "can", "detect", "--channel", "no-such-can"]) == 1
    said = capsys.readouterr()
    assert "no interface with this name" in said.out and "--set-link" in said.err and "ignition" not in said.err


def test_a_car_that_must_be_asked_is_no_candidate():
    names = {each.name for each in detecting.candidates()}
    assert "taxi_obd" not in names and {"city_bus_j1939", "taxi_vw_mqb"} <= names
