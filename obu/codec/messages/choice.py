"""CHOICE as values: one of several dataclasses, or a name beside what it says; a later text's goes to the rest."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from obu.codec.messages.record import ORIGIN, Code, Leaf, Record


class OneOf:
    """CHOICE of records, each of its own dataclass; None for what a later text added."""

    nothing = None

    def __init__(self, alternatives: Mapping[str, Record]) -> None:
        self.needs_origin = any(record.needs_origin for record in alternatives.values())
        self._readers = {name: self._with_origin(record, record.read) for name, record in alternatives.items()}
        self._writers = {
            record.kind: (name, self._with_origin(record, record.write)) for name, record in alternatives.items()
        }

    def _with_origin(self, record: Record, call: Callable[..., Any]) -> Callable[..., Any]:
        return (lambda value, *_: call(value)) if self.needs_origin and not record.needs_origin else call

    def reading(self, code: Code, raw: str) -> str:
        found = f"{code.name(self._readers)}.get({raw}[0])"
        return f"None if (y := {found}) is None else y({raw}[1]{ORIGIN if self.needs_origin else ''})"

    def loses(self, code: Code, is_optional: bool) -> str:
        return "v is None"

    def writing(self, code: Code, value: str) -> str:
        found = f"(y := {code.name(self._writers)}[type({value})])"
        return f"({found}[0], y[1]({value}{ORIGIN if self.needs_origin else ''}))"


@dataclass(frozen=True, slots=True)
class Either:
    """A CHOICE in two fields of the dataclass: the alternative's name, and what it says as a set or a name.

    empty: what it says where this is not known here.
    """

    wire: str
    name: str
    value: str
    alternatives: Mapping[str, Leaf]
    empty: Any = None
    needs_origin: bool = False

    @property
    def fills(self) -> Mapping[str, Any]:
        return {self.name: None, self.value: self.empty}

    def read(self, code: Code, of: str, path: tuple[str, ...]) -> None:
        key = self.wire.rstrip("?")
        with code.under(f"if {key!r} in {of}:"):
            code.line(f"x = {of}[{key!r}]")
            code.line(f"b.{self.name} = x[0]")
            code.line(f"b.{self.value}, y = {code.name(self._read)}(x)")
            with code.under("if not y:"):
                code.keep((*path, key), "x")
        with code.under("else:"):
            code.line(f"b.{self.name}, b.{self.value} = None, {self.empty!r}")

    def _read(self, raw: tuple[str, Any]) -> tuple[Any, bool]:
        """(what it says, whether that is all)."""
        leaf = self.alternatives.get(raw[0])
        if leaf is None:
            return self.empty, False
        value = leaf.read(raw[1])
        return value, leaf.keeps(value, raw[1])

    def _write(self, name: str, value: Any) -> tuple[str, Any]:
        leaf = self.alternatives.get(name)
        return name, leaf.write(value) if leaf else value  # of another name the encoder says what is wrong

    def always(self, code: Code) -> tuple[str, str] | None:
        return None if self.wire.endswith("?") else (self.wire, self._writing(code))

    def sometimes(self, code: Code, into: str) -> None:
        if self.wire.endswith("?"):
            with code.under(f"if m.{self.name} is not None:"):
                code.line(f"{into}[{self.wire[:-1]!r}] = {self._writing(code)}")

    def _writing(self, code: Code) -> str:
        return f"{code.name(self._write)}(m.{self.name}, m.{self.value})"
