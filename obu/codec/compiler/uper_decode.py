"""Writes the reading half of unaligned PER: fields of known width next to each other become one shift and masks."""

from collections.abc import Mapping
from contextlib import nullcontext

from obu.codec.compiler.library import Library
from obu.codec.compiler.opened import finder
from obu.codec.compiler.page import snake
from obu.codec.compiler.runs import Runs
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

UNBOUNDED = 1 << 16  # from here on a size is written as if it had no bounds (X.691 11.9.4.1)
WINDOW = 1024  # a list that can be much longer drops the bits already read, so that reading stays linear
LONG = 8 * WINDOW
MANY_OCTETS = 24  # a longer OCTET STRING of one size is read by a call: its mask would fill a line


def write(library: Library, name: str) -> str:
    """def decode_<name>(n, left) -> (value, left)."""
    body = Body(library)
    value = body.decode(library.types[name], name, name)
    body.runs.close()
    body.page.line(f"return {value}, left")
    head = f"def decode_{snake(name)}(n: int, left: int) -> tuple[Any, int]:"
    return "\n".join([head, *_usual(library, name), *body.runs.text()])


def _usual(library: Library, name: str) -> list[str]:
    """The lines that read the usual shape of a type, all from one number; none for a type without one."""
    if name not in USUAL:
        return []
    body = Body(library, USUAL[name])
    value = body.decode(library.types[name], name, name)
    body.runs.close()
    body.page.line(f"return {value}, left")
    return body.runs.guarded()


class Body:
    """The lines that read one type."""

    def __init__(self, library: Library, usual: Mapping[str, frozenset[str]] | None = None) -> None:
        self.library = library
        self.runs = Runs()
        self.page = self.runs.page
        self._usual = usual or {}

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
            case ListOf():
                return self._list(shape, hint, owner)
            case Choice():
                return self._choice(shape, hint, owner)
            case Sequence():
                return self._sequence(shape, hint, owner)
        return self._leaf(shape, hint, owner)

    def _leaf(self, shape: Shape, hint: str, owner: str) -> str:
        match shape:
            case Integer(int(minimum), int(maximum), False):
                return self._number(minimum, maximum, hint, owner)
            case Integer(int(minimum), int(maximum)):
                return self._growing_number(minimum, maximum, hint, owner)
            case Boolean():
                return f"bool({self.runs.field(1)})"
            case Null():
                return "None"
            case Enumerated(names, root):
                return self._enumerated(names, root, hint, owner)
            case Octets(minimum, maximum, False):
                return self._octets(minimum, maximum, hint, owner)
            case Octets(minimum, int(maximum)):
                return self._growing_octets(minimum, maximum, hint, owner)
            case Bits(size):
                return self._bits(size, shape.is_extensible, hint)
            case Ia5(minimum, int(maximum)):
                characters = self._size(minimum, maximum, hint, owner)
                return self._call(self.library.helper("read_text"), hint, characters)
        raise ValueError(f"{owner}: {shape} is not supported in PER")

    def _call(self, function: str, hint: str, *arguments: str) -> str:
        self.runs.close()
        name = self.page.name(hint)
        self.page.line(f"{name}, left = {function}({', '.join(('n', 'left', *arguments))})")
        return name

    def _number(self, minimum: int, maximum: int, hint: str, owner: str) -> str:
        span = maximum - minimum
        width = span.bit_length()
        bits = self.runs.field(width)
        if not span:
            return str(minimum)
        if span + 1 == 1 << width:
            return moved(bits, minimum)
        name = self.page.name(hint)
        self.page.line(f"{name} = {moved(bits, minimum)}")
        with self.page.block(f"if {name} > {maximum}"):
            self._refuse("OUT_OF_RANGE", owner)
        return name

    def _growing_number(self, minimum: int, maximum: int, hint: str, owner: str) -> str:
        """A number whose range a later text may have widened: what is written then may be shorter than the range."""
        is_later = self.runs.field(1)
        self.runs.close()
        name = self.page.name(hint)
        with self.page.block(f"if {is_later}"):
            self.library.helper("read_later_number")
            self.page.line(f"{name}, left = read_later_number(n, left, {minimum}, {maximum})")
        with self.page.block("else"):
            self.page.line(f"{name} = {self._number(minimum, maximum, hint, owner)}")
            self.runs.close()
        return name

    def _growing_octets(self, minimum: int, maximum: int, hint: str, owner: str) -> str:
        """Octets whose number a later text may have widened."""
        is_later = self.runs.field(1)
        self.runs.close()
        name = self.page.name(hint)
        with self.page.block(f"if {is_later}"):
            self.library.helper("read_later_octets")
            self.page.line(f"{name}, left = read_later_octets(n, left, {minimum}, {maximum})")
        with self.page.block("else"):
            self.page.line(f"{name} = {self._octets(minimum, maximum, hint, owner)}")
            self.runs.close()
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
            return f"{self.library.names(owner, names)}[{self.runs.field(width)}]"
        is_later, index = self.runs.field(1), self.runs.field(width)
        self.runs.close()
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
        if minimum == maximum and minimum <= MANY_OCTETS:
            return f"({self.runs.field(8 * minimum)}).to_bytes({minimum})"
        if minimum == maximum:
            return self._call(self.library.helper("read_octets"), hint, str(minimum))
        bits = self.page.name(f"{hint}-bits")
        self.page.line(f"{bits} = 8 * ({self._size(minimum, maximum, hint, owner)})")
        self.runs.close()
        self.page.line(f"left -= {bits}")
        name = self.page.name(hint)
        self.page.line(f"{name} = (n >> left & (1 << {bits}) - 1).to_bytes({bits} >> 3)")
        return name

    def _bits(self, size: int, is_extensible: bool, hint: str) -> str:
        is_longer = self.runs.field(1) if is_extensible else ""
        bits, spare = self.runs.field(size), -size % 8
        shifted = f"(({bits}) << {spare})" if spare else f"({bits})"
        value = f"({shifted}.to_bytes({(size + 7) // 8}), {size})"
        if not is_extensible:
            return value
        self.runs.close()
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
        self.runs.close()
        name = self.page.name(hint)
        self.page.line(f"{name}: list[Any] = []")
        with self.page.block(f"for _ in range({count})"):
            if shape.maximum * widest(self.library, shape.item) > LONG:
                with self.page.block(f"if n.bit_length() - left > {WINDOW}"):
                    self.page.line("n &= (1 << left) - 1")
            item = self.decode(shape.item, f"{hint}-item", owner)
            self.runs.close()
            self.page.line(f"{name}.append({item})")
        return name

    def _choice(self, shape: Choice, hint: str, owner: str) -> str:
        root = len(shape.alternatives) if shape.root is None else shape.root
        is_later = self.runs.field(1) if shape.root is not None else ""
        width = (root - 1).bit_length()
        index = self.page.name(f"{hint}-index")
        bits = self.runs.field(width)
        self.runs.close()
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
                self.runs.close()
            head = "elif"
        if root != 1 << width:
            with self.page.block("else"):
                self._refuse("UNKNOWN_ALTERNATIVE", owner)
        return name

    def _later_alternative(self, shape: Choice, name: str, width: int, owner: str) -> None:
        """An alternative beyond the root: its number takes seven bits as long as it is small (X.691 11.6)."""
        known = list(shape.alternatives.items())[shape.root :]
        number, head = self.page.name("number"), "if"
        if known:
            self.page.line(f"{number} = n >> left - {7 - width} & 127")
        for place, (alternative, inner) in enumerate(known):
            with self.page.block(f"{head} {number} == {place}"):
                function = self.function_of(inner, f"{owner}.{alternative}")
                value = self.page.name(alternative)
                enclosed = self.library.helper("read_enclosed")
                self.page.line(f"{value}, left = {enclosed}(n, left - {7 - width}, {function})")
                self.page.line(f'{name} = ("{alternative}", {value})')
            head = "elif"
        with self.page.block("else") if known else nullcontext():
            self.library.helper("read_later_alternative")
            self.page.line(f"{name}, left = read_later_alternative(n, left + {width})")

    def _late_pairs(self, known: list[tuple[str, Shape]], owner: str) -> str:
        """(name, function) of what may stand in an open type; its module is imported only where that is met."""
        inside = ", ".join(f'("{each}", {self._late_function(inner, f"{owner}.{each}")})' for each, inner in known)
        return f"({inside},)" if known else "()"

    def _late_function(self, shape: Shape, owner: str) -> str:
        name = shape.name if isinstance(shape, Named) else self.library.christen(shape, owner)
        function, importing = self.library.late_function("decode", name)
        if importing:
            self.page.line(importing)
        return function

    def _open(self, shape: Open, number: str, hint: str, owner: str) -> str:
        """What the number beside it says; octets where it says nothing to us."""
        self.runs.close()
        name, inside = self.page.name(hint), self.page.name("decode")
        self.page.line(f"{inside} = {finder(self.library, 'decode', shape, owner).format(number=number)}")
        with self.page.block(f"if {inside} is None"):
            self.page.line(f"{name}, left = {self.library.helper('read_unknown')}(n, left)")
        with self.page.block("else"):
            self.page.line(f"{name}, left = {self.library.helper('read_enclosed')}(n, left, {inside})")
        return name

    def function_of(self, shape: Shape, owner: str) -> str:
        """The function that reads a type which stands alone."""
        name = shape.name if isinstance(shape, Named) else self.library.christen(shape, owner)
        return self.library.function("decode", name)

    def _usual_sequence(self, shape: Sequence, owner: str) -> str:
        """A SEQUENCE whose extension and presence bits are known: the fields follow without a question."""
        present = self._usual[owner]
        self.runs.expect(shape, present)
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
        is_extended = self.runs.field(1) if shape.is_extensible else ""
        root = shape.members[: shape.root]
        flags = {member.name: self.runs.field(1) for member in root if member.may_lack}
        ready: list[str] = []
        variable = ""
        numbers = {each.shape.by: "" for each in root if isinstance(each.shape, Open)}
        for member in root:
            inner = f"{owner}.{member.name}"
            if not member.may_lack:
                if isinstance(member.shape, Open):
                    value = self._open(member.shape, numbers[member.shape.by], member.name, inner)
                else:
                    value = self.decode(member.shape, member.name, inner)
                if member.name in numbers:
                    value = numbers[member.name] = self._variable(member.name, value)
                if variable:
                    self.page.line(f'{variable}["{member.name}"] = {value}')
                else:
                    ready.append(f'"{member.name}": {value}')
                continue
            if member.default is not None:
                raise ValueError(f"{inner}: a default is not supported in PER")
            variable = variable or self._dictionary(hint, ready)
            self.runs.close()
            with self.page.block(f"if {flags[member.name]}"):
                value = self.decode(member.shape, member.name, inner)
                self.page.line(f'{variable}["{member.name}"] = {value}')
                self.runs.close()
        if is_extended:
            variable = variable or self._dictionary(hint, ready)
            self.runs.close()
            with self.page.block(f"if {is_extended}"):
                known = [(each.name, each.shape) for each in shape.members[shape.root :]]
                self.library.helper("read_additions")
                pairs = f", {self._late_pairs(known, owner)}" if known else ""
                self.page.line(f"left = read_additions(n, left, {variable}{pairs})")
        return variable or "{" + ", ".join(ready) + "}"

    def _variable(self, hint: str, value: str) -> str:
        if value.isidentifier():
            return value
        name = self.page.name(hint)
        self.page.line(f"{name} = {value}")
        return name

    def _dictionary(self, hint: str, ready: list[str]) -> str:
        variable = self.page.name(hint)
        self.page.assign(f"{variable}: dict[str, Any]", "{", ready, "}")
        return variable


def moved(bits: str, minimum: int) -> str:
    """The number that `bits` count from `minimum` on."""
    return f"({bits}) {'-' if minimum < 0 else '+'} {abs(minimum)}" if minimum else bits


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
