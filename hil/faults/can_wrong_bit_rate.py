"""The channel listens at another rate than the vehicle's: no frame, and an error for each that goes by."""

from dataclasses import dataclass

from hil.given import Given
from obu.core.frames import CanCounts, DriverState

EFFECT = "No BSM goes; the status names the channel, and says that its bit rate is wrong"
CHANGES = ("bus",)
NAME = "can.main"
WHY = "errors on the bus and no frame: is the bit rate right?"


@dataclass(frozen=True, slots=True)
class Parameters:
    """There is none."""


class Fault:
    """It at work."""

    def __init__(self, parameters: Parameters) -> None:
        self._errors, self._was_on = 0, False

    def act(self, given: Given, is_on: bool) -> None:
        """Each turn."""
        if is_on:
            given.bus = "other_rate"
            self._errors += len(given.frames)
            given.buses.append(CanCounts(NAME, 0, 0, 0, self._errors, 0, given.at_ns))
        if is_on != self._was_on:
            given.drivers.append(DriverState(NAME, not is_on, WHY if is_on else "", given.at_ns))
        self._was_on = is_on


make = Fault
