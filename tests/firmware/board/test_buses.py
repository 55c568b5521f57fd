"""The three bus adapters on their shims, and every board of boards.py through board.py and main.py."""

import machine
import mcp2515_chip
import pyb
from can_machine import MachineCan
from can_pyb import PybCan
from mcp2515 import MASKS, Mcp2515

FILTERS = [(0, 0xFEF100, 0x3FFFF00, True), (0, 0x123, 0x7FF, False)]
FRAMES = [
    (0x18FEF131, True, b"12345678"), (0x18FEF231, True, b"no"), (0x123, False, b"abc"), (0x124, False, b"no"),
    (0x0CFEF1FE, True, b""),
]  # fmt: skip
WANTED = [(0x18FEF131, True, b"12345678"), (0x123, False, b"abc"), (0x0CFEF1FE, True, b"")]


def received(bus):
    message, found = [0, bytearray(8), False, 0], []
    while bus.receive(message):
        found.append((message[0], message[2], bytes(message[1][: message[3]])))
    return found


def queued(number):
    machine.CAN.queues[number] = [(can_id, bytearray(data), 2 if is_extended else 0)
                                  for can_id, is_extended, data in FRAMES]  # fmt: skip


def test_machine_can_is_silent_and_filters():
    bus = MachineCan(machine.CAN, 1)
    assert bus.open(500_000, False, FILTERS)
    assert machine.CAN.opened[1].mode == machine.CAN.MODE_SILENT and machine.CAN.opened[1].bitrate == 500_000
    queued(1)
    assert received(bus) == WANTED
    assert bus.open(500_000, True, None) and machine.CAN.opened[1].mode == machine.CAN.MODE_NORMAL
    queued(1)
    assert len(received(bus)) == len(FRAMES)
    assert bus.open(500_000, False, [])
    queued(1)
    assert received(bus) == []
    machine.CAN.opened[1].overruns = 3
    assert bus.lost() == 3


def test_pyb_can_is_silent_and_filters():
    bus = PybCan(pyb.CAN, 1)
    assert bus.open(250_000, False, FILTERS)
    assert pyb.CAN.opened[1].mode == pyb.CAN.SILENT
    queued(1)
    assert received(bus) == WANTED
    assert bus.open(250_000, False, [(0, number, 0x7FF, False) for number in range(40)])
    queued(1)
    assert len(received(bus)) == len(FRAMES)
    assert bus.open(250_000, True, []) and pyb.CAN.opened[1].mode == pyb.CAN.NORMAL
    queued(1)
    assert received(bus) == []


def chip_and_bus():
    chip = mcp2515_chip.Chip()
    machine.chips[0] = chip
    return chip, Mcp2515(machine.SPI(0), chip.select, 16_000_000)


def through(chip, bus, frames):
    found = []
    for frame in frames:
        chip.arrive(*frame)
        found += received(bus)
    return found


def test_mcp2515_listens_and_the_chip_filters():
    chip, bus = chip_and_bus()
    assert bus.open(250_000, False, FILTERS) and chip.mode() == 0x60
    assert bytes(chip.registers[0x28:0x2B]) == bytes((0x03, 0xAD, 0x01))
    found = through(chip, bus, FRAMES)
    assert [frame for frame in found if frame in WANTED] == WANTED  # a mask is shared: it may let more through
    assert bus.open(250_000, True, None) and chip.mode() == 0x00
    assert through(chip, bus, FRAMES) == FRAMES


def test_mcp2515_with_one_kind_of_filter_lets_nothing_else_through():
    chip, bus = chip_and_bus()
    assert bus.open(250_000, False, [(0, 0xF00400 + (number << 8), 0x3FFFF00, True) for number in range(6)])
    frames = [(0x0CF00400 + (number << 8), True, b"x") for number in range(12)] + [(0x123, False, b"y")]
    assert through(chip, bus, frames) == frames[:6]
    assert bus.open(250_000, False, [])
    assert through(chip, bus, frames + [(0x7FE, False, b"z")]) == []


def test_mcp2515_joins_filters_beyond_its_six_and_loses_none():
    chip, bus = chip_and_bus()
    wanted = [(0, 0xF00400 + (number << 8), 0x3FFFF00, True) for number in range(9)]
    assert bus.open(250_000, False, wanted + [(0, 0x100, 0x7FF, False), (0, 0x101, 0x7FF, False)])
    frames = [(0x0CF00400 + (number << 8), True, b"x") for number in range(9)]
    frames += [(0x100, False, b"y"), (0x101, False, b"y")]
    assert through(chip, bus, frames) == frames
    assert through(chip, bus, [(0x18FEF131, True, b"n")]) == []
    assert MASKS == (0x20, 0x24)


def test_mcp2515_tells_of_overflows_and_its_absence():
    chip, bus = chip_and_bus()
    assert bus.open(500_000, False, None)
    for _ in range(5):
        chip.arrive(0x1, False, b"1")
    assert len(received(bus)) == 2
    assert bus.lost() == 1
    assert bus.lost() == 1
    machine.chips.clear()
    assert not bus.open(500_000, False, None) and received(bus) == []
    assert not Mcp2515(machine.SPI(0), chip.select, 12_000_000).open(500_000, False, None)
