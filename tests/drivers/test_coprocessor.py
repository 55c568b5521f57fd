"""The co-processor's driver on a pty: a line that is away, silent, of another firmware, or takes no more."""

import os
import pty
import time
import tty

import pytest

from obu.core.errors import ConfigError
from obu.core.frames import DriverState, Indication
from obu.drivers.coprocessor import Coprocessor, Options, check
from obu.link import wire
from obu.link.digest import DIGEST
from obu.link.session import Session


@pytest.fixture
def line():
    near, far = pty.openpty()
    tty.setraw(far)
    os.set_blocking(near, False)
    yield near, os.ttyname(far)
    os.close(near)
    os.close(far)


def driver_on(device):
    return Coprocessor("coprocessor", Options(device=device), Session(5, "obu", (), 1))


def states(arrivals):
    return [(one.is_up, one.why) for one in arrivals if isinstance(one, DriverState)]


def turn(driver, near, board):
    """The board's side once, then the unit's: what the unit said."""
    at = time.monotonic_ns() // 1000 & wire.MASK
    try:
        data, start = os.read(near, 4096), 0
        while start < len(data):
            start = board.take(data, start, len(data), at)
    except BlockingIOError:
        pass
    while length := board.pull(at):
        os.write(near, board.frame[:length])
    return states(driver.poll(time.monotonic_ns()))


def test_a_line_that_is_not_there_is_told_once_and_looked_for_again(tmp_path, line):
    driver = driver_on(str(tmp_path / "none"))
    (said,) = states(driver.poll(time.monotonic_ns()))
    assert not said[0] and "none" in said[1]
    assert states(driver.poll(time.monotonic_ns())) == []
    wake_ns = driver.wake_at_ns()
    os.symlink(line[1], tmp_path / "none")
    assert states(driver.poll(wake_ns)) == [(False, "the line is open, the co-processor is silent")]
    driver.close()


def test_it_comes_up_goes_down_with_the_line_and_never_blocks(line):
    near, device = line
    driver, board, said = driver_on(device), wire.End(6, DIGEST, b"b\t1\t2"), []
    while not any(is_up for is_up, _ in said):
        said += turn(driver, near, board)
    assert said[-1] == (True, "b 1 2")
    for number in range(3_000):  # nobody reads: the pty fills up, and nothing waits for it
        driver.send(Indication(steady=number))
        driver.poll(time.monotonic_ns())
    driver.close()


def test_another_firmware_is_one_sentence(line):
    near, device = line
    driver, board, said = driver_on(device), wire.End(6, b"another!", b"b\t1\t2"), []
    while not any("flash" in why for _, why in said):
        said += turn(driver, near, board)
    assert said[-1] == (False, "the co-processor (b 1 2) has another firmware than this unit's: flash the co-processor")
    driver.close()


@pytest.mark.parametrize(
    ("options", "names"),
    [
        (Options(device=""), "device: is empty"),
        (Options(device="x", baud=0), "baud: 0"),
        (Options(device="x", fail_slow=-1), "fail_slow: -1"),
    ],
)
def test_nonsense_is_refused_by_its_key(options, names):
    with pytest.raises(ConfigError, match=names):
        check("coprocessor", options)
