"""The unit's driver and session against the real firmware on a real MicroPython, over a real pty."""

import os
import select
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from firmware_shims.stand_in import StandIn
from obu.core.frames import BoardHealth, BoardInputs, CanFrame, DriverState, Indication, PowerSense
from obu.drivers.coprocessor import Coprocessor, Options
from obu.link import wire
from obu.link.session import Bus, Session
from tests.firmware import runtimes

CCVS1, EEC1 = 0x18FEF131, 0x0CF00400
NEEDED = ((0xFEF100, 0x3FFFF00, True),)


@pytest.fixture(params=[pytest.param(name, marks=pytest.mark.needs(name)) for name in runtimes.ARCHITECTURES])
def board(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[StandIn]:
    made = StandIn(runtimes.words(request.param), tmp_path / "board")
    yield made
    made.close()


@pytest.fixture
def unit(board: StandIn) -> Iterator[Coprocessor]:
    session = Session(77, "obu", (Bus(channel="main", filters=NEEDED), Bus(channel="body", bitrate=500_000)), 1)
    driver = Coprocessor("coprocessor", Options(device=board.device), session)
    yield driver
    driver.close()


def until(unit: Coprocessor, done: Callable[[list[object]], bool], limit_s: float = 20.0) -> list[object]:
    """What arrives until done(all of it), waited for as the loop does."""
    found: list[object] = []
    end_s = time.monotonic() + limit_s
    while not done(found):
        assert time.monotonic() < end_s, found[-5:]
        select.select([unit.fileno()] if unit.fileno() >= 0 else [], [], [], 0.02)
        found.extend(unit.poll(time.monotonic_ns()))
    return found


def of(kind: type, found: list[object]) -> list[object]:
    return [each for each in found if isinstance(each, kind)]


def frames_of(unit: Coprocessor, count: int) -> list[object]:
    """The CAN frames of so long a wait that there are so many."""
    return of(CanFrame, until(unit, lambda found: len(of(CanFrame, found)) >= count))


def test_the_board_comes_up_takes_its_settings_and_carries_can(board: StandIn, unit: Coprocessor) -> None:
    found = until(unit, lambda found: any(state.is_up for state in of(DriverState, found)))
    assert of(DriverState, found)[-1].why == "stm32_machine 0.0.0 01020304"
    until(unit, lambda _: "bus 1 500000 silent all" in board.told())
    assert "bus 0 250000 silent 1" in board.told()
    began_ns = time.monotonic_ns()
    frames: list[object] = []
    for start in range(0, 300, wire.WINDOW):  # never more on its way than a board takes that is kept waiting
        numbers = range(start, min(300, start + wire.WINDOW))
        for number in numbers:
            board.can(CCVS1, True, number.to_bytes(8, "little"))
        frames += frames_of(unit, len(numbers))
    board.can(EEC1, True, b"unwanted")
    board.can(0x123, False, b"abc", channel=1)
    frames += frames_of(unit, 1)
    assert [frame.data for frame in frames if frame.channel == "main"] == [
        number.to_bytes(8, "little") for number in range(300)
    ]
    assert all((frame.can_id, frame.is_extended) == (CCVS1, True) for frame in frames if frame.channel == "main")
    assert [(frame.can_id, frame.is_extended, frame.data) for frame in frames if frame.channel == "body"] == [
        (0x123, False, b"abc")
    ]
    now_ns = time.monotonic_ns()
    assert all(began_ns - 50_000_000 <= frame.at_ns <= now_ns for frame in frames)


def test_the_board_shows_what_it_is_told_and_falls_back_when_the_unit_is_gone(
    board: StandIn, unit: Coprocessor
) -> None:
    unit.send(Indication(steady=1, fast=4, lines=("前方施工", "120 m"), sound=3, times=1, number=3))
    until(unit, lambda _: "show 1 120 m" in board.told())
    until(unit, lambda _: "lamps 5" in board.told())
    assert "show 0 前方施工" in board.told()
    unit.send(Indication(steady=1, lines=("", ""), sound=2, times=1, number=6))
    until(unit, lambda _: "tone 1800" in board.told())
    found = until(unit, lambda found: bool(of(BoardHealth, found)) and bool(of(PowerSense, found)))
    sense = of(PowerSense, found)[-1]
    assert (sense.ignition_on, sense.supply_v) == (True, 24.5)
    assert of(BoardInputs, found)[-1].wired == 15
    assert of(BoardHealth, found)[-1].faults == 0
    unit.close()
    count, end_s = len(board.told()), time.monotonic() + 10
    while not {"lamps 0", "lamps 1"} <= set(board.told()[count:]):
        assert time.monotonic() < end_s and board.is_running()
        select.select([], [], [], 0.05)


def test_a_board_that_starts_anew_is_told_everything_again(board: StandIn, unit: Coprocessor, tmp_path: Path) -> None:
    unit.send(Indication(steady=3))
    until(unit, lambda _: "lamps 3" in board.told())
    other = StandIn(board.command, tmp_path / "other")
    try:
        unit._line._device = other.device
        unit._line.close()
        until(unit, lambda _: "lamps 3" in other.told() and "bus 0 250000 silent 1" in other.told())
        with open(os.devnull, "wb") as nothing:
            os.dup2(nothing.fileno(), other._can_in)  # as when who feeds it was killed
        end_s = time.monotonic() + 10
        while other.is_running():  # it does not outlive them
            assert time.monotonic() < end_s
            select.select([], [], [], 0.02)
    finally:
        other.close()
