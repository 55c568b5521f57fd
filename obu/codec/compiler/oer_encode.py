"""Writes the writing half of canonical OER: a value's octets are one sum, its conditions one `if` before it."""

from obu.codec.compiler.library import Library
from obu.codec.compiler.oer_decode import octets_of
from obu.codec.compiler.page import Page, snake
from obu.codec.shape import (
    Bits,
    Choice,
    Enumerated,
    Integer,
    ListOf,
    Member,
    Named,
    Null,
    Octets,
    Sequence,
    Shape,
    Utf8,
)


def write(library: Library, name: str) -> str:
    """def encode_<name>(value) -> octets. It raises Refused, or what Python does, for a value that does not fit."""
    body = _Body(library, library.counts_depth(name))
    body.encode(library.types[name], "value", name, name)
    body.flush()
    depth = ", depth: int = 0" if body.has_depth else ""
    return "\n".join([f"def encode_{snake(name)}(value: Any{depth}) -> bytes:", *body.text()])


class _Body:
    def __init__(self, library: Library, has_depth: bool) -> None:
        self.page = Page()
        self.page.line('out = b""')
        self.library = library
        self.has_depth = has_depth
        self._conditions: list[str] = []
        self._octets: list[str] = []

    def text(self) -> list[str]:
        """The lines; one that only starts `out` joins the next."""
        lines = self.page.lines
        starts = [index for index, line in enumerate(lines) if line.startswith("    out += ")]
        touched = [index for index, line in enumerate(lines) if "out +=" in line]
        if starts and touched[0] == starts[0]:
            lines[starts[0]] = lines[starts[0]].replace("out +=", "out =", 1)
            lines = lines[1:]
        if touched and len(touched) == 1 and lines[-1].startswith("    out = "):
            return [*lines[:-1], lines[-1].replace("out =", "return", 1)]
        return [*lines, "    return out"]

    def require(self, *conditions: str) -> None:
        """What must hold before the next octets are written."""
        self._conditions += conditions

    def add(self, expression: str) -> None:
        """The next octets."""
        self._octets.append(expression)

    def flush(self) -> None:
        """Writes down what was gathered."""
        if self._conditions:
            self.library.helper("Refused")
            self.page.unless(self._conditions, "raise Refused")
        if self._octets:
            self.page.sum("out", self._octets)
        self._conditions, self._octets = [], []

    def encode(self, shape: Shape, value: str, hint: str, owner: str) -> None:
        """Writes lines that append `value`, an expression evaluated once."""
        match shape:
            case Named(name) if self.library.is_in_place(name):
                inner = self.library.types[name]
                self.encode(inner, value, hint, name if isinstance(inner, Enumerated) else owner)
            case Named():
                self._named(shape, value)
            case ListOf():
                self._list(shape, value, hint, owner)
            case Choice():
                self._choice(shape, value, hint, owner)
            case Sequence():
                self._sequence(shape, value, hint, owner)
            case _:
                self._leaf(shape, value, hint, owner)

    def _leaf(self, shape: Shape, value: str, hint: str, owner: str) -> None:
        match shape:
            case Integer(_, _, False):
                self._integer(shape, value, hint)
            case Null():
                self.require(f"{value} is None")
            case Enumerated(names, _, ()):
                self.add(f"{self.library.numbers(owner, names)}[{value}].to_bytes()")
            case Octets(minimum, maximum, False):
                self._octet_string(minimum, maximum, value, hint)
            case Bits(size):
                name, count = self.page.name(hint), self.page.name(f"{hint}-size")
                self.page.line(f"{name}, {count} = {value}")
                self.require(f"type({name}) is bytes", f"len({name}) == {size // 8}", f"{count} == {size}")
                self.add(name)
            case Utf8():
                self.add(f"{self.library.helper('oer.text')}({value})")
            case _:
                raise ValueError(f"{owner}: {shape} is not supported in OER")

    def _variable(self, hint: str, value: str) -> str:
        if value.isidentifier():
            return value
        name = self.page.name(hint)
        self.page.line(f"{name} = {value}")
        return name

    def _named(self, shape: Named, value: str) -> None:
        function = self.library.function("encode", shape.name)
        if not self.library.counts_depth(shape.name):
            self.add(f"{function}({value})")
            return
        if shape.is_nested:
            self.require(f"depth + 1 < {self.library.helper('MAX_NESTING')}")
            self.flush()
        depth = (", depth + 1" if shape.is_nested else ", depth") if self.has_depth else ""
        self.add(f"{function}({value}{depth})")

    def _integer(self, shape: Integer, value: str, hint: str) -> None:
        count, is_signed = octets_of(shape.minimum, shape.maximum)
        if count is None:
            self.add(f"{self.library.helper('oer.signed' if is_signed else 'oer.unsigned')}({value})")
            return
        name = self._variable(hint, value)
        self.require(f"type({name}) is int", f"{shape.minimum} <= {name} <= {shape.maximum}")
        self.add(f"{name}.to_bytes({count}{', signed=True' if is_signed else ''})")

    def _octet_string(self, minimum: int, maximum: int | None, value: str, hint: str) -> None:
        if maximum is None and not minimum:
            self.add(f"{self.library.helper('oer.sized')}({value})")
            return
        name = self._variable(hint, value)
        self.require(f"type({name}) is bytes")
        self._bounds(name, minimum, maximum)
        self.add(name if minimum == maximum else f"{self.library.helper('oer.sized')}({name})")

    def _bounds(self, name: str, minimum: int, maximum: int | None) -> None:
        if minimum == maximum:
            self.require(f"len({name}) == {minimum}")
        elif maximum is not None:
            self.require(f"{minimum} <= len({name}) <= {maximum}")
        elif minimum:
            self.require(f"len({name}) >= {minimum}")

    def _list(self, shape: ListOf, value: str, hint: str, owner: str) -> None:
        name = self._variable(hint, value)
        self.require(f"isinstance({name}, (list, tuple))")
        self._bounds(name, shape.minimum, shape.maximum)
        self.flush()
        self.add(f"{self.library.helper('oer.unsigned')}(len({name}))")
        self.flush()
        item = self.page.name(f"{hint}-item")
        with self.page.block(f"for {item} in {name}"):
            self.encode(shape.item, item, f"{hint}-item", owner)
            self.flush()

    def _choice(self, shape: Choice, value: str, hint: str, owner: str) -> None:
        name, inner_value = self.page.name(f"{hint}-name"), self.page.name(f"{hint}-value")
        self.page.line(f"{name}, {inner_value} = {value}")
        self.flush()
        head = "if"
        for number, (alternative, inner) in enumerate(shape.alternatives.items()):
            with self.page.block(f'{head} {name} == "{alternative}"'):
                self.add(f'b"\\x{0x80 + number:02x}"')
                if shape.root is not None and number >= shape.root:
                    function = self.function_of(inner, f"{owner}.{alternative}")
                    self.add(f"{self.library.helper('oer.sized')}({function}({inner_value}))")
                else:
                    self.encode(inner, inner_value, alternative, f"{owner}.{alternative}")
                self.flush()
            head = "elif"
        with self.page.block("else"):
            self.page.line(f"raise {self.library.helper('Refused')}")

    def function_of(self, shape: Shape, owner: str) -> str:
        """The function that writes a type which stands alone, as in an open type."""
        name = shape.name if isinstance(shape, Named) else self.library.christen(shape, owner)
        return self.library.function("encode", name)

    def _sequence(self, shape: Sequence, value: str, hint: str, owner: str) -> None:
        name = self._variable(hint, value)
        flags, later = self._flags(shape, name)
        present = [
            *([later] if later else []),
            *(flags[each.name] for each in shape.members[: shape.root] if each.may_lack),
        ]
        if present:
            count = (len(present) + 7) // 8
            terms = [f"{flag} << {8 * count - 1 - index}" for index, flag in enumerate(present)]
            self.add(f"({' | '.join(terms)}).to_bytes({count})")
        for member in shape.members[: shape.root]:
            inner = f'{name}["{member.name}"]'
            if not member.may_lack:
                self.encode(member.shape, inner, member.name, f"{owner}.{member.name}")
                continue
            self.flush()
            with self.page.block(f"if {flags[member.name]}"):
                self.encode(member.shape, inner, member.name, f"{owner}.{member.name}")
                self.flush()
        if later:
            self.flush()
            with self.page.block(f"if {later}"):
                pairs = [
                    (each.name, self.function_of(each.shape, f"{owner}.{each.name}"))
                    for each in shape.members[shape.root :]
                ]
                table = ", ".join(f'("{each}", {function})' for each, function in pairs)
                self.add(f"{self.library.helper('oer.additions')}({name}{f', ({table},)' if pairs else ''})")
                self.flush()

    def _flags(self, shape: Sequence, name: str) -> tuple[dict[str, str], str]:
        """Variable that says whether each member is there to be written, and whether there are additions ('' never)."""
        flags: dict[str, str] = {}
        counted: list[str] = []
        for member in shape.members:
            if member.may_lack:
                flag = self.page.name(f"has-{member.name}")
                flags[member.name] = flag
                self.page.line(f'{flag} = "{member.name}" in {name}')
                counted.append(flag)
                if member.default is not None:
                    flags[member.name] = self._written(member, name, flag)
        mandatory = len(shape.members) - len(flags)
        later = ""
        if shape.is_extensible:
            later = self.page.name("has-later")
            self.page.line(f'{later} = "..." in {name}')
            counted.append(later)
            known = [flags[member.name] for member in shape.members[shape.root :]]
            if known:
                later = self.page.name("is-extended")
                self.page.line(f"{later} = {' or '.join((*known, counted[-1]))}")
        if not mandatory:
            self.require(f"isinstance({name}, dict)")
        self.require(f"len({name}) == {' + '.join([str(mandatory), *counted])}")
        return flags, later

    def _written(self, member: Member, name: str, flag: str) -> str:
        """What is its DEFAULT is not written."""
        written = self.page.name(f"writes-{member.name}")
        self.page.line(f'{written} = {flag} and {name}["{member.name}"] != {member.default!r}')
        return written
