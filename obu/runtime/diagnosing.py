"""From the configuration to a car's diagnostics socket: the one channel of [can] with interface = "obd"."""

from typing import Any

from obu.can_input import obd
from obu.can_input.dbc import Plans
from obu.can_input.obd import Asker
from obu.core.errors import ConfigError
from obu.drivers.contract import Asking
from obu.runtime import strict
from obu.runtime.config import Config


def is_asked(section: dict[str, Any]) -> bool:
    """Whether a [can.*] section is a diagnostics socket."""
    return section.get("interface") == obd.CHANNEL


def _names(config: Config) -> list[str]:
    return [f"can.{name}" for name, section in config.can.items() if is_asked(section)]


def asker(config: Config, plans: Plans) -> Asker:
    """What asks, idle where nothing is to be asked."""
    keys = [message.key for message in plans.messages] if plans.family is obd else []
    return Asker(next(iter(_names(config)), ""), keys)


def make(config: Config, plans: Plans) -> Asking | None:
    """The driver; None where the vehicle speaks by itself. Raises ConfigError: profile and channels do not fit."""
    names = _names(config)
    if (plans.family is obd) != bool(names) or len(names) > 1:
        raise ConfigError('can: interface = "obd" is for one channel, of a vehicle whose profile has family = "obd"',
                          'can：interface = "obd" 只用于 family = "obd" 的车型，且只能有一个通道')  # fmt: skip
    if not names:
        return None
    from obu.drivers import isotp  # it brings python-can, which other vehicles do not need

    section = {key: value for key, value in config.can[names[0].partition(".")[2]].items() if key != "interface"}
    return isotp.make(names[0], strict.convert(section, isotp.Options, names[0]))
