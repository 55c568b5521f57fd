"""A control unit sends nonsense in its group."""

from dataclasses import dataclass, replace
from typing import Literal

from hil.given import Given
from hil.vehicle_bus import ids_of

EFFECT = "short, error and reserved values are unavailable at once; a wrong checksum drops the frame; the unit goes on"
CHANGES = ("frames",)


@dataclass(frozen=True, slots=True)
class Parameters:
    """how: "error" is the bus's own word for a broken sensor (0xFE..), "short" frames cut to three octets, "noise"."""

    group: str = "VDC2"
    how: Literal["error", "short", "noise"] = "error"


class Fault:
    """It at work."""

    def __init__(self, parameters: Parameters) -> None:
        self._ids, self._how = ids_of(parameters.group), parameters.how

    def act(self, given: Given, is_on: bool) -> None:
        """Each turn."""
        for index, frame in enumerate(given.frames):
            if is_on and frame.can_id in self._ids:
                given.frames[index] = replace(frame, data=self._bad(given, frame.data))

    def _bad(self, given: Given, data: bytes) -> bytes:
        if self._how == "short":
            return data[:3]
        return b"\xfe" * len(data) if self._how == "error" else given.chance.randbytes(len(data))


make = Fault
