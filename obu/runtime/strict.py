"""TOML to typed values, strictly: an unknown key, a wrong type or a missing file is one sentence that names the key."""

import dataclasses
import json
import math
import re
import tomllib
import types
import typing
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal, TypeVar

import msgspec

from obu.core.alert import Text
from obu.core.errors import ConfigError

T = TypeVar("T")

TWICE = ("Cannot overwrite", "Cannot declare", "Cannot mutate", "Cannot redefine")  # how tomllib says so
PLAIN = {
    bool: Text(" true 或 false", "true or false"),
    int: Text("整数", "a whole number"),
    float: Text("数", "a number"),
    str: Text("带引号的文字", "a text in quotes"),
}


def read_text(path: Path) -> str:
    """The file's text. Raises ConfigError that names the file."""
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise ConfigError("no such file", "文件不存在", str(path)) from None
    except IsADirectoryError:
        raise ConfigError("is a folder, not a file", "是目录，不是文件", str(path)) from None
    except PermissionError:
        raise ConfigError("no permission to read it", "没有读取权限", str(path)) from None
    except UnicodeDecodeError as error:
        raise ConfigError(f"octet {error.start + 1} is not UTF-8; save it as UTF-8",
                          f"第 {error.start + 1} 字节不是 UTF-8；请以 UTF-8 编码保存", str(path)) from None  # fmt: skip
    except OSError as error:
        raise ConfigError(f"cannot be read ({error.strerror})", f"无法读取（错误 {error.errno}）", str(path)) from None


def read_toml(path: Path, kind: type[T]) -> T:
    """The file at `path` as a `kind` (a frozen dataclass). Raises ConfigError with file and key."""
    return parse_toml(read_text(path), kind, str(path))


def read_tree(path: Path) -> dict[str, object]:
    """The file's tree as it is, for who checks it. Raises ConfigError that names the file."""
    return _tree(read_text(path), str(path))


def parse_toml(text: str, kind: type[T], source: str) -> T:
    """TOML text as a `kind`. Raises ConfigError that names `source` and the key."""
    try:
        return convert(_tree(text, source), kind, "")
    except ConfigError as error:
        raise error.of(source) from None


def _tree(text: str, source: str) -> dict[str, object]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        why, _, place = str(error).partition(" (at ")
        numbers_of = [int(word) for word in re.findall(r"\d+", place)]  # line and column; none: the file's end
        lines = text.splitlines()
        at = numbers_of[0] if numbers_of else len(lines)
        said = lines[at - 1].strip() if 0 < at <= len(lines) else ""
        zh = "同一个键或节给出了两次" if why.startswith(TWICE) else "语法错误"
        raise ConfigError(f"line {at}: {said}: not valid TOML: {why}",
                          f"第 {at} 行：{said}：不是有效的 TOML，{zh}", source) from None  # fmt: skip


def convert(tree: object, kind: type[T], key: str) -> T:
    """A parsed tree as a `kind`. key: the section's, empty for a whole file. Raises ConfigError that names the key."""
    for where, why in (*_faults(tree, kind, key), *_no_numbers(tree, key)):
        raise ConfigError(f"{where}: {why.en}", f"{where}：{why.zh}")
    return msgspec.convert(tree, kind)


def _faults(tree: Any, kind: Any, path: str) -> Iterator[tuple[str, Text]]:
    """The dotted key, and what is wrong, of each value that does not fit, in words of our own.

    The converter passes over unknown keys of a dataclass in silence, and a misspelt limit would then be its default;
    what it says of the others is English, of its own types.
    """
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    given = [part for part in arguments if part is not types.NoneType]
    if origin in (typing.Union, types.UnionType) and len(given) == 1:
        yield from _faults(tree, given[0], path)
    elif isinstance(tree, dict) and dataclasses.is_dataclass(kind):
        yield from _field_faults(tree, kind, path)
    elif isinstance(tree, dict) and origin is dict:
        for key, value in tree.items():
            yield from _faults(value, arguments[1], _below(path, key))
    elif isinstance(tree, list) and origin is tuple and len(tree) == len(parts_of := _members(arguments, len(tree))):
        for index, (value, part) in enumerate(zip(tree, parts_of, strict=True)):
            yield from _faults(value, part, f"{path}[{index}]")
    elif not _fits(tree, kind):
        wanted = _wanted(kind, path)
        yield path, Text(f"应为{wanted.zh}，现为 {_shown(tree)}", f"must be {wanted.en}, not {_shown(tree)}")


def _field_faults(tree: dict[str, Any], kind: Any, path: str) -> Iterator[tuple[str, Text]]:
    hints, fields = typing.get_type_hints(kind), dataclasses.fields(kind)
    names = [field.name for field in fields]
    for key, value in tree.items():
        if key in names:
            yield from _faults(value, hints[key], _below(path, key))
        else:
            there = Text(f"没有这个键；可用：{'、'.join(names)}", f"no such key; there are: {', '.join(names)}")
            yield _below(path, key), there
    for field in fields:
        has_default = any(each is not dataclasses.MISSING for each in (field.default, field.default_factory))
        if field.name not in tree and not has_default:
            where = _below(path, field.name)
            wanted = _wanted(hints[field.name], where)
            yield where, Text(f"没有给出；应为{wanted.zh}", f"is missing; must be {wanted.en}")


def _below(path: str, key: object) -> str:
    return f"{path}.{key}" if path else str(key)


def _members(arguments: tuple[Any, ...], count: int) -> tuple[Any, ...]:
    """Of a tuple's type: each member's."""
    return arguments[:1] * count if arguments[-1] is Ellipsis else arguments


def _fits(value: object, kind: Any) -> bool:
    try:
        msgspec.convert(value, kind)
    except msgspec.ValidationError:
        return False
    return True


def _wanted(kind: Any, path: str) -> Text:
    """What a value of that type is, to who writes TOML."""
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin is Literal:
        words = [_shown(word) for word in arguments]
        return Text(f" {'、'.join(words)} 之一", f"one of {', '.join(words)}")
    if origin is dict or dataclasses.is_dataclass(kind):
        return Text(f"一节，例如 [{path}]", f"a section, as [{path}]")
    if origin is tuple:
        return Text("列表", "a list") if Ellipsis in arguments else Text(f"{len(arguments)} 项的列表",
                                                                       f"a list of {len(arguments)}")  # fmt: skip
    if origin in (typing.Union, types.UnionType):
        every = [_wanted(part, path) for part in arguments if part is not types.NoneType]
        return Text("或".join(each.zh for each in every), " or ".join(each.en for each in every))
    return PLAIN[kind]


def _shown(value: object) -> str:
    """As TOML writes it."""
    return json.dumps(value, ensure_ascii=False, default=str)


def _no_numbers(tree: object, path: str) -> Iterator[tuple[str, Text]]:
    """NaN fails every comparison and infinity none: a check, or a warning, would be off unseen."""
    for key, value in numbers(tree, path):
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
