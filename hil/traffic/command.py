"""`python -m hil city`: drives through the corridor, our warnings scored against what was dangerous in them."""

import argparse
import dataclasses
import json
import sys
import tempfile
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from hil import workers
from hil.traffic import net, repeat, ride, score, sumo, trace, truth
from hil.traffic.score import Drive
from hil.traffic.trace import Trace

NO_SUMO = (
    "libsumo is missing: run `make city`, or give recorded traffic with --trace FILE"
    " / 未安装 libsumo：请运行 make city，或用 --trace 指定已录制的交通"
)
COLUMNS = ("critical", "found", "recall", "lead_p50_s", "warnings", "groundless", "warnings_per_hour")


def arguments(parser: argparse.ArgumentParser) -> None:
    """Of the command."""
    parser.add_argument("--minutes", type=_positive, default=5.0, metavar="M", help="of each drive / 每次行程的分钟数")
    parser.add_argument("--seed", type=int, default=1, metavar="S", help="of the first drive / 首个随机种子")
    parser.add_argument("--drives", type=_count, default=1, metavar="N", help="seeds S to S+N-1 / 行程数")
    parser.add_argument("--jobs", type=_count, default=1, metavar="N", help="drives at a time / 并行数")
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
        cases = [(args.seed + number, args.minutes, args.sigma, args.trace) for number in range(args.drives)]
        if args.record:
            trace.write(sumo.drive(net.load(), args.seed, args.minutes), args.record)
        drives = _drives(cases, args.jobs)
    except sumo.Missing:
        print(NO_SUMO, file=sys.stderr)
        return 2
    except (OSError, ValueError) as error:
        print(f"{error}", file=sys.stderr)
        return 2
    found = {"minutes": args.minutes, "seed": drives[0][0], "drives": len(drives), "sigma_m": args.sigma}
    found |= score.summary([drive for _, drive in drives])
    (args.out / "summary.json").write_text(json.dumps(found, indent=1) + "\n", "utf-8")
    events = [{"seed": seed} | event for seed, drive in drives for event in events_of(drive)]
    (args.out / "events.json").write_text(json.dumps(events, indent=0) + "\n", "utf-8")
    print(table(found))
    print(f"{args.out}/summary.json, {args.out}/events.json")
    return 0


def _check(recorded: Path) -> int:
    why = repeat.differs(recorded)
    print(f"{recorded.name}: {why or 'SUMO drives it again, octet for octet'}")
    return 1 if why else 0


def events_of(drive: Drive) -> list[dict[str, Any]]:
    """Every conflict with its lead or None, and every warning with whether it had a ground, for those who ask why."""
    conflicts = [{"conflict": asdict(each.conflict), "lead_s": each.lead_s} for each in score.judge(drive)]
    warnings = [
        {"warning": asdict(warning), "foe": foe, "has_ground": score.has_ground(drive, warning, foe)}
        for warning, foe in drive.warned
    ]
    return [*conflicts, *warnings]


def table(found: dict[str, Any]) -> str:
    """The summary as lines."""
    rows = [*found["applications"].items(), *found["classes"].items(), ("all", found["all"])]
    head = f"{'':12}" + "".join(f"{name:>19}" for name in COLUMNS)
    lines = [f"{name:12}" + "".join(f"{_cell(row[column]):>19}" for column in COLUMNS) for name, row in rows]
    return "\n".join([f"{found['drives']} drives, {found['host_hours']} host-hours", head, *lines])


def _cell(value: object) -> str:
    return "-" if value is None else str(value)


def _drives(cases: list[tuple[int, float, float, Path | None]], jobs: int) -> list[tuple[int, Drive]]:
    if jobs <= 1 or len(cases) == 1:
        return [_drive(*case, _progress(case[0])) for case in cases]
    found = []
    for seed, drive in workers.each(jobs, _quiet, cases):
        print(f"drive {seed} done", file=sys.stderr, flush=True)
        found.append((seed, drive))
    return found


def _quiet(case: tuple[int, float, float, Path | None]) -> tuple[int, Drive]:
    return _drive(*case, lambda _: None)


def _drive(
    seed: int, minutes: float, sigma_m: float, recorded: Path | None, progress: Callable[[float], None]
) -> tuple[int, Drive]:
    roads = net.load()
    traffic = _cut(trace.read(recorded), minutes) if recorded else sumo.drive(roads, seed, minutes)
    with tempfile.TemporaryDirectory(prefix="city-") as folder:
        ridden = ride.ride(roads, traffic, sigma_m, Path(folder), progress)
    kinds = {name: kind.name for name, kind in traffic.kinds.items() if name.startswith(ride.HOST)}
    return traffic.seed, Drive(truth.find(traffic), score.named(ridden.warned, ridden.ids), kinds, ridden.hosts_s)


def _cut(traffic: Trace, minutes: float) -> Trace:
    return dataclasses.replace(traffic, steps=traffic.steps[: max(2, round(minutes * 60 / trace.STEP_S))])


def _progress(seed: int) -> Callable[[float], None]:
    is_live = sys.stderr.isatty()

    def tell(at_s: float) -> None:
        if at_s % 10 == 0:
            print(f"\rdrive {seed}: {at_s:.0f} s" if is_live else f"drive {seed}: {at_s:.0f} s", file=sys.stderr,
                  end="" if is_live else "\n", flush=True)  # fmt: skip

    return tell


def _count(word: str) -> int:
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
