"""Bench files: which instrument plays which role, strictly read; `process` is the one of hil/benches/process.toml."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hil import faults, instruments, toml_lines
from hil.scenario import Scenario
from obu.core.errors import ConfigError
from obu.runtime import strict

PROCESS = Path(__file__).parent / "benches" / "process.toml"
NEEDED = ("radio", "unit")


@dataclass(frozen=True, slots=True, kw_only=True)
class Tables:
    """A bench file as it is written. pki: folder of everybody's certificates, seen from the file; made if missing."""

    title: str
    pki: str = ""
    power: dict[str, Any] | None = None
    clock: dict[str, Any] | None = None
    disk: dict[str, Any] | None = None
    can: dict[str, Any] | None = None
    gnss: dict[str, Any] | None = None
    radio: dict[str, Any] | None = None
    board: dict[str, Any] | None = None
    unit: dict[str, Any] | None = None
    lamp: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Bench:
    """name: for reports. chosen: (instrument, its options) in the order in which they begin."""

    name: str
    title: str
    pki: Path | None
    chosen: tuple[tuple[str, Any], ...]

    def carries(self) -> frozenset[str]:
        """Of what the unit is given, what this bench can bring to it."""
        return frozenset(field for name, _ in self.chosen for field in instruments.module(name).CARRIES)

    def lacks(self, name: str) -> tuple[str, ...]:
        """What of a fault it cannot bring about; nothing: it can make it."""
        return tuple(field for field in faults.module(name).CHANGES if field not in self.carries())

    def refusal(self, scenario: Scenario) -> ConfigError | None:
        """Why the scenario cannot be run here, None where it can."""
        for fault in scenario.fault:
            if self.lacks(fault.name) or (scenario.own.has_board and "bus" in faults.module(fault.name).CHANGES):
                return ConfigError(
                    f"the bench {self.name} cannot make the fault {fault.name}; `python -m hil faults` tells which can",
                    f"试验台 {self.name} 无法产生故障 {fault.name}；`python -m hil faults` 可查看",
                )
        if any(scenario.variation.clock_off_ms) and "clock_off_ns" not in self.carries():
            return ConfigError(f"the bench {self.name} cannot vary clock_off_ms: it has no hand on the unit's clock",
                               f"试验台 {self.name} 无法改变 clock_off_ms：它不能影响终端的时钟")  # fmt: skip
        return None


def read(path: Path) -> Bench:
    """Raises ConfigError that names file, line and key."""
    text = strict.read_text(path)
    try:
        return _bench(path, strict.parse_toml(text, Tables, str(path)))
    except ConfigError as error:
        raise toml_lines.located(error, path, text) from None


def _bench(path: Path, tables: Tables) -> Bench:
    for role in NEEDED:
        if getattr(tables, role) is None:
            raise ConfigError(f"{path}: {role}: is missing", f"{path}：缺少 {role}")
    roles = [role for role in instruments.ROLES if getattr(tables, role) is not None]
    chosen = tuple(instruments.options(role, getattr(tables, role), str(path)) for role in roles)
    return Bench(path.stem, tables.title, path.parent / tables.pki if tables.pki else None, chosen)
