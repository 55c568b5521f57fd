"""What came of scenarios, for programs: results.json, and junit.xml for CI; hil/report_page.py is for people."""

import json
import math
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import obu
from hil.outcome import Outcome
from hil.scenario import Scenario
from hil.variation import Drawn

Z_95 = 1.96


@dataclass(frozen=True, slots=True)
class Run:
    """One seed, what it varied, and what came of it. folder: of the kept run."""

    seed: int
    drawn: Drawn
    outcome: Outcome
    folder: Path

    def as_json(self) -> dict[str, Any]:
        """As one flat object."""
        return {"seed": self.seed, "drawn": asdict(self.drawn), **asdict(self.outcome)}


@dataclass(frozen=True, slots=True)
class Result:
    """A scenario with its runs."""

    name: str
    scenario: Scenario
    runs: tuple[Run, ...]

    @property
    def good(self) -> int:
        """How many runs went as expected."""
        return sum(not run.outcome.why for run in self.runs)

    @property
    def is_good(self) -> bool:
        """Whether enough of them did."""
        return self.good >= self.scenario.least_rate * len(self.runs)


def interval(good: int, count: int) -> tuple[float, float]:
    """Where the true rate lies with 95 %, from `good` of `count` (Wilson's score interval). count: 1 or more."""
    rate, z2 = good / count, Z_95 * Z_95
    middle = (rate + z2 / (2 * count)) / (1 + z2 / count)
    half = Z_95 / (1 + z2 / count) * math.sqrt(rate * (1 - rate) / count + z2 / (4 * count * count))
    return max(0.0, middle - half), min(1.0, middle + half)


def as_json(results: list[Result], bench: str = "sim") -> dict[str, Any]:
    """Everything, as plain values."""
    rows = []
    for each in results:
        low, high = interval(each.good, len(each.runs))
        rows.append({
            "name": each.name, "title": each.scenario.title, "app": each.scenario.app, "kind": each.scenario.kind,
            "ok": each.is_good, "least_rate": each.scenario.least_rate,
            "rate": each.good / len(each.runs), "interval": [round(low, 4), round(high, 4)],
            "runs": [run.as_json() for run in each.runs],
        })  # fmt: skip
    return {"version": obu.__version__, "bench": bench, "ok": all(each.is_good for each in results), "scenarios": rows}


def write(folder: Path, results: list[Result], bench: str = "sim") -> None:
    """Both files. folder: there."""
    text = json.dumps(as_json(results, bench), ensure_ascii=False, indent=1)
    (folder / "results.json").write_text(text + "\n", encoding="utf-8")
    (folder / "junit.xml").write_bytes(junit(results))


def junit(results: list[Result]) -> bytes:
    """A test case for each run."""
    runs = [(each, run) for each in results for run in each.runs]
    failures = sum(bool(run.outcome.why) for _, run in runs)
    suite = ElementTree.Element("testsuite", name="hil", tests=str(len(runs)), failures=str(failures))
    for each, run in runs:
        case = ElementTree.SubElement(suite, "testcase", classname=each.name, name=f"seed {run.seed}")
        if run.outcome.why:
            ElementTree.SubElement(case, "failure", message=run.outcome.why)
    body: bytes = ElementTree.tostring(suite, encoding="utf-8", xml_declaration=True)
    return body
