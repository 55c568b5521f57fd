"""Every type of the day-1 messages is, field by field, what the standard's field list says; nothing less, nothing more."""

from pathlib import Path

import pytest

from obu.codec import schema
from obu.codec.shape import Bits, Choice, Enumerated, Ia5, Integer, ListOf, Named, Octets, Sequence, Shape

FIELDS = Path(__file__).with_name("fields_day1.txt")
# YD/T 3709-2020 against T/CSAE 53-2020: the whole difference.
CSAE53 = {
    "NodeList": "list 1..63 Node",
    "ConnectsToList": "list 1..16 Connection",
    "PathPointList": "list 1..32 PositionOffsetLLV",
    "DHour": "int 0..24",
    "DTimeOffset": "int -720..721",
    "Link": ("linkWidth LaneWidth", "linkWidth? LaneWidth"),
    "FullPositionVector": (
        "posAccuracy? PositionConfidenceSet",
        "posAccuracy? PositionalAccuracy; posConfidence? PositionConfidenceSet",
    ),
}


def listed() -> dict[str, str]:
    lines = FIELDS.read_text(encoding="utf-8").splitlines()
    return dict(line.split(" = ", 1) for line in lines if line and not line.startswith("#"))


def written(shape: Shape) -> str:
    """A shape in the notation of the field list."""
    match shape:
        case Named(name):
            return name
        case Integer(minimum, maximum):
            return f"int {minimum}..{maximum}"
        case Enumerated(names):
            return " ".join(("enum", *names))
        case Octets(minimum, maximum):
            return f"octets {minimum}" if minimum == maximum else f"octets {minimum}..{maximum}"
        case Ia5(minimum, maximum):
            return f"ascii {minimum}..{maximum}"
        case Bits(size, is_extensible, names):
            return " ".join((f"bits{'+' * is_extensible}", str(size), *filter(None, names)))
        case Sequence(members, is_extensible):
            fields = (f"{each.name}{'?' * each.may_lack} {written(each.shape)}" for each in members)
            return f"seq{'+' * is_extensible} " + "; ".join(fields)
        case Choice(alternatives):
            return "choice " + "; ".join(f"{name} {written(each)}" for name, each in alternatives.items())
        case ListOf(minimum, maximum, item):
            return f"list {minimum}..{maximum} {written(item)}"
    raise AssertionError(shape)


def expected(edition: str) -> dict[str, str]:
    types = listed()
    if edition == "csae53":
        for name, change in CSAE53.items():
            types[name] = change if isinstance(change, str) else types[name].replace(*change)
    return types


@pytest.mark.parametrize("edition", ["ydt3709", "csae53"])
def test_every_type_is_as_the_standard_lists_it(edition):
    types = schema.compile_schema(edition).types
    want = expected(edition)
    assert types.keys() - want.keys() == {"MessageFrameExt"}
    for name, text in want.items():
        got = written(types[name])
        if name == "MessageFrame":
            got = got.replace("; msgFrameExt MessageFrameExt", "")
        # Whether a CHOICE or an ENUM may grow shows on the wire, which test_extension_marks and the oracle read.
        for kind in ("choice+", "enum+"):
            text = text.replace(kind, kind[:-1])
        assert got == text, name


def test_extension_marks_are_those_of_the_list():
    marked = {name for name, text in listed().items() if text.split()[0] in ("choice+", "enum+", "seq+", "bits+")}
    found = set()
    for text in schema.source_texts("ydt3709"):
        for block in text.split("\n\n"):
            if "::=" in block and "..." in block.split("::=", 1)[1]:
                found.add(block.split("::=")[0].split()[-1])
    assert found - {"MessageFrameExt"} == marked
