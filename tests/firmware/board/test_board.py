"""main.py and board.py of every board in boards.py, on the shims: the one place where pins are touched."""

import board
import boards
import hardware
import identity
import machine
import main
import wire
from install import Install
from slots import Slots
from trial import Trial
from world import ABOUT


def turned(name, count):
    machine.levels.clear()
    machine.lines.clear()
    hardware.BOARD = main.BOARD = name
    slots = Slots("nowhere")
    trial = Trial(slots)
    device, pins = main.make(Install(slots, ABOUT, trial.is_well), trial, 7, "01020304")
    for number in range(count):
        device.turn(number * 1000)
        pins.feed_watchdog()
    return device, pins


def test_every_board_starts_and_greets_on_its_line():
    for name in boards.names():
        entry = boards.board(name)
        device, pins = turned(name, 50)
        on_usb = entry["uart"] == "usb"
        assert not on_usb or pins._uart.interrupt == -1
        sent = machine.lines["usb" if on_usb else entry["uart"][0]][1]
        host = wire.End(3, main.DIGEST, b"host")
        start = 0
        while start < len(sent):
            start = host.take(sent, start, len(sent), 0)
        assert host.peer_name.split(b"\t") == [name.encode(), identity.VERSION.encode(), b"01020304"], name
        assert host.is_compatible()
        has_chip = entry["kind"] == "mcp2515"
        assert device.faults & 4 == (4 if has_chip else 0)  # no chip answers on the shim's SPI


def test_pins_move():
    device, pins = turned("stm32_pyb", 1)
    entry = boards.board("stm32_pyb")
    assert pins.levels() == 0
    machine.levels[entry["ignition"]] = 0
    machine.levels[entry["brake"]] = 0
    assert pins.levels() == 1 | 8
    machine.analog[entry["supply"]] = 65_535 * 24 // 36
    assert 23_500 < pins.supply_mv() < 24_500
    pins.host_power(False)
    assert machine.levels[entry["host_power"]] == 0
    pins.lamps(5)
    assert [machine.levels[pin] for pin in entry["lamps"]] == [1, 0, 1]
    pins.tone(2400)
    assert machine.levels[("freq", entry["buzzer"])] == 2400 and machine.levels[entry["buzzer"]] > 0
    pins.tone(0)
    assert machine.levels[entry["buzzer"]] == 0
    machine.handlers[entry["pps"]](None)
    assert device.pps.count == 1


def test_a_board_whose_prompt_is_open_has_no_watchdog_and_a_locked_one_has():
    for is_open in (True, False):
        board.OPEN_REPL = is_open
        before = machine.fed[0]
        turned("stm32_pyb", 3)
        assert machine.fed[0] - before == (0 if is_open else 3)


def test_names_of_inputs_are_the_bits():
    assert boards.INPUTS.index("ignition") == 0
    assert boards.board("esp32_mcp2515")["wired"] == 15
