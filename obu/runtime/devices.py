"""Which drivers a configuration names: found by folder and `type`; its one rule: nonsense is refused, absence is not.

An absent device comes up later; a key that is not known or does not fit is a ConfigError that names it.
"""

import importlib
from pathlib import Path
from typing import Any

from obu.can_input import dbc
from obu.core.errors import ConfigError, LocalError
from obu.core.frames import LOUDSPEAKER
from obu.drivers import can_bus, can_options, clips
from obu.drivers.contract import Driver, KeyStore, Sounding
from obu.runtime import boarding, diagnosing, strict
from obu.runtime.config import Config


def driver(name: str, prefix: str, section: dict[str, Any]) -> Driver:
    """The driver that `type` of a section names."""
    module, options = driver_module(name, prefix, section)
    made: Driver = module.make(name, options)
    return made


def driver_module(name: str, prefix: str, section: dict[str, Any]) -> tuple[Any, Any]:
    """The module `<prefix>_<type>` (Options, make) that `type` of a section names, and the section's options."""
    kind = section.get("type")
    folder = Path(__file__).resolve().parent.parent / "drivers"
    known = sorted(path.stem.removeprefix(f"{prefix}_") for path in folder.glob(f"{prefix}_*.py"))
    if kind not in known:
        raise ConfigError(f"{name}.type: {kind!r} is not known; there are: {', '.join(known)}",
                          f"{name}.type：没有 {kind!r}；可用：{', '.join(known)}")  # fmt: skip
    module = importlib.import_module(f"obu.drivers.{prefix}_{kind}")
    rest = {key: value for key, value in section.items() if key != "type"}
    return module, strict.convert(rest, module.Options, name)


def channel(name: str, section: dict[str, Any], plans: dbc.Plans) -> Driver:
    """One CAN channel, filtered to the frames of the profile."""
    options = strict.convert(section, can_options.Options, name)
    return can_bus.make(name, options, plans.filters())


def senses(config: Config, plans: dbc.Plans) -> list[Driver]:
    """What hears the vehicle and the sky without the co-processor: CAN channels, GNSS, power. Raises ConfigError."""
    own = {
        name: section
        for name, section in config.can.items()
        if not boarding.is_board(section) and not diagnosing.is_asked(section)
    }
    found = [channel(f"can.{name}", section, plans) for name, section in own.items()]
    if not boarding.speaks_gnss(config):
        found.append(driver("gnss", "gnss", config.gnss))
    if config.power.sense:
        found.append(driver("power.sense", "sense", config.power.sense))
    return found


def loudspeaker(config: Config) -> Sounding | None:
    """Where warnings are heard, None where [hmi.audio] is not given. Raises ConfigError."""
    if not config.hmi.audio:
        return None
    module, options = driver_module(LOUDSPEAKER, "audio", config.hmi.audio)
    made: Sounding = module.make(LOUDSPEAKER, options, clips.FOLDER)
    return made


def key_store(config: Config) -> KeyStore:
    """The unit's private keys. Raises ConfigError that names key, file and remedy; an element may be away."""
    return open_keys("security.keys", Path(config.security.keys), config.keys)


def open_keys(name: str, folder: Path, section: dict[str, Any]) -> KeyStore:
    """The key store of a [keys] section, its folder given under `name`. Raises ConfigError as key_store does."""
    module, options = driver_module("keys", "key", {"type": "file", **section})
    try:
        store: KeyStore = module.make(folder, options)
    except LocalError as error:
        if isinstance(error, ConfigError):  # it names its key itself
            raise
        raise ConfigError(f"{name}: {error.text}", f"{name}：{error.zh}") from None
    return store
