"""A control unit of the vehicle falls silent: its group is no longer on the bus; or the whole bus does."""

from dataclasses import dataclass

from hil.given import Given
from hil.vehicle_bus import ids_of

EFFECT = "What the group alone tells becomes unavailable within its age limit; without yaw rate or speed no BSM goes"
CHANGES = ("frames",)


@dataclass(frozen=True, slots=True)
class Parameters:
    """group: its name in the bench's table, or all."""

    group: str = "VDC2"


class Fault:
    """It at work."""

    def __init__(self, parameters: Parameters) -> None:
        self._ids = None if parameters.group == "all" else ids_of(parameters.group)

    def act(self, given: Given, is_on: bool) -> None:
        """Each turn."""
        if is_on:
            lost = self._ids
            given.frames = [] if lost is None else [frame for frame in given.frames if frame.can_id not in lost]


make = Fault
