"""The controller has switched itself off after too many errors: nothing is read any more."""

from dataclasses import dataclass

from hil.given import Given
from obu.core.frames import DriverState

EFFECT = "No BSM goes once the values are too old; the status names the channel and bus-off"
CHANGES = ("bus",)
NAME = "can.main"


@dataclass(frozen=True, slots=True)
class Parameters:
    """There is none."""


class Fault:
    """It at work."""

    def __init__(self, parameters: Parameters) -> None:
        self._was_on = False

    def act(self, given: Given, is_on: bool) -> None:
        """Each turn."""
        if is_on:
            given.bus = "off"
        if is_on != self._was_on:
            given.drivers.append(DriverState(NAME, not is_on, "bus-off" if is_on else "", given.at_ns))
        self._was_on = is_on


make = Fault
