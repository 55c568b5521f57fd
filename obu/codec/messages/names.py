"""Names and bits of the standards as values of the unit: enumerations, bounds that names stand for, flags.

A name that a later text added reads as None, or as the table's word for it; the rest keeps it.
"""

from bisect import bisect_left
from collections.abc import Hashable, Iterable, Mapping, Sequence
from enum import Enum
from functools import lru_cache
from typing import Any

from obu.codec.messages.record import AsItIs, Code, Leaf
from obu.codec.shape import EncodeError

UNAVAILABLE = "unavailable"
_CACHED = 256  # values of one kind of flags that are not worked out anew: senders repeat themselves

# A name of an enumeration as the standard has it; None is "unavailable". "...0" is the first of a later text.
NAME = AsItIs(nothing=UNAVAILABLE)


class Names:
    """ENUMERATED as other values. nothing: the name that None stands for. other: how an unknown one reads."""

    needs_origin = False

    def __init__(self, values: Mapping[str, Hashable], nothing: str | None = None, other: Any = None) -> None:
        self.nothing = nothing
        self._other = other
        self._said = dict(values)
        self._all = {**values, **({} if nothing is None else {nothing: None})}
        self._names = {value: name for name, value in values.items()}

    def reading(self, code: Code, raw: str) -> str:
        other = "" if self._other is None else f", {code.name(self._other)}"
        return f"{code.name(self._all)}.get({raw}{other})"

    def loses(self, code: Code, is_optional: bool) -> str:
        return f"x not in {code.name(self._said if is_optional else self._all)}"

    def writing(self, code: Code, value: str) -> str:
        # What has no name goes on as it is: the encoder says where it stands.
        return f"{code.name(self._names)}.get({value}, {value})"


class Bounds:
    """ENUMERATED of accuracies as the bound in the unit of measure; written as the finest that holds."""

    nothing = UNAVAILABLE
    needs_origin = False

    def __init__(self, bounds: Mapping[str, float]) -> None:
        self._bounds: dict[str, float | None] = {**bounds, UNAVAILABLE: None}
        ordered = sorted(bounds.items(), key=lambda item: item[1])
        self._steps = [bound for _, bound in ordered]
        self._names = [name for name, _ in ordered]

    def read(self, name: str) -> float | None:
        """The bound a name stands for; None of unavailable."""
        return self._bounds[name]

    def write(self, bound: float) -> str:
        """The name of the least bound that is not below; unavailable where none is."""
        at = bisect_left(self._steps, bound)
        return self._names[at] if at < len(self._names) else UNAVAILABLE

    def reading(self, code: Code, raw: str) -> str:
        return f"{code.name(self._bounds)}[{raw}]"

    def loses(self, code: Code, is_optional: bool) -> str:
        return "v is None" if is_optional else ""

    def writing(self, code: Code, value: str) -> str:
        return f"{code.name(self.write)}({value})"


def enum_names(kind: type[Enum], nothing: str | None = None, other: Any = None) -> Names:
    """Of an Enum whose members' values are the standard's names."""
    return Names({member.value: member for member in kind}, nothing, other)


def bits_set(value: tuple[bytes, int]) -> frozenset[int]:
    """The numbers of the bits that are 1, bit 0 the first on the wire."""
    data, count = value
    number = int.from_bytes(data, "big") >> (len(data) * 8 - count)
    return frozenset(bit for bit in range(count) if number >> (count - 1 - bit) & 1)


def bit_string(bits: Iterable[int], count: int) -> tuple[bytes, int]:
    """A BIT STRING of `count` bits with these set."""
    size = (count + 7) // 8
    return sum(1 << (size * 8 - 1 - bit) for bit in bits).to_bytes(size, "big"), count


def flags(members: Sequence[Hashable | None], size: int, nothing: int | None = None) -> Leaf:
    """BIT STRING as the set of the members whose bit is 1. members: bit 0 first; None has no meaning here.

    nothing: the bit that says that nothing is known, which is None.
    """
    bit_of = {member: bit for bit, member in enumerate(members) if member is not None}
    unknown = None if nothing is None else bit_string({nothing}, size)

    @lru_cache(_CACHED)
    def read(raw: tuple[bytes, int]) -> frozenset[Any] | None:
        bits = bits_set(raw)
        if nothing in bits:
            return None
        return frozenset(members[bit] for bit in bits if bit < len(members) and members[bit] is not None)

    @lru_cache(_CACHED)
    def write(chosen: frozenset[Any]) -> tuple[bytes, int]:
        strange = chosen - bit_of.keys()
        if strange:
            name = min(map(str, strange))
            raise EncodeError(f"{name}: is none of {', '.join(map(str, bit_of))}", f"{name}：不在允许的取值之中")
        return bit_string((bit_of[member] for member in chosen), size)

    def keeps(value: frozenset[Any] | None, raw: tuple[bytes, int]) -> bool:
        return raw == (unknown if value is None else write(value))

    return Leaf(read, write, keeps, unknown)


POSITION_ACCURACY_M = Bounds({
    "a500m": 500.0, "a200m": 200.0, "a100m": 100.0, "a50m": 50.0, "a20m": 20.0, "a10m": 10.0, "a5m": 5.0, "a2m": 2.0,
    "a1m": 1.0, "a50cm": 0.5, "a20cm": 0.2, "a10cm": 0.1, "a5cm": 0.05, "a2cm": 0.02, "a1cm": 0.01,
})  # PositionConfidence  # fmt: skip
ELEVATION_ACCURACY_M = Bounds({
    "elev-500-00": 500.0, "elev-200-00": 200.0, "elev-100-00": 100.0, "elev-050-00": 50.0, "elev-020-00": 20.0,
    "elev-010-00": 10.0, "elev-005-00": 5.0, "elev-002-00": 2.0, "elev-001-00": 1.0, "elev-000-50": 0.5,
    "elev-000-20": 0.2, "elev-000-10": 0.1, "elev-000-05": 0.05, "elev-000-02": 0.02, "elev-000-01": 0.01,
})  # ElevationConfidence  # fmt: skip
SPEED_ACCURACY_MPS = Bounds({
    "prec100ms": 100.0, "prec10ms": 10.0, "prec5ms": 5.0, "prec1ms": 1.0, "prec0-1ms": 0.1, "prec0-05ms": 0.05,
    "prec0-01ms": 0.01,
})  # SpeedConfidence  # fmt: skip
HEADING_ACCURACY_DEG = Bounds({  # HeadingConfidence: the last is coarser than the one before
    "prec10deg": 10.0, "prec05deg": 5.0, "prec01deg": 1.0, "prec0-1deg": 0.1, "prec0-05deg": 0.05, "prec0-01deg": 0.01,
    "prec0-0125deg": 0.0125,
})  # fmt: skip
STEERING_ACCURACY_DEG = Bounds({"prec2deg": 2.0, "prec1deg": 1.0, "prec0-02deg": 0.02})  # SteeringWheelAngleConfidence
_RATES = {
    "prec100deg": 100.0, "prec10deg": 10.0, "prec5deg": 5.0, "prec1deg": 1.0, "prec0-1deg": 0.1, "prec0-05deg": 0.05,
    "prec0-01deg": 0.01,
}  # fmt: skip
TURN_RATE_ACCURACY_DEG_S = Bounds(_RATES)  # AngularVConfidence
ACCELERATION_ACCURACY_MPS2 = Bounds(_RATES)  # AccConfidence: its names say degrees (docs/open-questions.md)

# TimeConfidence: seconds, and the digits after the point in groups.
_TIMES = (
    "100-000 050-000 020-000 010-000 002-000 001-000 000-500 000-200 000-100 000-050 000-020 000-010 000-005 000-002 "
    "000-001 000-000-5 000-000-2 000-000-1 000-000-05 000-000-02 000-000-01 000-000-005 000-000-002 000-000-001 "
    "000-000-000-5 000-000-000-2 000-000-000-1 000-000-000-05 000-000-000-02 000-000-000-01 000-000-000-005 "
    "000-000-000-002 000-000-000-001 000-000-000-000-5 000-000-000-000-2 000-000-000-000-1 000-000-000-000-05 "
    "000-000-000-000-02 000-000-000-000-01"
)
TIME_ACCURACY_S = Bounds({
    f"time-{digits}": float(digits.replace("-", ".", 1).replace("-", "")) for digits in _TIMES.split()
})  # fmt: skip
SIZE_ACCURACY_M = Bounds({
    "size-100-00": 100.0, "size-050-00": 50.0, "size-020-00": 20.0, "size-010-00": 10.0, "size-005-00": 5.0,
    "size-002-00": 2.0, "size-001-00": 1.0, "size-000-50": 0.5, "size-000-20": 0.2, "size-000-10": 0.1,
    "size-000-05": 0.05, "size-000-02": 0.02, "size-000-01": 0.01,
})  # SizeValueConfidence  # fmt: skip
