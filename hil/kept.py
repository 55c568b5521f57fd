"""A kept run's folder as a whole: run.json beside the recordings, the scenario and all files that it names.

So a folder can be carried to another machine, replayed there, and shown in a report.
"""

import json
import platform
import shutil
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import obu
from hil import scenario_file
from hil.outcome import Outcome
from hil.scenario import Scenario
from hil.variation import Drawn
from hil.witness import Witness
from obu.core.errors import ConfigError

RUN, SCENARIO, JOURNAL = "run.json", "scenario.toml", "journal"


@dataclass(frozen=True, slots=True)
class Kept:
    """One run. drawn: what its seed varied. bars: application, level, begin and end of each warning.

    bsms_s: when each went. variant: of the scenario. samples: [at_s, speed_mps, gap_m, ttc_s]; scenes: hil/sampling.py.
    """

    name: str
    seed: int
    bench: str
    version: str
    python: str
    drawn: dict[str, float]
    outcome: dict[str, Any]
    samples: list[list[float | None]]
    scenes: list[dict[str, Any]]
    bars: list[tuple[str, str, float, float | None]]
    latencies_ms: list[float]
    bsms_s: list[float] = field(default_factory=list)
    variant: str = ""


def keep(
    folder: Path, path: Path, variant: str, seed: int, bench: str, drawn: Drawn, outcome: Outcome, witness: Witness
) -> None:
    """Writes run.json, and copies the scenario at `path` with what it names."""
    kept = Kept(
        name=path.stem,
        seed=seed,
        bench=bench,
        version=obu.__version__,
        python=platform.python_version(),
        drawn=asdict(drawn),
        outcome=asdict(outcome),
        samples=[[each.at_s, each.speed_mps, each.gap_m, each.ttc_s] for each in witness.samples],
        scenes=witness.scenes,
        bars=[(each.app, each.level, each.at_s, each.gone_s) for each in witness.seen.shown],
        latencies_ms=[round(each.age_ms, 1) for each in witness.seen.bsms],
        bsms_s=[round(each.at_s, 2) for each in witness.seen.bsms],
        variant=variant,
    )
    text = json.dumps(asdict(kept), ensure_ascii=False, separators=(",", ":"))
    (folder / RUN).write_text(text + "\n", encoding="utf-8")
    shutil.copy(path, folder / SCENARIO)
    for name in scenario_file.files(path):
        if not (Path(name).is_absolute() or ".." in Path(name).parts):  # those stay where they are
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path.parent / name, folder / name)


def load(folder: Path) -> tuple[Kept, Scenario]:
    """A kept run and its scenario. Raises ConfigError for a folder that is none."""
    try:
        kept = Kept(**json.loads((folder / RUN).read_bytes()))
    except (OSError, ValueError, TypeError) as error:
        raise ConfigError(f"{folder}: not a kept run: {error}", f"{folder}：不是已保存的运行：{error}") from None
    return kept, scenario_file.read(folder / SCENARIO, kept.variant)


def below(folder: Path) -> Iterator[Path]:
    """Every kept run in it, itself too."""
    yield from sorted(path.parent for path in folder.rglob(RUN))
