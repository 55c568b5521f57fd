"""ASN.1 types as plain values that can judge a Python value; every misfit is named by path, none is mended.

Python values of ASN.1 types: INTEGER int, ENUMERATED the name, OCTET STRING bytes, BIT STRING (bytes, bits), IA5String
and UTF8String str, NULL None, SEQUENCE dict, SEQUENCE OF list, CHOICE (alternative, value).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from obu.core.errors import LocalError

MAX_DEPTH = 40  # named types inside each other; the deepest genuine packet, with a certificate, has 16

MAX_INTEGER_BITS = 64


class EncodeError(LocalError):
    """A value that its ASN.1 type does not allow; the text opens with the path of the field."""


class Misfit(Exception):
    """Where and why a value does not fit; whose fault that is the caller knows. reason: a counter's constant."""

    def __init__(self, reason: str, en: str, zh: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.en = en
        self.zh = zh
        self.steps: list[str] = []

    def under(self, step: str) -> "Misfit":
        """The same, one level further out."""
        self.steps.append(step)
        return self

    @property
    def path(self) -> str:
        """The field's path from the outside in, as bsmFrame.pathHistory[3].speed."""
        return ".".join(reversed(self.steps)).replace(".[", "[")


OUT_OF_RANGE = "out_of_range"
UNKNOWN_ENUMERATION = "unknown_enumeration"
UNKNOWN_ALTERNATIVE = "unknown_alternative"
UNKNOWN_FIELD = "unknown_field"
MISSING_FIELD = "missing_field"
LONG_BIT_STRING = "long_bit_string"
WRONG_TYPE = "wrong_type"
TOO_DEEP = "too_deep"


_KINDS_ZH = {
    "an integer": "整数",
    "bytes": "字节串",
    "text": "文本",
    "null": "null",
    "an object": "对象",
    "a list": "列表",
    "(bytes, number of bits)": "（字节串，位数）",
    "(alternative, value)": "（选项，值）",
}


def wrong_type(expected: str, got: object) -> Misfit:
    """The Misfit of a value that is of another Python type than its ASN.1 type asks for."""
    kind = type(got).__name__
    return Misfit(WRONG_TYPE, f"{kind} where {expected} is expected", f"应为{_KINDS_ZH[expected]}，却是 {kind}")


_UNITS_ZH = {"bits": "位", "bytes": "字节", "characters": "个字符", "items": "项"}


def _judge_range(number: int, minimum: int | None, maximum: int | None, unit: str = "") -> None:
    if (minimum is None or number >= minimum) and (maximum is None or number <= maximum):
        return
    en, zh = f"{number} {unit}".strip(), f"{number} {_UNITS_ZH.get(unit, '')}".strip()
    if minimum is not None and number < minimum:
        raise Misfit(OUT_OF_RANGE, f"{en} is below {minimum}", f"{zh}，小于 {minimum}")
    raise Misfit(OUT_OF_RANGE, f"{en} is above {maximum}", f"{zh}，大于 {maximum}")


class Shape(Protocol):
    """A type. judge raises Misfit if `value` is not of it; `types` resolves names, `depth` counts them."""

    def judge(self, value: Any, types: "Types", depth: int) -> None: ...


Types = Mapping[str, Shape]


@dataclass(frozen=True, slots=True)
class Named:
    """A reference to a type by name."""

    name: str

    def judge(self, value: Any, types: Types, depth: int) -> None:
        if depth >= MAX_DEPTH:
            raise Misfit(TOO_DEEP, f"nested more than {MAX_DEPTH} deep", f"嵌套超过 {MAX_DEPTH} 层")
        types[self.name].judge(value, types, depth + 1)


@dataclass(frozen=True, slots=True)
class Integer:
    """INTEGER; None is unbounded, which here ends at 64 bits: an AID of a thousand octets is nobody's."""

    minimum: int | None
    maximum: int | None

    def judge(self, value: Any, types: Types, depth: int) -> None:
        if not isinstance(value, int) or isinstance(value, bool):
            raise wrong_type("an integer", value)
        if value.bit_length() > MAX_INTEGER_BITS:
            raise Misfit(OUT_OF_RANGE, f"is over {MAX_INTEGER_BITS} bits", f"超过 {MAX_INTEGER_BITS} 位")
        _judge_range(value, self.minimum, self.maximum)


@dataclass(frozen=True, slots=True)
class Enumerated:
    """ENUMERATED by name; index in names is not the value where there are additions."""

    names: tuple[str, ...]

    def judge(self, value: Any, types: Types, depth: int) -> None:
        if value not in self.names:
            raise Misfit(UNKNOWN_ENUMERATION, f"unknown name {value!r}", f"未知的枚举名 {value!r}")


@dataclass(frozen=True, slots=True)
class Octets:
    """OCTET STRING, size in bytes."""

    minimum: int
    maximum: int | None

    def judge(self, value: Any, types: Types, depth: int) -> None:
        if not isinstance(value, bytes | bytearray):
            raise wrong_type("bytes", value)
        _judge_range(len(value), self.minimum, self.maximum, "bytes")


@dataclass(frozen=True, slots=True)
class Bits:
    """BIT STRING of a size, as (bytes, number of bits), the unused bits zero. names[i] is bit i, None where unnamed."""

    size: int
    is_extensible: bool
    names: tuple[str | None, ...]

    def judge(self, value: Any, types: Types, depth: int) -> None:
        if not (isinstance(value, tuple | list) and len(value) == 2):
            raise wrong_type("(bytes, number of bits)", value)
        data, count = value
        if not isinstance(data, bytes | bytearray) or not isinstance(count, int):
            raise wrong_type("(bytes, number of bits)", value)
        if count > self.size and self.is_extensible:
            raise Misfit(LONG_BIT_STRING, f"cannot have more than {self.size} bits", f"暂不支持超过 {self.size} 位")
        _judge_range(count, self.size, self.size, "bits")
        if len(data) != (count + 7) // 8 or int.from_bytes(data, "big") & ((1 << -count % 8) - 1):
            raise Misfit(WRONG_TYPE, "octets do not fit the number of bits", "字节数与位数不符")


@dataclass(frozen=True, slots=True)
class Ia5:
    """IA5String: ASCII characters, size in characters."""

    minimum: int
    maximum: int | None

    def judge(self, value: Any, types: Types, depth: int) -> None:
        if not isinstance(value, str):
            raise wrong_type("text", value)
        if not value.isascii():
            raise Misfit(OUT_OF_RANGE, "a character outside ASCII", "含有非 ASCII 字符")
        _judge_range(len(value), self.minimum, self.maximum, "characters")


@dataclass(frozen=True, slots=True)
class Utf8:
    """UTF8String."""

    def judge(self, value: Any, types: Types, depth: int) -> None:
        if not isinstance(value, str):
            raise wrong_type("text", value)
        try:
            value.encode()
        except UnicodeEncodeError:
            raise Misfit(OUT_OF_RANGE, "text that UTF-8 cannot carry", "无法用 UTF-8 表示的文本") from None


@dataclass(frozen=True, slots=True)
class Null:
    """NULL: nothing but None."""

    def judge(self, value: Any, types: Types, depth: int) -> None:
        if value is not None:
            raise wrong_type("null", value)


@dataclass(frozen=True, slots=True)
class Member:
    """One field of a SEQUENCE or one alternative of a CHOICE. may_lack: OPTIONAL, DEFAULT, or after the mark."""

    name: str
    shape: Shape
    may_lack: bool = False


@dataclass(frozen=True, slots=True)
class Sequence:
    """SEQUENCE, as a dictionary; a key of its own making is refused."""

    members: tuple[Member, ...]
    is_extensible: bool

    def judge(self, value: Any, types: Types, depth: int) -> None:
        if not isinstance(value, dict):
            raise wrong_type("an object", value)
        found = 0
        for member in self.members:
            if member.name in value:
                found += 1
                try:
                    member.shape.judge(value[member.name], types, depth)
                except Misfit as misfit:
                    raise misfit.under(member.name) from None
            elif not member.may_lack:
                raise Misfit(MISSING_FIELD, "is missing", "缺失").under(member.name)
        if found != len(value):
            known = {member.name for member in self.members}
            extra = next(str(key) for key in value if key not in known)
            raise Misfit(UNKNOWN_FIELD, "is not a field of this type", "该类型没有此字段").under(extra)


@dataclass(frozen=True, slots=True)
class Choice:
    """CHOICE, as (alternative, value)."""

    alternatives: Mapping[str, Shape]

    def judge(self, value: Any, types: Types, depth: int) -> None:
        if not (isinstance(value, tuple | list) and len(value) == 2):
            raise wrong_type("(alternative, value)", value)
        name, inner = value
        shape = self.alternatives.get(name) if isinstance(name, str) else None
        if shape is None:
            raise Misfit(UNKNOWN_ALTERNATIVE, f"unknown alternative {name!r}", f"未知的选项 {name!r}")
        try:
            shape.judge(inner, types, depth)
        except Misfit as misfit:
            raise misfit.under(name) from None


@dataclass(frozen=True, slots=True)
class ListOf:
    """SEQUENCE OF, size in items."""

    minimum: int
    maximum: int | None
    item: Shape

    def judge(self, value: Any, types: Types, depth: int) -> None:
        if not isinstance(value, list | tuple):
            raise wrong_type("a list", value)
        _judge_range(len(value), self.minimum, self.maximum, "items")
        for index, each in enumerate(value):
            try:
                self.item.judge(each, types, depth)
            except Misfit as misfit:
                raise misfit.under(f"[{index}]") from None
