"""Configuration errors are one sentence that names the key."""

import dataclasses
import math
import pkgutil
import typing
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib import import_module
from types import ModuleType
from typing import Any, Literal

import pytest

from obu import apps
from obu.core.errors import ConfigError
from obu.runtime import strict
from obu.runtime.config import Config


@dataclass(frozen=True)
class Inner:
    limit_ms: int = 5


@dataclass(frozen=True)
class Outer:
    name: str
    inner: Inner = field(default_factory=Inner)
    many: dict[str, Inner] = field(default_factory=dict)
    some: tuple[Inner, ...] = ()
    maybe: Inner | None = None


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("", "name"),
        ("name = 3", "name"),
        ('name = "x"\nnaem = 1', "naem"),
        ('name = "x"\n[inner]\nlimit = 3', "inner.limit"),
        ('name = "x"\n[inner]\nlimit_ms = "3"', "inner.limit_ms"),
        ('name = "x"\n[many.a]\nlimt_ms = 3', "many.a.limt_ms"),
        ('name = "x"\n[[some]]\nx = 3', "some[0].x"),
        ('name = "x"\n[maybe]\nx = 3', "maybe.x"),
        ("name = ", "TOML"),
    ],
)
def test_the_sentence_names_file_and_key(tmp_path, text, key):
    path = tmp_path / "unit.toml"
    path.write_text(text)
    with pytest.raises(ConfigError) as caught:
        strict.read_toml(path, Outer)
    for sentence in (caught.value.text, caught.value.zh):
        assert str(path) in sentence
        assert key in sentence
        assert "\n" not in sentence


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(ConfigError, match="no such file"):
        strict.read_toml(tmp_path / "absent.toml", Outer)


def test_what_is_right_is_read(tmp_path):
    path = tmp_path / "unit.toml"
    path.write_text('name = "x"\n[many.a]\nlimit_ms = 7\n[[some]]\n[maybe]\n')
    assert strict.read_toml(path, Outer) == Outer("x", Inner(), {"a": Inner(7)}, (Inner(),), Inner())


VALUES = ("x", "", 1, -1, 1.5, math.inf, True, [], {}, [[]], ["x"], [1, 2], {"a": 1}, {"a": {"b": 1}}, [{"a": 1}])
APPS: list[ModuleType] = [import_module(f"{apps.__name__}.{each.name}") for each in pkgutil.iter_modules(apps.__path__)]
KINDS = (Config, *(app.Parameters for app in APPS if hasattr(app, "Parameters")))


def strange(kind: Any) -> Iterator[object]:
    """Trees with each of VALUES in each place that a type has."""
    yield from VALUES
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if dataclasses.is_dataclass(kind):
        hints = typing.get_type_hints(kind)
        yield from ({name: value} for name in hints for value in strange(hints[name]))
    elif origin is dict:
        yield from ({"key": value} for value in strange(arguments[1]))
    elif origin is tuple:
        yield from ([value] for part in {*arguments} - {...} for value in strange(part))
    elif arguments and origin is not Literal:
        yield from (value for part in arguments for value in strange(part))


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__module__)
def test_whatever_stands_in_whichever_place_is_taken_or_is_one_sentence(kind: Any) -> None:
    for tree in strange(kind):
        try:
            strict.convert(tree, kind, "section")
        except ConfigError as error:
            assert "\n" not in error.text + error.zh and "Expected" not in error.zh
