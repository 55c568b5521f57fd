"""ASN.1 types as plain values: what the compiler writes code from, and what says where and why a value does not fit.

Python values of ASN.1 types: INTEGER int, BOOLEAN bool, ENUMERATED the name, OCTET STRING bytes, BIT STRING
(bytes, bits), IA5String and UTF8String str, NULL None, SEQUENCE dict, SEQUENCE OF list, CHOICE (alternative, value).
What a later text added keeps its octets; docs/codec.md has those forms.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from obu.codec.later import all_additions, later_number
from obu.codec.per import FRAGMENT, Refused
from obu.codec.reasons import (
    LATER,
    MAX_INTEGER_BITS,
    MAX_NESTING,
    MISSING_FIELD,
    OUT_OF_RANGE,
    TOO_DEEP,
    UNKNOWN_ALTERNATIVE,
    UNKNOWN_ENUMERATION,
    UNKNOWN_FIELD,
    WRONG_TYPE,
)
from obu.core.errors import LocalError


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


_KINDS_ZH = {
    "an integer": "整数",
    "true or false": "true 或 false",
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
    """A reference to a type by name. is_nested: it leads back to a type that it is part of."""

    name: str
    is_nested: bool = False

    def judge(self, value: Any, types: Types, depth: int) -> None:
        depth += self.is_nested
        if depth >= MAX_NESTING:
            raise Misfit(TOO_DEEP, f"nested more than {MAX_NESTING} deep", f"嵌套超过 {MAX_NESTING} 层")
        types[self.name].judge(value, types, depth)


@dataclass(frozen=True, slots=True)
class Boolean:
    """BOOLEAN."""

    def judge(self, value: Any, types: Types, depth: int) -> None:
        if type(value) is not bool:
            raise wrong_type("true or false", value)


@dataclass(frozen=True, slots=True)
class Integer:
    """INTEGER; None is unbounded, which here ends at 64 bits: an AID of a thousand octets is nobody's.

    is_extensible: a later text may have widened the range, so a number outside it is legal too.
    """

    minimum: int | None
    maximum: int | None
    is_extensible: bool = False

    def judge(self, value: Any, types: Types, depth: int) -> None:
        if type(value) is not int:
            raise wrong_type("an integer", value)
        if value.bit_length() > MAX_INTEGER_BITS:
            raise Misfit(OUT_OF_RANGE, f"is over {MAX_INTEGER_BITS} bits", f"超过 {MAX_INTEGER_BITS} 位")
        if not self.is_extensible:
            _judge_range(value, self.minimum, self.maximum)


@dataclass(frozen=True, slots=True)
class Enumerated:
    """ENUMERATED by name. root: how many names stand before the extension mark; None without one.

    numbers: those of the names, where they do not count from 0; PER writes the place in the list.
    """

    names: tuple[str, ...]
    root: int | None = None
    numbers: tuple[int, ...] = ()

    def judge(self, value: Any, types: Types, depth: int) -> None:
        if not isinstance(value, str) or not (value in self.names or _is_later(value, self.names, self.root)):
            raise Misfit(UNKNOWN_ENUMERATION, f"unknown name {value!r}", f"未知的枚举名 {value!r}")


@dataclass(frozen=True, slots=True)
class Octets:
    """OCTET STRING, size in bytes. is_extensible: a later text may have widened the size."""

    minimum: int
    maximum: int | None
    is_extensible: bool = False

    def judge(self, value: Any, types: Types, depth: int) -> None:
        if type(value) is not bytes:
            raise wrong_type("bytes", value)
        if not self.is_extensible:
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
        if type(data) is not bytes or type(count) is not int:
            raise wrong_type("(bytes, number of bits)", value)
        _judge_range(count, self.size, FRAGMENT - 1 if self.is_extensible else self.size, "bits")
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
class Open:
    """An open type: of the shape that the number in the field `by` beside it has, octets where it has none."""

    by: str
    shapes: Mapping[int, Shape]

    def judge(self, value: Any, types: Types, depth: int) -> None:
        _UNKNOWN.judge(value, types, depth)


_UNKNOWN = Octets(1, None)  # what an open type holds is at least one octet (X.691 11.1.3)


def chosen(shape: Shape, fields: Mapping[str, Any]) -> Shape:
    """The shape of an open type among the other `fields` of its SEQUENCE; any other shape as it is."""
    if not isinstance(shape, Open):
        return shape
    number = fields.get(shape.by)
    return shape.shapes.get(number, _UNKNOWN) if type(number) is int else _UNKNOWN


@dataclass(frozen=True, slots=True)
class Member:
    """One field of a SEQUENCE or one alternative of a CHOICE. may_lack: OPTIONAL, DEFAULT, or after the mark.

    default: what an absent field stands for; None where there is no DEFAULT.
    """

    name: str
    shape: Shape
    may_lack: bool = False
    default: Any = None


@dataclass(frozen=True, slots=True)
class Sequence:
    """SEQUENCE, as a dictionary; a key of its own making is refused. root: how many members stand before the mark."""

    members: tuple[Member, ...]
    is_extensible: bool = False
    root: int = 0

    def judge(self, value: Any, types: Types, depth: int) -> None:
        if not isinstance(value, dict):
            raise wrong_type("an object", value)
        found = 0
        for member in self.members:
            if member.name in value:
                found += 1
                try:
                    chosen(member.shape, value).judge(value[member.name], types, depth)
                except Misfit as misfit:
                    raise misfit.under(member.name) from None
            elif not member.may_lack:
                raise Misfit(MISSING_FIELD, "is missing", "缺失").under(member.name)
        if LATER in value and self.is_extensible:
            found += 1
            self._judge_later(value)
        if found != len(value):
            known = {member.name for member in self.members}
            extra = next(str(key) for key in value if key not in known)
            raise Misfit(UNKNOWN_FIELD, "is not a field of this type", "该类型没有此字段").under(extra)

    def _judge_later(self, value: dict[str, Any]) -> None:
        named = [b"." if member.name in value else None for member in self.members[self.root :]]
        try:
            all_additions(named, value[LATER])
        except Refused:
            raise Misfit(WRONG_TYPE, "are no additions", "不是有效的扩展内容").under(LATER) from None


@dataclass(frozen=True, slots=True)
class Choice:
    """CHOICE, as (alternative, value). root: how many alternatives stand before the mark; None without one."""

    alternatives: Mapping[str, Shape]
    root: int | None = None

    def judge(self, value: Any, types: Types, depth: int) -> None:
        if not (isinstance(value, tuple | list) and len(value) == 2):
            raise wrong_type("(alternative, value)", value)
        name, inner = value
        shape = self.alternatives.get(name) if isinstance(name, str) else None
        if shape is None and _is_later(name, self.alternatives, self.root):
            shape = Octets(1, None)
        if shape is None:
            raise Misfit(UNKNOWN_ALTERNATIVE, f"unknown alternative {name!r}", f"未知的选项 {name!r}")
        try:
            shape.judge(inner, types, depth)
        except Misfit as misfit:
            raise misfit.under(name) from None


def _is_later(name: Any, known: Collection[str], root: int | None) -> bool:
    """Whether it is the `...3` of something that a later text added."""
    if root is None:
        return False
    try:
        later_number(name, len(known) - root)
    except Refused:
        return False
    return True


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
