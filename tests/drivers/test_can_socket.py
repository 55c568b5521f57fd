"""A kernel CAN channel on a socket that plays the kernel: mode before opening, filters, error frames, loss.

Frames are laid out here by linux/can.h. On a machine with kernel CAN one test uses the real thing.
"""

import errno
import socket
import struct
import subprocess

import pytest

from obu.core.errors import ConfigError
from obu.core.frames import CanFrame
from obu.core.now import NS_PER_MS
from obu.drivers import can_socket
from obu.drivers.can_bus import make
from obu.drivers.can_link import Link
from obu.drivers.can_options import LOOK_NS, MOST_FRAMES, Options
from obu.drivers.channel_state import LEFT_NS
from tests.drivers.can_polling import CCVS1, EEC1, FILTERS, frames, poll_until, reasons, states

EFF, RTR, ERR = 0x80000000, 0x40000000, 0x20000000
LISTENING = Link("can", True, 250_000, True, False, 0)
COMMAND = "sudo ip link set can0 down && sudo ip link set can0 up type can bitrate 250000 listen-only on"


def raw(can_id, data=bytes(8)):
    return struct.pack("=IB3x8s", can_id, len(data), data)


class Kernel:
    """The interface as the kernel has it, and the far end of the driver's socket."""

    def __init__(self, link=LISTENING):
        self.link = link
        self.filters = None
        self.far = None

    def read_link(self, channel):
        if self.link is None:
            raise OSError(errno.ENODEV, "No such device")
        return self.link

    def connect(self, channel, filters):
        self.filters = filters
        self.far, near = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
        near.setblocking(False)
        return near

    def channel(self, filters=FILTERS, **more):
        options = Options(interface="socketcan", channel="can0", **({"bitrate": 250_000} | more))
        return can_socket.SocketBus("can.main", options, filters, self.read_link, self.connect)


def test_frames_of_both_kinds_and_no_others():
    kernel = Kernel()
    driver = kernel.channel()
    assert states(driver.poll(0)) == [True]
    for data in (raw(CCVS1 | EFF, bytes(range(8))), raw(0x123, b"ab"), raw(0x123 | RTR), raw(CCVS1 | EFF | RTR, b"")):
        kernel.far.send(data)
    assert driver.poll(5) == [
        CanFrame("main", CCVS1, True, bytes(range(8)), 5), CanFrame("main", 0x123, False, b"ab", 5)
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("link", "says"),
    [
        (Link("can", True, 250_000, False, False, 0), "does not listen only"),
        (Link("can", True, 500_000, True, False, 0), "runs at 500000 bit/s, configured are 250000"),
        (Link("can", False, None, False, False, 0), "is down"),
        (Link("", True, None, False, False, 0), "does not listen only"),  # a driver that does not tell
    ],
)
def test_an_interface_that_is_not_as_it_should_be_is_not_opened_and_the_command_is_said(link, says):
    kernel = Kernel(link)
    driver = kernel.channel()
    (state,) = driver.poll(0)
    assert not state.is_up
    assert says in state.why and COMMAND in state.why
    assert COMMAND in state.why_zh and not state.why_zh.isascii()
    assert kernel.far is None
    kernel.link = LISTENING
    assert states(driver.poll(driver.wake_at_ns())) == [True]


def test_permission_by_name_opens_a_normal_interface():
    kernel = Kernel(Link("can", True, 250_000, False, False, 0))
    assert states(kernel.channel(listen_only=False).poll(0)) == [True]


def test_a_virtual_interface_has_nobody_to_disturb():
    kernel = Kernel(Link("vcan", True, None, False, False, 0))
    assert states(kernel.channel().poll(0)) == [True]
    kernel = Kernel(Link("vcan", False, None, False, False, 0))
    assert "run: sudo ip link set can0 up" in reasons(kernel.channel().poll(0))[0]


def test_without_a_configured_rate_the_interfaces_own_is_kept():
    kernel = Kernel(Link("can", True, 500_000, False, False, 0))
    assert "bitrate 500000 listen-only on" in reasons(kernel.channel(bitrate=None).poll(0))[0]


def test_the_kernel_filters_by_the_same_bits():
    kernel = Kernel()
    kernel.channel((*FILTERS, (0x2F1, 0x7FF, False))).poll(0)
    pairs = list(struct.iter_unpack("=II", kernel.filters))

    def passes(can_id):  # net/can/raw.c: (received & mask) == (wanted & mask)
        return any(can_id & mask == wanted & mask for wanted, mask in pairs)

    assert passes(CCVS1 | EFF) and passes(0x0CFEF100 | EFF) and passes(0x2F1)
    assert not passes(EEC1 | EFF) and not passes(0x2F1 | EFF) and not passes(CCVS1 & 0x7FF)
    assert not passes(0x2F1 | RTR)


def error(bits, data=bytes(8)):
    return raw(bits | ERR, data)


def test_a_wrong_bit_rate_is_said_and_the_channel_left():
    kernel = Kernel()
    driver = kernel.channel()
    told = list(driver.poll(0))
    for at_ms in range(0, 600, 100):
        if driver.fileno() >= 0 or driver.wake_at_ns() <= at_ms * NS_PER_MS:
            kernel.far.send(error(0x88))
        told += driver.poll(at_ms * NS_PER_MS)
        if states(told)[-1] is False:
            break
    assert "wrong bit rate 250000 bit/s" in reasons(told)[0]
    assert driver.wake_at_ns() >= LEFT_NS


def test_frames_that_only_the_filters_hide_prove_the_rate():
    kernel = Kernel()
    driver = kernel.channel()
    driver.poll(0)
    told = []
    for at_ms in range(0, 3000, 100):
        kernel.link = Link("can", True, 250_000, True, False, 10 * at_ms)  # what it has received
        kernel.far.send(error(0x88))
        told += driver.poll(at_ms * NS_PER_MS)
    assert states(told) == []


def test_bus_off_is_said_and_a_restart_is_found():
    kernel = Kernel()
    driver = kernel.channel()
    driver.poll(0)
    kernel.far.send(error(0x40))
    assert "bus-off" in reasons(driver.poll(1))[0]
    assert not states(driver.poll(LEFT_NS + 1))  # open, but a frame must prove it
    kernel.far.send(raw(CCVS1 | EFF))
    assert states(driver.poll(LEFT_NS + 2)) == [True]


def test_overruns_of_the_controller_are_counted():
    kernel = Kernel()
    driver = kernel.channel()
    driver.poll(0)
    kernel.far.send(error(0x04, b"\0\x01" + bytes(6)))
    kernel.far.send(error(0x04, b"\0\x04" + bytes(6)))
    assert driver.poll(1) == []
    assert driver.overruns == 1


def test_an_interface_that_goes_is_lost_and_comes_back():
    kernel = Kernel()
    driver = kernel.channel()
    driver.poll(0)
    driver._socket.close()
    kernel.link = None
    assert states(driver.poll(1)) == [False]
    assert driver.fileno() == -1
    assert reasons(driver.poll(driver.wake_at_ns())) == ["No such device"]
    assert not driver.poll(driver.wake_at_ns())  # nothing new to say
    kernel.link = LISTENING
    assert states(driver.poll(driver.wake_at_ns())) == [True]


def test_a_poll_is_bounded_and_a_busy_channel_rests():
    kernel = Kernel()
    driver = kernel.channel()
    driver.poll(0)
    kernel.far.setblocking(False)
    sent = 0
    try:
        while sent < MOST_FRAMES + 10:
            kernel.far.send(raw(CCVS1 | EFF))
            sent += 1
    except BlockingIOError:
        pass  # the stand-in's queue is short
    heard = driver.poll(3)
    assert len(heard) == min(sent, MOST_FRAMES)
    assert driver.fileno() == -1
    assert driver.wake_at_ns() == (3 if sent >= MOST_FRAMES else LOOK_NS)


def test_without_kernel_can_the_command_is_said(monkeypatch):
    def refuse(*_):
        raise OSError(errno.EAFNOSUPPORT, "Address family not supported by protocol")

    driver = can_socket.SocketBus("can.main", Options(interface="socketcan", channel="can0"), (),
                                  lambda _: LISTENING, refuse)  # fmt: skip
    assert reasons(driver.poll(0)) == ["the kernel has no CAN; run: sudo modprobe can can_raw"]


def test_an_absent_interface_is_said():
    driver = make("can.main", Options(interface="socketcan", channel="no-such-can"))
    assert states(driver.poll(0)) == [False]


def test_options_are_refused_by_name():
    with pytest.raises(ConfigError, match=r"can\.main.options\.fd:"):
        make("can.main", Options(interface="socketcan", channel="can0", options={"fd": True}))


def test_there_is_no_way_to_send():
    assert not [name for name in dir(Kernel().channel()) if "send" in name]


@pytest.mark.needs("kernel_can", "root")
def test_a_real_vcan():
    name = "obutest0"
    subprocess.run(["ip", "link", "add", name, "type", "vcan"], check=True)
    driver = make("can.main", Options(interface="socketcan", channel=name), FILTERS)
    try:
        assert "is down" in reasons(driver.poll(0))[0]
        subprocess.run(["ip", "link", "set", name, "up"], check=True)
        assert states(poll_until(driver, lambda arrivals: states(arrivals) == [True])) == [True]
        with socket.socket(socket.AF_CAN, socket.SOCK_RAW, socket.CAN_RAW) as sender:
            sender.bind((name,))
            sender.send(raw(EEC1 | EFF))
            sender.send(raw(CCVS1 | EFF, bytes(range(8))))
        heard = frames(poll_until(driver, frames))
        assert [(frame.can_id, frame.data) for frame in heard] == [(CCVS1, bytes(range(8)))]
    finally:
        driver.close()
        subprocess.run(["ip", "link", "del", name], check=True)
