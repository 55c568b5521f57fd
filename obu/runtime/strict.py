"""TOML to typed values, strictly: an unknown key, a wrong type or a missing file is one sentence that names the key."""

import dataclasses
import tomllib
import types
import typing
from pathlib import Path
from typing import Any, TypeVar

import msgspec

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
    unknown = _unknown_key(tree, kind, "")
    if unknown:
        raise ConfigError(f"{source}: {unknown}: no such key", f"{source}：{unknown}：没有这个键")
    try:
        return msgspec.convert(tree, kind)
    except msgspec.ValidationError as error:
        reason, _, where = str(error).partition(" - at ")
        key = where.strip("`").removeprefix("$.") or "the top level"
        raise ConfigError(f"{source}: {key}: {reason}", f"{source}：{key}：{reason}") from None


def _unknown_key(tree: object, kind: Any, path: str) -> str | None:
    """The dotted name of the first key that no field of the dataclass takes; None when all are known.

    The converter passes over unknown keys of a dataclass in silence, and a misspelt limit would then be its default.
    """
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin in (typing.Union, types.UnionType):
        return next((hit for part in arguments if (hit := _unknown_key(tree, part, path))), None)
    if isinstance(tree, dict) and dataclasses.is_dataclass(kind):
        hints = typing.get_type_hints(kind)
        fields = {field.name: hints[field.name] for field in dataclasses.fields(kind)}
        for key, value in tree.items():
            where = f"{path}.{key}" if path else str(key)
            if key not in fields:
                return where
            if hit := _unknown_key(value, fields[key], where):
                return hit
    elif isinstance(tree, dict) and origin is dict:
        return next((hit for key, value in tree.items()
                     if (hit := _unknown_key(value, arguments[1], f"{path}.{key}"))), None)  # fmt: skip
    elif isinstance(tree, list) and origin in (list, tuple):
        return next((hit for index, value in enumerate(tree)
                     if (hit := _unknown_key(value, arguments[0], f"{path}[{index}]"))), None)  # fmt: skip
    return None
