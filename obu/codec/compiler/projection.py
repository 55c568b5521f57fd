"""Writes a reader of a few fields: what stands between them is passed over, and nothing is read after the last.

Which fields a message has is found from its type: the first that cannot be passed over (a list, a text) ends them.
"""

from collections.abc import Mapping

from obu.codec.compiler.library import Library
from obu.codec.compiler.page import snake
from obu.codec.compiler.uper_decode import Body
from obu.codec.compiler.usual import USUAL
from obu.codec.shape import Boolean, Enumerated, Integer, Member, Named, Octets, Sequence, Shape

PLACE = "Position3D"
# The order of header.Header: what tells whether a message matters to us. The place is that of the first Position3D.
FIELDS = ("id", "lat", "long", "speed", "heading", "secMark")
# The usual shapes up to the last of FIELDS. No other message has an optional field before that.
_USUAL = USUAL | {"PersonalSafetyMessage": {"PersonalSafetyMessage": frozenset[str](), PLACE: frozenset[str]()}}


def write(library: Library, name: str, frame: str, number: int | None) -> str | None:
    """def head_<name>(n, left) -> frame, the fields of FIELDS and the number; None where the type has none of them."""
    paths = _paths(library, name)
    if not any(paths):
        return None
    head = f"def {function_of(name)}(n: int, left: int) -> tuple[Any, ...]:"
    quick = _body(library, name, _USUAL[name]) if name in _USUAL else None
    whole = _body(library, name, {})
    for reader in (quick, whole):
        if reader is not None:
            fields = [reader.found[path] if path else "None" for path in paths]
            reader.body.page.give([f'"{frame}"', *fields, str(number)])
    return "\n".join([head, *(quick.body.runs.guarded() if quick else ()), *whole.body.runs.text()])


def function_of(name: str) -> str:
    """The name of the function of a type."""
    return f"head_{snake(name)}"


def _body(library: Library, name: str, usual: Mapping[str, frozenset[str]]) -> "_Projection":
    reader = _Projection(library, tuple(path for path in _paths(library, name) if path), usual)
    reader.walk(Named(name), name, "")
    return reader


def _paths(library: Library, name: str) -> tuple[str | None, ...]:
    """The path of each of FIELDS in a type, None where it has no such field before what cannot be passed over."""
    sequence, found = library.types[name], dict.fromkeys(FIELDS, "")
    if not isinstance(sequence, Sequence):
        raise ValueError(f"{name}: only fields of SEQUENCEs can be picked out")
    for member in sequence.members[: sequence.root]:
        if not _can_be_passed_over(member.shape, library.types):
            break
        if member.shape == Named(PLACE) and not found["lat"] and not member.may_lack:
            found |= {each: f"{member.name}.{each}" for each in ("lat", "long")}
        elif member.name in found and not member.may_lack:
            found[member.name] = member.name
    return tuple(path or None for path in found.values())


class _Projection:
    def __init__(self, library: Library, wanted: tuple[str, ...], usual: Mapping[str, frozenset[str]]) -> None:
        self.body = Body(library, usual)
        self._usual = usual
        self.found: dict[str, str] = {}
        self._types = library.types
        self._wanted = wanted

    def walk(self, shape: Shape, owner: str, path: str) -> None:
        """Reads the wanted fields at and below `path`; stops at the last."""
        sequence = _plain(shape, self._types)
        if not isinstance(sequence, Sequence):
            raise ValueError(f"{owner}: only fields of SEQUENCEs can be picked out")
        present = self._usual.get(shape.name) if isinstance(shape, Named) else None
        flags: dict[str, str] = {}
        if present is None:
            flags = self._flags(sequence)
        else:
            self.body.runs.expect(sequence, present, self._read_of(sequence, path))
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
                self._skip_member(member, flags.get(member.name))

    def _read_of(self, sequence: Sequence, path: str) -> frozenset[str]:
        """The members up to the last that is wanted: what comes after it may be as it will."""
        names = [each.name for each in sequence.members[: sequence.root]]
        if path:
            return frozenset(names)  # the fields after it stand where they do only when its own are known
        wanted = {each.partition(".")[0] for each in self._wanted}
        last = max(place for place, name in enumerate(names) if name in wanted)
        return frozenset(names[:last])

    def _flags(self, sequence: Sequence) -> dict[str, str]:
        if sequence.is_extensible:
            self.body.runs.field(1)  # additions come after all that is read here
        return {each.name: self.body.runs.field(1) for each in sequence.members[: sequence.root] if each.may_lack}

    def _skip_member(self, member: Member, flag: str | None) -> None:
        if flag is None:
            self._skip(member.shape)
            return
        self.body.runs.close()
        with self.body.page.block(f"if {flag}"):
            self._skip(member.shape)
            self.body.runs.close()

    def _skip(self, shape: Shape) -> None:
        plain = _plain(shape, self._types)
        width = fixed_width(plain, self._types)
        if width is not None:
            self.body.runs.pass_over(width)
        elif isinstance(plain, Enumerated):
            self._skip_name(plain)
        elif isinstance(plain, Sequence):
            flags = self._flags(plain)
            for member in plain.members:
                self._skip_member(member, flags.get(member.name))

    def _skip_name(self, shape: Enumerated) -> None:
        """An ENUMERATED that a later text may have given more names."""
        is_later, width = self.body.runs.field(1), ((shape.root or 1) - 1).bit_length()
        self.body.runs.pass_over(width)
        self.body.runs.close()
        with self.body.page.block(f"if {is_later}"):
            self.body.library.helper("read_later_name")
            self.body.page.line(f"_, left = read_later_name(n, left + {width}, ())")

    @staticmethod
    def _is_last(sequence: Sequence, name: str) -> bool:
        return sequence.members[-1].name == name


def _plain(shape: Shape, types: dict[str, Shape]) -> Shape:
    while isinstance(shape, Named):
        shape = types[shape.name]
    return shape


def _can_be_passed_over(shape: Shape, types: dict[str, Shape]) -> bool:
    plain = _plain(shape, types)
    if isinstance(plain, Sequence) and not plain.is_extensible:
        return all(_can_be_passed_over(member.shape, types) for member in plain.members)
    return isinstance(plain, Enumerated) or fixed_width(plain, types) is not None


def fixed_width(shape: Shape, types: dict[str, Shape]) -> int | None:
    """Bits of a type whose values are all of one width, else None."""
    match shape:
        case Named(name):
            return fixed_width(types[name], types)
        case Integer(int(minimum), int(maximum), False):
            return (maximum - minimum).bit_length()
        case Enumerated(names, None):
            return (len(names) - 1).bit_length()
        case Octets(minimum, maximum, False) if minimum == maximum:
            return 8 * minimum
        case Boolean():
            return 1
        case Sequence(members, False) if not any(member.may_lack for member in members):
            widths = [fixed_width(member.shape, types) for member in members]
            return None if None in widths else sum(width for width in widths if width is not None)
    return None
