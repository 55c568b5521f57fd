"""A serial line or pty that never blocks and comes back by itself; which ports there are; the one door to pyserial."""

from contextlib import suppress
from dataclasses import dataclass

import serial
from serial.tools import list_ports

from obu.core.frames import DriverState
from obu.drivers.retry import Retry
from obu.drivers.said import Said

MOST_BYTES = 4096  # of one poll: more than 200 ms at 115,200 baud


class SerialLine:
    """read() each turn. states: what changed since, for the inbox."""

    def __init__(self, name: str, device: str, baud: int) -> None:
        """name: the configuration section. Nothing is opened yet; an absent device is opened when it appears."""
        self.name = name
        self.errno = 0  # of the last failure; EAGAIN: another program holds the device
        self._device, self._baud = device, baud
        self._port: serial.Serial | None = None
        self._retry = Retry()
        self._said = Said(name)

    def fileno(self) -> int:
        """What to wait on, -1 while the device is away."""
        return -1 if self._port is None else int(self._port.fileno())

    def wake_at_ns(self) -> int | None:
        """When to look for an absent device again."""
        return self._retry.wake_at_ns() if self._port is None else None

    def read(self, at_ns: int) -> tuple[bytes, tuple[DriverState, ...]]:
        """What has come in, and whether the line came up or went down. Never blocks, never raises."""
        why = "" if self._port is not None else self._open(at_ns)
        data = b""
        if self._port is not None:
            try:
                data = self._port.read(MOST_BYTES)
            except (serial.SerialException, OSError) as error:
                why = self._lose(at_ns, str(error))
        if data:
            self._retry.succeeded()
        return data, self._changed(why, at_ns)

    def write(self, data: bytes) -> int:
        """Hands the device these bytes; how many it took at once. That it is lost is seen by read()."""
        if self._port is not None:
            with suppress(serial.SerialException, OSError):
                return int(self._port.write(data) or 0)
        return 0

    def close(self) -> None:
        """Gives the device back."""
        if self._port is not None:
            self._port.close()
            self._port = None

    def _open(self, at_ns: int) -> str:
        """Tries when it is due; why it failed, or nothing."""
        if not self._retry.is_due(at_ns):
            return ""
        try:
            self._port = serial.Serial(self._device, self._baud, timeout=0, write_timeout=0, exclusive=True)
        except (serial.SerialException, OSError, ValueError) as error:
            self.errno = getattr(error, "errno", None) or 0
            return self._lose(at_ns, str(error))
        self.errno = 0
        return ""

    def _lose(self, at_ns: int, why: str) -> str:
        try:
            self.close()
        except (serial.SerialException, OSError):
            self._port = None
        self._retry.failed(at_ns)
        return why or "lost"

    def _changed(self, why: str, at_ns: int) -> tuple[DriverState, ...]:
        if self._port is None and not why:
            return ()
        return self._said.tell(self._port is not None, why or self._device, at_ns)


@dataclass(frozen=True, slots=True)
class Port:
    """A serial port of this machine. about: what its driver says it is. is_usb: whether it hangs on USB."""

    device: str
    about: str
    is_usb: bool


def ports() -> list[Port]:
    """All of them, those on USB first."""
    found = [Port(each.device, each.description or "", each.vid is not None) for each in list_ports.comports()]
    return sorted(found, key=lambda port: (not port.is_usb, port.device))
