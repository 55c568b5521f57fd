"""A receiver on a pty and one that sends datagrams: every byte in order, lost and found again."""

import os
import pty
import select
import socket
import time
import tty

import pytest

from obu.core.errors import ConfigError
from obu.core.frames import DriverState, GnssBytes
from obu.drivers import gnss_serial, gnss_udp


def collected(arrivals):
    return b"".join(arrival.data for arrival in arrivals if isinstance(arrival, GnssBytes))


def states(arrivals):
    return [arrival.is_up for arrival in arrivals if isinstance(arrival, DriverState)]


def poll_until(driver, done, seconds=5.0):
    arrivals, end = [], time.monotonic() + seconds
    while not done(arrivals) and time.monotonic() < end:
        wait = [driver.fileno()] if driver.fileno() >= 0 else []
        select.select(wait, [], [], 0.02)
        arrivals.extend(driver.poll(time.monotonic_ns()))
    return arrivals


@pytest.fixture
def line(tmp_path):
    """A pty under a stable name: (path, function that plugs a receiver in and gives its end)."""
    path, open_ends = tmp_path / "gnss", []

    def plug():
        master, slave = pty.openpty()
        tty.setraw(slave)
        path.unlink(missing_ok=True)
        path.symlink_to(os.ttyname(slave))
        open_ends.extend((master, slave))
        return master, slave

    yield path, plug
    for end in open_ends:
        try:
            os.close(end)
        except OSError:
            continue


def test_a_serial_receiver_brings_its_bytes_in_order(line):
    path, plug = line
    master, _ = plug()
    driver = gnss_serial.make("gnss", gnss_serial.Options(device=str(path)))
    first = driver.poll(5)
    assert states(first) == [True]
    assert driver.fileno() >= 0
    assert driver.wake_at_ns() is None
    stream = os.urandom(9000)
    sent = 0
    received = b""
    while len(received) < len(stream):
        if sent < len(stream):
            sent += os.write(master, stream[sent : sent + 1000])
        received += collected(driver.poll(6))
    assert received == stream
    assert driver.poll(7) == ()
    driver.close()


def test_a_pulled_serial_receiver_is_found_again(line):
    path, plug = line
    driver = gnss_serial.make("gnss", gnss_serial.Options(device=str(path)))
    assert states(driver.poll(0)) == [False]
    assert driver.fileno() == -1
    master, slave = plug()
    assert states(driver.poll(driver.wake_at_ns())) == [True]
    os.close(slave)
    os.close(master)
    lost = poll_until(driver, lambda arrivals: False in states(arrivals))
    assert states(lost) == [False]
    assert lost[-1].name == "gnss"
    assert lost[-1].why
    master, _ = plug()
    found = poll_until(driver, lambda arrivals: True in states(arrivals))
    assert states(found) == [True]
    os.write(master, b"$GN")
    assert collected(poll_until(driver, collected)) == b"$GN"
    driver.close()


def udp_port():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def test_datagrams_come_in_order_and_a_turn_is_bounded():
    port = udp_port()
    driver = gnss_udp.make("gnss", gnss_udp.Options(port=port))
    assert states(driver.poll(0)) == [True]
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
        for number in range(100):
            receiver.sendto(b"%03d" % number, ("127.0.0.1", port))
    select.select([driver.fileno()], [], [], 2.0)
    turns = [driver.poll(at_ns) for at_ns in (1, 2, 3)]
    assert [len(turn) for turn in turns] == [gnss_udp.MOST_DATAGRAMS, 100 - gnss_udp.MOST_DATAGRAMS, 0]
    assert collected([*turns[0], *turns[1]]) == b"".join(b"%03d" % number for number in range(100))
    assert turns[0][0].at_ns == 1
    driver.close()


def test_a_taken_port_is_asked_for_again():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind(("127.0.0.1", 0))
        driver = gnss_udp.make("gnss", gnss_udp.Options(port=other.getsockname()[1]))
        assert states(driver.poll(0)) == [False]
        assert driver.fileno() == -1
        assert driver.poll(driver.wake_at_ns()) == ()
    assert states(driver.poll(driver.wake_at_ns())) == [True]
    driver.close()


@pytest.mark.parametrize(
    ("make", "options", "key"),
    [
        (gnss_serial.make, gnss_serial.Options(device=""), "device"),
        (gnss_serial.make, gnss_serial.Options(device="/dev/x", baud=0), "baud"),
        (gnss_udp.make, gnss_udp.Options(port=0), "port"),
        (gnss_udp.make, gnss_udp.Options(host="receiver.local", port=1), "host"),
    ],
)
def test_nonsense_is_one_sentence_with_the_key(make, options, key):
    with pytest.raises(ConfigError) as caught:
        make("gnss", options)
    assert f"gnss.{key}:" in caught.value.text
