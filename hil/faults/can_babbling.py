"""A control unit has gone mad and fills the bus with frames of one identifier."""

from dataclasses import dataclass

from hil.encode import Frame
from hil.given import Given
from hil.vehicle_bus import ids_of

EFFECT = (
    "The values of other groups stay fresh and BSMs go on; what a frame says that comes too often counts as any other"
)
CHANGES = ("frames",)


@dataclass(frozen=True, slots=True)
class Parameters:
    """group: whose identifier it takes. a_turn: frames each 10 ms; 250 kbit/s carry about 17 of eight octets."""

    group: str = "EEC2"
    a_turn: int = 12


class Fault:
    """It at work."""

    def __init__(self, parameters: Parameters) -> None:
        (self._id,) = ids_of(parameters.group)
        self._count = parameters.a_turn

    def act(self, given: Given, is_on: bool) -> None:
        """Each turn."""
        if is_on:
            given.frames += [Frame(self._id, given.chance.randbytes(8)) for _ in range(self._count)]


make = Fault
