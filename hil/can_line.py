"""The vehicle's bus of the bench, the side that sends: multicast where the machine has it, else a pty that plays slcan.

Every run has a group and a port of its own, and hop limit 0 keeps the frames on this host. CAN_* of the environment
and can.conf are not looked at.
"""

import os
import random
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any, Protocol

import can

from hil.encode import Frame
from hil.slcan_adapter import SlcanAdapter
from hil.vehicle_bus import is_extended

PROBE_ID = 0x18FFFFFE  # proprietary B, nobody's
PROBE_S = 1.0
BITRATE, OTHER_BITRATE = 250_000, 500_000  # SAE J1939-11, J1939-14
PTY_NAME = "can"  # a link of this name in the run's folder, so that a restarted city is found again


class Line(Protocol):
    """settings: the unit's [can.main]. note: what a person should know of it, empty for nothing."""

    settings: dict[str, Any]
    note: str

    def send(self, frames: Iterable[Frame]) -> None: ...
    def close(self) -> None: ...


class MulticastLine:
    """python-can's udp_multicast. Raises OSError or can.CanError where a real frame shows that it does not work."""

    def __init__(self, group: str, port: int) -> None:
        options = {"port": port, "hop_limit": 0}
        self.settings = {"interface": "udp_multicast", "channel": group, "options": options}
        self.note = ""
        self._bus = _multicast(group, port)
        try:
            _probe(self._bus, group, port)
        except BaseException:
            self.close()
            raise

    def send(self, frames: Iterable[Frame]) -> None:
        """These frames to whoever has joined the group; a frame the system cannot take is lost, as on a bus."""
        for frame in frames:
            with suppress(can.CanError, OSError):
                self._bus.send(_message(frame.can_id, frame.data))

    def close(self) -> None:
        """Leaves the group."""
        self._bus.shutdown()


class SlcanLine:
    """A stand-in adapter on a pseudo terminal: silent until it is opened."""

    def __init__(self, folder: Path, why: str) -> None:
        self._adapter = SlcanAdapter(folder / PTY_NAME, BITRATE)
        self.settings = {"interface": "slcan", "channel": str(self._adapter.path), "bitrate": BITRATE, "options": {}}
        self.note = f"no multicast on this machine ({why}); the bus is slcan over a pty"

    def send(self, frames: Iterable[Frame]) -> None:
        """These frames as lines, once the other side has opened the channel."""
        self._adapter.carry((frame.can_id, frame.data) for frame in frames)

    def fail(self, bus: str) -> None:
        """How the adapter finds the bus from now on: good, off, other_rate."""
        self._adapter.bus_bitrate = OTHER_BITRATE if bus == "other_rate" else BITRATE
        if bus == "off":
            self._adapter.go_off()

    def close(self) -> None:
        """Pulls the plug."""
        self._adapter.close()


def open_line(folder: Path, dice: random.Random, wanted: str, known: dict[str, Any] | None) -> Line:
    """A bus for this run. wanted: 'slcan' takes the pty at once. known: the settings of an earlier start, kept."""
    if wanted == "slcan":
        return SlcanLine(folder, "as asked")
    if known and known["interface"] == "slcan":
        return SlcanLine(folder, "as before")
    if known:
        return MulticastLine(known["channel"], known["options"]["port"])
    # 239.192.0.0/14 is the organisation-local scope (RFC 2365); outside the kernel's range of free ports.
    group = f"239.{192 + dice.randrange(4)}.{dice.randrange(256)}.{1 + dice.randrange(254)}"
    try:
        return MulticastLine(group, 20_000 + dice.randrange(10_000))
    except (OSError, can.CanError) as error:
        return SlcanLine(folder, str(error))


def _multicast(group: str, port: int) -> can.BusABC:
    return can.Bus(interface="udp_multicast", channel=group, port=port, hop_limit=0, ignore_config=True)


def _probe(bus: can.BusABC, group: str, port: int) -> None:
    """One real frame, from one socket to another."""
    mark = os.urandom(8)
    ear = _multicast(group, port)
    try:
        bus.send(_message(PROBE_ID, mark))
        heard = ear.recv(PROBE_S)
        if heard is None or bytes(heard.data) != mark:
            raise OSError("a frame sent to the group did not come back")
    finally:
        ear.shutdown()


def _message(can_id: int, data: bytes) -> can.Message:
    return can.Message(arbitration_id=can_id, is_extended_id=is_extended(can_id), data=data, check=False)
