"""ASN.1 values as JSON and back, without loss; the schema's type says what a text stands for (docs/json-form.md)."""

import json
from typing import Any

from obu.codec.editions import Edition
from obu.codec.explain import types as types_of
from obu.codec.reasons import LATER, WRONG_TYPE
from obu.codec.shape import (
    Bits,
    Choice,
    EncodeError,
    ListOf,
    Misfit,
    Named,
    Octets,
    Sequence,
    Shape,
    Types,
    chosen,
    wrong_type,
)
from obu.codec.uper import Frame

_LATER_OCTETS = Octets(1, None)


def frame_tree(frame: Frame) -> dict[str, Any]:
    """A decoded MessageFrame as {message, edition, value}, ready for json.dumps."""
    return {"message": frame.name, "edition": frame.edition.value, "value": to_tree(frame.value)}


def frame_of(tree: dict[str, Any]) -> Frame:
    """The Frame of a frame_tree; edition may lack and is then ydt3709. Raises EncodeError with the path."""
    name = tree.get("message")
    try:
        edition = Edition(tree.get("edition", Edition.YDT3709.value))
    except ValueError:
        raise EncodeError("edition: is neither ydt3709 nor csae53", "edition：应为 ydt3709 或 csae53") from None
    if not isinstance(name, str):
        raise EncodeError("message: is missing", "message：缺失")
    if "value" not in tree:
        raise EncodeError("value: is missing", "value：缺失")
    _, value = from_tree(edition.value, "MessageFrame", {name: tree["value"]})
    return Frame(name, value, edition)


def to_tree(value: Any) -> Any:
    """A value of any type as what json.dumps takes."""
    match value:
        case dict():
            return {name: _later_tree(each) if name == LATER else to_tree(each) for name, each in value.items()}
        case list():
            return [to_tree(each) for each in value]
        case (bytes() as data, int(count)):
            return "".join(f"{octet:08b}" for octet in data)[:count]
        case (str(name), inner):
            return {name: to_tree(inner)}
        case bytes():
            return value.hex()
    return value


def from_tree(schema: str, type_name: str, tree: Any) -> Any:
    """The value of what json.loads gave. Raises EncodeError where the form is wrong; ranges are encode's to judge."""
    try:
        return _read(Named(type_name), tree, types_of(schema))
    except Misfit as misfit:
        path = misfit.path or type_name
        raise EncodeError(f"{path}: {misfit.en}", f"{path}：{misfit.zh}") from None


def loads(text: str | bytes) -> Any:
    """json.loads that refuses a key given twice. Raises EncodeError."""
    try:
        return json.loads(text, object_pairs_hook=_unique)
    except (ValueError, RecursionError) as error:
        raise EncodeError(f"not JSON: {error}", f"不是有效的 JSON：{error}") from None


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    tree = dict(pairs)
    if len(tree) != len(pairs):
        raise ValueError("a key is given twice")
    return tree


def _later_tree(later: Any) -> Any:
    return later if isinstance(later, int) else [None if each is None else each.hex() for each in later]


def _read(shape: Shape, tree: Any, types: Types) -> Any:
    match shape:
        case Named(name):
            return _read(types[name], tree, types)
        case Sequence(members):
            return _read_sequence(members, tree, types)
        case Choice(alternatives):
            return _read_choice(alternatives, tree, types)
        case ListOf():
            return _read_list(shape.item, tree, types)
        case Octets():
            return _read_octets(tree)
        case Bits():
            return _read_bits(tree)
    return tree


def _read_sequence(members: Any, tree: Any, types: Types) -> dict[str, Any]:
    if not isinstance(tree, dict):
        raise wrong_type("an object", tree)
    value = dict(tree)
    for member in members:
        if member.name in tree:
            try:
                value[member.name] = _read(chosen(member.shape, tree), tree[member.name], types)
            except Misfit as misfit:
                raise misfit.under(member.name) from None
    if isinstance(tree.get(LATER), list):
        value[LATER] = tuple(None if each is None else _read_octets(each) for each in tree[LATER])
    return value


def _read_choice(alternatives: Any, tree: Any, types: Types) -> tuple[str, Any]:
    if not isinstance(tree, dict) or len(tree) != 1:
        raise Misfit(WRONG_TYPE, "an object with one alternative is expected", "应为只含一个选项的对象")
    [(name, inner)] = tree.items()
    if name not in alternatives and not name.startswith(LATER):
        return name, inner
    try:
        return name, _read(alternatives.get(name, _LATER_OCTETS), inner, types)
    except Misfit as misfit:
        raise misfit.under(name) from None


def _read_list(item: Shape, tree: Any, types: Types) -> list[Any]:
    if not isinstance(tree, list):
        raise wrong_type("a list", tree)
    value = []
    for index, each in enumerate(tree):
        try:
            value.append(_read(item, each, types))
        except Misfit as misfit:
            raise misfit.under(f"[{index}]") from None
    return value


def _read_octets(tree: Any) -> bytes:
    try:
        return bytes.fromhex(tree)
    except (TypeError, ValueError):
        raise Misfit(WRONG_TYPE, "hex digits are expected", "应为十六进制数字") from None


def _read_bits(tree: Any) -> tuple[bytes, int]:
    if not isinstance(tree, str) or not tree or set(tree) - {"0", "1"}:
        raise Misfit(WRONG_TYPE, "digits 0 and 1 are expected", "应为 0 和 1 组成的文本")
    size = (len(tree) + 7) // 8
    return int(tree.ljust(size * 8, "0"), 2).to_bytes(size, "big"), len(tree)
