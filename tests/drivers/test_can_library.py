"""A CAN channel through python-can (its virtual bus): what comes in is bounded and filtered; a sick bus is left."""

import importlib
import inspect
import os

import can
import pytest

from obu.core.errors import ConfigError
from obu.core.frames import CanCounts, CanFrame
from obu.drivers.can_bus import make
from obu.drivers.can_library import SILENT
from obu.drivers.can_options import LOOK_NS, MOST_FRAMES, Options
from obu.drivers.channel_state import LEFT_NS
from tests.drivers.can_polling import CCVS1, EEC1, FILTERS, frames, reasons, states


def message(can_id=CCVS1, data=bytes(range(8)), **more):
    return can.Message(arbitration_id=can_id, data=data, is_extended_id=True, **more)


@pytest.fixture
def made():
    drivers = []

    def make_one(options, filters=(), name="can.main"):
        drivers.append(make(name, options, filters))
        return drivers[-1]

    yield make_one
    for driver in drivers:
        driver.close()


def test_the_virtual_bus_is_polled_for_it_has_nothing_to_wait_on(made):
    channel = f"test-{os.urandom(4).hex()}"
    driver = made(Options(interface="virtual", channel=channel))
    assert states(driver.poll(1000)) == [True]
    assert driver.fileno() == -1
    assert driver.wake_at_ns() == LOOK_NS
    with can.Bus(interface="virtual", channel=channel, ignore_config=True) as sender:
        sender.send(message())
    assert driver.poll(2000) == [CanFrame("main", CCVS1, True, bytes(range(8)), 2000)]


def test_only_frames_of_the_profile_pass_and_only_classic_data_frames(made):
    channel = f"test-{os.urandom(4).hex()}"
    driver = made(Options(interface="virtual", channel=channel), FILTERS)
    driver.poll(0)
    with can.Bus(interface="virtual", channel=channel, ignore_config=True) as sender:
        for sent in (
            message(),
            message(EEC1),
            message(0x0CFEF100),
            can.Message(arbitration_id=0x7F1, is_extended_id=False, data=b""),
            message(is_fd=True),
            can.Message(arbitration_id=CCVS1, is_remote_frame=True, dlc=8),
            can.Message(arbitration_id=CCVS1, is_error_frame=True),
            message(),
        ):
            sender.send(sent)
    assert [frame.can_id for frame in driver.poll(1)] == [CCVS1, 0x0CFEF100, CCVS1]


def test_a_poll_is_bounded(made):
    channel = f"test-{os.urandom(4).hex()}"
    driver = made(Options(interface="virtual", channel=channel))
    driver.poll(0)
    with can.Bus(interface="virtual", channel=channel, ignore_config=True) as sender:
        for _ in range(MOST_FRAMES + 10):
            sender.send(message())
    assert len(driver.poll(1)) == MOST_FRAMES
    assert driver.wake_at_ns() == 1  # there is more
    assert [len(driver.poll(at_ns)) for at_ns in (2, 3)] == [10, 0]


def error_frame():
    return can.Message(is_error_frame=True)


def test_a_bus_of_errors_alone_is_a_wrong_bit_rate_and_is_left(made):
    channel = f"test-{os.urandom(4).hex()}"
    driver = made(Options(interface="virtual", channel=channel, bitrate=500_000))
    driver.poll(0)
    with can.Bus(interface="virtual", channel=channel, ignore_config=True) as sender:
        told = []
        for at_ms in range(0, 500, 100):
            sender.send(error_frame())
            told += driver.poll(at_ms * 1_000_000)
        assert states(told) == [False]
        assert "wrong bit rate 500000 bit/s" in reasons(told)[0]
        left_ns = driver.wake_at_ns()
        assert left_ns == 300_000_000 + LEFT_NS
        assert driver.poll(left_ns - 1) == ()
        assert states(driver.poll(left_ns)) == []  # listens again, but only a frame proves anything
        sender.send(message())
        again = driver.poll(left_ns + 1)
    assert states(again) == [True]
    assert len(frames(again)) == 1


def test_an_interface_that_may_acknowledge_is_not_opened_again_at_a_wrong_rate(made):
    channel = f"test-{os.urandom(4).hex()}"
    driver = made(Options(interface="virtual", channel=channel, bitrate=500_000, listen_only=False))
    driver.poll(0)
    with can.Bus(interface="virtual", channel=channel, ignore_config=True) as sender:
        for at_ms in range(0, 500, 100):
            sender.send(error_frame())
            driver.poll(at_ms * 1_000_000)
    assert driver.wake_at_ns() is None
    assert driver.poll(10**15) == ()


def test_errors_among_frames_are_no_wrong_rate(made):
    channel = f"test-{os.urandom(4).hex()}"
    driver = made(Options(interface="virtual", channel=channel), FILTERS)
    driver.poll(0)
    with can.Bus(interface="virtual", channel=channel, ignore_config=True) as sender:
        told = []
        for at_ms in range(0, 2000, 100):
            sender.send(error_frame())
            sender.send(message(EEC1))  # not of the profile, but whole
            told += driver.poll(at_ms * 1_000_000)
    assert states(told) == [] and frames(told) == []
    last = [each for each in told if isinstance(each, CanCounts)][-1]
    assert (last.name, last.heard, last.passed_over, last.errors) == ("can.main", 11, 11, 11)
    assert driver.watch.errors == 20


@pytest.mark.parametrize("interface", sorted(SILENT))
def test_what_silences_an_interface_is_an_argument_that_it_takes(interface):
    """python-can passes an unknown argument over without a word, and the interface would acknowledge."""
    module, name = can.interfaces.BACKENDS[interface]
    source = inspect.getsource(getattr(importlib.import_module(module), name))
    for argument in SILENT[interface]:
        assert argument in source


def test_an_interface_that_cannot_be_silenced_is_refused_unless_permitted_by_name():
    with pytest.raises(ConfigError, match="listen_only = false"):
        make("can.main", Options(interface="socketcand", channel="x"))
    make("can.main", Options(interface="socketcand", channel="x", listen_only=False))


def test_there_is_no_way_to_send(made):
    driver = made(Options(interface="virtual", channel="x"))
    assert not [name for name in dir(driver) if "send" in name]


@pytest.mark.parametrize(
    ("options", "key"),
    [
        (Options(interface="sockercan", channel="can0"), "interface"),
        (Options(interface="socketcan", channel=""), "channel"),
        (Options(interface="slcan", channel="x", bitrate=0), "bitrate"),
        (Options(interface="virtual", channel="x", options={"bitrate": 1}), "options.bitrate"),
    ],
)
def test_nonsense_is_one_sentence_with_the_key(options, key):
    with pytest.raises(ConfigError) as caught:
        make("can.main", options)
    assert f"can.main.{key}:" in caught.value.text
