"""Which function belongs to which generated module, and what it imports; types small enough are written in place."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from obu.codec.compiler.page import constant, snake
from obu.codec.compiler.sources import Module, names_in, parts, types_of
from obu.codec.shape import Choice, ListOf, Named, Open, Sequence, Shape

NEVER_IN_PLACE = 1000  # parts


@dataclass(frozen=True, slots=True)
class InPlace:
    """How many parts a type may have that is written where it is used: in several places, and in only one."""

    often: int
    once: int


@dataclass(slots=True)
class Source:
    """One generated module while it is being written."""

    constants: dict[str, str] = field(default_factory=dict)
    functions: dict[str, str] = field(default_factory=dict)
    imports: set[tuple[str, str]] = field(default_factory=set)  # module of ours, name
    late: set[str] = field(default_factory=set)  # modules of ours that a function imports when it needs them
    by_name: dict[tuple[str, str], str] = field(default_factory=dict)  # (kind, ASN.1 type): function


Write = Callable[["Library", str], str]  # the text of the function of a type


class Library:
    """The modules of one schema: asking for a function writes it, and whatever it calls."""

    def __init__(
        self, modules: dict[str, Module], roots: tuple[str, ...], writers: Mapping[str, Write], in_place: InPlace
    ) -> None:
        self.types = types_of(modules)
        self.sources: dict[str, Source] = {}
        self._writers = writers
        self._in_place = in_place
        self._homes = _homes(modules, self.types, roots)
        self._uses = Counter(inner for name in self._homes for inner in names_in(self.types[name]))
        self._nesting = _nesting(self.types)
        self._here: list[Source] = []

    def is_in_place(self, name: str) -> bool:
        """Whether a type has no function of its own."""
        if name in self._nesting:
            return False
        weight = self._weight(self.types[name])
        return weight <= (self._in_place.once if self._uses[name] == 1 else self._in_place.often)

    def counts_depth(self, name: str) -> bool:
        """Whether values of the type can hold others of it."""
        return name in self._nesting

    def christen(self, shape: Shape, owner: str) -> str:
        """A name for a type without one that needs a function: HashedData-sm3HashedData."""
        name = owner.replace(".", "-")
        self.types[name] = shape
        self._homes[name] = self._homes[owner.split(".", maxsplit=1)[0]]
        return name

    def function(self, kind: str, name: str) -> str:
        """The name of the `kind` (decode, encode) function of a type, which is there and can be called here."""
        called = self._written(kind, name)
        self._import(name, called)
        return called

    def late_function(self, kind: str, name: str) -> tuple[str, str]:
        """The same, and the line that imports it where it is called; "" for a function of this module."""
        called = self._written(kind, name)
        if self._here[-1] is self._enter(name):
            return called, ""
        self._here[-1].late.add(self._home(name))
        return called, f"from {home_mark(self._home(name))} import {called}"

    def _written(self, kind: str, name: str) -> str:
        called = f"{kind}_{snake(name)}"
        home = self._enter(name)
        if called not in home.functions:
            home.functions[called] = ""  # claimed: it may call itself
            with self.at_work_on(home):
                text = self._writers[kind](self, name)
            del home.functions[called]  # after whatever it calls
            home.functions[called] = text
            home.by_name[kind, name] = called
        return called

    @contextmanager
    def at_work_on(self, source: Source) -> Iterator[None]:
        """What is asked for meanwhile is imported by `source`."""
        self._here.append(source)
        yield
        self._here.pop()

    def add_function(self, called: str, text: str) -> None:
        """A function of another form, in the module at work."""
        self._here[-1].functions[called] = text

    def constant(self, type_name: str, suffix: str, text: str) -> str:
        """The name of a constant that belongs to a type."""
        called = constant(type_name) + suffix
        self._enter(type_name).constants.setdefault(called, text)
        self._import(type_name, called)
        return called

    def names(self, type_name: str, names: tuple[str, ...], suffix: str = "") -> str:
        """A constant with the names of an ENUMERATED."""
        return self.constant(type_name, suffix, _lines("(", [f'"{name}"' for name in names], ")"))

    def numbers(self, type_name: str, names: tuple[str, ...], suffix: str = "") -> str:
        """A constant with the number of each name."""
        of = self.names(type_name, names, suffix)
        return self.constant(type_name, f"{suffix}_NUMBER", f"{{name: number for number, name in enumerate({of})}}")

    def helper(self, name: str) -> str:
        """A name of the codec's own that the text here uses: read_octets, or oer.read_octets of a module."""
        self._here[-1].imports.add(("", name.split(".", maxsplit=1)[0]))
        return name

    def _enter(self, name: str) -> Source:
        return self.sources.setdefault(self._home(name), Source())

    def _home(self, name: str) -> str:
        """A type without a name (Names.a) is at home where what holds it is."""
        return self._homes[name if name in self._homes else name.partition(".")[0]]

    def _import(self, name: str, called: str) -> None:
        if self._here and self._here[-1] is not self._enter(name):
            self._here[-1].imports.add((self._home(name), called))

    def _weight(self, shape: Shape) -> int:
        match shape:
            case Named(name):
                return NEVER_IN_PLACE if name in self._nesting else self._weight(self.types[name])
            case Sequence(members, is_extensible):
                optional = sum(member.may_lack for member in members)
                return sum(map(self._weight, parts(shape))) + optional + 2 * is_extensible
            case Choice():
                return sum(map(self._weight, parts(shape))) + len(shape.alternatives)
            case ListOf():
                return self._weight(shape.item) + 3
            case Open():
                return NEVER_IN_PLACE
        return 1


def home_mark(module: str) -> str:
    """What stands for a generated module in a line until it is known whether the editions share it."""
    return f"<module {module}>"


def _homes(modules: dict[str, Module], types: Module, roots: tuple[str, ...]) -> dict[str, str]:
    """Generated module of each type in use: that of its ASN.1 module, and Edition's go to their first user."""
    of = {name: module for module, inside in modules.items() for name in inside}
    homes: dict[str, str] = {}

    def visit(name: str, user: str) -> None:
        if name in homes:
            return
        homes[name] = snake(user if of[name] == "Edition" else of[name])
        for inner in names_in(types[name]):
            visit(inner, homes[name])

    for root in roots:
        visit(root, of[root])
    return homes


def _nesting(types: Module) -> set[str]:
    """The types that can hold themselves."""
    reach = {name: set(names_in(shape)) for name, shape in types.items()}
    for _ in types:
        for inner in reach.values():
            inner |= {far for near in inner for far in reach[near]}
    return {name for name, inner in reach.items() if name in inner}


def _lines(opening: str, items: list[str], closing: str) -> str:
    short = opening + ", ".join(items) + ("," if len(items) == 1 and opening == "(" else "") + closing
    if len(short) < 90:
        return short
    lines, line = [], "   "
    for item in items:
        if len(line) + len(item) > 100:
            lines.append(line)
            line = "   "
        line += f" {item},"
    return "\n".join([opening, *lines, line, closing])
