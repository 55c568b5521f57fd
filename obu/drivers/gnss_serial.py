"""A receiver on a serial line or pty: its bytes as they come, whatever they are.

[gnss] type = "serial", device = "/dev/ttyUSB0", baud = 115200
"""

from collections.abc import Sequence
from dataclasses import dataclass

from obu.core.errors import ConfigError
from obu.core.frames import GnssBytes
from obu.drivers.contract import Arrival
from obu.drivers.serial_line import SerialLine


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """device: path of the line. baud: its rate in bit/s, without meaning on a pty."""

    device: str
    baud: int = 115_200


class GnssSerial:
    """The Driver of one receiver."""

    def __init__(self, name: str, options: Options) -> None:
        self.name = name
        self._line = SerialLine(name, options.device, options.baud)

    def fileno(self) -> int:
        """As the line's."""
        return self._line.fileno()

    def wake_at_ns(self) -> int | None:
        """As the line's."""
        return self._line.wake_at_ns()

    def poll(self, at_ns: int) -> Sequence[Arrival]:
        """What the line brought, after a DriverState if it changed."""
        data, states = self._line.read(at_ns)
        return (*states, GnssBytes(data, at_ns)) if data else states

    def close(self) -> None:
        """Gives the line back."""
        self._line.close()


def make(name: str, options: Options) -> GnssSerial:
    """The driver of a section. Raises ConfigError for an empty device or an impossible rate."""
    if not options.device:
        raise ConfigError(f"{name}.device: is empty", f"{name}.device：为空")
    if options.baud <= 0:
        raise ConfigError(f"{name}.baud: {options.baud} is not a rate", f"{name}.baud：{options.baud} 不是波特率")
    return GnssSerial(name, options)
