"""report.html: one file that opens without a network and tells a traffic engineer what was asked and what was seen."""

import html
import platform
from collections.abc import Iterator
from dataclasses import fields
from statistics import median

import obu
from hil import faults, kept, plots, scenario_file
from hil.expected import Bsms, Warning
from hil.kept import Kept
from hil.plots import Bar, Line, Shade, Ticks
from hil.report import Result, Run, interval
from hil.scenario import Scenario
from hil.variation import Drawn

STYLE = (
    "body{font:15px sans-serif;margin:2em;max-width:80em}td,th{padding:.25em .7em;text-align:left;vertical-align:top}"
    "tr:nth-child(even){background:#f6f6f6}.bad{color:#b00;font-weight:bold}.good{color:#070}"
    "svg{font:11px sans-serif;background:#fff}svg polyline{fill:none;stroke-width:1.6}"
    "svg{max-width:100%;height:auto}svg .inside{fill:#fff}svg .road{stroke:#ddd}svg .axis{stroke:#999;fill:none}"
    "svg .window{fill:#cfc}svg .window.forbidden{fill:#fdd}svg .nose{stroke:#fff}"
    ".figures{display:flex;flex-wrap:wrap;gap:.6em 1.5em;align-items:flex-start}figure{margin:0}"
    ".wide{overflow-x:auto}figcaption,small{color:#555}code{background:#eee;overflow-wrap:anywhere}"
    "h2{margin-top:2em;border-top:1px solid #ccc;padding-top:.6em}h1,h2{overflow-wrap:anywhere}"
    "@media(max-width:700px){body{margin:.8em}td,th{padding:.25em .4em}}"
)


def page(results: list[Result], bench: str) -> str:
    """All of it. results: of runs that were kept."""
    good = sum(each.is_good for each in results)
    results = sorted(results, key=lambda each: each.is_good)  # what went wrong is what is looked for
    rows = "".join(_row(each) for each in results)
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>Scenarios</title><style>{STYLE}</style>"
        f"<h1>Scenarios on {_text(bench)}: {good} of {len(results)} as expected</h1>"
        f"<p><small>obu {_text(obu.__version__)}, Python {platform.python_version()}, {_text(platform.platform())}. "
        "Rates with their 95 % interval (Wilson). Times in seconds from the scenario's begin. "
        "Green: a warning is due; red: none may come, or no BSM may go.</small></p>"
        '<div class="wide"><table><tr><th>Scenario<th>Situation<th>Verdict<th>As expected<th>First warning'
        f"<th>Age of BSMs on the air</tr>{rows}</table></div>"
        + "".join(_section(each, bench) for each in results)
        + "</html>\n"
    )


def _row(result: Result) -> str:
    firsts = [run.outcome.shown[0][1] for run in result.runs if run.outcome.shown]
    first = f"{median(firsts):.2f} s" if firsts else "none"
    if len(firsts) > 1 and max(firsts) > min(firsts):
        first += f" ({min(firsts):.2f} to {max(firsts):.2f})"
    ages = [run.outcome.age_ms for run in result.runs]
    age = f"{median(each[0] for each in ages):.0f} ms, 99 %: {max(each[1] for each in ages):.0f}"
    name = _text(result.name)
    shown = name.replace("_", "_<wbr>")  # where a narrow column may break it
    why = "" if result.is_good else _text(next(run.outcome.why for run in result.runs if run.outcome.why))
    return (
        f'<tr><td><a href="#{name}">{shown}</a><td>{_text(result.scenario.title)}<td>{_verdict(result.is_good)} {why}'
        f"<td>{_rate(result)}<td>{first}<td>{age}"
    )


def _section(result: Result, bench: str) -> str:
    scenario = result.scenario
    shown = next((run for run in result.runs if run.outcome.why), result.runs[0])
    loaded = [kept.load(run.folder)[0] for run in result.runs]
    told = loaded[result.runs.index(shown)]
    words = [
        f"Kind {scenario.kind}",
        f"application {scenario.app}" if scenario.app else "",
        f"a unit that is {scenario.defect} must fail",
    ]
    told_faults = [
        f"Fault {each.name} {_span(each.from_s, each.to_s)}: {faults.module(each.name).EFFECT}."
        for each in scenario.fault
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
    stem, at, variant = result.name.partition("@")
    word = result.name if stem in scenario_file.paths() else f"{shown.folder / kept.SCENARIO}{at}{variant}"
    which = f"--seed {shown.seed}" if shown.outcome.why else f"--seeds {len(result.runs)}"
    return (
        f'<h2 id="{_text(result.name)}">{_text(result.name)} {_verdict(result.is_good)}</h2>'
        f"<p>{_text(scenario.title)}.</p><p><small>{_text('; '.join(each for each in words if each))}."
        + "".join(f"<br>{_text(each)}" for each in [_expected(scenario), *told_faults])
        + '</small></p><div class="figures">'
        + "".join(f"<figure>{svg}<figcaption>{_text(name)}</figcaption></figure>" for name, svg in figures if svg)
        + f'</div><div class="wide">{_runs(result)}</div>'
        + f"<p>Again: <code>python -m hil run {_text(word)} {which}{_text(option)}</code></p>"
    )


def _timeline(result: Result, told: Kept) -> str:
    scenario = result.scenario
    at_s = [float(row[0] or 0.0) for row in told.samples]
    lines = [
        Line("speed km/h", [(when, _kmh(row[1])) for when, row in zip(at_s, told.samples, strict=True)], "#06c"),
        Line("distance m", [(when, row[2]) for when, row in zip(at_s, told.samples, strict=True)], "#555"),
        Line("time to collision s", [(when, row[3]) for when, row in zip(at_s, told.samples, strict=True)], "#c00"),
    ]
    bars: list[Bar | Ticks] = [
        Bar(f"{app} {level}", from_s, scenario.lasts_s if to_s is None else to_s, plots.COLOURS[level])
        for app, level, from_s, to_s in told.bars
    ]
    if scenario.bsm and told.bsms_s:
        bars.append(Ticks("BSMs", told.bsms_s, "#06c"))
    bars += [Bar(f"fault {each.name}", each.from_s, each.to_s, "#caf") for each in scenario.fault]
    bars += _other_seeds(result, told.seed)
    return plots.timeline(scenario.lasts_s, lines, bars, list(_shades(scenario, told)))


def _shades(scenario: Scenario, told: Kept) -> Iterator[Shade]:
    """Where a warning is due, by time and by distance; where none may come, and where no BSM may go."""
    about = next((each.of for each in scenario.warning if each.of), None)
    for each in scenario.warning:
        from_s, to_s = max(0.0, each.from_s), min(each.to_s, scenario.lasts_s)
        if each.of == about and (each.most_m, each.least_m) != (None, None):
            low_m, high_m = each.least_m or 0.0, 1e9 if each.most_m is None else each.most_m
            near = [float(row[0] or 0.0) for row in told.samples if row[2] is not None and low_m <= row[2] <= high_m]
            near = [at_s for at_s in near if from_s <= at_s <= to_s]
            from_s, to_s = (near[0], near[-1]) if near else (from_s, from_s)
        yield Shade(from_s, to_s)
    if not scenario.warning and (scenario.kind == "no_warn" or scenario.is_quiet):
        yield Shade(0.0, scenario.lasts_s, is_forbidden=True)
    else:
        yield from (
            Shade(max(0.0, each.from_s), min(each.to_s, scenario.lasts_s), is_forbidden=True)
            for each in scenario.bsm
            if each.none
        )


def _expected(scenario: Scenario) -> str:
    """What was asked, in words."""
    said = [", ".join(_warning_words(each, scenario.app)) for each in scenario.warning]
    if scenario.kind == "no_warn" or scenario.is_quiet:
        what = scenario.app if scenario.kind == "no_warn" and scenario.app and not scenario.is_quiet else None
        said.append(f"no {what}" if what else "no warning")
    if scenario.kind == "no_sound":
        said.append(f"{scenario.app} information at the most")
    said += [" ".join(_bsm_words(each)) for each in scenario.bsm]
    for lack in scenario.unavailable:
        how = "without sound" if lack.is_silent else "off"
        said.append(f"the driver is told that {lack.app or scenario.app} is {how} ({lack.why or 'for any reason'})")
    for figure in scenario.figure:
        bounds = (("at least", figure.least), ("at most", figure.most), ("=", figure.value))
        words = [f"{word} {value}" for word, value in bounds if value is not None]
        when = "" if figure.at_s is None else f" at {figure.at_s:g} s"
        said.append(f"status {figure.path} {', '.join(words)}{when}")
    return f"Expected: {'; '.join(said)}."


def _warning_words(each: Warning, app: str | None) -> Iterator[str]:
    yield f"{each.app or app} {each.level or ''}".rstrip()
    if each.from_s > 0 or each.to_s < 1e6:
        yield f"within {each.from_s:g}..{each.to_s:g} s" if each.to_s < 1e6 else f"from {each.from_s:g} s"
    if each.most_m is not None:
        yield f"not before {each.most_m:g} m to {each.of}"
    if each.least_m is not None:
        yield f"at {each.least_m:g} m to {each.of} at the latest"
    if each.within_ms is not None:
        yield f"within {each.within_ms:g} ms of what {each.of} said"
    if each.until_s is not None:
        yield f"shown until {each.until_s:g} s"
    if each.over_s is not None:
        yield f"gone by {each.over_s:g} s"


def _bsm_words(each: Bsms) -> Iterator[str]:
    yield "no BSM" if each.none else "event BSMs" if each.has_event else "BSMs"
    if each.least_gap_ms is not None:
        yield f"at least {each.least_gap_ms:g} ms apart"
    if each.most_gap_ms is not None:
        yield f"at most {each.most_gap_ms:g} ms apart"
    if each.field is not None:
        values = [f"{value}" for value in (each.value, each.least, each.most) if value is not None]
        yield f"with {each.field} {(each.rule or '').replace('_', ' ')} {'..'.join(values)}".rstrip()
    yield f"{each.from_s:g}..{each.to_s:g} s" if each.to_s < 1e6 else f"from {each.from_s:g} s"


def _other_seeds(result: Result, told: int) -> list[Bar]:
    """When the others' first warnings came, one mark each."""
    others = [(run.seed, *run.outcome.shown[0]) for run in result.runs if run.seed != told and run.outcome.shown]
    return [Bar(f"seed {seed}: {app}", at_s, at_s + 0.02, "#036") for seed, app, at_s in others[:8]]


def _runs(result: Result) -> str:
    names = [each.name for each in fields(Drawn) if _varies(result.runs, each.name)]
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
