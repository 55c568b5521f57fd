"""Instruments of benches in real time, one file each: they bring to the unit what it is given, and see what it does.

A file has PLAYS (its role), CARRIES (the fields of hil/given.py that it brings to the unit), Options (a frozen
dataclass, strict) and make(options, context). docs/rig.md lists them. A person who is asked is a valid instrument.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol

from hil import faults
from hil.given import Given
from hil.scenario import Scenario
from hil.witness import Witness
from obu.core.errors import ConfigError
from obu.runtime import strict

ROLES = ("power", "clock", "disk", "can", "gnss", "radio", "board", "unit", "lamp")  # in this order they begin
Ask = Callable[[str], str]


@dataclass(slots=True)
class Context:
    """Of one run. work: a folder with a short path, gone after it; kept: where recordings go. pki: everybody's.

    sections: of the configuration of a unit that the bench starts, filled by the instruments before it; before: the
    words before its command. ask: a person.
    """

    scenario: Scenario
    work: Path
    kept: Path
    pki: Path
    ask: Ask
    sections: dict[str, Any] = field(default_factory=dict)
    before: tuple[str, ...] = ()

    def changes(self, *fields: str) -> bool:
        """Whether a fault of the scenario, or what it varies, does anything to these."""
        changed = {name for fault in self.scenario.fault for name in faults.module(fault.name).CHANGES}
        if any(self.scenario.variation.clock_off_ms):
            changed.add("clock_off_ns")
        return bool(changed & set(fields))


class Instrument(Protocol):
    """begin() once, then in turn carry() and look(), close() at the end whatever happened."""

    def begin(self) -> None:
        """Raises ConfigError for a device that is not there or does not answer."""

    def carry(self, given: Given) -> None:
        """What the unit is given in this turn."""

    def look(self, witness: Witness, at_s: float, utc_ns: int) -> None:
        """What was seen of the unit by now."""

    def close(self) -> None:
        """Leaves the device as it should be left."""


def names() -> list[str]:
    """All there are."""
    return sorted(path.stem for path in Path(__file__).parent.glob("*.py") if path.stem != "__init__")


@cache
def module(name: str) -> Any:
    """The file of an instrument."""
    return import_module(f"{__name__}.{name}")


def options(role: str, table: dict[str, Any], source: str) -> tuple[str, Any]:
    """(instrument, its options) of a bench file's table. Raises ConfigError that names the key."""
    name = table.get("use")
    if name not in names() or role != module(str(name)).PLAYS:
        fitting = ", ".join(each for each in names() if role == module(each).PLAYS)
        raise ConfigError(f"{source}: {role}.use: is {name!r}; for {role} there are {fitting}",
                          f"{source}：{role}.use：为 {name!r}；{role} 可用 {fitting}")  # fmt: skip
    rest = {key: value for key, value in table.items() if key != "use"}
    try:
        return str(name), strict.convert(rest, module(str(name)).Options, role)
    except ConfigError as error:
        raise error.of(source) from None
