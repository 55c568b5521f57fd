"""Writes the reading half of canonical OER: octets of known count next to each other are taken by one step."""

import re

from obu.codec.compiler.library import Library
from obu.codec.compiler.page import Page, snake
from obu.codec.shape import (
    Bits,
    Choice,
    Enumerated,
    Integer,
    ListOf,
    Named,
    Null,
    Octets,
    Sequence,
    Shape,
    Utf8,
)

SIZES = (1, 2, 4, 8)  # octets of an INTEGER whose range they hold (X.696 10.3, 10.4)


def write(library: Library, name: str) -> str:
    """def decode_<name>(data, at) -> (value, at)."""
    body = _Body(library, library.counts_depth(name))
    value = body.decode(library.types[name], name, name)
    body.page.line(f"return {value}, at")
    depth = ", depth: int = 0" if body.has_depth else ""
    head = f"def decode_{snake(name)}(data: bytes, at: int{depth}) -> tuple[Any, int]:"
    return "\n".join([head, *body.text()])


def octets_of(minimum: int | None, maximum: int | None) -> tuple[int | None, bool]:
    """(octets, whether signed) of an INTEGER; None octets where a length stands before them."""
    if minimum is None or maximum is None:
        return None, minimum is None or minimum < 0
    if minimum >= 0:
        return next((size for size in SIZES if maximum < 1 << 8 * size), None), False
    return next((s for s in SIZES if minimum >= -1 << 8 * s - 1 and maximum < 1 << 8 * s - 1), None), True


class _Body:
    def __init__(self, library: Library, has_depth: bool) -> None:
        self.page = Page()
        self.library = library
        self.has_depth = has_depth
        self._runs: list[int] = []
        self._is_open = False

    def text(self) -> list[str]:
        """The lines, now that all counts are known."""
        return [re.sub(r"<(\d+)>", lambda found: str(self._runs[int(found[1])]), line) for line in self.page.lines]

    def take(self, count: int) -> tuple[str, str]:
        """(first, after last) of the next `count` octets, which are there."""
        if not self._is_open:
            self._runs.append(0)
            number = len(self._runs)
            self._start = "p" if number == 1 else f"p{number}"
            self.page.line(f"{self._start} = at")
            self.page.line(f"at += <{number - 1}>")
            with self.page.block("if at > len(data)"):
                self._refuse("TRUNCATED")
            self._is_open = True
        first = self._runs[-1]
        self._runs[-1] += count
        start = self._start
        return (f"{start} + {first}" if first else start), f"{start} + {first + count}"

    def _refuse(self, reason: str, owner: str = "") -> None:
        self.library.helper("RemoteError")
        where = f', "{owner}"' if owner else ""
        self.page.line(f"raise RemoteError({self.library.helper(reason)}{where})")

    def _call(self, function: str, hint: str, depth: str = "") -> str:
        self._is_open = False
        name = self.page.name(hint)
        self.page.line(f"{name}, at = {function}(data, at{depth})")
        return name

    def decode(self, shape: Shape, hint: str, owner: str) -> str:
        """Writes lines that read a value; returns the expression that is it."""
        match shape:
            case Named(name):
                if self.library.is_in_place(name):
                    inner = self.library.types[name]
                    return self.decode(
                        inner, hint, name if isinstance(inner, Enumerated | Sequence | Choice) else owner
                    )
                return self._named(shape, hint)
            case Integer(_, _, False):
                return self._integer(shape, hint, owner)
            case Null():
                return "None"
            case Enumerated(names, _, ()):
                return f"{self.library.names(owner, names)}[data[{self.take(1)[0]}]]"
            case Octets(minimum, maximum, False):
                return self._octets(minimum, maximum, hint, owner)
            case Bits(size) if size % 8 == 0 and not shape.is_extensible:
                first, end = self.take(size // 8)
                return f"(data[{first}:{end}], {size})"
            case Utf8():
                return self._call(self.library.helper("oer.read_text"), hint)
            case ListOf():
                return self._list(shape, hint, owner)
            case Choice():
                return self._choice(shape, hint, owner)
            case Sequence():
                return self._sequence(shape, hint, owner)
        raise ValueError(f"{owner}: {shape} is not supported in OER")

    def _named(self, shape: Named, hint: str) -> str:
        function = self.library.function("decode", shape.name)
        if not self.library.counts_depth(shape.name):
            return self._call(function, hint)
        if shape.is_nested:
            with self.page.block(f"if depth + 1 >= {self.library.helper('MAX_NESTING')}"):
                self._refuse("TOO_DEEP", shape.name)
        return self._call(function, hint, (", depth + 1" if shape.is_nested else ", depth") if self.has_depth else "")

    def _integer(self, shape: Integer, hint: str, owner: str) -> str:
        count, is_signed = octets_of(shape.minimum, shape.maximum)
        if count is None:
            return self._call(self.library.helper("oer.read_signed" if is_signed else "oer.read_unsigned"), hint)
        first, end = self.take(count)
        number = f"int.from_bytes(data[{first}:{end}]{', signed=True' if is_signed else ''})"
        if count == 1 and not is_signed:
            number = f"data[{first}]"
        low, high = (-1 << 8 * count - 1, (1 << 8 * count - 1) - 1) if is_signed else (0, (1 << 8 * count) - 1)
        if (low, high) == (shape.minimum, shape.maximum):
            return number
        name = self.page.name(hint)
        self.page.line(f"{name} = {number}")
        with self.page.block(f"if not {shape.minimum} <= {name} <= {shape.maximum}"):
            self._refuse("OUT_OF_RANGE", owner)
        return name

    def _octets(self, minimum: int, maximum: int | None, hint: str, owner: str) -> str:
        if minimum == maximum:
            first, end = self.take(minimum)
            return f"data[{first}:{end}]"
        name = self._call(self.library.helper("oer.read_octets"), hint)
        self._bounds(f"len({name})", minimum, maximum, owner)
        return name

    def _bounds(self, count: str, minimum: int, maximum: int | None, owner: str) -> None:
        if maximum is None and not minimum:
            return
        within = f"{count} >= {minimum}" if maximum is None else f"{minimum} <= {count} <= {maximum}"
        with self.page.block(f"if not {within}"):
            self._refuse("OUT_OF_RANGE", owner)

    def _list(self, shape: ListOf, hint: str, owner: str) -> str:
        count = self._call(self.library.helper("oer.read_unsigned"), f"{hint}-size")
        self._bounds(count, shape.minimum, shape.maximum, owner)
        name = self.page.name(hint)
        self.page.line(f"{name}: list[Any] = []")
        with self.page.block(f"for _ in range({count})"):
            item = self.decode(shape.item, f"{hint}-item", owner)
            self._is_open = False
            self.page.line(f"{name}.append({item})")
        return name

    def _choice(self, shape: Choice, hint: str, owner: str) -> str:
        tag = self.page.name(f"{hint}-tag")
        first, _ = self.take(1)
        self._is_open = False
        self.page.line(f"{tag} = data[{first}]")
        name, head = self.page.name(hint), "if"
        self.page.line(f"{name}: tuple[str, Any]")
        for number, (alternative, inner) in enumerate(shape.alternatives.items()):
            with self.page.block(f"{head} {tag} == {0x80 + number}"):
                if shape.root is not None and number >= shape.root:
                    value = self._open(inner, alternative, f"{owner}.{alternative}")
                else:
                    value = self.decode(inner, alternative, f"{owner}.{alternative}")
                self.page.line(f'{name} = ("{alternative}", {value})')
                self._is_open = False
            head = "elif"
        with self.page.block("else"):
            self.page.line(f"raise {self.library.helper('oer.unknown_tag')}(data, at)")
        return name

    def _open(self, shape: Shape, hint: str, owner: str) -> str:
        """A value in an open type."""
        name = self.page.name(hint)
        self.page.line(
            f"{name}, at = {self.library.helper('oer.read_open')}({self.function_of(shape, owner)}, data, at)"
        )
        return name

    def function_of(self, shape: Shape, owner: str) -> str:
        """The function that reads a type which stands alone, as in an open type."""
        name = shape.name if isinstance(shape, Named) else self.library.christen(shape, owner)
        return self.library.function("decode", name)

    def _sequence(self, shape: Sequence, hint: str, owner: str) -> str:
        root = shape.members[: shape.root]
        flags = self._preamble(shape)
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
            variable = variable or self._dictionary(hint, ready)
            self._is_open = False
            with self.page.block(f"if {flags[member.name]}"):
                value = self.decode(member.shape, member.name, inner)
                self.page.line(f'{variable}["{member.name}"] = {value}')
                if member.default is not None:
                    with self.page.block(f'if {variable}["{member.name}"] == {member.default!r}'):
                        self._refuse("NOT_CANONICAL", inner)
                self._is_open = False
            if member.default is not None:
                with self.page.block("else"):
                    self.page.line(f'{variable}["{member.name}"] = {member.default!r}')
        if shape.is_extensible:
            variable = variable or self._dictionary(hint, ready)
            self._is_open = False
            with self.page.block(f"if {flags['']}"):
                known = [
                    (each.name, self.function_of(each.shape, f"{owner}.{each.name}"))
                    for each in shape.members[shape.root :]
                ]
                pairs = ", ".join(f'("{name}", {function})' for name, function in known)
                call = f"{self.library.helper('oer.read_additions')}(data, at, {variable}"
                self.page.line(f"at = {call}, ({pairs},))" if pairs else f"at = {call})")
        return variable or "{" + ", ".join(ready) + "}"

    def _preamble(self, shape: Sequence) -> dict[str, str]:
        """Expression of the extension bit (under '') and of each optional member's bit."""
        names = [""] if shape.is_extensible else []
        names += [member.name for member in shape.members[: shape.root] if member.may_lack]
        if not names:
            return {}
        count = (len(names) + 7) // 8
        first, end = self.take(count)
        bits = self.page.name("bits")
        self.page.line(f"{bits} = data[{first}]" if count == 1 else f"{bits} = int.from_bytes(data[{first}:{end}])")
        spare = 8 * count - len(names)
        if spare:
            with self.page.block(f"if {bits} & {(1 << spare) - 1}"):
                self._refuse("NONZERO_PADDING")
        return {name: f"{bits} & {1 << 8 * count - 1 - index}" for index, name in enumerate(names)}

    def _dictionary(self, hint: str, ready: list[str]) -> str:
        variable = self.page.name(hint)
        self.page.assign(f"{variable}: dict[str, Any]", "{", ready, "}")
        return variable
