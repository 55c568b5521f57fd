"""Writes a reader of a few fields: what stands between them is passed over, and nothing is read after the last."""

from collections.abc import Mapping

from obu.codec.compiler.library import Library
from obu.codec.compiler.page import snake
from obu.codec.compiler.uper_decode import Body
from obu.codec.compiler.usual import USUAL
from obu.codec.shape import Boolean, Enumerated, Integer, Named, Octets, Sequence, Shape

# Message: its name in MessageFrame and the fields that tell whether it matters to us, in the order of header.Header.
HEADERS: dict[str, tuple[str, tuple[str | None, ...]]] = {
    "BasicSafetyMessage": ("bsmFrame", ("id", "pos.lat", "pos.long", "speed", "heading", "secMark")),
    "RoadsideSafetyMessage": ("rsmFrame", ("id", "refPos.lat", "refPos.long", None, None, None)),
    "RoadSideInformation": ("rsiFrame", ("id", "refPos.lat", "refPos.long", None, None, None)),
}


def write(library: Library, name: str) -> str:
    """def head_<name>(n, left) -> the name and the fields of HEADERS, in their order."""
    head = f"def head_{snake(name)}(n: int, left: int) -> tuple[Any, ...]:"
    quick = _body(library, name, USUAL[name]).runs.guarded() if name in USUAL else []
    return "\n".join([head, *quick, *_body(library, name, {}).runs.text()])


def _body(library: Library, name: str, usual: Mapping[str, frozenset[str]]) -> Body:
    frame, paths = HEADERS[name]
    reader = _Projection(library, tuple(path for path in paths if path), usual)
    reader.walk(Named(name), name, "")
    fields = [reader.found[path] if path else "None" for path in paths]
    reader.body.page.assign("header", "(", [f'"{frame}"', *fields], ")")
    reader.body.page.line("return header")
    return reader.body


class _Projection:
    def __init__(self, library: Library, wanted: tuple[str, ...], usual: Mapping[str, frozenset[str]]) -> None:
        self.body = Body(library, usual)
        self._usual = usual
        self.found: dict[str, str] = {}
        self._types = library.types
        self._wanted = wanted

    def walk(self, shape: Shape, owner: str, path: str) -> None:
        """Reads the wanted fields at and below `path`; stops at the last."""
        sequence = self._plain(shape)
        if not isinstance(sequence, Sequence):
            raise ValueError(f"{owner}: only fields of SEQUENCEs can be picked out")
        present = self._usual.get(shape.name) if isinstance(shape, Named) else None
        flags: dict[str, str] = {}
        if present is None:
            flags = self._flags(sequence)
        else:
            self.body.runs.expect(sequence, present)
        for member in sequence.members[: sequence.root]:
            here = f"{path}{member.name}"
            if present is not None and member.may_lack and member.name not in present:
                continue
            if len(self.found) == len(self._wanted):
                if path and not self._is_last(sequence, member.name):
                    raise ValueError(f"{owner}: fields after {here} are not read")
                return
            if here in self._wanted:
                value = self.body.decode(member.shape, here.replace(".", "-"), f"{owner}.{member.name}")
                self.found[here] = value
            elif any(each.startswith(here + ".") for each in self._wanted):
                self.walk(member.shape, owner, here + ".")
            else:
                self._skip_member(member.shape, flags.get(member.name), here)

    def _flags(self, sequence: Sequence) -> dict[str, str]:
        if sequence.is_extensible:
            self.body.runs.field(1)  # additions come after all that is read here
        return {each.name: self.body.runs.field(1) for each in sequence.members[: sequence.root] if each.may_lack}

    def _skip_member(self, shape: Shape, flag: str | None, path: str) -> None:
        if flag is None:
            self._skip(shape, path)
            return
        self.body.runs.close()
        with self.body.page.block(f"if {flag}"):
            self._skip(shape, path)
            self.body.runs.close()

    def _skip(self, shape: Shape, path: str) -> None:
        plain = self._plain(shape)
        width = fixed_width(plain, self._types)
        if width is not None:
            self.body.runs.pass_over(width)
            return
        if not isinstance(plain, Sequence) or plain.is_extensible:
            raise ValueError(f"{path}: cannot be passed over")
        flags = self._flags(plain)
        for member in plain.members:
            self._skip_member(member.shape, flags.get(member.name), f"{path}.{member.name}")

    def _plain(self, shape: Shape) -> Shape:
        while isinstance(shape, Named):
            shape = self._types[shape.name]
        return shape

    @staticmethod
    def _is_last(sequence: Sequence, name: str) -> bool:
        return sequence.members[-1].name == name


def fixed_width(shape: Shape, types: dict[str, Shape]) -> int | None:
    """Bits of a type whose values are all of one width, else None."""
    match shape:
        case Named(name):
            return fixed_width(types[name], types)
        case Integer(int(minimum), int(maximum)):
            return (maximum - minimum).bit_length()
        case Enumerated(names, None):
            return (len(names) - 1).bit_length()
        case Octets(minimum, maximum) if minimum == maximum:
            return 8 * minimum
        case Boolean():
            return 1
        case Sequence(members, False) if not any(member.may_lack for member in members):
            widths = [fixed_width(member.shape, types) for member in members]
            return None if None in widths else sum(width for width in widths if width is not None)
    return None
