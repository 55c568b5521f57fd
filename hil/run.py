"""`python -m hil run`, `list` and `new`: scenarios by name or file, several seeds of each, and what came of them."""

import argparse
import difflib
import json
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from hil import bench_file, kept, realtime, report, report_page, scenario_file, sim, workers
from hil.bench_file import Bench
from hil.progress import Progress
from hil.realtime import RealTime
from hil.report import Result, Run
from hil.scenario import Scenario
from hil.sim import Sim
from obu.core.errors import ConfigError

TEMPLATE = Path(__file__).parent / "scenario_template.toml"
USAGE, SIM = 2, "sim"


@dataclass(frozen=True, slots=True)
class Task:
    """One scenario with one seed; out: of all runs. bench: in real time; None is the bench sim. variant: of the file.

    with_defect: run the broken unit, too, which must fail.
    """

    name: str
    path: Path
    seed: int
    out: Path
    with_defect: bool = False
    bench: Bench | None = None
    variant: str = ""


@dataclass(frozen=True, slots=True)
class Chosen:
    """A scenario that is to be run."""

    path: Path
    variant: str
    scenario: Scenario

    @property
    def word(self) -> str:
        """By which it is run alone."""
        return f"{self.path}@{self.variant}" if self.variant else str(self.path)


def arguments(parser: argparse.ArgumentParser) -> None:
    """What `run` takes."""
    named = "all when none is named; NAME@VARIANT: of several one / 缺省为全部"
    parser.add_argument("wanted", nargs="*", metavar="NAME|FILE", help=named)
    parser.add_argument("--bench", default="sim", metavar="sim|process|FILE", help="virtual or real time / 试验台")
    seeds = parser.add_mutually_exclusive_group()
    seeds.add_argument("--seeds", type=_count, default=1, metavar="N", help="1 to N of each / 每个场景的种子数")
    seeds.add_argument("--seed", type=_count, metavar="N", help="this one alone / 只用这一个种子")
    parser.add_argument("--jobs", type=_count, default=1, metavar="N", help="processes / 并行进程数")
    parser.add_argument("--defects", action="store_true", help="the planted defects must fail / 植入缺陷须被发现")
    parser.add_argument("--out", type=Path, metavar="DIR", help="report.html, junit.xml, results.json / 报告目录")
    parser.add_argument("--json", action="store_true", help="the results as one object / 输出 JSON")


def _count(word: str) -> int:
    try:
        count = int(word)
    except ValueError:
        count = 0
    if count < 1:
        raise argparse.ArgumentTypeError("must be a whole number, 1 or more")
    return count


def run(args: argparse.Namespace) -> int:
    """0: all as expected, 1: not, 2: a name or file that is none, 130: stopped; what was done by then is reported."""
    try:
        chosen = _chosen(args.wanted)
        bench = _bench(args)
        chosen = chosen if bench is None else dict(_fitting(chosen, bench, bool(args.wanted)))
        if args.out:
            _make_folder(args.out)
    except ConfigError as error:
        print(error, file=sys.stderr)
        return USAGE
    with tempfile.TemporaryDirectory(prefix="obu-hil-") as scratch:
        try:
            results, is_whole = _results(chosen, args, bench, (args.out or Path(scratch)).absolute())
        except ConfigError as error:  # of a bench: a device that is not there, a fault that it cannot make
            print(error, file=sys.stderr)
            return USAGE
    name = bench.name if bench else SIM
    if args.out and results:
        report.write(args.out, results, name)
        (args.out / "report.html").write_text(report_page.page(results, args.bench), encoding="utf-8")
    if args.json:
        print(json.dumps(report.as_json(results, name), ensure_ascii=False))
    if not is_whole:
        return workers.STOPPED
    return 0 if all(each.is_good for each in results) else 1


def _make_folder(out: Path) -> None:
    """Raises ConfigError where it cannot be."""
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        why, zh = ("is a file", "是文件") if out.exists() else (error.strerror, error.strerror)
        raise ConfigError(f"--out: {out}: {why}", f"--out：{out}：{zh}") from None


def _chosen(wanted: list[str]) -> dict[str, Chosen]:
    known = scenario_file.paths()
    found: dict[str, Chosen] = {}
    for word in wanted or known:
        stem, _, variant = word.rpartition("@") if "@" in word and not word.endswith(".toml") else (word, "", "")
        path = known.get(stem, Path(stem))
        if stem not in known and path.suffix != ".toml":
            raise ConfigError(f"{word}: no such scenario{_near(stem, known)}; `python -m hil list` shows all",
                              f"{word}：没有这个场景{_near(stem, known)}；`python -m hil list` 可列出全部")  # fmt: skip
        every = {variant: scenario_file.read(path, variant)} if variant else scenario_file.each(path)
        for one, scenario in every.items():
            name = scenario_file.name_of(path, one)
            found.setdefault(name, Chosen(path, one, scenario))
            if found[name].path.absolute() != path.absolute():
                raise ConfigError(f"{path}: has the name of {found[name].path}; rename one of them",
                                  f"{path}：与 {found[name].path} 同名，请改名")  # fmt: skip
    return found


def _near(word: str, known: Iterable[str]) -> str:
    """What may have been meant, a file of this folder too."""
    if Path(f"{word}.toml").is_file():
        return f" ({word}.toml?)"
    near = difflib.get_close_matches(word, known, 1)
    return f" ({near[0]}?)" if near else ""


def _bench(args: argparse.Namespace) -> Bench | None:
    if args.bench == SIM:
        return None
    if args.defects:
        raise ConfigError("--defects: only on the bench sim", "--defects：只能用于 sim")
    return bench_file.read(bench_file.PROCESS if args.bench == "process" else Path(args.bench))


def _fitting(chosen: dict[str, Chosen], bench: Bench, is_asked: bool) -> Iterator[tuple[str, Chosen]]:
    """What the bench can do. Raises ConfigError for one that was asked for by name; others are left out and told."""
    for name, one in chosen.items():
        refusal = bench.refusal(one.scenario)
        if refusal is None:
            yield name, one
            continue
        told = ConfigError(f"{name}: {refusal.text}", f"{name}：{refusal.zh}")
        if is_asked:
            raise told
        print(f"left out: {told}", file=sys.stderr)


def _results(
    chosen: dict[str, Chosen], args: argparse.Namespace, bench: Bench | None, out: Path
) -> tuple[list[Result], bool]:
    """Of the scenarios that ran, and whether all of them did."""
    (sim.ensure_pki if bench is None else realtime.ensure_pki)(_pki(bench, out))
    seeds = [args.seed] if args.seed else range(1, args.seeds + 1)
    tasks = [
        Task(name, one.path, seed, out, args.defects, bench, one.variant)
        for name, one in chosen.items()
        for seed in seeds
    ]
    runs: dict[str, list[Run]] = {name: [] for name in chosen}
    begin_s, driven_s = time.monotonic(), 0.0
    progress = Progress(len(tasks))
    option = "" if bench is None else f" --bench {args.bench}"
    # A person is asked by this process: instruments of a bench file have nobody beside them.
    is_alone = args.bench not in (SIM, "process")
    done_runs: Iterator[Run] = map(one, tasks) if is_alone else workers.each(args.jobs, one, tasks)
    try:
        for task, done in zip(tasks, done_runs, strict=True):
            runs[task.name].append(done)
            driven_s += done.outcome.lasted_s
            again = f"python -m hil run {chosen[task.name].word} --seed {task.seed}{option}"
            progress.done(f"{task.name} seed {task.seed}", done.outcome.why, again)
    except KeyboardInterrupt:
        progress.stopped()
    took_s = time.monotonic() - begin_s
    progress.end(f"{driven_s:.0f} s driven in {took_s:.1f} s: {driven_s / took_s:.0f} times real time")
    results = [Result(name, chosen[name].scenario, tuple(of)) for name, of in runs.items() if of]
    return results, sum(map(len, runs.values())) == len(tasks)


def _pki(bench: Bench | None, out: Path) -> Path:
    """Where everybody's certificates are; those of a bench in real time hold some days."""
    if bench is None:
        return out / "pki"
    return bench.pki or out / time.strftime("pki-%Y%m%d", time.gmtime())


def one(task: Task) -> Run:
    """The run of a task; what it leaves is below out."""
    folder = task.out / "runs" / task.name / str(task.seed)
    for old in (folder / "journal").glob("*.journal"):
        old.unlink()
    found = scenario_file.read(task.path, task.variant)
    runner: Sim | RealTime
    pki_folder = _pki(task.bench, task.out)
    if task.bench is None:
        runner = Sim(found, task.seed, pki_folder, folder)
    else:
        runner = RealTime(found, task.seed, task.bench, pki_folder, folder, _asked)
    outcome = runner.run()
    if task.with_defect and not outcome.why:
        broken = Sim(found, task.seed, pki_folder, folder / "broken", is_broken=True).run()
        if not broken.why:
            outcome = replace(outcome, why=f"a unit that is {found.defect!r} passes too")
    bench = task.bench.name if task.bench else SIM
    kept.keep(folder, task.path, task.variant, task.seed, bench, runner.drawn, outcome, runner.witness)
    return Run(task.seed, runner.drawn, outcome, folder)


def _asked(question: str) -> str:
    """The answer of who sits there. Raises ConfigError for nobody."""
    try:
        return input(question)
    except EOFError:
        raise ConfigError("the bench asks a person, and nobody answers: standard input has ended",
                          "试验台需要有人回答，但标准输入已结束") from None  # fmt: skip


def show(args: argparse.Namespace) -> int:
    """The scenarios of the folder."""
    rows = []
    for name, found in scenario_file.every().items():
        rows.append({"name": name, "title": found.title, "app": found.app, "kind": found.kind})
    if args.json:
        print(json.dumps(rows, ensure_ascii=False))
    else:
        for row in rows:
            print(f"{row['name']:28} {row['kind']:8} {row['app'] or '-':5} {row['title']}")
    return 0


def new(args: argparse.Namespace) -> int:
    """NAME.toml in this folder; never over another."""
    path = Path(f"{args.name.removesuffix('.toml')}.toml")
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(TEMPLATE.read_text(encoding="utf-8"))
    except FileExistsError:
        print(f"{path}: is there already, and is not written over", file=sys.stderr)
        return USAGE
    except OSError as error:
        print(f"{path}: {error.strerror}", file=sys.stderr)
        return USAGE
    print(path)
    return 0
