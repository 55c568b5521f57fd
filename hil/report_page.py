"""report.html: one file that opens without a network and tells a traffic engineer what was asked and what was seen."""

import html
import platform
from statistics import median

import obu
from hil import kept, plots
from hil.kept import Kept
from hil.plots import Bar, Line
from hil.report import Result, Run, interval

STYLE = (
    "body{font:15px sans-serif;margin:2em;max-width:80em}td,th{padding:.25em .7em;text-align:left;vertical-align:top}"
    "tr:nth-child(even){background:#f6f6f6}.bad{color:#b00;font-weight:bold}.good{color:#070}"
    "svg{font:11px sans-serif;background:#fff}svg polyline{fill:none;stroke-width:1.6}"
    "svg .road{stroke:#e4e4e4}svg .axis{stroke:#999;fill:none}svg .window{fill:#cfc}svg .nose{stroke:#fff}"
    ".forbidden .window{fill:#fdd}figure{display:inline-block;margin:.3em 1em .3em 0;vertical-align:top}"
    "figcaption,small{color:#555}h2{margin-top:2em;border-top:1px solid #ccc;padding-top:.6em}code{background:#eee}"
)


def page(results: list[Result], bench: str) -> str:
    """All of it. results: of runs that were kept."""
    good = sum(each.is_good for each in results)
    rows = "".join(_row(each) for each in results)
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>Scenarios</title><style>{STYLE}</style>'
        f"<h1>Scenarios on {_text(bench)}: {good} of {len(results)} as expected</h1>"
        f"<p><small>obu {_text(obu.__version__)}, Python {platform.python_version()}, {_text(platform.platform())}. "
        "Rates with their 95 % interval (Wilson). Times in seconds from the scenario's begin.</small></p>"
        "<table><tr><th>Scenario<th>Situation<th>Verdict<th>As expected<th>First warning<th>Age of BSMs on the air</tr>"
        f"{rows}</table>" + "".join(_section(each, bench) for each in results) + "</html>\n"
    )


def _row(result: Result) -> str:
    firsts = [run.outcome.shown[0][1] for run in result.runs if run.outcome.shown]
    first = f"{median(firsts):.2f} s" if firsts else "none"
    if len(firsts) > 1 and max(firsts) > min(firsts):
        first += f" ({min(firsts):.2f} to {max(firsts):.2f})"
    ages = [run.outcome.age_ms for run in result.runs]
    age = f"{median(each[0] for each in ages):.0f} ms, 99 %: {max(each[1] for each in ages):.0f}"
    name = _text(result.name)
    return (
        f'<tr><td><a href="#{name}">{name}</a><td>{_text(result.scenario.title)}<td>{_verdict(result.is_good)}'
        f"<td>{_rate(result)}<td>{first}<td>{age}"
    )


def _section(result: Result, bench: str) -> str:
    scenario = result.scenario
    shown = next((run for run in result.runs if run.outcome.why), result.runs[0])
    loaded = [kept.load(run.folder)[0] for run in result.runs]
    told = loaded[result.runs.index(shown)]
    faults = ", ".join(f"{each.name} {_span(each.from_s, each.to_s)}" for each in scenario.fault)
    words = [
        f"Kind {scenario.kind}",
        f"application {scenario.app}" if scenario.app else "",
        faults and f"faults: {faults}",
    ]
    ages = [value for each in loaded for value in each.latencies_ms]
    heard = [value for run in result.runs for value in run.outcome.heard_ms]
    figures = [
        (f"Seed {shown.seed}", _timeline(result, told)),
        *(
            (f"{each['app'] or 'Nothing shown'} at {each['at_s']:.2f} s", plots.top_view(each))
            for each in told.scenes[:2]
        ),
        ("Age of own BSMs on the air", plots.histogram(ages, "ms")),
        ("From the last packet heard to the warning", plots.histogram(heard, "ms")),
    ]
    option = "" if bench == "sim" else f" --bench {bench}"
    return (
        f'<h2 id="{_text(result.name)}">{_text(result.name)} {_verdict(result.is_good)}</h2>'
        f"<p>{_text(scenario.title)}.</p><p><small>{_text('; '.join(each for each in words if each))}</small></p>"
        + "".join(f"<figure>{svg}<figcaption>{_text(name)}</figcaption></figure>" for name, svg in figures if svg)
        + _runs(result)
        + f"<p>Again: <code>python -m hil run {_text(result.name)} --seeds {len(result.runs)}{_text(option)}</code></p>"
    )


def _timeline(result: Result, told: Kept) -> str:
    scenario = result.scenario
    at_s = [float(row[0] or 0.0) for row in told.samples]
    lines = [
        Line("speed km/h", [(when, _kmh(row[1])) for when, row in zip(at_s, told.samples, strict=True)], "#06c"),
        Line("distance m", [(when, row[2]) for when, row in zip(at_s, told.samples, strict=True)], "#555"),
        Line("time to collision s", [(when, row[3]) for when, row in zip(at_s, told.samples, strict=True)], "#c00"),
    ]
    bars = [
        Bar(f"{app} {level}", from_s, scenario.lasts_s if to_s is None else to_s, plots.COLOURS[level])
        for app, level, from_s, to_s in told.bars
    ]
    bars += [Bar(f"fault {each.name}", each.from_s, each.to_s, "#caf") for each in scenario.fault]
    bars += _other_seeds(result, told.seed)
    windows = [(max(0.0, each.from_s), min(each.to_s, scenario.lasts_s)) for each in scenario.warning]
    is_forbidden = not windows and (scenario.kind == "no_warn" or scenario.is_quiet)
    shades = windows or ([(0.0, scenario.lasts_s)] if is_forbidden else [])
    svg = plots.timeline(scenario.lasts_s, lines, bars, shades)
    return f'<div class="forbidden">{svg}</div>' if is_forbidden else svg


def _other_seeds(result: Result, told: int) -> list[Bar]:
    """When the others' first warnings came, one mark each."""
    others = [(run.seed, *run.outcome.shown[0]) for run in result.runs if run.seed != told and run.outcome.shown]
    return [Bar(f"seed {seed}: {app}", at_s, at_s + 0.02, "#036") for seed, app, at_s in others[:8]]


def _runs(result: Result) -> str:
    names = [
        name for name in ("loss", "latency_ms", "sigma_m", "white_m", "clock_off_ms") if _varies(result.runs, name)
    ]
    head = "".join(f"<th>{name}" for name in names)
    rows = "".join(
        f"<tr><td>{run.seed}" + "".join(f"<td>{getattr(run.drawn, name):g}" for name in names) +
        f"<td>{_text(', '.join(f'{app} {at_s:g} s' for app, at_s in run.outcome.shown) or 'nothing')}"
        f"<td>{_text(', '.join(f'{name} {count}' for name, count in run.outcome.refused.items()) or 'nothing')}"
        f"<td>{run.outcome.sent}<td>{_verdict(not run.outcome.why)} {_text(run.outcome.why)}"
        for run in result.runs
    )  # fmt: skip
    return f"<table><tr><th>Seed{head}<th>Shown<th>Refused<th>BSMs sent<th>Verdict</tr>{rows}</table>"


def _varies(runs: tuple[Run, ...], name: str) -> bool:
    return len({getattr(run.drawn, name) for run in runs}) > 1


def _kmh(speed_mps: float | None) -> float | None:
    return None if speed_mps is None else speed_mps * 3.6


def _span(from_s: float, to_s: float) -> str:
    return f"{from_s:g} to {to_s:g} s" if to_s < 1e6 else f"from {from_s:g} s"


def _rate(result: Result) -> str:
    low, high = interval(result.good, len(result.runs))
    asked = f", asked {result.scenario.least_rate:.0%}" if result.scenario.least_rate < 1 else ""
    return f"{result.good} of {len(result.runs)} ({low:.0%} to {high:.0%}{asked})"


def _verdict(is_good: bool) -> str:
    return '<span class="good">as expected</span>' if is_good else '<span class="bad">not as expected</span>'


def _text(words: str) -> str:
    return html.escape(words)
