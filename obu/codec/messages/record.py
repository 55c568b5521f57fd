"""What a typed message is made of, declared: dataclass fields beside the fields of a SEQUENCE (docs/codec.md).

The one rule: a declaration becomes straight lines once, when its module is imported, as those of dataclasses do; and
what a value cannot say (additions, reserved bits, an odd form of a number) is kept in its `rest`, so nothing is lost.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields
from types import EllipsisType
from typing import Any, Protocol

from obu.codec.messages.rest import kept, put_back
from obu.codec.reasons import LATER

ORIGIN = ", lat0, lon0"  # parameters of those that have places within: the raw place that offsets are from


class Code:
    """The lines of a function in the making, and the objects they name. d, b: what is read, and into what."""

    def __init__(self) -> None:
        self.has_kept = False
        self._lines: list[str] = []
        self._names: dict[str, Any] = {}
        self._depth = 1
        self._dicts = 0

    def line(self, text: str) -> None:
        self._lines.append("    " * self._depth + text)

    @contextmanager
    def under(self, head: str) -> Iterator[None]:
        """What is written within stands under this head."""
        self.line(head)
        self._depth += 1
        yield
        self._depth -= 1

    def name(self, thing: Any) -> str:
        """A name for an object of ours."""
        for name, known in self._names.items():
            if known is thing:
                return name
        name = f"g{len(self._names)}"
        self._names[name] = thing
        return name

    def inner(self) -> str:
        """A new variable for a SEQUENCE within."""
        self._dicts += 1
        return f"d{self._dicts}"

    def keep(self, path: tuple[str, ...], raw: str) -> None:
        """Keeps what stands in the variable raw, because the value does not tell it."""
        self.has_kept = True
        self.line(f"rest = {self.name(kept)}(rest, {path!r}, {raw})")

    def function(self, head: str) -> Callable[..., Any]:
        """The function, made."""
        made: dict[str, Any] = {}
        exec("\n".join([f"def made({head}):", *self._lines]), self._names, made)
        return made["made"]  # type: ignore[no-any-return]


class Kind(Protocol):
    """What one field is on the wire and in the message. nothing: what None is written as; None where it has none."""

    @property
    def nothing(self) -> Any: ...

    @property
    def needs_origin(self) -> bool: ...

    def reading(self, code: Code, raw: str) -> str:
        """An expression: the value of the raw one in this variable."""

    def loses(self, code: Code, is_optional: bool) -> str:
        """An expression of x (raw) and v (value): whether v is written otherwise than x; empty where it never is."""

    def writing(self, code: Code, value: str) -> str:
        """An expression: the raw value of the one in this variable, which is not None."""


class Piece(Protocol):
    """Some fields of a dataclass. fills: what each of them is where the message has nothing of it."""

    @property
    def needs_origin(self) -> bool: ...

    @property
    def fills(self) -> Mapping[str, Any]: ...

    def read(self, code: Code, of: str, path: tuple[str, ...]) -> None:
        """Lines that fill the fields of b from the dict in the variable `of`, which is at this path."""

    def always(self, code: Code) -> tuple[str, str] | None:
        """(key, expression) where the message always has it, after the lines that the expression needs."""

    def sometimes(self, code: Code, into: str) -> None:
        """Lines that put the rest into the dict in the variable `into`."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """A value by two functions. write raises EncodeError for what the wire has no word for.

    keeps(value, raw): whether the value is written as that raw one. is_strict: write may refuse even what was read;
    the rest of the same dataclass has it then.
    """

    read: Callable[[Any], Any]
    write: Callable[[Any], Any]
    keeps: Callable[[Any, Any], bool]
    nothing: Any = None
    is_strict: bool = False
    needs_origin: bool = False

    def reading(self, code: Code, raw: str) -> str:
        return f"{code.name(self.read)}({raw})"

    def loses(self, code: Code, is_optional: bool) -> str:
        loss = f"not {code.name(self.keeps)}(v, x)"
        return f"v is None or {loss}" if is_optional and self.nothing is not None else loss

    def writing(self, code: Code, value: str) -> str:
        return f"{code.name(self.write)}({value})"


@dataclass(frozen=True, slots=True)
class AsItIs:
    """A value that needs no turning: a count, octets, ASCII text, a name of the standard's."""

    nothing: Any = None
    needs_origin: bool = False

    def reading(self, code: Code, raw: str) -> str:
        return raw if self.nothing is None else f"None if {raw} == {self.nothing!r} else {raw}"

    def loses(self, code: Code, is_optional: bool) -> str:
        return "v is None" if is_optional and self.nothing is not None else ""

    def writing(self, code: Code, value: str) -> str:
        return value


PLAIN = AsItIs()


@dataclass(frozen=True, slots=True)
class ListOf:
    """SEQUENCE OF, as a tuple of what loses nothing by itself: records, plain values."""

    item: Kind
    nothing: Any = None

    def __post_init__(self) -> None:
        if self.item.loses(Code(), is_optional=False):
            raise TypeError("the items of a list must keep their own rest")

    @property
    def needs_origin(self) -> bool:
        return self.item.needs_origin

    def reading(self, code: Code, raw: str) -> str:
        each = self.item.reading(code, "y")
        return f"tuple({raw})" if each == "y" else f"tuple([{each} for y in {raw}])"

    def loses(self, code: Code, is_optional: bool) -> str:
        return ""

    def writing(self, code: Code, value: str) -> str:
        return f"[{self.item.writing(code, 'y')} for y in {value}]"


class Record:
    """A frozen slotted dataclass and the SEQUENCE it stands for. The extension mark is an Ellipsis among the pieces.

    read(value[, lat0, lon0]) and write(message[, lat0, lon0]); the origin, raw, where places within are offsets.
    """

    nothing = None

    def __init__(self, kind: type, *pieces: Piece | EllipsisType) -> None:
        self.kind = kind
        self._pieces = _Fields("", pieces)
        self.needs_origin = self._pieces.needs_origin
        names = {field.name for field in fields(kind)}
        self._has_rest = "rest" in names
        if apart := set(self._pieces.fills) ^ (names - {"rest"}):
            raise TypeError(f"{kind.__name__}: {sorted(apart)} are not declared alike")
        self.read = self._reader()
        self.write = self._writer()

    def reading(self, code: Code, raw: str) -> str:
        return f"{code.name(self.read)}({raw}{ORIGIN if self.needs_origin else ''})"

    def loses(self, code: Code, is_optional: bool) -> str:
        return ""

    def writing(self, code: Code, value: str) -> str:
        return f"{code.name(self.write)}({value}{ORIGIN if self.needs_origin else ''})"

    def _reader(self) -> Callable[..., Any]:
        code = Code()
        code.line(f"b = {code.name(blank(self.kind))}()")
        code.line("rest = None")
        self._pieces.read(code, "d", ())
        if self._has_rest:
            code.line("b.rest = rest")
        elif code.has_kept:
            raise TypeError(f"{self.kind.__name__}: has no rest to keep what it does not tell")
        code.line(f"b.__class__ = {code.name(self.kind)}")
        code.line("return b")
        return code.function(f"d{ORIGIN if self.needs_origin else ''}")

    def _writer(self) -> Callable[..., Any]:
        code = Code()
        self._pieces.write(code, "d")
        if self._has_rest:
            with code.under("if m.rest is not None:"):
                code.line(f"{code.name(put_back)}(d, m.rest)")
        code.line("return d")
        return code.function(f"m{ORIGIN if self.needs_origin else ''}")


@dataclass(frozen=True, slots=True)
class At:
    """One field of the SEQUENCE (`speed`; `angle?` is OPTIONAL) in one field of the dataclass.

    empty: what stands for an absent one. is_said: None is written as unavailable although it might be left out.
    """

    wire: str
    field: str
    kind: Kind = PLAIN
    empty: Any = None
    is_said: bool = False

    @property
    def needs_origin(self) -> bool:
        return self.kind.needs_origin

    @property
    def fills(self) -> Mapping[str, Any]:
        return {self.field: self.empty}

    def read(self, code: Code, of: str, path: tuple[str, ...]) -> None:
        key = self.wire.rstrip("?")
        if key == self.wire:
            code.line(f"x = {of}[{key!r}]")
            self._read_there(code, (*path, key), is_optional=False)
            return
        code.line(f"x = {of}.get({key!r})")
        with code.under("if x is None:"):
            code.line(f"b.{self.field} = {self.empty!r}")
            if self.is_said:
                code.keep((*path, key), "None")
        with code.under("else:"):
            self._read_there(code, (*path, key), is_optional=not self.is_said)

    def _read_there(self, code: Code, path: tuple[str, ...], is_optional: bool) -> None:
        loss = self.kind.loses(code, is_optional)
        if is_optional and self.empty is not None and not isinstance(self.kind, ListOf):
            loss = " or ".join(filter(None, ["not v", loss]))  # one that says nothing is as an absent one
        code.line(f"b.{self.field} = {'v = ' if loss else ''}{self.kind.reading(code, 'x')}")
        if loss:
            with code.under(f"if {loss}:"):
                code.keep(path, "x")

    def always(self, code: Code) -> tuple[str, str] | None:
        key, value = self.wire.rstrip("?"), f"m.{self.field}"
        if self._may_lack(code):
            return None
        if self.kind.nothing is None:
            return key, self.kind.writing(code, value)
        return key, f"{self.kind.nothing!r} if (v := {value}) is None else {self.kind.writing(code, 'v')}"

    def sometimes(self, code: Code, into: str) -> None:
        if self._may_lack(code):
            key = self.wire.rstrip("?")
            code.line(f"v = m.{self.field}")
            there = "v is not None" if self.empty is None else "v"
            if isinstance(self.kind, Leaf) and self.kind.is_strict:
                there += f" and (m.rest is None or {key!r} not in m.rest)"
            with code.under(f"if {there}:"):
                code.line(f"{into}[{key!r}] = {self.kind.writing(code, 'v')}")

    def _may_lack(self, code: Code) -> bool:
        # A mandatory one of which a later text's value is in the rest is written from there.
        is_optional = self.wire.endswith("?") and not self.is_said
        is_strict = isinstance(self.kind, Leaf) and self.kind.is_strict
        return (
            is_optional
            or is_strict
            or (self.kind.nothing is None and "v is None" in self.kind.loses(code, is_optional=False))
        )


class _Fields:
    """Pieces side by side in one dict: of a Record, or of a SEQUENCE within it."""

    def __init__(self, wire: str, pieces: Sequence[Piece | EllipsisType]) -> None:
        self.key = wire.rstrip("?")
        self.is_optional = wire.endswith("?")
        self.pieces = tuple(piece for piece in pieces if not isinstance(piece, EllipsisType))
        self.is_open = len(self.pieces) < len(pieces)
        self.fills = {name: empty for piece in self.pieces for name, empty in piece.fills.items()}
        # Whoever names a place of its own needs none from outside.
        self.needs_origin = any(piece.needs_origin for piece in self.pieces) and not any(
            getattr(piece, "gives_origin", False) for piece in self.pieces
        )

    def read(self, code: Code, of: str, path: tuple[str, ...]) -> None:
        for piece in self.pieces:
            piece.read(code, of, path)
        if self.is_open:
            code.line(f"x = {of}.get({LATER!r})")
            with code.under("if x is not None:"):
                code.keep((*path, LATER), "x")

    def write(self, code: Code, into: str) -> None:
        there = [pair for piece in self.pieces if (pair := piece.always(code)) is not None]
        code.line(f"{into} = {{{', '.join(f'{key!r}: {value}' for key, value in there)}}}")
        for piece in self.pieces:
            piece.sometimes(code, into)

    def says_something(self, of: str) -> str:
        """An expression: whether any of the fields does."""
        return " or ".join(
            f"{of}.{name} is not None" if empty is None else f"{of}.{name}" for name, empty in self.fills.items()
        )


class Inside:
    """The fields of a SEQUENCE within, beside the others of the dataclass: `accelSet`, `posAccuracy?`.

    is_said: it is written although it might be left out. One that is there and says nothing is kept in the rest.
    """

    def __init__(self, wire: str, *pieces: Piece | EllipsisType, is_said: bool = False) -> None:
        self._fields = _Fields(wire, pieces)
        self._is_said = is_said
        self.fills = self._fields.fills
        self.needs_origin = self._fields.needs_origin

    def read(self, code: Code, of: str, path: tuple[str, ...]) -> None:
        within, key = code.inner(), self._fields.key
        path = (*path, key)
        if not self._fields.is_optional:
            code.line(f"{within} = {of}[{key!r}]")
            self._fields.read(code, within, path)
            return
        code.line(f"{within} = {of}.get({key!r})")
        with code.under(f"if {within} is None:"):
            for name, empty in self.fills.items():
                code.line(f"b.{name} = {empty!r}")
            if self._is_said:
                code.keep(path, "None")
        with code.under("else:"):
            self._fields.read(code, within, path)
            if not self._is_said:
                with code.under(f"if not ({self._fields.says_something('b')}):"):
                    code.keep(path, within)

    def always(self, code: Code) -> tuple[str, str] | None:
        if self._fields.is_optional and not self._is_said:
            return None
        within = code.inner()
        self._fields.write(code, within)
        return self._fields.key, within

    def sometimes(self, code: Code, into: str) -> None:
        if self._fields.is_optional and not self._is_said:
            with code.under(f"if {self._fields.says_something('m')}:"):
                within = code.inner()
                self._fields.write(code, within)
                code.line(f"{into}[{self._fields.key!r}] = {within}")


def blank(kind: type) -> type:
    """A class of the same slots that can be filled by assignment; then `made.__class__ = kind` makes it the frozen one.

    A frozen dataclass's own constructor costs eight times as much.
    """
    return type("Blank", (), {"__slots__": kind.__slots__})  # type: ignore[attr-defined]
