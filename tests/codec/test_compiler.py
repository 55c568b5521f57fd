"""What the compiler writes for each construct is what asn1tools and pycrate do, also where our messages are simpler."""

import random
from collections.abc import Callable
from types import ModuleType

import pytest

from obu.codec import per
from obu.codec.compiler import files
from obu.codec.compiler.page import folded, snake
from obu.codec.compiler.sources import modules, types_of
from obu.core.errors import RemoteError
from tests.codec import reference

CONSTRUCTS = {
    "Flag": "BOOLEAN",
    "Nothing": "SEQUENCE { a NULL, b BOOLEAN }",
    "One": "SEQUENCE { a INTEGER (5..5), b INTEGER (-3..3), c INTEGER (0..18446744073709551615) }",
    "Names": "SEQUENCE { a ENUMERATED { only (0) }, b ENUMERATED { one (0), two (1), three (2), ... } }",
    "Grown": "SEQUENCE { a ENUMERATED { one (0), ..., two (1) }, b INTEGER (0..1) }",
    "Text": "SEQUENCE { a IA5String (SIZE (0..300)), b IA5String (SIZE (4)), c OCTET STRING (SIZE (0..70)) }",
    "Bits": "SEQUENCE { a BIT STRING (SIZE (3)), b BIT STRING (SIZE (17)), c BIT STRING (SIZE (5, ...)) }",
    "Cards": "SEQUENCE OF OCTET STRING",
    "Lists": "SEQUENCE { a SEQUENCE (SIZE (0..3)) OF BOOLEAN, b SEQUENCE (SIZE (2)) OF INTEGER (0..9) }",
    "Ways": "CHOICE { a NULL, b BOOLEAN, c SEQUENCE { d BOOLEAN OPTIONAL }, ..., e INTEGER (0..300), f Flag }",
    "Added": "SEQUENCE { a BOOLEAN OPTIONAL, ..., b INTEGER (0..300) OPTIONAL, c Cards OPTIONAL, d Flag OPTIONAL }",
    "Single": "CHOICE { a BOOLEAN }",
    "Open": "SEQUENCE { ... }",
    "Gaps": "SEQUENCE { a ENUMERATED { one (1), three (3), nine (9), ..., ten (10), twenty (20) }, b INTEGER (0..1) }",
    "Growing": "SEQUENCE { a INTEGER (0..127, ...), b INTEGER (-3..3, ...), c INTEGER (5..5, ...), "
    "d INTEGER (0..4294967295, ...) }",
    "Longer": "SEQUENCE { a OCTET STRING (SIZE (0..9, ...)), b OCTET STRING (SIZE (3, ...)) }",
    "Long": "SEQUENCE { a BOOLEAN, b OCTET STRING (SIZE (40)), c BOOLEAN }",
}
SOURCE = "\n".join(
    ["M DEFINITIONS AUTOMATIC TAGS ::= BEGIN", *(f"{name} ::= {body}" for name, body in CONSTRUCTS.items()), "END"]
)


@pytest.fixture(scope="module")
def code_of() -> Callable[[str], ModuleType]:
    """The module that the compiler writes with a construct as its root."""
    found = modules((SOURCE,))

    def of(name: str) -> ModuleType:
        [(home, source)] = files.per_library(found, name).sources.items()
        module = ModuleType(f"written_{name}")
        exec(compile(files.text(source, home, {}), module.__name__, "exec"), module.__dict__)
        return module

    return of


@pytest.mark.parametrize("name", CONSTRUCTS)
def test_it_is_as_asn1tools_has_it(name, code_of, draw_from):
    theirs, types = reference.compile_texts((SOURCE,), "uper"), types_of(modules((SOURCE,)))
    module, rng = code_of(name), random.Random(name)
    decode, encode = (getattr(module, f"{kind}_{snake(name)}") for kind in ("decode", "encode"))
    for number in range(300):
        value = draw_from(name, types, rng, number)
        data = theirs.encode(name, value)
        # asn1tools writes nothing at all where X.691 11.1.3 asks for one octet of zeros.
        assert per.octets(encode(value)) == (data or b"\0")
        assert per.decode_whole(decode, data or b"\0") == value
        for size in range(len(data)):
            with pytest.raises(RemoteError):
                per.decode_whole(decode, data[:size])
        noise = rng.randbytes(rng.randrange(1, 12))
        try:
            taken = per.decode_whole(decode, noise)
        except RemoteError:
            continue
        assert per.octets(encode(taken)) == noise


@pytest.mark.parametrize("count", [0, 127, 128, 16_383, 16_384, 16_385, 65_536, 82_000])
def test_lists_without_bounds_travel_in_fragments(count, code_of):
    module = code_of("Cards")
    value = [bytes([number & 255]) for number in range(count)]
    data = per.octets(module.encode_cards(value))
    assert per.decode_whole(module.decode_cards, data) == value
    if count < 16_384:
        assert data == reference.compile_texts((SOURCE,), "uper").encode("Cards", value)


def test_long_lines_are_folded():
    line = "    x = f(" + ", ".join(f"(name_{number}, g({number}, {{1: 2}}))" for number in range(9)) + ")"
    lines = folded(line)
    assert max(map(len, lines)) < 60
    assert "".join("".join(lines).split()).replace(",)", ")") == "".join(line.split())
    assert folded("    short = f(1)") == ["    short = f(1)"]
    name = "x" * 110
    assert folded(f'    a, b = {name}["offset"]') == [f"    a, b = {name}[", '        "offset"', "    ]"]
