"""The contract of an application: NAME, Parameters, and look(view, parameters) -> its claims now; it keeps no state.

To add a warning: one file here (its name in small letters is the section [apps.<name>] of the configuration), one
scenario, one test. Timing, priority between warnings and what the driver finally sees are the arbiter's.
"""

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from obu import apps
from obu.core.alert import Alert
from obu.core.world import View


class Application(Protocol):
    """What a module in this folder offers.

    NAME: T/CSAE 53 abbreviation in capitals. Parameters: a frozen dataclass whose defaults name their source.
    look: pure; the alerts that hold now, most urgent first, at most one per subject.
    """

    NAME: str
    Parameters: type[Any]

    def look(self, view: View, parameters: Any) -> list[Alert]: ...


@dataclass(frozen=True, slots=True)
class Installed:
    """An application with the parameters of this vehicle."""

    name: str
    look: Callable[[View, Any], list[Alert]]
    parameters: Any


def names() -> list[str]:
    """The applications in this folder, by file name."""
    return sorted(info.name for info in pkgutil.iter_modules(apps.__path__) if info.name != "base")


def load(name: str) -> Any:
    """The module of one application."""
    return importlib.import_module(f"obu.apps.{name}")
