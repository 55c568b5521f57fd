"""The ASN.1 sources as shapes: the one door to asn1tools, which only parses; what is not understood is refused here."""

from collections.abc import Iterator
from dataclasses import replace
from importlib.resources import files
from typing import Any

import asn1tools

from obu.codec.compiler import objects
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

_EDITIONS = ("ydt3709", "csae53")
OER_SCHEMAS = {"security": ("security",)}
# Every other file of the folder is a message, or shared by messages: a new one is found by being there.
_FOUND = sorted(path.name for path in files("obu.codec.asn1").iterdir() if path.name.endswith(".asn"))
_STEMS = (name.removesuffix(".asn") for name in _FOUND)
_SHARED = tuple(stem for stem in _STEMS if stem not in (*_EDITIONS, *OER_SCHEMAS))
PER_SCHEMAS = {edition: (*_SHARED, edition) for edition in _EDITIONS}
SCHEMAS = PER_SCHEMAS | OER_SCHEMAS

Module = dict[str, Shape]


def source_texts(schema: str) -> tuple[str, ...]:
    """The ASN.1 modules that make `schema` (ydt3709, csae53, security)."""
    folder = files("obu.codec") / "asn1"
    return tuple((folder / f"{stem}.asn").read_text(encoding="utf-8") for stem in SCHEMAS[schema])


def modules(texts: tuple[str, ...]) -> dict[str, Module]:
    """ASN.1 module name to its types. Raises ValueError for a construct that the compiler does not write code for."""
    parsed = asn1tools.parse_string("\n".join(texts))
    objects.put_in_place(parsed, texts)
    found = {
        name: {type_name: _shape(descriptor) for type_name, descriptor in module["types"].items()}
        for name, module in parsed.items()
    }
    _mark_nesting(found)
    return found


def types_of(found: dict[str, Module]) -> Module:
    """All types of some modules; no two have the same name."""
    types = {name: shape for module in found.values() for name, shape in module.items()}
    if len(types) != sum(map(len, found.values())):
        raise ValueError("two modules have a type of the same name")
    return types


def parts(shape: Shape) -> tuple[Shape, ...]:
    """The shapes directly inside one."""
    match shape:
        case Sequence(members):
            return tuple(member.shape for member in members)
        case Choice(alternatives):
            return tuple(alternatives.values())
        case ListOf():
            return (shape.item,)
        case Open(_, shapes):
            return tuple(shapes.values())
    return ()


def names_in(shape: Shape) -> Iterator[str]:
    """The named types that a shape refers to, in order, with repetitions."""
    if isinstance(shape, Named):
        yield shape.name
    for part in parts(shape):
        yield from names_in(part)


def _shape(descriptor: dict[str, Any]) -> Shape:
    kind = descriptor["type"]
    if kind == "SEQUENCE":
        return _sequence(descriptor)
    if kind == "CHOICE":
        members, root = _split(descriptor["members"])
        return Choice({each["name"]: _shape(each) for each in members}, root)
    if kind == "SEQUENCE OF":
        return ListOf(*_size(descriptor), _shape(descriptor["element"]))
    if kind == "INTEGER":
        constraint = descriptor.get("restricted-to", [("MIN", "MAX")])
        return Integer(*_bounds(constraint), None in constraint)
    if kind == "ENUMERATED":
        return _enumerated(descriptor)
    if kind == "OCTET STRING":
        return Octets(*_bounds_of_size(descriptor), None in descriptor.get("size", ()))
    if kind == objects.OPEN:
        return Open(descriptor["by"], {number: Named(name) for number, name in descriptor["types"].items()})
    if kind == "IA5String":
        return Ia5(*_size(descriptor))
    if kind == "BIT STRING":
        return _bits(descriptor)
    plain: dict[str, Shape] = {"UTF8String": Utf8(), "NULL": Null(), "BOOLEAN": Boolean()}
    return plain[kind] if kind in plain else Named(kind)


def _split(items: list[Any]) -> tuple[list[Any], int | None]:
    """The items without the extension mark, and how many stand before it (None without one)."""
    if items.count(None) > 1 or any(isinstance(item, list) for item in items):
        raise ValueError("a second extension mark, or an addition group, is not supported")
    root = items.index(None) if None in items else None
    return [item for item in items if item is not None], root


def _sequence(descriptor: dict[str, Any]) -> Sequence:
    members, root = _split(descriptor["members"])
    made = tuple(
        Member(
            each["name"],
            shape := _shape(each),
            each.get("optional", False) or "default" in each or (root is not None and index >= root),
            _default(each.get("default"), shape),
        )
        for index, each in enumerate(members)
    )
    return Sequence(made, root is not None, len(made) if root is None else root)


def _default(default: Any, shape: Shape) -> Any:
    # A bit string's default comes as the text 0b10000000.
    if isinstance(default, str) and default.startswith("0b"):
        bits = default[2:]
        size = (len(bits) + 7) // 8
        return int(bits.ljust(size * 8, "0"), 2).to_bytes(size, "big"), len(bits)
    return default


def _enumerated(descriptor: dict[str, Any]) -> Enumerated:
    values, root = _split(descriptor["values"])
    numbers = [number for _, number in values]
    if numbers != sorted(numbers):
        raise ValueError("an enumeration whose numbers do not ascend is not supported")
    counts_from_0 = numbers == list(range(len(values)))
    return Enumerated(tuple(name for name, _ in values), root, () if counts_from_0 else tuple(numbers))


def _bits(descriptor: dict[str, Any]) -> Bits:
    size = descriptor["size"][0]
    by_index = {int(index): name for name, index in descriptor.get("named-bits", ())}
    return Bits(size, None in descriptor["size"], tuple(by_index.get(index) for index in range(size)))


def _size(descriptor: dict[str, Any]) -> tuple[int, int | None]:
    if None in descriptor.get("size", ()):
        raise ValueError("an extensible size of a list or a text is not supported")
    return _bounds_of_size(descriptor)


def _bounds_of_size(descriptor: dict[str, Any]) -> tuple[int, int | None]:
    minimum, maximum = _bounds(descriptor.get("size", [(0, "MAX")]))
    return minimum or 0, maximum


def _bounds(constraint: list[Any]) -> tuple[int | None, int | None]:
    first = constraint[0]
    low, high = first if isinstance(first, tuple) else (first, first)
    return (None if low == "MIN" else low), (None if high == "MAX" else high)


def _mark_nesting(found: dict[str, Module]) -> None:
    """Marks the references that lead back to a type they are part of, so that nesting can be counted."""
    types = types_of(found)
    done: set[str] = set()
    back: set[tuple[str, str]] = set()

    def walk(name: str, around: tuple[str, ...]) -> None:
        for inner in names_in(types[name]):
            if inner in (*around, name):
                back.add((name, inner))
            elif inner not in done:
                walk(inner, (*around, name))
        done.add(name)

    for name in types:
        if name not in done:
            walk(name, ())
    for module in found.values():
        for name, shape in module.items():
            inner = frozenset(to for origin, to in back if origin == name)
            if inner:
                module[name] = _marked(shape, inner)


def _marked(shape: Shape, names: frozenset[str]) -> Shape:
    match shape:
        case Named(name):
            return Named(name, name in names)
        case Sequence(members):
            return replace(shape, members=tuple(replace(each, shape=_marked(each.shape, names)) for each in members))
        case Choice(alternatives):
            return replace(shape, alternatives={name: _marked(each, names) for name, each in alternatives.items()})
        case ListOf():
            return replace(shape, item=_marked(shape.item, names))
    return shape
