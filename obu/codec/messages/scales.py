"""The wire's steps and unavailable values (YD/T 3709-2020), each in one place; within the unit it is SI and None."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from obu.codec.shape import EncodeError
from obu.core.units import STANDARD_GRAVITY_MPS2

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Scale:
    """How a number travels: value = raw * step. The ends of minimum..maximum stand for all beyond them as well.

    unavailable: the raw value that says nothing; None where the element has none. turn: raw steps of a full circle.
    """

    name: str
    step: float
    minimum: int
    maximum: int
    unavailable: int | None = None
    turn: int | None = None

    def si(self, raw: int) -> float | None:
        """SI value of a raw one; None if it is the unavailable one."""
        return None if raw == self.unavailable else raw * self.step

    def sure(self, raw: int) -> float:
        """SI value of an element that has no unavailable one."""
        return raw * self.step

    def raw(self, value: float | None) -> int:
        """Raw value, nearest step, held within the range. EncodeError for None where nothing says unavailable."""
        if value is None:
            if self.unavailable is None:
                raise EncodeError(f"{self.name}: has no unavailable value", f"{self.name}：没有“不可用”取值")
            return self.unavailable
        if not math.isfinite(value):
            raise EncodeError(f"{self.name}: is not a number", f"{self.name}：不是数值")
        steps = value / self.step
        if self.turn is not None:
            return round(steps % self.turn) % self.turn
        return round(min(max(steps, self.minimum), self.maximum))


DEGREE_STEPS = 10_000_000  # Latitude, Longitude: 1e-7 degree
LATITUDE_UNAVAILABLE = 900_000_001
LONGITUDE_UNAVAILABLE = 1_800_000_001

ELEVATION = Scale("elevation", 0.1, -4095, 61439, -4096)  # m above the ellipsoid
SEMI_AXIS = Scale("semi axis", 0.05, 0, 254, 255)  # m; 254 is 12.7 m or more
ORIENTATION = Scale("orientation", 360 / 65535, 0, 65534, 65535, turn=65535)  # degree from true north
SPEED = Scale("speed", 0.02, 0, 8190, 8191)  # m/s
HEADING = Scale("heading", 0.0125, 0, 28799, 28800, turn=28800)  # degree clockwise from true north
STEERING_WHEEL = Scale("steering wheel angle", 1.5, -126, 126, 127)  # degree, right positive
ACCELERATION = Scale("acceleration", 0.01, -2000, 2000, 2001)  # m/s2, forward and right positive
VERTICAL_ACCELERATION = Scale(  # 0.02 g, down positive
    "vertical acceleration", 0.02 * STANDARD_GRAVITY_MPS2, -126, 127, -127
)
YAW_RATE = Scale("yaw rate", 0.01, -32767, 32767)  # degree/s clockwise; no unavailable value (GB/T 45315-2025)
WIDTH = Scale("width", 0.01, 0, 1023)
LENGTH = Scale("length", 0.01, 0, 4095)
HEIGHT = Scale("height", 0.05, 0, 127)
CURVE_RADIUS = Scale("curve radius", 0.1, -32766, 32766, 32767)  # m, right positive; 32767 is straight
CONFIDENCE = Scale("confidence", 0.5, 0, 200)  # percent
AGE = Scale("time offset", 0.01, 1, 65534, 65535)  # s into the past
RADIUS = Scale("radius", 0.1, 0, 65535)  # m
LANE_WIDTH = Scale("lane width", 0.01, 0, 32767)  # m
TIME_MARK = Scale("time mark", 0.1, 0, 36000, 36001)  # s; 36000 is an hour or more

MINUTE_UNAVAILABLE = 527_040
SECOND_UNAVAILABLE = 65_535
SECOND_MAX = 60_999  # 60000..60999 is the leap second (GB/T 45315-2025)


def second_ms(raw: int | None) -> int | None:
    """DSecond as ms of the UTC minute; None where unknown."""
    return raw if raw is not None and raw <= SECOND_MAX else None


def minute(raw: int | None) -> int | None:
    """MinuteOfTheYear; None where unknown."""
    return None if raw == MINUTE_UNAVAILABLE else raw


def name_at(index: int, names: Sequence[str], what: str) -> str:
    """The name of an enumeration's number. EncodeError that names `what` where there is none."""
    if not 0 <= index < len(names):
        raise EncodeError(
            f"{what}: {index} is not within 0..{len(names) - 1}", f"{what}：{index} 不在 0..{len(names) - 1}"
        )
    return names[index]


def bits_set(value: tuple[bytes, int]) -> frozenset[int]:
    """The numbers of the bits that are 1, bit 0 the first on the wire."""
    data, count = value
    number = int.from_bytes(data, "big") >> (len(data) * 8 - count)
    return frozenset(bit for bit in range(count) if number >> (count - 1 - bit) & 1)


def bit_string(bits: Iterable[int], count: int) -> tuple[bytes, int]:
    """A BIT STRING of `count` bits with these set. EncodeError for a bit that it does not have."""
    bits = set(bits)
    if not bits <= set(range(count)):
        raise EncodeError(f"bit {max(bits)}: is not within 0..{count - 1}", f"位 {max(bits)} 不在 0..{count - 1}")
    size = (count + 7) // 8
    number = sum(1 << (size * 8 - 1 - bit) for bit in bits)
    return number.to_bytes(size, "big"), count


def members_set(value: tuple[bytes, int], members: Sequence[T]) -> frozenset[T]:
    """The members, in the order of their bits, whose bit is 1; bits without a member are passed over."""
    return frozenset(members[bit] for bit in bits_set(value) if bit < len(members))


def bits_of(chosen: Iterable[T], members: Sequence[T], count: int) -> tuple[bytes, int]:
    """The BIT STRING of `count` bits that stands for the chosen members. EncodeError for one that is none of them."""
    chosen = set(chosen)
    unknown = chosen - set(members)
    if unknown:
        name = min(map(str, unknown))
        raise EncodeError(f"{name}: is none of {', '.join(map(str, members))}", f"{name}：不在允许的取值之中")
    return bit_string((members.index(each) for each in chosen), count)


def without_none(fields: dict[str, Any]) -> dict[str, Any]:
    """The fields that are there: an OPTIONAL one that is None is left out."""
    return {name: value for name, value in fields.items() if value is not None}
