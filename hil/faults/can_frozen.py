"""A control unit hangs: its group goes on with the value of when it began to hang."""

from dataclasses import dataclass, replace

from hil.given import Given
from hil.vehicle_bus import ids_of

EFFECT = (
    "Nobody can see it in one group; where another source contradicts (wheel speed, receiver) the unit goes on safely"
)
CHANGES = ("frames",)


@dataclass(frozen=True, slots=True)
class Parameters:
    """group: its name in the bench's table."""

    group: str = "VDC2"


class Fault:
    """It at work."""

    def __init__(self, parameters: Parameters) -> None:
        self._ids = ids_of(parameters.group)
        self._held: dict[int, bytes] = {}

    def act(self, given: Given, is_on: bool) -> None:
        """Each turn."""
        for index, frame in enumerate(given.frames):
            if frame.can_id not in self._ids:
                continue
            if is_on and frame.can_id in self._held:
                given.frames[index] = replace(frame, data=self._held[frame.can_id])
            elif not is_on:
                self._held[frame.can_id] = frame.data


make = Fault
