"""A real CAN channel through python-can: virtual, multicast and an slcan adapter on a pty that a test plays."""

import os
import pty
import random
import select
import socket
import time
import tty

import can
import msgpack
import pytest

from obu.core.errors import ConfigError
from obu.core.frames import CanFrame, DriverState
from obu.drivers.can_bus import MOST_BAD, MOST_FRAMES, Options, make

CCVS1, EEC1 = 0x18FEF131, 0x0CF00400
FILTERS = ((0xFEF100, 0x3FFFF00, True),)


def free_port():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("", 0))
        return probe.getsockname()[1]


def message(can_id=CCVS1, data=bytes(range(8)), **more):
    return can.Message(arbitration_id=can_id, data=data, is_extended_id=True, **more)


def frames(arrivals):
    return [arrival for arrival in arrivals if isinstance(arrival, CanFrame)]


def states(arrivals):
    return [arrival.is_up for arrival in arrivals if isinstance(arrival, DriverState)]


def poll_until(driver, done, seconds=5.0):
    """Polls as the loop does, waiting on the descriptor, until done(arrivals so far)."""
    arrivals, end = [], time.monotonic() + seconds
    while not done(arrivals) and time.monotonic() < end:
        wait = [driver.fileno()] if driver.fileno() >= 0 else []
        select.select(wait, [], [], 0.02)
        arrivals.extend(driver.poll(time.monotonic_ns()))
    return arrivals


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


def test_the_virtual_bus_is_polled_for_it_has_nothing_to_wait_on(made):
    channel = f"test-{os.urandom(4).hex()}"
    driver = made(Options(interface="virtual", channel=channel))
    assert states(driver.poll(1000)) == [True]
    assert driver.fileno() == -1
    assert driver.wake_at_ns() == 1000 + 10_000_000
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
    assert [len(driver.poll(at_ns)) for at_ns in (1, 2, 3)] == [MOST_FRAMES, 10, 0]


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
            {"data": "text"}, {"data": None}, {"data": bytes(9)}, {"dlc": 99}, {"is_extended_id": [1]},
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
    assert driver.bad + len(frames(arrivals)) == len(garbage) + 1
    assert driver.bad >= len(garbage) - 2  # an odd flag may pass for a frame, and is one then


@pytest.mark.needs("multicast")
def test_a_flood_of_garbage_costs_a_bounded_turn(made, multicast):
    options, _ = multicast
    driver = made(options)
    driver.poll(0)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
        stranger.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, 0)
        for _ in range(MOST_BAD + 20):
            stranger.sendto(b"\xc1", (options.channel, options.options["port"]))
    select.select([driver.fileno()], [], [], 2.0)
    assert driver.poll(1) == []
    assert driver.bad == MOST_BAD
    assert driver.fileno() >= 0


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


def test_an_absent_device_comes_up_later_after_growing_pauses(made, tmp_path):
    path = tmp_path / "tty"
    driver = made(Options(interface="slcan", channel=str(path), bitrate=250_000))
    assert states(driver.poll(0)) == [False]
    wakes = []
    for _ in range(8):
        wakes.append(driver.wake_at_ns())
        assert driver.poll(wakes[-1] - 1) == ()
        assert driver.poll(wakes[-1]) == []  # still down: nothing new to say
    pauses = [late - early for early, late in zip([0, *wakes], wakes, strict=False)]
    assert pauses[:5] == [100_000_000, 200_000_000, 400_000_000, 800_000_000, 1_600_000_000]
    assert set(pauses[5:]) == {2_000_000_000}
    master, slave = pty.openpty()
    path.symlink_to(os.ttyname(slave))
    assert states(driver.poll(driver.wake_at_ns())) == [True]
    os.close(master)
    os.close(slave)


def test_slcan_listens_only_survives_noise_and_a_pulled_plug(made):
    master, slave = pty.openpty()
    tty.setraw(slave)
    driver = made(Options(interface="slcan", channel=os.ttyname(slave), bitrate=250_000))
    began = time.monotonic()
    driver.poll(time.monotonic_ns())
    assert time.monotonic() - began < 0.5
    commands = os.read(master, 200).split(b"\r")
    assert b"S5" in commands
    assert b"L" in commands
    assert b"O" not in commands

    noise = b"T18FEF1318zz\r\xff\xfe\x80\rT\r\r\x07garbage\rT18FEF131\r"
    os.write(master, noise)
    poll_until(driver, lambda arrivals: driver.bad >= 1, 1.0)
    for _ in range(20):
        driver.poll(time.monotonic_ns())
    os.write(master, b"T18FEF13180001020304050607\r")
    heard = frames(poll_until(driver, lambda arrivals: len(frames(arrivals)) >= 1))
    assert [(frame.can_id, frame.data) for frame in heard] == [(CCVS1, bytes(range(8)))]

    os.close(slave)
    os.close(master)
    assert states(poll_until(driver, lambda arrivals: states(arrivals) == [False])) == [False]
    assert driver.fileno() == -1


def test_there_is_no_way_to_send(made):
    driver = made(Options(interface="virtual", channel="x"))
    assert not [name for name in dir(driver) if "send" in name]


@pytest.mark.parametrize(
    ("options", "key"),
    [
        (Options(interface="sockercan", channel="can0"), "interface"),
        (Options(interface="socketcan", channel=""), "channel"),
        (Options(interface="slcan", channel="x", bitrate=0), "bitrate"),
        (Options(interface="slcan", channel="x", options={"bitrate": 1}), "options.bitrate"),
    ],
)
def test_nonsense_is_one_sentence_with_the_key(options, key):
    with pytest.raises(ConfigError) as caught:
        make("can.main", options)
    assert f"can.main: {key}:" in caught.value.text
