"""The driver's page hangs: it still beats, but acknowledges no warning, or it does neither."""

from dataclasses import dataclass

from hil.given import Given

EFFECT = "Warnings go on; the status says display fault 0.3 s after an unconfirmed warning, or after 2 s of silence"
CHANGES = ("acknowledges", "beats")


@dataclass(frozen=True, slots=True)
class Parameters:
    """is_silent: the page no longer beats either."""

    is_silent: bool = False


class Fault:
    """It at work."""

    def __init__(self, parameters: Parameters) -> None:
        self._is_silent = parameters.is_silent

    def act(self, given: Given, is_on: bool) -> None:
        """Each turn."""
        if is_on:
            given.acknowledges = False
            given.beats = not self._is_silent


make = Fault
