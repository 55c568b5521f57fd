"""A taxi's truth as the frames of a Toyota TNGA, by the bench's own table, never from the unit's DBC.

Layout as published with opendbc (MIT): big-endian, `first` the place of a field's first bit counted from the frame's.
Speed carries the sum of identifier, length and octets.
"""

from collections.abc import Callable
from dataclasses import dataclass

from hil.encode import Frame
from hil.plant import Truth
from obu.core.now import NS_PER_MS

BITS, LENGTH = 64, 8
SPEED_ID = 0xB4
FORWARD, REVERSE = 0, 16
NO_TURN, LEFT, RIGHT = 3, 1, 2


@dataclass(frozen=True, slots=True)
class Field:
    """first, bits: where it stands. scale, offset: of its step."""

    first: int
    bits: int
    value: Callable[[Truth], float]
    scale: float = 1.0
    offset: float = 0.0


@dataclass(frozen=True, slots=True)
class Group:
    """One frame of the car."""

    can_id: int
    period_ms: int
    fields: tuple[Field, ...]

    def encode(self, truth: Truth) -> bytes:
        """Its eight octets."""
        number = 0
        for field in self.fields:
            raw = round((field.value(truth) - field.offset) / field.scale)
            number |= (raw & ((1 << field.bits) - 1)) << (BITS - field.first - field.bits)
        data = number.to_bytes(LENGTH, "big")
        if self.can_id != SPEED_ID:
            return data
        total = sum(self.can_id.to_bytes(2, "big")) + LENGTH + sum(data[:7])
        return data[:7] + bytes((total & 0xFF,))


def _turn(truth: Truth) -> int:
    return LEFT if truth.left_turn else RIGHT if truth.right_turn else NO_TURN


# Steering angle and yaw rate count to the left in this car, to the right in our truth.
GROUPS = {
    "KINEMATICS": Group(0x24, 20, (
        Field(6, 10, lambda truth: -truth.yaw_rate_deg_s, 0.244, -125.0),
        Field(22, 10, lambda truth: truth.accel_long_mps2, 0.03589, -18.375),
    )),
    "STEER_ANGLE_SENSOR": Group(0x25, 20, (Field(4, 12, lambda truth: -truth.steering_wheel_deg, 1.5),)),
    "WHEEL_SPEEDS": Group(0xAA, 20, (Field(32, 16, lambda truth: truth.speed_mps * 3.6, 0.01, -67.67),)),
    "SPEED": Group(SPEED_ID, 20, (Field(40, 16, lambda truth: truth.speed_mps * 3.6, 0.01),)),
    "BRAKE_MODULE": Group(0x226, 20, (Field(34, 1, lambda truth: truth.brake_percent > 0),)),
    "GEAR_PACKET": Group(0x3BC, 100, (Field(10, 6, lambda truth: FORWARD if truth.gear >= 0 else REVERSE),)),
    "BLINKERS_STATE": Group(0x614, 100, (
        Field(28, 1, lambda truth: truth.hazard),
        Field(26, 2, _turn),
    )),
    "BODY_CONTROL_STATE": Group(0x620, 100, (
        Field(42, 1, lambda truth: truth.doors[0]),
        Field(59, 1, lambda truth: truth.parking_brake),
    )),
    "LIGHT_STALK": Group(0x622, 100, (Field(26, 1, lambda truth: True),)),
}  # fmt: skip


class TaxiTraffic:
    """due() for each turn, each frame on its own grid."""

    def __init__(self) -> None:
        self._due_ns = {name: index * NS_PER_MS for index, name in enumerate(GROUPS)}

    def due(self, at_ns: int, truth: Truth) -> list[Frame]:
        """The frames of this instant; after a pause each comes once."""
        frames = []
        for name, group in GROUPS.items():
            if at_ns < self._due_ns[name]:
                continue
            period_ns = group.period_ms * NS_PER_MS
            self._due_ns[name] += ((at_ns - self._due_ns[name]) // period_ns + 1) * period_ns
            frames.append(Frame(group.can_id, group.encode(truth)))
        return frames
