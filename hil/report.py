"""What came of scenarios: for people report.html, which opens offline, for CI junit.xml, for programs results.json."""

import html
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
WIDTH, HEIGHT = 600, 40
STYLE = "body{font:15px sans-serif;margin:2em}td,th{padding:.3em .8em;text-align:left}.bad{color:#b00}.good{color:#070}"


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


def as_json(results: list[Result]) -> dict[str, Any]:
    """Everything, as plain values."""
    rows = []
    for each in results:
        low, high = interval(each.good, len(each.runs))
        rows.append({
            "name": each.name, "title": each.scenario.title, "app": each.scenario.app, "kind": each.scenario.kind,
            "ok": each.is_good, "rate": each.good / len(each.runs), "interval": [round(low, 4), round(high, 4)],
            "runs": [run.as_json() for run in each.runs],
        })  # fmt: skip
    return {"version": obu.__version__, "bench": "sim", "ok": all(each.is_good for each in results), "scenarios": rows}


def write(folder: Path, results: list[Result]) -> None:
    """The three files. folder: there."""
    text = json.dumps(as_json(results), ensure_ascii=False, indent=1)
    (folder / "results.json").write_text(text + "\n", encoding="utf-8")
    (folder / "junit.xml").write_bytes(junit(results))
    (folder / "report.html").write_text(page(results), encoding="utf-8")


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


def page(results: list[Result]) -> str:
    """One HTML file that needs no other: a table, then each scenario with its timeline and its runs."""
    rows = "".join(
        f'<tr><td><a href="#{_text(each.name)}">{_text(each.name)}</a><td>{_text(each.scenario.title)}'
        f"<td>{_verdict(each.is_good)}<td>{_rate(each)}"
        for each in results
    )
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>Scenarios</title><style>{STYLE}</style>'
        f"<h1>Scenarios on sim, obu {_text(obu.__version__)}</h1>"
        f"<table><tr><th>Scenario<th>Situation<th>Verdict<th>As expected (95 %)</tr>{rows}</table>"
        + "".join(_section(each) for each in results)
        + "</html>\n"
    )


def _section(result: Result) -> str:
    runs = "".join(
        f"<tr><td>{run.seed}<td>{_text(', '.join(f'{app} {at_s} s' for app, at_s in run.outcome.shown) or 'nothing')}"
        f"<td>{_text(', '.join(f'{name} {count}' for name, count in run.outcome.refused.items()) or 'nothing')}"
        f"<td>{run.outcome.sent}<td>{_verdict(not run.outcome.why)} {_text(run.outcome.why)}"
        for run in result.runs
    )
    return (
        f'<h2 id="{_text(result.name)}">{_text(result.name)}</h2><p>{_text(result.scenario.title)}</p>'
        f"{_timeline(result)}<table><tr><th>Seed<th>Shown<th>Refused<th>BSMs sent<th>Verdict</tr>{runs}</table>"
        f"<p>Again: <code>python -m hil run {_text(result.name)} --seeds {len(result.runs)}</code></p>"
    )


def _timeline(result: Result) -> str:
    """Shaded when a warning is due (green), or must not come (red); a mark for each warning; seconds from the begin."""
    scenario = result.scenario
    scale = WIDTH / scenario.lasts_s
    marks = "".join(
        f'<line x1="{at_s * scale:.1f}" x2="{at_s * scale:.1f}" y1="4" y2="26" stroke="#036"><title>seed {run.seed}: '
        f"{_text(app)} {at_s} s</title></line>"
        for run in result.runs
        for app, at_s in run.outcome.shown
    )
    spans = [(max(0.0, each.from_s), min(each.to_s, scenario.lasts_s)) for each in scenario.warning]
    colour = "#cfc" if spans else {"rule": "#ddd"}.get(scenario.kind, "#fcc")
    shades = "".join(
        f'<rect x="{from_s * scale:.1f}" y="4" width="{(to_s - from_s) * scale:.1f}" height="22" fill="{colour}"/>'
        f'<text x="{from_s * scale:.1f}" y="38" font-size="11">{from_s:g} to {to_s:g} s</text>'
        for from_s, to_s in spans or [(0.0, scenario.lasts_s)]
    )
    return f'<svg width="{WIDTH}" height="{HEIGHT}" role="img" aria-label="warnings over time">{shades}{marks}</svg>'


def _rate(result: Result) -> str:
    low, high = interval(result.good, len(result.runs))
    return f"{result.good} of {len(result.runs)} ({low:.0%} to {high:.0%})"


def _verdict(is_good: bool) -> str:
    return '<span class="good">as expected</span>' if is_good else '<span class="bad">not as expected</span>'


def _text(words: str) -> str:
    return html.escape(words)
