"""Writes the reading half of unaligned PER: fields of known width next to each other become one shift and masks."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from obu.codec.compiler.library import Library
from obu.codec.compiler.page import Page, snake
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
    Sequence,
    Shape,
)

UNBOUNDED = 1 << 16  # from here on a size is written as if it had no bounds (X.691 11.9.4.1)
WINDOW = 1024  # a list that can be much longer drops the bits already read, so that reading stays linear
LONG = 8 * WINDOW


def write(library: Library, name: str) -> str:
    """def decode_<name>(n, left) -> (value, left)."""
    body = Body(library)
    value = body.decode(library.types[name], name, name)
    body.close()
    body.page.line(f"return {value}, left")
    head = f"def decode_{snake(name)}(n: int, left: int) -> tuple[Any, int]:"
    return "\n".join([head, *_usual(library, name), *body.text()])


def _usual(library: Library, name: str) -> list[str]:
    """The lines that read the usual shape of a type, all from one number; none for a type without one."""
    if name not in USUAL:
        return []
    body = Body(library, USUAL[name])
    value = body.decode(library.types[name], name, name)
    body.close()
    body.page.line(f"return {value}, left")
    return body.guarded()


@dataclass(slots=True)
class _Run:
    """Adjacent fields: read by one shift into `name` where the first of them stands."""

    name: str
    width: int = 0


class Body:
    """The lines that read one type."""

    def __init__(self, library: Library, usual: Mapping[str, frozenset[str]] | None = None) -> None:
        self.page = Page()
        self.library = library
        self._usual = usual or {}
        self._guards: list[tuple[int, bool]] = []  # bit of the first run, what it must be
        self._runs: list[_Run] = []
        self._is_open = False

    def text(self) -> list[str]:
        """The lines, now that all widths are known: `<3:5:8>` is 8 bits after the first 5 of run 3."""

        def bits(found: re.Match[str]) -> str:
            run = self._runs[int(found[1])]
            start, width = int(found[2]), int(found[3])
            rest = run.width - start - width
            shifted = f"{run.name} >> {rest}" if rest else run.name
            return shifted if start == 0 else f"{shifted} & {number((1 << width) - 1)}"

        def width(found: re.Match[str]) -> str:
            return str(self._runs[int(found[1])].width)

        def mask(found: re.Match[str]) -> str:
            return number((1 << self._runs[int(found[1])].width) - 1)

        lines = [re.sub(r"<mask (\d+)>", mask, re.sub(r"<(\d+)>", width, line)) for line in self.page.lines]
        return _without_single_use([re.sub(r"<(\d+):(\d+):(\d+)>", bits, line) for line in lines])

    def guarded(self) -> list[str]:
        """The lines, for values whose presence bits are as expected; all others go on below them."""
        taken, _, *rest = self.text()
        width = self._runs[0].width
        mask = sum(1 << width - 1 - bit for bit, _ in self._guards)
        wanted = sum(1 << width - 1 - bit for bit, is_set in self._guards if is_set)
        return [
            f"    w = n >> left - {width} if left >= {width} else 0",
            f"    if w & {mask:#x} == {wanted:#x}:",
            *(f"    {line}" for line in ([taken] if any("left" in line for line in rest) else [])),
            *(f"    {line}" for line in rest),
        ]

    def expect(self, shape: Sequence, present: frozenset[str]) -> None:
        """Takes the extension and presence bits of a SEQUENCE as known."""
        flags = [False] if shape.is_extensible else []
        flags += [member.name in present for member in shape.members[: shape.root] if member.may_lack]
        for flag in flags:
            self._guards.append((self._runs[-1].width if self._runs else 0, flag))
            self.field(1)

    def close(self) -> None:
        """The next field starts a new run."""
        self._is_open = False

    def field(self, width: int) -> str:
        """The expression of the next `width` bits, none of which has been read."""
        if width == 0:
            return "0"
        if not self._is_open:
            self._runs.append(_Run("w" if not self._runs else f"w{len(self._runs) + 1}"))
            self.page.line(f"left -= <{len(self._runs) - 1}>")
            self.page.line(f"{self._runs[-1].name} = n >> left & <mask {len(self._runs) - 1}>")
            self._is_open = True
        run = self._runs[-1]
        start, run.width = run.width, run.width + width
        return f"<{len(self._runs) - 1}:{start}:{width}>"

    def pass_over(self, width: int) -> None:
        """Counts `width` bits as read: with the fields around them, or alone."""
        if self._is_open:
            self.field(width)
        else:
            self.page.line(f"left -= {width}")

    def decode(self, shape: Shape, hint: str, owner: str) -> str:
        """Writes lines that read a value; returns the expression that is it."""
        match shape:
            case Named(name):
                if self.library.is_in_place(name):
                    inner = self.library.types[name]
                    return self.decode(
                        inner, hint, name if isinstance(inner, Enumerated | Sequence | Choice) else owner
                    )
                return self._call(self.library.function("decode", name), hint)
            case Integer(int(minimum), int(maximum)):
                return self._number(minimum, maximum, hint, owner)
            case Boolean():
                return f"bool({self.field(1)})"
            case Null():
                return "None"
            case Enumerated(names, root):
                return self._enumerated(names, root, hint, owner)
            case Octets(minimum, maximum):
                return self._octets(minimum, maximum, hint, owner)
            case Bits(size):
                return self._bits(size, shape.is_extensible, hint)
            case Ia5(minimum, int(maximum)):
                characters = self._size(minimum, maximum, hint, owner)
                return self._call(self.library.helper("read_text"), hint, characters)
            case ListOf():
                return self._list(shape, hint, owner)
            case Choice():
                return self._choice(shape, hint, owner)
            case Sequence():
                return self._sequence(shape, hint, owner)
        raise ValueError(f"{owner}: {shape} is not supported in PER")

    def _call(self, function: str, hint: str, *arguments: str) -> str:
        self.close()
        name = self.page.name(hint)
        self.page.line(f"{name}, left = {function}({', '.join(('n', 'left', *arguments))})")
        return name

    def _number(self, minimum: int, maximum: int, hint: str, owner: str) -> str:
        span = maximum - minimum
        width = span.bit_length()
        bits = self.field(width)
        if not span:
            return str(minimum)
        moved = bits if not minimum else f"({bits}) {'-' if minimum < 0 else '+'} {abs(minimum)}"
        if span + 1 == 1 << width:
            return moved
        name = self.page.name(hint)
        self.page.line(f"{name} = {moved}")
        with self.page.block(f"if {name} > {maximum}"):
            self._refuse("OUT_OF_RANGE", owner)
        return name

    def _refuse(self, reason: str, owner: str) -> None:
        self.library.helper("RemoteError")
        self.page.line(f'raise RemoteError({self.library.helper(reason)}, "{owner}")')

    def _size(self, minimum: int, maximum: int, hint: str, owner: str) -> str:
        if maximum >= UNBOUNDED:
            raise ValueError(f"{owner}: so large a size is not supported")
        return self._number(minimum, maximum, f"{hint}-size", owner)

    def _enumerated(self, names: tuple[str, ...], root: int | None, hint: str, owner: str) -> str:
        width = ((root or len(names)) - 1).bit_length()
        if root is None:
            return f"{self.library.names(owner, names)}[{self.field(width)}]"
        is_later, index = self.field(1), self.field(width)
        self.close()
        name = self.page.name(hint)
        with self.page.block(f"if {is_later}"):
            later = self.library.names(owner, names[root:], "_LATER") if names[root:] else "()"
            self.library.helper("read_later_name")
            self.page.line(f"{name}, left = read_later_name(n, left + {width}, {later})")
        with self.page.block("else"):
            self.page.line(f"{name} = {self.library.names(owner, names[:root])}[{index}]")
        return name

    def _octets(self, minimum: int, maximum: int | None, hint: str, owner: str) -> str:
        if maximum is None:
            return self._call(self.library.helper("read_pieces"), hint)
        if minimum == maximum:
            return f"({self.field(8 * minimum)}).to_bytes({minimum})"
        size = self._size(minimum, maximum, hint, owner)
        return self._call(self.library.helper("read_octets"), hint, size)

    def _bits(self, size: int, is_extensible: bool, hint: str) -> str:
        is_longer = self.field(1) if is_extensible else ""
        bits, spare = self.field(size), -size % 8
        shifted = f"(({bits}) << {spare})" if spare else f"({bits})"
        value = f"({shifted}.to_bytes({(size + 7) // 8}), {size})"
        if not is_extensible:
            return value
        self.close()
        name = self.page.name(hint)
        with self.page.block(f"if {is_longer}"):
            self.library.helper("read_long_bits")
            self.page.line(f"{name}, left = read_long_bits(n, left + {size}, {size})")
        with self.page.block("else"):
            self.page.line(f"{name} = {value}")
        return name

    def _list(self, shape: ListOf, hint: str, owner: str) -> str:
        if shape.maximum is None:
            return self._call(self.library.helper("read_items"), hint, self.function_of(shape.item, f"{owner}.item"))
        count = self._size(shape.minimum, shape.maximum, hint, owner)
        self.close()
        name = self.page.name(hint)
        self.page.line(f"{name}: list[Any] = []")
        with self.page.block(f"for _ in range({count})"):
            if shape.maximum * widest(self.library, shape.item) > LONG:
                with self.page.block(f"if n.bit_length() - left > {WINDOW}"):
                    self.page.line("n &= (1 << left) - 1")
            item = self.decode(shape.item, f"{hint}-item", owner)
            self.close()
            self.page.line(f"{name}.append({item})")
        return name

    def _choice(self, shape: Choice, hint: str, owner: str) -> str:
        root = len(shape.alternatives) if shape.root is None else shape.root
        is_later = self.field(1) if shape.root is not None else ""
        width = (root - 1).bit_length()
        index = self.page.name(f"{hint}-index")
        bits = self.field(width)
        self.close()
        self.page.line(f"{index} = {bits}")
        name = self.page.name(hint)
        self.page.line(f"{name}: tuple[str, Any]")
        head = "if"
        if is_later:
            with self.page.block(f"if {is_later}"):
                self._later_alternative(shape, name, width, owner)
            head = "elif"
        for place, (alternative, inner) in enumerate(list(shape.alternatives.items())[:root]):
            is_last = head == "elif" and place + 1 == 1 << width
            with self.page.block("else" if is_last else f"{head} {index} == {place}"):
                value = self.decode(inner, alternative, f"{owner}.{alternative}")
                self.page.line(f'{name} = ("{alternative}", {value})')
                self.close()
            head = "elif"
        if root != 1 << width:
            with self.page.block("else"):
                self._refuse("UNKNOWN_ALTERNATIVE", owner)
        return name

    def _later_alternative(self, shape: Choice, name: str, width: int, owner: str) -> None:
        known = list(shape.alternatives.items())[shape.root :]
        pairs = self._pairs([(each, self.function_of(inner, f"{owner}.{each}")) for each, inner in known])
        self.library.helper("read_later_alternative")
        self.page.line(f"{name}, left = read_later_alternative(n, left + {width}, {pairs})")

    @staticmethod
    def _pairs(pairs: list[tuple[str, str]]) -> str:
        inside = ", ".join(f'("{name}", {function})' for name, function in pairs)
        return f"({inside},)" if pairs else "()"

    def function_of(self, shape: Shape, owner: str) -> str:
        """The function that reads a type which stands alone, as in an open type."""
        name = shape.name if isinstance(shape, Named) else self.library.christen(shape, owner)
        return self.library.function("decode", name)

    def _usual_sequence(self, shape: Sequence, owner: str) -> str:
        """A SEQUENCE whose extension and presence bits are known: the fields follow without a question."""
        present = self._usual[owner]
        self.expect(shape, present)
        ready = []
        for member in shape.members[: shape.root]:
            if not member.may_lack or member.name in present:
                value = self.decode(member.shape, member.name, f"{owner}.{member.name}")
                ready.append(f'"{member.name}": {value}')
        if len(ready) <= 3:
            return "{" + ", ".join(ready) + "}"
        variable = self.page.name(f"usual-{owner}")
        self.page.assign(variable, "{", ready, "}")
        return variable

    def _sequence(self, shape: Sequence, hint: str, owner: str) -> str:
        if owner in self._usual:
            return self._usual_sequence(shape, owner)
        is_extended = self.field(1) if shape.is_extensible else ""
        root = shape.members[: shape.root]
        flags = {member.name: self.field(1) for member in root if member.may_lack}
        ready: list[str] = []
        variable = ""
        for member in root:
            inner = f"{owner}.{member.name}"
            if not member.may_lack:
                value = self.decode(member.shape, member.name, inner)
                if variable:
                    self.page.line(f'{variable}["{member.name}"] = {value}')
                else:
                    ready.append(f'"{member.name}": {value}')
                continue
            if member.default is not None:
                raise ValueError(f"{inner}: a default is not supported in PER")
            variable = variable or self._dictionary(hint, ready)
            self.close()
            with self.page.block(f"if {flags[member.name]}"):
                value = self.decode(member.shape, member.name, inner)
                self.page.line(f'{variable}["{member.name}"] = {value}')
                self.close()
        if is_extended:
            variable = variable or self._dictionary(hint, ready)
            self.close()
            with self.page.block(f"if {is_extended}"):
                known = [
                    (each.name, self.function_of(each.shape, f"{owner}.{each.name}"))
                    for each in shape.members[shape.root :]
                ]
                self.library.helper("read_additions")
                pairs = f", {self._pairs(known)}" if known else ""
                self.page.line(f"left = read_additions(n, left, {variable}{pairs})")
        return variable or "{" + ", ".join(ready) + "}"

    def _dictionary(self, hint: str, ready: list[str]) -> str:
        variable = self.page.name(hint)
        self.page.assign(f"{variable}: dict[str, Any]", "{", ready, "}")
        return variable


def _without_single_use(lines: list[str]) -> list[str]:
    """A run that only the line below it uses needs no variable."""
    whole = "\n".join(lines)
    kept: list[str] = []
    for line in lines:
        found = re.fullmatch(r" +(w\d*) = (n >> left & \w+)", kept[-1]) if kept else None
        if found and len(re.findall(rf"\b{found[1]}\b", whole)) == 2 and re.search(rf"\b{found[1]}\b", line):
            is_shifted = f"{found[1]} >>" in line
            kept[-1] = re.sub(rf"\b{found[1]}\b", f"({found[2]})" if is_shifted else found[2], line)
        else:
            kept.append(line)
    return kept


def number(value: int) -> str:
    """A constant: masks and patterns are easier to read in hex."""
    return str(value) if value < 1 << 8 else f"{value:#x}"


def widest(library: Library, shape: Shape) -> int:
    """Bits of the longest value of a type, without what later texts add."""
    match shape:
        case Named(name):
            return widest(library, library.types[name])
        case Integer(int(minimum), int(maximum)):
            return (maximum - minimum).bit_length()
        case Octets(_, int(maximum)):
            return 8 * maximum + 16
        case Ia5(_, int(maximum)):
            return 7 * maximum + 16
        case Bits(size):
            return size + 1
        case Enumerated(names):
            return len(names).bit_length() + 1
        case Sequence(members):
            return sum(widest(library, member.shape) + 1 for member in members) + 1
        case Choice(alternatives):
            return max(widest(library, each) for each in alternatives.values()) + 8
        case ListOf(_, int(maximum), item):
            return maximum * widest(library, item) + 16
        case Boolean() | Null():
            return 1
    return LONG
