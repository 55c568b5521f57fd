"""TOML to typed values, strictly: an unknown key, a wrong type or a missing file is one sentence that names the key."""

import dataclasses
import math
import tomllib
import types
import typing
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from obu.core.alert import Text
from obu.core.errors import ConfigError

T = TypeVar("T")


def read_text(path: Path) -> str:
    """The file's text. Raises ConfigError that names the file."""
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise ConfigError(f"{path}: no such file", f"{path}：文件不存在") from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: cannot be read ({error})", f"{path}：无法读取（{error}）") from None


def read_toml(path: Path, kind: type[T]) -> T:
    """The file at `path` as a `kind` (a frozen dataclass). Raises ConfigError with file and key."""
    return parse_toml(read_text(path), kind, str(path))


def read_tree(path: Path) -> dict[str, object]:
    """The file's tree as it is, for who checks it. Raises ConfigError that names the file."""
    try:
        return tomllib.loads(read_text(path))
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path}: not valid TOML: {error}", f"{path}：不是有效的 TOML：{error}") from None


def parse_toml(text: str, kind: type[T], source: str) -> T:
    """TOML text as a `kind`. Raises ConfigError that names `source` and the key."""
    try:
        tree = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{source}: not valid TOML: {error}", f"{source}：不是有效的 TOML：{error}") from None
    return convert(tree, kind, source)


def convert(tree: object, kind: type[T], source: str) -> T:
    """A parsed tree as a `kind`. Raises ConfigError that names `source` and the key."""
    for key, why in (*_faults(tree, kind, ""), *_no_numbers(tree)):
        raise ConfigError(f"{source}: {key}: {why.en}", f"{source}：{key}：{why.zh}")
    try:
        return msgspec.convert(tree, kind)
    except msgspec.ValidationError as error:
        reason, _, where = str(error).partition(" - at ")
        key = where.strip("`").removeprefix("$.") or "the top level"
        raise ConfigError(f"{source}: {key}: {reason}", f"{source}：{key}：{reason}") from None


def _faults(tree: Any, kind: Any, path: str) -> Iterator[tuple[str, Text]]:
    """The dotted key, and what is wrong, of what no field of the dataclass takes.

    The converter passes over unknown keys of a dataclass in silence, and a misspelt limit would then be its default.
    """
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin in (typing.Union, types.UnionType):
        for part in arguments:
            yield from _faults(tree, part, path)
    elif isinstance(tree, dict) and dataclasses.is_dataclass(kind):
        hints = typing.get_type_hints(kind)
        names = [field.name for field in dataclasses.fields(kind)]
        for key, value in tree.items():
            where = f"{path}.{key}" if path else str(key)
            if key not in names:
                yield (
                    where,
                    Text(f"没有这个键；可用：{'、'.join(names)}", f"no such key; there are: {', '.join(names)}"),
                )
            else:
                yield from _faults(value, hints[key], where)
    elif isinstance(tree, dict) and origin is dict:
        for key, value in tree.items():
            where = f"{path}.{key}" if path else str(key)
            if typing.get_origin(arguments[1]) is dict and not isinstance(value, dict):
                yield where, Text(f"必须是一节，例如 [{where}]", f"must be a section, as [{where}]")
            yield from _faults(value, arguments[1], where)
    elif isinstance(tree, list) and origin in (list, tuple):
        for index, value in enumerate(tree):
            yield from _faults(value, arguments[0], f"{path}[{index}]")


def _no_numbers(tree: object) -> Iterator[tuple[str, Text]]:
    """NaN fails every comparison and infinity none: a check, or a warning, would be off unseen."""
    for key, value in numbers(tree):
        if not math.isfinite(value):
            yield key, Text(f"{value} 不是有限的数", f"{value} is no finite number")


def numbers(tree: object, path: str = "") -> Iterator[tuple[str, float]]:
    """Each number with its dotted key."""
    if isinstance(tree, dict):
        for key, value in tree.items():
            yield from numbers(value, f"{path}.{key}" if path else str(key))
    elif isinstance(tree, list):
        for index, value in enumerate(tree):
            yield from numbers(value, f"{path}[{index}]")
    elif isinstance(tree, (int, float)) and not isinstance(tree, bool):
        yield path, tree
