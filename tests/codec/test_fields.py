"""Every type is, field by field, what the standard's field list says; nothing less and nothing more."""

import re
from pathlib import Path

import pytest

from obu.codec.compiler.sources import source_texts
from obu.codec.generated import index
from obu.codec.shape import (
    Bits,
    Boolean,
    Choice,
    Enumerated,
    Ia5,
    Integer,
    ListOf,
    Named,
    Null,
    Octets,
    Open,
    Sequence,
    Shape,
    Utf8,
)
from tests.codec import reference
from tests.codec.reference import DAY_2

HERE = Path(__file__).parent
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


# What T/CSAE 157-2020 adds after the marks of day-1 types.
ADDED = {
    "MessageFrame": "; msgFrameExt MessageFrameExt",
    "Node": "; inLinks-ex? LinkExList; prohibitedzone? ProhibitedZone",
    "RTSData": "; auxiliarySign? AuxiliarySign",
}


def listed(name: str = "fields_day1.txt") -> dict[str, str]:
    lines = (HERE / name).read_text(encoding="utf-8").splitlines()
    return dict(line.split(" = ", 1) for line in lines if line and not line.startswith("#"))


def written(shape: Shape) -> str:
    """A shape in the notation of the field list."""
    match shape:
        case Named(name):
            return name
        case Integer(minimum, maximum, is_extensible):
            return f"int{'+' * is_extensible} " + _span(minimum, maximum)
        case Enumerated(names, _, numbers):
            counted = zip(names, numbers or range(len(names)), strict=True)
            return " ".join(("enum", *(each if at == n else f"{each}={n}" for at, (each, n) in enumerate(counted))))
        case Octets(minimum, maximum, is_extensible):
            return f"octets{'+' * is_extensible} " + _span(minimum, maximum)
        case Boolean():
            return "bool"
        case Ia5(minimum, maximum):
            return "ascii " + _span(minimum, maximum)
        case Utf8():
            return "utf8"
        case Null():
            return "null"
        case Bits(size, is_extensible, names):
            return " ".join((f"bits{'+' * is_extensible}", str(size), *filter(None, names)))
        case Sequence(members, is_extensible):
            fields = (f"{each.name}{'?' * each.may_lack} {written(each.shape)}" for each in members)
            return f"seq{'+' * is_extensible} " + "; ".join(fields)
        case Choice(alternatives):
            return "choice " + "; ".join(f"{name} {written(each)}" for name, each in alternatives.items())
        case ListOf(minimum, maximum, item):
            return f"list {_span(minimum, maximum)} {written(item)}"
    raise AssertionError(shape)


def _span(minimum: int | None, maximum: int | None) -> str:
    if minimum == maximum and minimum is not None:
        return str(minimum)
    return f"{'MIN' if minimum is None else minimum}..{'MAX' if maximum is None else maximum}"


def _unmarked(text: str) -> str:
    return text.replace("choice+", "choice").replace("enum+", "enum")


def expected(edition: str) -> dict[str, str]:
    types = listed() | listed("fields_day2.txt")
    for name, added in ADDED.items():
        types[name] += added
    if edition == "csae53":
        for name, change in CSAE53.items():
            types[name] = change if isinstance(change, str) else types[name].replace(*change)
    return types


@pytest.mark.parametrize("edition", ["ydt3709", "csae53"])
def test_every_type_is_as_the_standard_lists_it(edition):
    types = reference.types(edition)
    want = expected(edition)
    assert types.keys() - want.keys() == {"MessageFrameExt"}
    for name, text in want.items():
        # Whether a CHOICE or an ENUM may grow shows on the wire, which test_extension_marks and the oracle read.
        assert written(types[name]) == _unmarked(text), name


def test_the_message_of_a_number_is_that_of_the_list():
    types = reference.types("ydt3709")
    extension = types["MessageFrameExt"]
    assert isinstance(extension, Sequence)
    assert extension.is_extensible
    number, value = extension.members
    assert number.name == "messageId"
    assert number.shape == Named("ExtMsgID")
    assert value.name == "value"
    assert value.shape == Open("messageId", {number: Named(name) for number, name in DAY_2.items()})
    assert index.NUMBERS.keys() == DAY_2.keys()
    assert [*index.FRAMES] == list(types["MessageFrame"].alternatives)[:5]
    stems = {path.name.removesuffix(".asn") for path in (HERE.parents[1] / "obu/codec/asn1").glob("*.asn")}
    assert {*index.FRAMES.values(), *index.NUMBERS.values()} <= stems


def test_extension_marks_are_those_of_the_list():
    lists = listed() | listed("fields_day2.txt")
    marked = {name for name, text in lists.items() if re.search(r"\b(choice|enum|seq|bits|int|octets)\+ ", f"{text} ")}
    found = set()
    for text in source_texts("ydt3709"):
        for block in text.split("\n\n"):
            if "::=" in block and "..." in block.split("::=", 1)[1]:
                found.add(block.split("::=")[0].split()[-1])
    assert found - {"MessageFrameExt", "MESSAGE-ID-AND-TYPE"} == marked


@pytest.mark.parametrize(("name", "before"), [("Node", 4), ("RTSData", 8), ("MessageFrame", 5)])
def test_what_day_2_adds_stands_after_the_mark(name, before):
    shape = reference.types("ydt3709")[name]
    assert isinstance(shape, Sequence | Choice)
    assert shape.root == before


def test_every_security_type_is_as_the_standard_lists_it():
    types = reference.types("security")
    want = listed("fields_security.txt")
    assert types.keys() == want.keys()
    for name, text in want.items():
        assert written(types[name]) == _unmarked(text), name


def test_security_extension_marks_stand_where_the_standard_has_them():
    # Where the mark stands decides what is an addition, and so an open type on the wire.
    [text] = source_texts("security")
    found = {}
    for block in text.split("\n\n"):
        lines = [line.split("--")[0].strip().rstrip(",") for line in block.splitlines() if not line.startswith("--")]
        if "..." in lines:
            name = lines[0].split(" ::=")[0]
            before = [line.split()[0] for line in lines[1 : lines.index("...")] if line not in ("{", "}")]
            found[name] = before[-1]
    marks = {}
    for line in (HERE / "marks_security.txt").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            name, last = line.split()
            marks[name] = last
    assert {name: found[name] for name in marks} == marks
