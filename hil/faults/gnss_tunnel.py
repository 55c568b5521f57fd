"""A tunnel: the receiver sees no satellite, and says so, or says nothing."""

from dataclasses import dataclass

from hil import nmea
from hil.given import Given

EFFECT = (
    "Wheels and yaw rate carry the place on while its error is within bsm.max_sigma_m; then no BSM goes until a fix"
)
CHANGES = ("sentences",)


@dataclass(frozen=True, slots=True)
class Parameters:
    """is_silent: not even sentences without a fix come."""

    is_silent: bool = True


class Fault:
    """It at work."""

    def __init__(self, parameters: Parameters) -> None:
        self._is_silent = parameters.is_silent

    def act(self, given: Given, is_on: bool) -> None:
        """Each turn."""
        if is_on and given.is_epoch:
            given.sentences = b"" if self._is_silent else nmea.without_fix(given.utc_ns)


make = Fault
