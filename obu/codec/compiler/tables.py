"""Writes a schema's types as a table: for JSON, which asks what a text stands for, and to say what does not fit."""

from obu.codec.compiler.sources import Module
from obu.codec.shape import (
    Bits,
    Boolean,
    Choice,
    Enumerated,
    Ia5,
    Integer,
    ListOf,
    Member,
    Named,
    Null,
    Octets,
    Open,
    Sequence,
    Shape,
    Utf8,
)

KINDS = (Bits, Boolean, Choice, Enumerated, Ia5, Integer, ListOf, Member, Named, Null, Octets, Open, Sequence, Utf8)


def text(types: Module) -> str:
    """The module's text below its first line."""
    body = [f'    "{name}": {_written(shape, 1)},' for name, shape in types.items()]
    table = "\n".join(["TYPES: Types = {", *body, "}"])
    used = sorted({kind.__name__ for kind in KINDS if f"{kind.__name__}(" in table} | {"Types"})
    imports = ["from obu.codec.shape import (", *(f"    {name}," for name in used), ")"]
    return "\n".join([*imports, "", table]) + "\n"


def _written(shape: Shape, depth: int) -> str:
    match shape:
        case Named(name, is_nested):
            return f'Named("{name}", True)' if is_nested else f'Named("{name}")'
        case Sequence(members, is_extensible, root):
            inner = [_member(each, depth + 1) for each in members]
            return f"Sequence({_block('(', inner, ')', depth)}, {is_extensible}, {root})"
        case Choice(alternatives, root):
            inner = [f'"{name}": {_written(each, depth + 1)}' for name, each in alternatives.items()]
            return f"Choice({_block('{', inner, '}', depth)}, {root})"
        case ListOf(minimum, maximum, item):
            return f"ListOf({minimum}, {maximum}, {_written(item, depth)})"
        case Enumerated(names, root, numbers):
            inner = [f'"{name}"' for name in names]
            numbered = f", {_block('(', list(map(str, numbers)), ')', depth)}" if numbers else ""
            return f"Enumerated({_block('(', inner, ')', depth)}, {root}{numbered})"
        case Open(by, shapes):
            inner = [f"{number}: {_written(each, depth + 1)}" for number, each in shapes.items()]
            return f'Open("{by}", {_block("{", inner, "}", depth)})'
        case Bits(size, is_extensible, names):
            inner = [f'"{name}"' if name else "None" for name in names]
            return f"Bits({size}, {is_extensible}, {_block('(', inner, ')', depth)})"
        case Integer(minimum, maximum, True) | Octets(minimum, maximum, True):
            return f"{type(shape).__name__}({minimum}, {maximum}, True)"
        case Integer(minimum, maximum) | Octets(minimum, maximum) | Ia5(minimum, maximum):
            return f"{type(shape).__name__}({minimum}, {maximum})"
    return f"{type(shape).__name__}()"


def _member(member: Member, depth: int) -> str:
    default = "" if member.default is None else f", {member.default!r}"
    may_lack = f", {member.may_lack}" if member.may_lack or default else ""
    return f'Member("{member.name}", {_written(member.shape, depth)}{may_lack}{default})'


def _block(opening: str, items: list[str], closing: str, depth: int) -> str:
    if not items:
        return opening + closing
    short = ", ".join(items) + ("," if len(items) == 1 and opening == "(" else "")
    if len(short) < 60 and "\n" not in short:
        return opening + short + closing
    indent = "    " * (depth + 1)
    lines, line = [opening], indent
    for item in items:
        if line != indent and len(line) + len(item) > 108:
            lines.append(line.rstrip())
            line = indent
        line += item + ", "
    return "\n".join([*lines, line.rstrip(), "    " * depth + closing])
