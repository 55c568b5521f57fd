"""Ignition, supply and reason for waking from files: a GPIO line, the kernel's ADC, a co-processor's daemon.

[power.sense] type = "files", ignition_file = "/sys/class/gpio/gpio17/value",
supply_file = "/sys/class/hwmon/hwmon0/in1_input", supply_scale = 0.001, wake_file = "/run/wake-reason"
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from obu.core.errors import ConfigError
from obu.core.frames import PowerSense
from obu.core.now import NS_PER_MS
from obu.drivers.contract import Arrival
from obu.drivers.said import Said

POLL_NS = 500 * NS_PER_MS
MOST_BYTES = 64  # of one file
HIGHEST_V = 100.0  # no vehicle's 12 V or 24 V supply is beyond it; it is a wrong scale


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """ignition_on: what ignition_file holds while the ignition is on. supply_scale: volts a unit of supply_file."""

    ignition_file: str = ""
    ignition_on: str = "1"
    supply_file: str = ""
    supply_scale: float = 1.0
    wake_file: str = ""


class SenseFiles:
    """The Driver; a file that cannot be read makes its value unknown, and is told of."""

    def __init__(self, name: str, options: Options) -> None:
        self.name = name
        self._options = options
        self._next_ns = 0
        self._said = Said(name)

    def fileno(self) -> int:
        """There is nothing to wait on: files of sysfs are always readable."""
        return -1

    def wake_at_ns(self) -> int | None:
        """When the files are read next."""
        return self._next_ns

    def poll(self, at_ns: int) -> Sequence[Arrival]:
        """What the files say now, twice a second."""
        if at_ns < self._next_ns:
            return ()
        self._next_ns = at_ns + POLL_NS
        options = self._options
        faults: list[str] = []
        ignition = _read(options.ignition_file, faults)
        wake = _read(options.wake_file, faults)
        sense = PowerSense(
            ignition_on=None if ignition is None else ignition == options.ignition_on,
            supply_v=self._volts(_read(options.supply_file, faults), faults),
            wake=wake or "",
            at_ns=at_ns,
        )
        return (*self._said.tell(not faults, "; ".join(faults), at_ns), sense)

    def _volts(self, text: str | None, faults: list[str]) -> float | None:
        if text is None:
            return None
        try:
            volts = float(text) * self._options.supply_scale
        except ValueError:
            volts = -1.0
        if 0.0 <= volts <= HIGHEST_V:
            return volts
        faults.append(f"{self._options.supply_file}: {text[:MOST_BYTES]!r} is no voltage")
        return None

    def close(self) -> None:
        """Nothing is held open."""


def make(name: str, options: Options) -> SenseFiles:
    """The driver of a section. Raises ConfigError for options that make no sense; a missing file may come later."""
    if not options.ignition_file and not options.supply_file:
        raise ConfigError(f"{name}: names neither ignition_file nor supply_file",
                          f"{name}：没有给出 ignition_file 或 supply_file")  # fmt: skip
    if options.supply_scale <= 0:
        raise ConfigError(f"{name}.supply_scale: {options.supply_scale} must be above 0",
                          f"{name}.supply_scale：{options.supply_scale} 必须大于 0")  # fmt: skip
    return SenseFiles(name, options)


def _read(path: str, faults: list[str]) -> str | None:
    """The file's text without its end; None when there is no such key, or it cannot be read."""
    if not path:
        return None
    try:
        with Path(path).open("rb") as file:
            return file.read(MOST_BYTES).decode("ascii", "replace").strip()
    except OSError as error:
        faults.append(f"{path}: {error.strerror}")
        return None
