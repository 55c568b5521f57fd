"""Writes the writing half of unaligned PER: values next to each other are checked by one `if`, joined by one shift."""

from collections.abc import Mapping

from obu.codec.compiler.library import Library
from obu.codec.compiler.opened import finder
from obu.codec.compiler.page import Page, snake
from obu.codec.compiler.uper_decode import LONG, UNBOUNDED, widest
from obu.codec.compiler.usual import USUAL
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
)


def write(library: Library, name: str) -> str:
    """def encode_<name>(value) -> acc. It raises Refused, or what Python does, for a value that does not fit."""
    body = _Body(library)
    body.page.line("acc = 1")
    body.encode(library.types[name], "value", name, name)
    body.flush()
    body.page.line("return acc")
    head = f"def encode_{snake(name)}(value: Any) -> int:"
    return "\n".join([head, *_usual(library, name), *body.page.lines])


def _usual(library: Library, name: str) -> list[str]:
    """The lines that write the usual shape of a type; none for a type without one."""
    if name not in USUAL:
        return []
    body = _Body(library, USUAL[name])
    body.page.line("acc = 1")
    body.encode(Named(name), "value", name, name)
    body.flush()
    body.page.line("return acc")
    guard = Page()
    for line in body.before:
        guard.line(line)
    guard.when(body.guards)
    return [*guard.lines, *(f"    {line}" for line in body.page.lines)]


class _Body:
    def __init__(self, library: Library, usual: Mapping[str, frozenset[str]] | None = None) -> None:
        self.page = Page()
        self.library = library
        self.before: list[str] = []  # what the guards need
        self.guards: list[str] = []
        self._usual = usual or {}
        self._acc = "acc"
        self._conditions: list[str] = []
        self._bits: list[tuple[str, int]] = []  # expression, width

    def require(self, *conditions: str) -> None:
        """What must hold before the next lines that write."""
        self._conditions += conditions

    def add(self, expression: str, width: int) -> None:
        """The next `width` bits."""
        if width:
            self._bits.append((expression, width))

    def check(self) -> None:
        """Writes down the conditions gathered so far."""
        if self._conditions:
            self.library.helper("Refused")
        self.page.unless(self._conditions, "raise Refused")
        self._conditions = []

    def flush(self) -> None:
        """Writes down what was gathered: first the conditions, then the bits."""
        self.check()
        rest = total = sum(width for _, width in self._bits)
        terms = []
        constant = 0
        for expression, width in self._bits:
            rest -= width
            if expression.isdigit():
                constant |= int(expression) << rest
            else:
                terms.append(f"{expression} << {rest}" if rest else expression)
        terms += [str(constant)] if constant else []
        if total:
            self.page.assign_or(self._acc, f"{self._acc} << {total}", terms)
        self._bits = []

    def encode(self, shape: Shape, value: str, hint: str, owner: str) -> None:
        """Writes lines that append `value`, an expression evaluated once."""
        match shape:
            case Named(name) if name in self._usual:
                self._usual_sequence(name, value, hint)
            case Named(name) if self.library.is_in_place(name):
                inner = self.library.types[name]
                self.encode(inner, value, hint, name if isinstance(inner, Enumerated) else owner)
            case Named(name):
                self._join(f"{self.library.function('encode', name)}({value})")
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
            case Integer(int(minimum), int(maximum), False):
                self._integer(minimum, maximum, value, hint)
            case Integer(int(minimum), int(maximum)):
                self._call("write_growing_number", value, str(minimum), str(maximum))
            case Boolean():
                name = self._variable(hint, value)
                self.require(f"type({name}) is bool")
                self.add(name, 1)
            case Null():
                self.require(f"{value} is None")
            case Enumerated(names, root):
                self._enumerated(names, root, value, owner)
            case Octets(minimum, int(maximum), True):
                self._call("write_growing_octets", value, str(minimum), str(maximum))
            case Octets(minimum, maximum):
                self._octets(minimum, maximum, value, hint)
            case Bits(size):
                self._bit_string(size, shape.is_extensible, value, hint)
            case Ia5(minimum, int(maximum)):
                name = self._variable(hint, value)
                self.require(f"type({name}) is str")
                self._size(name, minimum, maximum)
                self._call("write_text", name)
            case _:
                raise ValueError(f"{owner}: {shape} is not supported in PER")

    def _variable(self, hint: str, value: str) -> str:
        if value.isidentifier():
            return value
        name = self.page.name(hint)
        self.page.line(f"{name} = {value}")
        return name

    def _call(self, helper: str, *arguments: str) -> None:
        self.flush()
        self.page.line(f"{self._acc} = {self.library.helper(helper)}({', '.join((self._acc, *arguments))})")

    def _join(self, part: str) -> None:
        self.flush()
        name = part if part.isidentifier() else self.page.name("part")
        if name != part:
            self.page.line(f"{name} = {part}")
        self.page.line(f"{self._acc} = ({self._acc} - 1 << {name}.bit_length() - 1) + {name}")

    def _integer(self, minimum: int, maximum: int, value: str, hint: str) -> None:
        name = self._variable(hint, value)
        self.require(f"type({name}) is int", f"{minimum} <= {name} <= {maximum}")
        moved = name if not minimum else f"({name} {'+' if minimum < 0 else '-'} {abs(minimum)})"
        self.add(moved, (maximum - minimum).bit_length())

    def _size(self, name: str, minimum: int, maximum: int) -> None:
        if maximum >= UNBOUNDED:
            raise ValueError(f"{name}: so large a size is not supported")
        if minimum == maximum:
            self.require(f"len({name}) == {minimum}")
            return
        self.require(f"{minimum} <= len({name}) <= {maximum}")
        self.add(f"(len({name}) - {minimum})" if minimum else f"len({name})", (maximum - minimum).bit_length())

    def _enumerated(self, names: tuple[str, ...], root: int | None, value: str, owner: str) -> None:
        width = ((root or len(names)) - 1).bit_length()
        if root is None:
            self.add(f"{self.library.numbers(owner, names)}[{value}]", width)
            return
        name = self._variable(owner, value)
        numbers = self.library.numbers(owner, names[:root])
        self.flush()
        with self.page.block(f"if {name} in {numbers}"):
            self.add(f"{numbers}[{name}]", width + 1)
            self.flush()
        with self.page.block("else"):
            known = self.library.numbers(owner, names[root:], "_LATER") if names[root:] else "{}"
            self._call("write_later_name", name, known)

    def _octets(self, minimum: int, maximum: int | None, value: str, hint: str) -> None:
        if maximum is None:
            self._call("write_pieces", value)
            return
        name = self._variable(hint, value)
        self.require(f"type({name}) is bytes")
        self._size(name, minimum, maximum)
        if minimum == maximum:
            self.add(f"int.from_bytes({name})", 8 * minimum)
            return
        self.flush()
        self.page.line(f"{self._acc} = {self._acc} << 8 * len({name}) | int.from_bytes({name})")

    def _bit_string(self, size: int, is_extensible: bool, value: str, hint: str) -> None:
        if is_extensible:
            self._call("write_bits", value, str(size))
            return
        name, count = self.page.name(hint), self.page.name(f"{hint}-size")
        self.page.line(f"{name}, {count} = {value}")
        self.require(f"{count} == {size}", f"type({name}) is bytes", f"len({name}) == {(size + 7) // 8}")
        spare = -size % 8
        if spare:
            self.require(f"not {name}[-1] & {(1 << spare) - 1}")
        self.add(f"(int.from_bytes({name}) >> {spare})" if spare else f"int.from_bytes({name})", size)

    def _list(self, shape: ListOf, value: str, hint: str, owner: str) -> None:
        if shape.maximum is None:
            self._call("write_items", value, self.function_of(shape.item, f"{owner}.item"))
            return
        name = self._variable(hint, value)
        self.require(f"isinstance({name}, (list, tuple))")
        self._size(name, shape.minimum, shape.maximum)
        self.flush()
        item = self.page.name(f"{hint}-item")
        with self.page.block(f"for {item} in {name}"):
            if shape.maximum * widest(self.library, shape.item) <= LONG or self._has_function(shape.item):
                self.encode(shape.item, item, f"{hint}-item", owner)
                self.flush()
                return
            # A long list's items are put together by themselves first: what is before them is not moved at every field.
            outer, self._acc = self._acc, self.page.name("part")
            self.page.line(f"{self._acc} = 1")
            self.encode(shape.item, item, f"{hint}-item", owner)
            self.flush()
            part, self._acc = self._acc, outer
            self._join(part)

    def _has_function(self, shape: Shape) -> bool:
        return isinstance(shape, Named) and not self.library.is_in_place(shape.name)

    def _choice(self, shape: Choice, value: str, hint: str, owner: str) -> None:
        root = len(shape.alternatives) if shape.root is None else shape.root
        width = (root - 1).bit_length() + (shape.root is not None)
        name, inner_value = self.page.name(f"{hint}-name"), self.page.name(f"{hint}-value")
        self.page.line(f"{name}, {inner_value} = {value}")
        self.flush()
        head = "if"
        for number, (alternative, inner) in enumerate(list(shape.alternatives.items())[:root]):
            with self.page.block(f'{head} {name} == "{alternative}"'):
                self.add(str(number), width)
                self.encode(inner, inner_value, alternative, f"{owner}.{alternative}")
                self.flush()
            head = "elif"
        for number, (alternative, inner) in enumerate(list(shape.alternatives.items())[root:]):
            with self.page.block(f'{head} {name} == "{alternative}"'):
                self.add(str(1 << 7 | number), 8)  # a small number is seven bits (X.691 11.6)
                function = self.function_of(inner, f"{owner}.{alternative}")
                self._call("write_enclosed", f"{function}({inner_value})")
            head = "elif"
        with self.page.block("else"):
            if shape.root is None:
                self.page.line(f"raise {self.library.helper('Refused')}")
            else:
                known = len(shape.alternatives) - root
                self._call("write_later_alternative", name, inner_value, str(known))

    def function_of(self, shape: Shape, owner: str) -> str:
        """The function that writes a type which stands alone."""
        name = shape.name if isinstance(shape, Named) else self.library.christen(shape, owner)
        return self.library.function("encode", name)

    def _late_function(self, shape: Shape, owner: str) -> str:
        """The function that writes what an open type holds; its module is imported only where that is met."""
        name = shape.name if isinstance(shape, Named) else self.library.christen(shape, owner)
        function, importing = self.library.late_function("encode", name)
        if importing:
            self.page.line(importing)
        return function

    def _open(self, shape: Open, value: str, number: str, owner: str) -> None:
        self.flush()
        inside = self.page.name("encode")
        self.page.line(f"{inside} = {finder(self.library, 'encode', shape, owner).format(number=number)}")
        with self.page.block(f"if {inside} is None"):
            self._call("write_unknown", value)
        with self.page.block("else"):
            self._call("write_enclosed", f"{inside}({value})")

    def _usual_sequence(self, type_name: str, value: str, hint: str) -> None:
        """A SEQUENCE with the usual members, which the guard has made sure of by name and by number."""
        shape, present = self.library.types[type_name], self._usual[type_name]
        if not isinstance(shape, Sequence):
            raise ValueError(f"{type_name}: only a SEQUENCE has a usual shape")
        name = value
        if not value.isidentifier():
            name = self.page.name(hint)
            self.before.append(f"{name} = {value}")
        members = [each for each in shape.members[: shape.root] if not each.may_lack or each.name in present]
        self.guards.append(f"len({name}) == {len(members)}")
        self.guards += [f'"{each.name}" in {name}' for each in members if each.may_lack]
        if shape.is_extensible:
            self.add("0", 1)
        for member in shape.members[: shape.root]:
            if member.may_lack:
                self.add(str(int(member.name in present)), 1)
        for member in members:
            self.encode(member.shape, f'{name}["{member.name}"]', member.name, f"{type_name}.{member.name}")

    def _sequence(self, shape: Sequence, value: str, hint: str, owner: str) -> None:
        name = self._variable(hint, value)
        root, additions = shape.members[: shape.root], shape.members[shape.root :]
        flags = {}
        for member in shape.members:
            if member.may_lack:
                flags[member.name] = self.page.name(f"has-{member.name}")
                self.page.line(f'{flags[member.name]} = "{member.name}" in {name}')
        mandatory = len(shape.members) - len(flags)
        counted = [str(mandatory)] if mandatory or not shape.members else []
        counted += flags.values()
        later = ""
        if shape.is_extensible:
            later = self.page.name("has-later")
            self.page.line(f'{later} = "..." in {name}')
            counted.append(later)
            known = [flags[member.name] for member in additions]
            if known:
                later = self.page.name("is-extended")
                self.page.line(f"{later} = {' or '.join((*known, counted[-1]))}")
            self.add(later, 1)
        if not mandatory:
            self.require(f"isinstance({name}, dict)")
        self.require(f"len({name}) == {' + '.join(counted)}")
        for member in root:
            if member.may_lack:
                self.add(flags[member.name], 1)
        numbers = {each.shape.by: "" for each in root if isinstance(each.shape, Open)}
        for member in root:
            inner = f'{name}["{member.name}"]'
            if isinstance(member.shape, Open):
                self._open(member.shape, inner, numbers[member.shape.by], f"{owner}.{member.name}")
                continue
            if member.name in numbers:
                inner = numbers[member.name] = self._variable(member.name, inner)
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
                pairs = [(each.name, self._late_function(each.shape, f"{owner}.{each.name}")) for each in additions]
                table = ", ".join(f'("{each}", {function})' for each, function in pairs)
                self._call("write_additions", name, *([f"({table},)"] if pairs else []))
