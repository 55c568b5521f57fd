"""From the configuration to the co-processor: its section, and the channels of [can] that are its buses."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import obu
from obu.core.errors import ConfigError
from obu.drivers import coprocessor
from obu.drivers.clock import random_bytes
from obu.link.session import Bus, Session
from obu.runtime import strict
from obu.runtime.config import Config

NAME = "coprocessor"  # the section, and how [can.*] interface and [gnss] type refer to it
MOST_BUSES = 4  # the wire has two bits for them
BITRATES = (125_000, 250_000, 500_000, 1_000_000)

Filters = Sequence[tuple[int, int, bool]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """[can.main] interface = "coprocessor": channel: "0".. of the board. mode: "normal" also acknowledges frames."""

    interface: Literal["coprocessor"]
    channel: str = "0"
    bitrate: int = 250_000
    mode: Literal["silent", "normal"] = "silent"


def is_board(section: dict[str, Any]) -> bool:
    """Whether a [can.*] section is one of the co-processor's buses."""
    return section.get("interface") == NAME


def speaks_gnss(config: Config) -> bool:
    """Whether the receiver is behind the co-processor: [gnss] type = "coprocessor"."""
    return config.gnss.get("type") == NAME


def options(config: Config) -> coprocessor.Options:
    """The section. Raises ConfigError."""
    made = strict.convert(config.coprocessor, coprocessor.Options, NAME)
    coprocessor.check(NAME, made)
    return made


def buses(config: Config, filters: Filters) -> tuple[Bus, ...]:
    """The board's buses from 0 on, filtered to what the profile needs. Raises ConfigError that names the channel."""
    found: dict[str, Bus] = {}
    for name, section in config.can.items():
        if not is_board(section):
            continue
        key = f"can.{name}"
        channel = strict.convert(section, Channel, key)
        if channel.bitrate not in BITRATES:
            rates = ", ".join(map(str, BITRATES))
            raise ConfigError(f"{key}.bitrate: {channel.bitrate} is none of {rates}",
                              f"{key}.bitrate：{channel.bitrate} 不在 {rates} 之中")  # fmt: skip
        if channel.channel in found or channel.channel not in map(str, range(MOST_BUSES)):
            raise ConfigError(f"{key}.channel: {channel.channel!r} is given twice, or is not 0..{MOST_BUSES - 1}",
                              f"{key}.channel：{channel.channel!r} 重复，或不在 0..{MOST_BUSES - 1} 之内")  # fmt: skip
        found[channel.channel] = Bus(channel=name, bitrate=channel.bitrate, mode=channel.mode, filters=tuple(filters))
    if sorted(found) != [str(number) for number in range(len(found))]:
        raise ConfigError("can: the co-processor's channels are to be numbered from 0 without a gap",
                          "can：协处理器的通道须从 0 开始连续编号")  # fmt: skip
    if (found or speaks_gnss(config)) and not config.coprocessor:
        raise ConfigError("coprocessor: is missing: [can] or [gnss] refers to it; it names the serial device",
                          "coprocessor：没有给出：[can] 或 [gnss] 引用了它；它指定串口设备")  # fmt: skip
    return tuple(found[number] for number in sorted(found))


def make(config: Config, filters: Filters) -> coprocessor.Coprocessor | None:
    """The driver, or None where the unit has no co-processor. Raises ConfigError."""
    wanted = buses(config, filters)
    if not config.coprocessor:
        return None
    chosen = options(config)
    boot = int.from_bytes(random_bytes(2), "big") or 1
    session = Session(boot, f"obu {obu.__version__}", wanted, chosen.fail_slow)
    return coprocessor.Coprocessor(NAME, chosen, session)
