"""The kernel's word on an interface: messages laid out here by linux/can/netlink.h, and this kernel's own."""

import socket
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from obu.drivers.can_link import Link, parse, read

IFF_UP, IFF_RUNNING = 0x1, 0x40
LISTEN_ONLY, BERR_REPORTING = 0x02, 0x10
ERROR_ACTIVE, BUS_OFF = 0, 3


def attribute(kind, value):
    size = 4 + len(value)
    return struct.pack("=HH", size, kind) + value + bytes(-size % 4)


def answer(*, kind=b"can\0", flags=IFF_UP | IFF_RUNNING, bitrate=250_000, mode=LISTEN_ONLY, state=ERROR_ACTIVE,
           received=7, nested=0):  # fmt: skip
    """RTM_NEWLINK as the kernel writes it: ifinfomsg, name, statistics, link information."""
    timing = struct.pack("=8I", bitrate, 875, 250, 6, 7, 2, 1, 2)
    data = b"".join([
        attribute(3, struct.pack("=I", 8_000_000)),  # IFLA_CAN_CLOCK
        attribute(4, struct.pack("=I", state)),  # IFLA_CAN_STATE
        attribute(5, struct.pack("=II", 0x3F, mode)),  # IFLA_CAN_CTRLMODE: mask, flags
        attribute(1, timing),  # IFLA_CAN_BITTIMING
    ])  # fmt: skip
    info = attribute(1, kind) + attribute(2 | nested, data)
    attributes = b"".join([
        attribute(3, b"can0\0"),  # IFLA_IFNAME
        attribute(23, struct.pack("=24Q", received, *range(1, 24))),  # IFLA_STATS64: rx_packets first
        attribute(18 | nested, info),  # IFLA_LINKINFO
    ])  # fmt: skip
    body = struct.pack("=BxHiII", 0, 280, 4, flags, 0) + attributes
    return struct.pack("=IHHII", 16 + len(body), 16, 0, 1, 0) + body


@pytest.mark.parametrize("nested", [0, 0x8000])
def test_a_listening_interface(nested):
    assert parse(answer(nested=nested)) == Link("can", True, 250_000, True, False, 7)


@pytest.mark.parametrize(("mode", "is_listening"), [(0, False), (BERR_REPORTING, False), (BERR_REPORTING | 2, True)])
def test_the_mode(mode, is_listening):
    assert parse(answer(mode=mode)).is_listen_only is is_listening


def test_down_bus_off_and_without_a_rate():
    link = parse(answer(flags=IFF_RUNNING, bitrate=0, state=BUS_OFF))
    assert (link.is_up, link.bitrate, link.is_bus_off) == (False, None, True)


def test_the_data_of_another_kind_means_something_else():
    assert parse(answer(kind=b"vcan\0")) == Link("vcan", True, None, False, False, 7)


def test_a_refusal_of_the_kernel_is_an_error_of_the_system():
    body = struct.pack("=i", -19) + answer()[:16]
    with pytest.raises(OSError, match="does not tell") as caught:
        parse(struct.pack("=IHHII", 16 + len(body), 2, 0, 1, 0) + body)
    assert caught.value.errno == 19


@given(st.integers(16, len(answer())), st.binary(min_size=1, max_size=4), st.integers(32, len(answer()) - 1))
def test_a_torn_message_is_read_as_far_as_it_goes(length, noise, place):
    whole = bytearray(answer())
    whole[place : place + len(noise)] = noise
    parse(bytes(whole[: max(length, 32)]))


def test_this_kernels_own_loopback():
    link = read("lo")
    assert (link.kind, link.bitrate, link.is_listen_only, link.is_bus_off) == ("", None, False, False)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as mouth:
        mouth.sendto(b"x", ("127.0.0.1", 9))
    assert read("lo").received > link.received


def test_no_such_interface():
    with pytest.raises(OSError):
        read("no-such-can")
