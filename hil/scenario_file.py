"""Scenario files, strictly: what is wrong is one sentence that names file, line and key."""

import dataclasses
from pathlib import Path

from hil import recorded, scenario_wrong, variants
from hil.scenario import Scenario
from hil.toml_lines import located
from obu.core.errors import ConfigError
from obu.runtime import strict

FOLDER = Path(__file__).parent / "scenarios"


def read(path: Path, variant: str = "") -> Scenario:
    """The scenario of a file, or that variant of it. Raises ConfigError."""
    found = each(path)
    if variant not in found:
        there, asked = ", ".join(found) or "none", f"no variant {variant!r}" if variant else "it has variants"
        raise ConfigError(f"{path}: {asked}; there is {there}", f"{path}：没有变体 {variant!r}；可选：{there}")
    return found[variant]


def each(path: Path) -> dict[str, Scenario]:
    """What a file stands for, by variant; "" where it has none. Raises ConfigError."""
    text = strict.read_text(path)
    try:
        found = strict.parse_toml(text, Scenario, str(path))
        if Path(found.road.map).name != found.road.map:
            raise ConfigError(
                f"{path}: road.map: must lie beside the scenario", f"{path}：road.map：须与场景文件同目录"
            )
        if found.road.map:
            road = dataclasses.replace(found.road, map=str(path.parent / found.road.map))
            found = dataclasses.replace(found, road=road)
        if found.own.recording:
            found = dataclasses.replace(found, own=recorded.beside(found.own, path.parent))
        for key, en, zh in scenario_wrong.of(found):
            raise ConfigError(f"{path}: {key}: {en}", f"{path}：{key}：{zh}")
        every = variants.each(found)
        for name, one in every.items():
            for key, en, zh in scenario_wrong.of(one):
                raise ConfigError(f"{path}: {key}: of {name}: {en}", f"{path}：{key}：{name}：{zh}")
    except ConfigError as error:
        raise located(error, path, text) from None
    return every


def files(path: Path) -> tuple[str, ...]:
    """What a scenario's file names beside it."""
    found = strict.parse_toml(strict.read_text(path), Scenario, str(path))
    return (*((found.road.map,) if found.road.map else ()), *recorded.files(found.own))


def paths() -> dict[str, Path]:
    """Every file of the folder by its name."""
    return {path.stem: path for path in sorted(FOLDER.glob("*.toml"))}


def every() -> dict[str, Scenario]:
    """Every scenario of the folder by its name, variants one by one."""
    return {name_of(path, variant): found for path in paths().values() for variant, found in each(path).items()}


def name_of(path: Path, variant: str) -> str:
    """Of a file's variant, as a report and `run` have it."""
    return f"{path.stem}@{variant}" if variant else path.stem
