"""Random values of any type of a schema, and pycrate as a second opinion that shares no code with asn1tools."""

import contextlib
import importlib.util
import io
import os
import random
from collections.abc import Callable
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from obu.codec.compiler.sources import PER_SCHEMAS, source_texts
from obu.codec.shape import (
    Bits,
    Boolean,
    Choice,
    Enumerated,
    Ia5,
    Integer,
    ListOf,
    Named,
    Octets,
    Open,
    Sequence,
    Shape,
    Types,
    Utf8,
    chosen,
)
from tests.codec import reference

DRAWS = min(max(100, int(os.environ.get("OBU_FUZZ", "0")) // 100), 10_000)  # values per message and edition


def draw(
    shape: Shape, types: Types, rng: random.Random, around: tuple[str, ...] = (), is_small: bool = False, lists: int = 0
) -> Any:
    """A random value of a type, the ends of its range more often than the middle.

    A type inside itself is made as small as it can be: pycrate mixes up the two when it encodes both. The more lists
    are around a list, the shorter it is: lists in lists in lists would else be all of a value.
    """
    match shape:
        case Named(name):
            return draw(types[name], types, rng, (*around, name), is_small or name in around, lists)
        case Integer(minimum, maximum, True) if rng.random() < 0.3:
            return rng.choice(((minimum or 0) - 1, (maximum or 0) + 1, -129, 128, -(1 << 63), (1 << 64) - 1))
        case Integer(minimum, maximum):
            return _integer(minimum or 0, maximum if maximum is not None else 70_000, rng)
        case Boolean():
            return rng.random() < 0.5
        case Enumerated(names):
            return rng.choice(names)
        case Octets(minimum, maximum, True) if rng.random() < 0.3:
            return rng.randbytes(rng.choice((max(0, minimum - 1), (maximum or 0) + 1, 300)))
        case Octets(minimum, maximum):
            return rng.randbytes(_length(minimum, maximum, rng))
        case Bits(size):
            value = rng.choice((0, (1 << size) - 1, rng.getrandbits(size)))
            width = (size + 7) // 8
            return (value << (width * 8 - size)).to_bytes(width, "big"), size
        case Ia5(minimum, maximum):
            # Without DEL, which IA5 has and pycrate refuses.
            return "".join(chr(rng.randrange(127)) for _ in range(_length(minimum, maximum, rng)))
        case Utf8():
            return rng.choice(("", "hostname", "京A12345", "\U0001f68c"))
        case Sequence(members):
            share = 0.0 if is_small else rng.random()
            value: dict[str, Any] = {}
            for each in members:
                if not each.may_lack or (not is_small and rng.random() <= share):
                    value[each.name] = draw(chosen(each.shape, value), types, rng, around, is_small, lists)
            return value
        case Choice(alternatives):
            name = next(iter(alternatives)) if is_small else rng.choice(list(alternatives))
            return name, draw(alternatives[name], types, rng, around, is_small, lists)
        case ListOf(minimum, maximum, item):
            count = minimum if is_small else _length(minimum, maximum, rng, lists)
            return [draw(item, types, rng, around, is_small, lists + 1) for _ in range(count)]
    return None


def _integer(minimum: int, maximum: int, rng: random.Random) -> int:
    near = min(maximum, minimum + 1), max(minimum, maximum - 1)
    return rng.choice((minimum, maximum, *near, rng.randint(minimum, maximum), rng.randint(minimum, maximum)))


def _length(minimum: int, maximum: int | None, rng: random.Random, lists: int = 0) -> int:
    more = max(4 - lists, 0)
    most = minimum + more if maximum is None else min(maximum, minimum + more)
    if lists < 2 and maximum is not None and maximum <= 64 and rng.random() < 0.03:
        return maximum
    return rng.randint(minimum, most)


class Extreme(random.Random):
    """Chance that always takes the lower end, or always the upper one: every optional field, the longest lists."""

    def __init__(self, end: int) -> None:
        super().__init__(0)
        self._end = end

    def random(self) -> float:
        return 0.999 if self._end else 0.0

    def choice(self, seq: Any) -> Any:
        return seq[-1] if self._end else seq[0]

    def randint(self, a: int, b: int) -> int:
        return b if self._end else a

    def randrange(self, start: int, stop: int | None = None, step: int = 1) -> int:
        return (start if stop is None else stop) - 1 if self._end else 0 if stop is None else start

    def getrandbits(self, k: int) -> int:
        return (1 << k) - 1 if self._end else 0

    def randbytes(self, n: int) -> bytes:
        return (b"\xff" if self._end else b"\0") * n


class Oracle:
    """pycrate's reading of one of our schemas: encode and decode by type name, in our Python form of values."""

    def __init__(self, name: str, folder: Path) -> None:
        self._types = reference.types(name)
        self._is_per = name in PER_SCHEMAS
        self._module = _pycrate(name, folder)

    def _type(self, type_name: str) -> Any:
        modules = [each for each in vars(self._module).values() if hasattr(each, "_all_")]
        found = next(each for each in modules if hasattr(each, type_name.replace("-", "_")))
        return getattr(found, type_name.replace("-", "_"))

    def encode(self, type_name: str, value: Any) -> bytes:
        kind = self._type(type_name)
        kind.set_val(self._turn(Named(type_name), value))
        return bytes(kind.to_uper() if self._is_per else kind.to_coer())

    def decode(self, type_name: str, data: bytes) -> Any:
        """The value in pycrate's own form."""
        kind = self._type(type_name)
        kind.from_uper(data) if self._is_per else kind.from_coer(data)
        return kind.get_val()

    def theirs(self, type_name: str, value: Any) -> Any:
        """Our value in pycrate's form."""
        return self._turn(Named(type_name), value)

    def _turn(self, shape: Shape, value: Any) -> Any:
        match shape:
            case Named(name):
                return self._turn(self._types[name], value)
            case Bits(size):
                return int.from_bytes(value[0], "big") >> (len(value[0]) * 8 - size), size
            case Sequence(members):
                return {each.name: self._member(each.shape, value[each.name]) for each in members if each.name in value}
            case Choice(alternatives):
                return value[0], self._turn(alternatives[value[0]], value[1]) if value[1] is not None else 0
            case ListOf():
                return [self._turn(shape.item, each) for each in value]
        return 0 if value is None else value

    def _member(self, shape: Shape, value: Any) -> Any:
        return ("_unk_004", value) if isinstance(shape, Open) else self._turn(shape, value)


def _pycrate(name: str, folder: Path) -> ModuleType:
    from pycrate_asn1c.asnproc import GLOBAL, PycrateGenerator, compile_text, generate_modules

    path = folder / f"oracle_{name}.py"
    GLOBAL.clear()
    with contextlib.redirect_stdout(io.StringIO()):
        compile_text(list(source_texts(name)))
        generate_modules(PycrateGenerator, str(path))
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def oracle_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Oracle]:
    folder = tmp_path_factory.mktemp("oracle")
    return cache(lambda name: Oracle(name, folder))


@pytest.fixture(scope="session")
def draw_value() -> Callable[[str, str, random.Random], Any]:
    """draw_value(schema name, type name, rng, number): the first is the smallest, the second nearly the largest."""

    def of(name: str, type_name: str, rng: random.Random, number: int = 2) -> Any:
        around = () if type_name == "V2XSecData" else ("V2XSecData",)
        source = Extreme(number) if number < 2 else rng
        return draw(Named(type_name), reference.types(name), source, around, is_small=number == 0)

    return of


@pytest.fixture(scope="session")
def draw_from() -> Callable[[str, Types, random.Random, int], Any]:
    """draw_from(type name, types, rng, number): the same of other types than ours."""

    def of(type_name: str, types: Types, rng: random.Random, number: int) -> Any:
        return draw(Named(type_name), types, Extreme(number) if number < 2 else rng, is_small=number == 0)

    return of


@pytest.fixture(scope="session")
def draws() -> int:
    return DRAWS
