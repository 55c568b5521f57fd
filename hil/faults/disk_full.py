"""The disk is full: nothing can be saved any more."""

from dataclasses import dataclass

from hil.given import Given
from obu.core.frames import STORE, DriverState, HostState

EFFECT = "BSMs and warnings go on; the status names the store, and no free space"
CHANGES = ("saves_fail",)


@dataclass(frozen=True, slots=True)
class Parameters:
    """There is none."""


class Fault:
    """It at work."""

    def __init__(self, parameters: Parameters) -> None:
        self._was_on = False

    def act(self, given: Given, is_on: bool) -> None:
        """Each turn."""
        given.saves_fail = given.saves_fail or is_on
        if is_on != self._was_on:
            given.drivers.append(DriverState(STORE, not is_on, "No space left on device" if is_on else "", given.at_ns))
            given.host.append(HostState(5.0, 50.0, 0.0 if is_on else 500.0, 50.0, (), given.at_ns))
        self._was_on = is_on


make = Fault
