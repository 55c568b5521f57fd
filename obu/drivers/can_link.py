"""A CAN interface of the kernel: whether it is up, its bit rate, whether it only listens (rtnetlink); set by `ip link`.

Numbers: linux/rtnetlink.h, linux/if_link.h, linux/can/netlink.h.
"""

import socket
import struct
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass

from obu.core.errors import LocalError

RTM_NEWLINK, RTM_GETLINK, NLMSG_ERROR, NLM_F_REQUEST = 16, 18, 2, 1
IFF_UP = 1
IFLA_STATS64, IFLA_LINKINFO = 23, 18
IFLA_INFO_KIND, IFLA_INFO_DATA = 1, 2
IFLA_CAN_BITTIMING, IFLA_CAN_STATE, IFLA_CAN_CTRLMODE = 1, 4, 5
CTRLMODE_LISTENONLY = 0x02
STATE_BUS_OFF = 3
NESTED_OR_ORDER = 0xC000  # flags within an attribute's type
HEADER, LINK = struct.Struct("=IHHII"), struct.Struct("=BxHiII")  # nlmsghdr, ifinfomsg
MOST_BYTES = 65_536
WAIT_S = 1.0  # the kernel answers at once


@dataclass(frozen=True, slots=True)
class Link:
    """kind: "can" is hardware, "vcan" and "vxcan" have no bus behind them, "" where the driver does not tell.

    bitrate: in bit/s; None where the kind has none. received: frames since the interface is there.
    """

    kind: str
    is_up: bool
    bitrate: int | None
    is_listen_only: bool
    is_bus_off: bool
    received: int


def read(channel: str) -> Link:
    """The interface of this name. Raises OSError when there is none."""
    index = socket.if_nametoindex(channel)
    body = LINK.pack(socket.AF_UNSPEC, 0, index, 0, 0)
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE) as ask:
        ask.settimeout(WAIT_S)
        ask.send(HEADER.pack(HEADER.size + len(body), RTM_GETLINK, NLM_F_REQUEST, 1, 0) + body)
        return parse(ask.recv(MOST_BYTES))


def listen(channel: str, bitrate: int) -> None:
    """Sets an interface to listen only at this rate in bit/s, by `ip link`. Raises LocalError in ip's own words.

    Bus errors are asked for, so that a wrong rate shows; not every controller's driver can tell them.
    """
    up = ["ip", "link", "set", channel, "up", "type", "can", "bitrate", str(bitrate), "listen-only", "on"]
    try:
        _run(["ip", "link", "set", channel, "down"])
        try:
            _run([*up, "berr-reporting", "on"])
        except LocalError:
            _run(up)
    except FileNotFoundError:
        raise LocalError("ip is missing: apt-get install iproute2", "缺少 ip：apt-get install iproute2") from None


def _run(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        why = done.stderr.strip().replace("\n", "; ") or f"status {done.returncode}"
        raise LocalError(f"{' '.join(command)}: {why}", f"{' '.join(command)}：{why}")


def parse(message: bytes) -> Link:
    """An RTM_NEWLINK message. Raises OSError when it is none, or says what the kernel refused."""
    length, kind, *_ = HEADER.unpack_from(message)
    if kind == NLMSG_ERROR:
        number = -int(struct.unpack_from("=i", message, HEADER.size)[0])
        raise OSError(number, "the kernel does not tell of the interface")
    if kind != RTM_NEWLINK:
        raise OSError(f"an answer of type {kind} to a question for an interface")
    flags = LINK.unpack_from(message, HEADER.size)[3]
    top = dict(_attributes(message[HEADER.size + LINK.size : length]))
    info = dict(_attributes(top.get(IFLA_LINKINFO, b"")))
    data = dict(_attributes(info.get(IFLA_INFO_DATA, b"")))
    name = info.get(IFLA_INFO_KIND, b"").rstrip(b"\0").decode("ascii", "replace")
    if name != "can":  # what another kind keeps there means something else
        data = {}
    return Link(
        kind=name,
        is_up=bool(flags & IFF_UP),
        bitrate=_word(data.get(IFLA_CAN_BITTIMING, b"")) or None,
        is_listen_only=bool(_word(data.get(IFLA_CAN_CTRLMODE, b"")[4:]) & CTRLMODE_LISTENONLY),
        is_bus_off=_word(data.get(IFLA_CAN_STATE, b"")) == STATE_BUS_OFF,
        received=int.from_bytes(top.get(IFLA_STATS64, b"")[:8], sys.byteorder),
    )


def _word(data: bytes) -> int:
    return int(struct.unpack_from("=I", data)[0]) if len(data) >= 4 else 0


def _attributes(data: bytes) -> Iterator[tuple[int, bytes]]:
    """(type, value) of each attribute; a torn one ends them."""
    at = 0
    while at + 4 <= len(data):
        length, kind = struct.unpack_from("=HH", data, at)
        if length < 4 or at + length > len(data):
            return
        yield kind & ~NESTED_OR_ORDER, data[at + 4 : at + length]
        at += (length + 3) & ~3
