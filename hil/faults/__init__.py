"""Faults by name, one file each: what it does to what the unit is given, and the effect that this must have.

A file has EFFECT (a sentence), CHANGES (the fields of hil/given.py by which it is brought about: a bench that carries
them can make it), Parameters (a frozen dataclass with a default for each) and make(parameters): a thing that act()s
each turn of the scenario, on or not. The one rule: it acts on a Given, never in the unit.
"""

from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol

from hil import scenario
from hil.given import Given
from obu.core.errors import ConfigError
from obu.runtime import strict


class Acting(Protocol):
    """A fault at work."""

    def act(self, given: Given, is_on: bool) -> None: ...


def names() -> list[str]:
    """All there are."""
    return sorted(path.stem for path in Path(__file__).parent.glob("*.py") if path.stem != "__init__")


@cache
def module(name: str) -> Any:
    """The file of a fault."""
    return import_module(f"{__name__}.{name}")


def make(fault: scenario.Fault) -> Acting:
    """The fault of a scenario. Raises ConfigError for a parameter, ValueError for a value, that is none."""
    found = module(fault.name)
    made: Acting = found.make(strict.convert(fault.parameters, found.Parameters, "parameters"))
    return made


def needs_board(name: str) -> bool:
    """Whether a unit without a co-processor has nothing that could fail so."""
    return bool({"line", "garbled", "is_board_cut"} & set(module(name).CHANGES))


def wrong(fault: scenario.Fault) -> Iterator[tuple[str, str, str]]:
    """(key, what is wrong in English, in Chinese) of a fault of a scenario."""
    if fault.name not in names():
        yield "name", f"is none of {', '.join(names())}", f"应为 {'、'.join(names())} 之一"
        return
    try:
        make(fault)
    except ConfigError as error:
        key, _, why = error.text.partition(": ")
        yield key, why, error.zh.removeprefix(f"{key}：")
    except ValueError as error:
        yield "parameters", str(error), str(error)
