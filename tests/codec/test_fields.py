"""Every type is, field by field, what the standard's field list says; nothing less and nothing more."""

from pathlib import Path

import pytest

from obu.codec.compiler.sources import source_texts
from obu.codec.shape import Bits, Choice, Enumerated, Ia5, Integer, ListOf, Named, Null, Octets, Sequence, Shape, Utf8
from tests.codec import reference

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


def listed(name: str = "fields_day1.txt") -> dict[str, str]:
    lines = (HERE / name).read_text(encoding="utf-8").splitlines()
    return dict(line.split(" = ", 1) for line in lines if line and not line.startswith("#"))


def written(shape: Shape) -> str:
    """A shape in the notation of the field list."""
    match shape:
        case Named(name):
            return name
        case Integer(minimum, maximum):
            return "int " + _span(minimum, maximum)
        case Enumerated(names):
            return " ".join(("enum", *names))
        case Octets(minimum, maximum):
            return "octets " + _span(minimum, maximum)
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
    types = listed()
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
        got = written(types[name])
        if name == "MessageFrame":
            got = got.replace("; msgFrameExt MessageFrameExt", "")
        # Whether a CHOICE or an ENUM may grow shows on the wire, which test_extension_marks and the oracle read.
        assert got == _unmarked(text), name


def test_extension_marks_are_those_of_the_list():
    marked = {name for name, text in listed().items() if text.split()[0] in ("choice+", "enum+", "seq+", "bits+")}
    found = set()
    for text in source_texts("ydt3709"):
        for block in text.split("\n\n"):
            if "::=" in block and "..." in block.split("::=", 1)[1]:
                found.add(block.split("::=")[0].split()[-1])
    assert found - {"MessageFrameExt"} == marked


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
