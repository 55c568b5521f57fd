"""What the co-processor adds to the own vehicle: taps on wires where the bus is silent.

The rule: the bus comes first; a tap that was not heard of for a while is unknown.
"""

import dataclasses
from dataclasses import dataclass
from typing import Any

from obu.core.frames import BoardHealth, BoardInputs
from obu.core.now import NS_PER_MS, NS_PER_S, Now
from obu.core.vehicle import Gear, VehicleState

TAP_AGE_NS = 2500 * NS_PER_MS  # they are told again each second
HEALTH_AGE_NS = 5 * NS_PER_S
LEFT_TURN, RIGHT_TURN, BRAKE, REVERSE, DOOR = 2, 4, 8, 16, 32  # bits of firmware_shims/device/inputs.py
TAPS = (("left_turn", LEFT_TURN), ("right_turn", RIGHT_TURN), ("brake_applied", BRAKE), ("door_open", DOOR))


@dataclass(slots=True)
class BoardState:
    """The last word of each kind."""

    inputs: BoardInputs | None = None
    health: BoardHealth | None = None


class Board:
    """take() what came, then fill() the vehicle."""

    def __init__(self) -> None:
        self.state = BoardState()

    def take(self, taps: tuple[BoardInputs, ...], health: tuple[BoardHealth, ...]) -> None:
        """The newest of each counts."""
        state = self.state
        state.inputs = taps[-1] if taps else state.inputs
        state.health = health[-1] if health else state.health

    def fill(self, at_ns: int, vehicle: VehicleState) -> VehicleState:
        """The vehicle with what its bus does not tell and a wire does."""
        inputs = self.state.inputs
        if inputs is None or at_ns - inputs.at_ns > TAP_AGE_NS:
            return vehicle
        found: dict[str, Any] = {
            name: bool(inputs.levels & bit)
            for name, bit in TAPS
            if inputs.wired & bit and getattr(vehicle, name) is None
        }
        if vehicle.gear is None and inputs.levels & inputs.wired & REVERSE:
            found["gear"] = Gear.REVERSE
        return dataclasses.replace(vehicle, **found) if found else vehicle

    def status(self, now: Now) -> dict[str, Any] | None:
        """For the local socket; None where no board speaks."""
        health = self.state.health
        if health is None or now.at_ns - health.at_ns > HEALTH_AGE_NS:
            return None
        told = dataclasses.asdict(health)
        del told["at_ns"]
        return told
