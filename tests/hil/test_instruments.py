"""Instruments against stand-ins on ptys and virtual buses; bench files, where what is wrong is named with its key."""

import os
import pty
import threading
import tty
from collections.abc import Callable, Iterator
from pathlib import Path

import can
import pytest

from hil import bench_file, instruments, judging
from hil.air import Air
from hil.encode import Frame
from hil.given import Given
from hil.instruments import Context
from hil.judging import Seen, Showing
from obu.core.errors import ConfigError
from obu.core.frames import TxPacket
from obu.drivers import radio_udp
from tests.hil.players import GOOD, given, made


class Supply:
    """A power supply on a pty, as SCPI-1999 has it. said: all that it was told."""

    def __init__(self) -> None:
        self._near, far = pty.openpty()
        tty.setraw(far)
        self.device, self._far = os.ttyname(far), far
        self.said: list[str] = []
        self.volt, self.is_on = 5.0, True
        self.answers: Callable[[str], str | None] = lambda _: None
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        rest = b""
        while True:
            try:
                rest += os.read(self._near, 256)
            except OSError:
                return
            *orders, rest = rest.split(b"\n")
            for order in orders:
                self._obey(order.decode())

    def _obey(self, order: str) -> None:
        self.said.append(order)
        word, _, value = order.partition(" ")
        if word == "VOLT":
            self.volt = float(value)
        elif word == "OUTP":
            self.is_on = value == "ON"
        usual = {"*IDN?": "ACME,PS1,7,1.0", "VOLT?": f"{self.volt:.3f}", "OUTP?": str(int(self.is_on)),
                 "SYST:ERR?": '0,"No error"'}  # fmt: skip
        if order.endswith("?"):
            answer = self.answers(order)
            os.write(self._near, (usual[order] if answer is None else answer).encode() + b"\n")

    def until(self, order: str) -> None:
        """Waits for it to be told so."""
        while self.said[-1:] != [order]:
            threading.Event().wait(0.005)

    def close(self) -> None:
        os.close(self._far)  # the last one: an error to who reads at the near end
        self._thread.join(5.0)
        os.close(self._near)  # not before, or its number is another's while it is still read


@pytest.fixture
def supply() -> Iterator[Supply]:
    made = Supply()
    yield made
    made.close()


def test_a_supply_is_set_read_back_and_cuts(supply: Supply, context: Context) -> None:
    power = made("power_scpi", context, device=supply.device, rests_s=0.0)
    power.begin()
    assert power.name == "ACME,PS1,7,1.0"
    assert supply.said == [
        "*IDN?",
        "OUTP OFF",
        "OUTP?",
        "VOLT 24.000",
        "CURR 3.000",
        "VOLT?",
        "SYST:ERR?",
        "OUTP ON",
        "OUTP?",
    ]
    for is_cut in (False, True, True, False):
        power.carry(given(is_cut=is_cut))
    supply.until("OUTP ON")
    assert supply.said[9:] == ["OUTP OFF", "OUTP ON"]  # once each
    power.close()
    supply.until("OUTP OFF")


@pytest.mark.parametrize(
    ("question", "answer", "told"),
    [("VOLT?", "5.000", "is set to 5.0 V, not 24.0"), ("OUTP?", "?", "says '?' of its output"),
     ("SYST:ERR?", '-222,"Data out of range"', "Data out of range"), ("VOLT?", "volts", "is answered 'volts'"),
     ("*IDN?", "", "nothing answers *IDN?")],
)  # fmt: skip
def test_a_supply_that_does_otherwise_is_not_believed(
    question: str, answer: str, told: str, supply: Supply, context: Context
) -> None:
    supply.answers = lambda order: answer if order == question else None
    power = made("power_scpi", context, device=supply.device, rests_s=0.0, answer_s=5.0 if answer else 0.3)
    with pytest.raises(ConfigError) as caught:
        power.begin()
    power.close()
    assert told in str(caught.value)


def test_devices_that_are_not_there_are_named(context: Context, tmp_path: Path) -> None:
    absent = str(tmp_path / "none")
    for name, options in (("power_scpi", {}), ("gnss_serial", {}), ("lamp_serial", {})):
        tool = made(name, context, device=absent, **options)
        with pytest.raises(ConfigError, match=absent):
            tool.begin()
        tool.close()
    interface = made("can_interface", context, interface="slcan", channel=absent)
    with pytest.raises(ConfigError, match="slcan"):
        interface.begin()
    with pytest.raises(ConfigError, match="nobody speaks"):
        made("unit_feed", context, socket=absent, within_s=0.0).begin()


def test_a_can_interface_sends_both_kinds_of_identifiers(context: Context) -> None:
    tool = made("can_interface", context, interface="virtual", channel="instruments")
    tool.begin()
    with can.Bus(interface="virtual", channel="instruments") as ear:
        tool.carry(given(frames=[Frame(0x18FEF100, b"\x01"), Frame(0xB4, b"\x02\x03")]))
        heard = [ear.recv(1.0) for _ in range(2)]
        tool.close()
    assert [(each.arbitration_id, each.is_extended_id, bytes(each.data)) for each in heard if each] == [
        (0x18FEF100, True, b"\x01"), (0xB4, False, b"\x02\x03")]  # fmt: skip


def test_sentences_go_out_as_they_are(context: Context) -> None:
    near, far = pty.openpty()
    tty.setraw(far)
    tool = made("gnss_serial", context, device=os.ttyname(far))
    tool.begin()
    tool.carry(given(sentences=b"$GNRMC,1*00\r\n"))
    tool.carry(given())
    assert os.read(near, 64) == b"$GNRMC,1*00\r\n"
    tool.close()
    os.close(near)
    os.close(far)


class Looked:
    """A witness of lamp and packets alone."""

    def __init__(self) -> None:
        self.lamp: list[bool] = []
        self.packets: list[TxPacket] = []

    def lit(self, is_lit: bool, at_s: float) -> None:
        self.lamp.append(is_lit)

    def said(self, packet: TxPacket, at_s: float, utc_ns: int) -> None:
        self.packets.append(packet)


def test_a_lamp_sensor_and_a_person_tell_the_same(context: Context) -> None:
    near, far = pty.openpty()
    tty.setraw(far)
    sensor, seen = made("lamp_serial", context, device=os.ttyname(far)), Looked()
    sensor.begin()
    sensor.look(seen, 0.0, 0)
    os.write(near, b"1\r\n0\r\n")
    while len(seen.lamp) < 3:
        sensor.look(seen, 1.0, 0)
    sensor.close()
    os.close(near)
    os.close(far)
    assert seen.lamp == [False, True, False]
    for answer, is_lit in (("y", True), ("是", True), ("n", False), ("", False)):
        context.ask, seen = (lambda _, answer=answer: answer), Looked()
        person = made("lamp_person", context)
        person.begin()
        for at_s in (0.0, 9.4, 9.6, 9.7):
            person.look(seen, at_s, 0)
        assert seen.lamp == [is_lit]  # asked once, at the end


def test_a_lamp_must_tell_what_the_unit_tells() -> None:
    shown = [Showing("HLW", 1.0)]
    dark, lit = [(0.0, False)], [(0.0, False), (1.1, True)]
    for seen, why in ((Seen(shown=shown, lamp=lit), ""), (Seen(lamp=dark), ""), (Seen(shown=shown), ""),
                      (Seen(shown=shown, lamp=dark), "the warning lamp stayed dark"),
                      (Seen(lamp=lit), "the warning lamp was lit, and nothing was shown")):  # fmt: skip
        assert judging._lamp(seen) == why


def test_a_modem_of_the_bench_carries_both_ways(context: Context) -> None:
    air, at_ns, seen = Air(), 0, Looked()
    tool = made("radio_modem", context, modem=air.where, bind="127.0.0.1:0")
    unit = radio_udp.make("radio", radio_udp.Options(modem=air.where, bind="127.0.0.1:0"))
    tool.begin()
    while len(air.stations) < 2:
        air.poll(at_ns)
        unit.poll(at_ns)
    unit.send([TxPacket(b"no packet of a unit", 1, 1, 1, 1)])
    while not tool.foreign:
        air.poll(at_ns)
        tool.look(seen, 0.0, 0)
    assert seen.packets == [] and tool.foreign == 1  # it is counted and does no harm
    for each in (tool, unit, air):
        each.close()


@pytest.mark.parametrize(
    ("old", "new", "names"),
    [('use = "radio_air"', 'use = "power_scpi"', "radio.use"), ('use = "radio_air"\n', "", "radio.use"),
     ("socket", "sokcet", "unit.sokcet"), ('socket = "/tmp/obu.sock"', "", "socket"),
     ("[radio]", "[radar]", "radar"), ('[radio]\nuse = "radio_air"\n', "", "radio"),
     ('[radio]\n', '[power]\nuse = "power_scpi"\ndevice = 5\n[radio]\n', "power.device")],
)  # fmt: skip
def test_what_is_wrong_in_a_bench_file_is_named(old: str, new: str, names: str, tmp_path: Path) -> None:
    path = tmp_path / "bench.toml"
    path.write_text(GOOD)
    assert bench_file.read(path).carries() == {"packets", "busy", "is_air_lost", "acknowledges", "beats"}
    path.write_text(GOOD.replace(old, new))
    with pytest.raises(ConfigError) as caught:
        bench_file.read(path)
    assert str(path) in str(caught.value) and names in str(caught.value)


def test_every_instrument_keeps_the_contract() -> None:
    for name in instruments.names():
        module = instruments.module(name)
        assert module.PLAYS in instruments.ROLES and name.startswith(f"{module.PLAYS}_")
        assert set(module.CARRIES) <= set(Given.__dataclass_fields__)
        for method in ("begin", "carry", "look", "close"):
            assert callable(getattr(module.make, method)), name
