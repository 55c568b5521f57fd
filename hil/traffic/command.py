"""`python -m hil city`: drives through the corridor, our warnings scored against what was dangerous in them."""

import argparse
import dataclasses
import json
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from hil import workers
from hil.traffic import causes, limits, net, repeat, ride, score, settled, sumo, trace, truth
from hil.traffic.pairs import Pairs
from hil.traffic.ride import Ridden
from hil.traffic.score import Drive
from hil.traffic.trace import Trace

NO_SUMO = (
    "libsumo is missing: run `make city`, or give recorded traffic with --trace FILE"
    " / 未安装 libsumo：请运行 make city，或用 --trace 指定已录制的交通"
)
KEPT = range(9000, 9020)  # seeds for `make city-report` alone: what was tuned on them would say nothing
KEPT_SAID = "seeds 9000 to 9019 are kept for `make city-report` / 种子 9000 至 9019 仅供 make city-report 使用"
COLUMNS = ("critical", "found", "recall", "lead_p50_s", "warnings", "groundless", "warnings_per_hour")


@dataclass(frozen=True, slots=True)
class Case:
    """One drive to come. recorded: its traffic, in place of SUMO's. has_limits: with what limits the warnings."""

    seed: int
    minutes: float
    sigma_m: float
    recorded: Path | None = None
    has_limits: bool = False


@dataclass(frozen=True, slots=True)
class Driven:
    """One drive, and events_of() it. limits: the same with what was known or settled in its place, by its title.

    pairs: what our units saw in it.
    """

    seed: int
    drive: Drive
    events: list[dict[str, Any]]
    limits: Mapping[str, Drive] = field(default_factory=dict)
    pairs: Pairs = field(default_factory=Pairs)


def arguments(parser: argparse.ArgumentParser) -> None:
    """Of the command."""
    parser.add_argument("--minutes", type=_positive, default=5.0, metavar="M", help="of each drive / 每次行程的分钟数")
    parser.add_argument("--seed", type=int, default=1, metavar="S", help="of the first drive / 首个随机种子")
    parser.add_argument("--drives", type=count, default=1, metavar="N", help="seeds S to S+N-1 / 行程数")
    parser.add_argument("--jobs", type=count, default=1, metavar="N", help="drives at a time / 并行数")
    parser.add_argument(
        "--sigma", type=_sigma, default=0.3, metavar="METRES", help="relative lateral error / 相对横向误差"
    )
    parser.add_argument("--trace", type=Path, metavar="FILE", help="recorded traffic in place of SUMO / 已录制的交通")
    parser.add_argument("--check", action="store_true", help="SUMO drives the recording again / 用 SUMO 重现录制")
    parser.add_argument("--record", type=Path, metavar="FILE", help="keep the first drive's traffic / 保存交通记录")
    parser.add_argument(
        "--out", type=Path, default=Path("city-report"), metavar="DIR", help="summary.json, events.json"
    )


def run(args: argparse.Namespace) -> int:
    """0; 1: --check found a difference; 2 for bad usage or missing SUMO."""
    try:
        if args.check:
            return _check(args.trace or repeat.RECORDED)
        args.out.mkdir(parents=True, exist_ok=True)
        cases = [Case(args.seed + number, args.minutes, args.sigma, args.trace) for number in range(args.drives)]
        if args.trace is None and any(case.seed in KEPT for case in cases):
            raise ValueError(KEPT_SAID)
        if args.record:
            trace.write(sumo.drive(net.load(), args.seed, args.minutes), args.record)
        drives = driven(cases, args.jobs)
    except sumo.Missing:
        print(NO_SUMO, file=sys.stderr)
        return 2
    except OSError as error:
        print(f"{error.filename}: {error.strerror}", file=sys.stderr)
        return 2
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    found = {"minutes": args.minutes, "seed": drives[0].seed, "drives": len(drives), "sigma_m": args.sigma}
    found |= score.summary([each.drive for each in drives])
    (args.out / "summary.json").write_text(json.dumps(found, indent=1) + "\n", "utf-8")
    events = [{"seed": each.seed} | event for each in drives for event in each.events]
    (args.out / "events.json").write_text(json.dumps(events, indent=0) + "\n", "utf-8")
    print(table(found))
    print(f"{args.out}/summary.json, {args.out}/events.json")
    return 0


def _check(recorded: Path) -> int:
    why = repeat.differs(recorded)
    print(f"{recorded.name}: {why or 'SUMO drives it again, octet for octet'}")
    return 1 if why else 0


def events_of(drive: Drive, traffic: Trace) -> list[dict[str, Any]]:
    """Every conflict with its lead or None, every warning with whether it had a ground; the causes of what is wrong."""
    known = truth.Steps(traffic.steps)
    conflicts = [
        {
            "conflict": asdict(each.conflict),
            "class": drive.kinds[each.conflict.host],
            "lead_s": each.lead_s,
            "cause": causes.of_miss(known, traffic.kinds, each.conflict, drive.warned).name
            if each.lead_s is None
            else None,
        }
        for each in score.judge(drive)
    ]
    warnings = []
    for warning, foe in drive.warned:
        has_ground = score.has_ground(drive, warning, foe)
        is_wrong = not has_ground and warning.app in score.COLLISION
        cause = causes.of_groundless(known, traffic.kinds, warning, foe).name if is_wrong else None
        told = {"warning": asdict(warning), "class": drive.kinds[warning.host], "foe": foe}
        warnings.append(told | {"has_ground": has_ground, "cause": cause})
    return [*conflicts, *warnings]


def table(found: dict[str, Any]) -> str:
    """The summary as lines."""
    rows = [*found["applications"].items(), *found["classes"].items(), ("all", found["all"])]
    head = f"{'':12}" + "".join(f"{name:>19}" for name in COLUMNS)
    lines = [f"{name:12}" + "".join(f"{_cell(row[column]):>19}" for column in COLUMNS) for name, row in rows]
    return "\n".join([f"{found['drives']} drives, {found['host_hours']} host-hours", head, *lines])


def _cell(value: object) -> str:
    return "-" if value is None else str(value)


def driven(cases: Sequence[Case], jobs: int) -> list[Driven]:
    """All of them, jobs at a time, in their order. Raises Missing, OSError, ValueError."""
    if jobs <= 1 or len(cases) == 1:
        return [_drive(case, _progress(case.seed)) for case in cases]
    found = []
    for each in workers.each(jobs, _quiet, cases):
        print(f"drive {each.seed} done", file=sys.stderr, flush=True)
        found.append(each)
    return found


def _quiet(case: Case) -> Driven:
    return _drive(case, lambda _: None)


def _drive(case: Case, progress: Callable[[float], None]) -> Driven:
    roads = net.load()
    recorded, minutes = case.recorded, case.minutes
    traffic = _cut(trace.read(recorded), minutes) if recorded else sumo.drive(roads, case.seed, minutes)
    with tempfile.TemporaryDirectory(prefix="city-") as folder:
        ridden = ride.ride(
            roads, traffic, case.sigma_m, Path(folder), progress, tuple(limits.Known) if case.has_limits else ()
        )
    kinds = {name: kind.name for name, kind in traffic.kinds.items() if name.startswith(trace.HOST)}
    units = [roads.nodes[light] for light in roads.programs]
    drive = Drive(truth.find(traffic, units), score.named(ridden.warned, ridden.ids), kinds, ridden.hosts_s)
    again = limited(drive, ridden, traffic) if case.has_limits else {}
    return Driven(traffic.seed, drive, events_of(drive, traffic), again, ridden.pairs)


def limited(drive: Drive, ridden: Ridden, traffic: Trace) -> dict[str, Drive]:
    """The drive again for each row of what limits the warnings."""
    known = {
        each: dataclasses.replace(drive, warned=score.named(warned, ridden.ids))
        for each, warned in ridden.known.items()
    }
    steps = truth.Steps(traffic.steps)
    judged = {
        limits.SETTLED: settled.of(drive, steps, traffic.kinds),
        limits.BOTH: settled.of(known[limits.Known.ALL], steps, traffic.kinds),
    }
    return {each.value: drive for each, drive in known.items()} | judged


def _cut(traffic: Trace, minutes: float) -> Trace:
    return dataclasses.replace(traffic, steps=traffic.steps[: max(2, round(minutes * 60 / trace.STEP_S))])


def _progress(seed: int) -> Callable[[float], None]:
    is_live = sys.stderr.isatty()

    def tell(at_s: float) -> None:
        if at_s % 10 == 0:
            print(f"\rdrive {seed}: {at_s:.0f} s" if is_live else f"drive {seed}: {at_s:.0f} s", file=sys.stderr,
                  end="" if is_live else "\n", flush=True)  # fmt: skip

    return tell


def count(word: str) -> int:
    if int(word) < 1:
        raise argparse.ArgumentTypeError("1 or more")
    return int(word)


def _positive(word: str) -> float:
    value = float(word)
    if not 0.05 <= value <= 600:
        raise argparse.ArgumentTypeError("0.05 to 600 minutes")
    return value


def _sigma(word: str) -> float:
    value = float(word)
    if not 0 <= value <= 50:
        raise argparse.ArgumentTypeError("0 to 50 m")
    return value
