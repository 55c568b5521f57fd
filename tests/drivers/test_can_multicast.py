"""The bench's bus: frames that python-can sends to a group, and whatever strangers send there."""

import os
import random
import select
import socket

import can
import msgpack
import pytest

from obu.core.errors import ConfigError
from obu.drivers.can_bus import make
from obu.drivers.can_options import MOST_FRAMES, Options
from tests.drivers.can_polling import CCVS1, EEC1, FILTERS, frames, poll_until, states


def free_port():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("", 0))
        return probe.getsockname()[1]


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


@pytest.fixture
def multicast():
    """A group and port of this test's own, and a bus that sends to it."""
    options = {"port": free_port()}
    channel = f"239.74.163.{random.randrange(3, 250)}"
    with can.Bus(interface="udp_multicast", channel=channel, hop_limit=0, ignore_config=True, **options) as sender:
        yield Options(interface="udp_multicast", channel=channel, options=options), sender


@pytest.mark.needs("multicast")
def test_multicast_across_sockets(made, multicast):
    options, sender = multicast
    driver = made(options, FILTERS)
    assert states(driver.poll(0)) == [True]
    assert driver.fileno() >= 0
    assert driver.wake_at_ns() is None
    sender.send(message(EEC1))
    sender.send(message())
    heard = frames(poll_until(driver, lambda arrivals: len(frames(arrivals)) >= 1))
    assert [(frame.can_id, frame.data) for frame in heard] == [(CCVS1, bytes(range(8)))]


@pytest.mark.needs("multicast")
def test_strangers_datagrams_are_counted_and_do_no_harm(made, multicast):
    options, sender = multicast
    driver = made(options)
    driver.poll(0)
    good = {
        "timestamp": 0.0, "arbitration_id": CCVS1, "is_extended_id": True, "is_remote_frame": False,
        "is_error_frame": False, "channel": None, "dlc": 8, "data": bytes(8), "is_fd": False,
        "bitrate_switch": False, "error_state_indicator": False,
    }  # fmt: skip
    garbage = [
        b"", b"\xc1", b"hello", os.urandom(300), msgpack.packb(7), msgpack.packb([1]), msgpack.packb({"a": 1}),
        msgpack.packb({b"x": 1}), b"\x81" * 500,
        *(msgpack.packb(good | change) for change in (
            {"arbitration_id": "x"}, {"arbitration_id": 1.5}, {"arbitration_id": -1}, {"arbitration_id": 2**40},
            {"data": "text"}, {"data": None}, {"data": bytes(9)}, {"is_extended_id": [1]}, {"arbitration_id": True},
        )),
    ]  # fmt: skip
    group, port = options.channel, options.options["port"]
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
        stranger.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, 0)
        for datagram in garbage:
            stranger.sendto(datagram, (group, port))
    sender.send(message(data=b"\x01"))
    arrivals = poll_until(driver, lambda arrivals: any(frame.data == b"\x01" for frame in frames(arrivals)))
    assert frames(arrivals)[-1].data == b"\x01"
    assert states(arrivals) == []
    assert all(0 <= frame.can_id <= 0x1FFFFFFF and len(frame.data) <= 8 for frame in frames(arrivals))
    assert len(frames(arrivals)) == 1
    assert driver.bad == len(garbage)


@pytest.mark.needs("multicast")
def test_a_flood_of_garbage_costs_a_bounded_turn(made, multicast):
    options, _ = multicast
    driver = made(options)
    driver.poll(0)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
        stranger.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, 0)
        for _ in range(MOST_FRAMES + 20):
            stranger.sendto(b"\xc1", (options.channel, options.options["port"]))
    select.select([driver.fileno()], [], [], 2.0)
    assert driver.poll(1) == []
    assert driver.bad == MOST_FRAMES
    assert driver.wake_at_ns() == 1  # there is more


@pytest.mark.needs("multicast")
def test_another_group_at_the_same_port_is_not_heard(made, multicast):
    options, sender = multicast
    driver = made(options)
    other_group = "239.74.162.9"
    with can.Bus(interface="udp_multicast", channel=other_group, hop_limit=0, ignore_config=True,
                 **options.options) as other:  # fmt: skip
        driver.poll(0)
        other.send(message(data=b"other"))
        sender.send(message(data=b"own"))
        heard = frames(poll_until(driver, lambda arrivals: len(frames(arrivals)) >= 1))
        assert [frame.data for frame in heard + frames(driver.poll(1))] == [b"own"]


@pytest.mark.needs("multicast")
def test_the_environment_and_can_conf_are_ignored(made, multicast, monkeypatch, tmp_path):
    (tmp_path / ".canrc").write_text("[default]\ninterface = socketcan\nchannel = can7\nreceive_own_messages = True\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("CAN_INTERFACE", "socketcan")
    monkeypatch.setenv("CAN_CHANNEL", "can7")
    monkeypatch.setenv("CAN_CONFIG", '{"receive_own_messages": true}')
    driver = made(multicast[0])
    assert states(driver.poll(0)) == [True]


@pytest.mark.needs("multicast")
def test_both_kinds_of_identifier_and_only_classic_data_frames(made, multicast):
    options, sender = multicast
    driver = made(options)
    driver.poll(0)
    for sent in (
        can.Message(arbitration_id=0x123, is_extended_id=False, data=b"ab"), message(is_fd=True),
        can.Message(arbitration_id=CCVS1, is_remote_frame=True, dlc=8), message(),
    ):  # fmt: skip
        sender.send(sent)
    heard = frames(poll_until(driver, lambda arrivals: len(frames(arrivals)) >= 2))
    assert [(frame.can_id, frame.is_extended, frame.data) for frame in heard] == [
        (0x123, False, b"ab"), (CCVS1, True, bytes(range(8)))
    ]  # fmt: skip


def test_an_address_that_is_no_group_is_down_and_tried_again():
    driver = make("can.main", Options(interface="udp_multicast", channel="127.0.0.1"))
    assert states(driver.poll(0)) == [False]
    assert driver.wake_at_ns() == 100_000_000
    assert not driver.poll(driver.wake_at_ns())


@pytest.mark.parametrize(("key", "value"), [("port", "x"), ("port", 70_000), ("receive_own_messages", True)])
def test_nonsense_is_one_sentence_with_the_key(key, value):
    with pytest.raises(ConfigError, match=rf"can\.main.options\.{key}:"):
        make("can.main", Options(interface="udp_multicast", channel="239.74.163.2", options={key: value}))
