"""How a vehicle of a class is driven, and parameters that differ by class; a class is told from the measured body.

Sources: reaction and comfortable braking by class are this project's, from applications' acceptance windows: taxi 1.2 s
and 4.5 m/s2, 12 m bus 1.2 s and 3.0, 18 m bus 1.2 s and 2.8 (standing passengers), plus 0.2, 0.4 and 0.5 s of brakes.
"""

from dataclasses import dataclass
from enum import Enum
from typing import Protocol

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


class Braking(Protocol):
    """What of an application's parameters tells how its driver brakes."""

    @property
    def delay_s(self) -> ByClass: ...

    @property
    def brake_mps2(self) -> ByClass: ...


def braking(vehicle: VehicleClass, parameters: Braking) -> tuple[float, float]:
    """(delay_s, brake_mps2) of a class: what stopping_m and others take."""
    return parameters.delay_s.of(vehicle), parameters.brake_mps2.of(vehicle)


def stopping_m(speed_mps: float, delay_s: float, brake_mps2: float) -> float:
    """How far a vehicle goes from a warning until it stands: through the delay, then braking."""
    return speed_mps * delay_s + speed_mps * speed_mps / (2.0 * brake_mps2)


def warning_m(own_mps: float, lead_mps: float, lead_mps2: float, delay_s: float, brake_mps2: float) -> float:
    """The gap to somebody ahead at which braking with brake_mps2 after delay_s just avoids the collision.

    CAMP's two parts: what is closed during the delay, and the difference of the braking distances after it; somebody
    ahead who brakes is taken to do so to a stand, one who speeds up to do so during the delay.
    """
    if lead_mps2 > 0.0 and own_mps - lead_mps <= lead_mps2 * delay_s:  # as fast as we before we brake
        return max(0.0, own_mps - lead_mps) ** 2 / (2.0 * lead_mps2)
    rolls_s = min(delay_s, lead_mps / -lead_mps2) if lead_mps2 < 0.0 else delay_s
    closed_m = own_mps * delay_s - lead_mps * rolls_s - lead_mps2 * rolls_s * rolls_s / 2.0
    then_mps = max(0.0, lead_mps + lead_mps2 * rolls_s)
    slower_mps, harder_mps2 = max(0.0, own_mps - then_mps), brake_mps2 + min(0.0, lead_mps2)
    if lead_mps2 >= -0.5:
        return closed_m + slower_mps**2 / (2.0 * brake_mps2)
    if slower_mps * -lead_mps2 < then_mps * harder_mps2:  # as fast as each other before either stands
        return closed_m + slower_mps**2 / (2.0 * harder_mps2)
    return closed_m + max(0.0, own_mps * own_mps / (2.0 * brake_mps2) - then_mps * then_mps / (-2.0 * lead_mps2))
