"""A section [can.<name>] to its driver: which reader serves which interface; each listens, and has no way to send.

[can.main] interface = "socketcan", channel = "can0", bitrate = 250000

socketcan, slcan and udp_multicast have readers of their own, which cost a fraction of python-can's; python-can serves
all others and is imported only for them.
"""

from collections.abc import Sequence
from importlib import import_module
from typing import Protocol

from obu.core.errors import ConfigError
from obu.drivers.bus_watch import BusWatch
from obu.drivers.can_options import Filter, Options
from obu.drivers.contract import Driver


class Channel(Driver, Protocol):
    """The Driver of one channel. watch: whether the bus is fit to be read."""

    watch: BusWatch


READERS = {"socketcan": "can_socket", "slcan": "can_slcan", "udp_multicast": "can_multicast"}


def make(name: str, options: Options, filters: Sequence[Filter] = ()) -> Channel:
    """The driver of a section, letting through what `filters` name (all when empty). Raises ConfigError.

    An interface that python-can does not have is nonsense; a device that is not there comes up later.
    """
    if not options.channel:
        raise ConfigError(f"{name}.channel: is empty", f"{name}.channel：为空")
    if options.bitrate is not None and options.bitrate <= 0:
        raise ConfigError(f"{name}.bitrate: {options.bitrate} is not a rate",
                          f"{name}.bitrate：{options.bitrate} 不是比特率")  # fmt: skip
    reader = import_module(f"obu.drivers.{READERS.get(options.interface, 'can_library')}")
    made: Channel = reader.make(name, options, filters)
    return made
