"""How a vehicle of a class is driven, and parameters that differ by class; a class is told from the measured body.

Sources: reaction and comfortable braking by class are this project's, from applications' acceptance windows: taxi 1.2 s
and 4.5 m/s2, 12 m bus 1.2 s and 3.0, 18 m bus 1.2 s and 2.8 (standing passengers), plus 0.2, 0.4 and 0.5 s of brakes.
"""

from dataclasses import dataclass
from enum import Enum

from obu.core.vehicle import Body

ARTICULATED_M = 15.0  # GB 1589: a rigid bus is 13.7 m at most
BUS_M = 7.0


class VehicleClass(Enum):
    """What the parameters of a warning go by."""

    TAXI = "taxi"
    BUS12 = "bus12"
    BUS18 = "bus18"


@dataclass(frozen=True, slots=True, kw_only=True)
class ByClass:
    """One parameter for each class."""

    taxi: float
    bus12: float
    bus18: float

    def of(self, vehicle: VehicleClass) -> float:
        """That of a class."""
        if vehicle is VehicleClass.TAXI:
            return self.taxi
        return self.bus12 if vehicle is VehicleClass.BUS12 else self.bus18


def class_of(body: Body) -> VehicleClass:
    """By length: a car, a rigid bus, an articulated one."""
    if body.length_m >= ARTICULATED_M:
        return VehicleClass.BUS18
    return VehicleClass.BUS12 if body.length_m >= BUS_M else VehicleClass.TAXI


REACTION_S = 1.2  # from a warning to the pedal
DELAY_S = ByClass(taxi=1.4, bus12=1.6, bus18=1.7)  # from a warning to full braking
BRAKE_MPS2 = ByClass(taxi=4.5, bus12=3.0, bus18=2.8)


def stopping_m(speed_mps: float, delay_s: float, brake_mps2: float) -> float:
    """How far a vehicle goes from a warning until it stands: through the delay, then braking."""
    return speed_mps * delay_s + speed_mps * speed_mps / (2.0 * brake_mps2)
