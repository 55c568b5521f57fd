"""The modem is gone: nothing is heard, and the driver says so."""

from dataclasses import dataclass

from hil.given import Given
from obu.core.frames import DriverState

EFFECT = "Neighbours are forgotten and warnings go within their age limits; the status names the radio"
CHANGES = ("is_air_lost", "packets")
NAME = "radio"


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
            given.is_air_lost, given.packets = True, []
        if is_on != self._was_on:
            given.drivers.append(
                DriverState(NAME, not is_on, "the modem does not answer" if is_on else "", given.at_ns)
            )
        self._was_on = is_on


make = Fault
