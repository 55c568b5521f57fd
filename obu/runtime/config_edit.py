"""Writes single values into the unit's TOML; its one rule: what people wrote there, comments too, stays as it is."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import tomlkit
from tomlkit.container import OutOfOrderTableProxy
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import Table

from obu.core.errors import ConfigError, LocalError
from obu.runtime import durable, strict

MODE = 0o644  # the file holds no secret


def edited(text: str, section: str, values: Mapping[str, str | float | None], source: str) -> str:
    """The text with these values in [section] (can.main: below [can]), made where it is missing; None takes a key out.

    Raises ConfigError that names `source` for what is no TOML.
    """
    try:
        tree = tomlkit.parse(text)
        table: Any = tree
        for name in section.split("."):
            table = table.setdefault(name, tomlkit.table())
            if not isinstance(table, Table | OutOfOrderTableProxy):
                raise ConfigError(f"{name}: is no section", f"{name}：不是配置节", source)
        for key, value in values.items():
            if value is None:
                table.pop(key, None)
            elif key not in table or table[key] != value:
                table[key] = value
        return tomlkit.dumps(tree)
    except TOMLKitError as error:
        raise ConfigError(f"not valid TOML: {error}", f"不是有效的 TOML：{error}", source) from None


def put(path: Path, section: str, values: Mapping[str, str | float | None]) -> None:
    """The same in a file: whole, or as it was. Raises LocalError."""
    text = strict.read_text(path)
    after = edited(text, section, values, str(path))
    if after == text:
        return
    place = Path(os.path.realpath(path))  # the file itself, where `path` leads to it
    try:
        durable.write(place, after.encode("utf-8"), MODE)
    except OSError as error:
        raise LocalError(f"{place}: {error.strerror}", f"{place}：{error.strerror}") from None
