"""`python -m hil faults`: each fault, its effect, and the benches that can make it."""

import argparse
import json
import sys
from pathlib import Path

from hil import bench_file, faults
from hil.bench_file import Bench
from obu.core.errors import ConfigError

SIM = "sim"  # virtual time can do all of them


def arguments(parser: argparse.ArgumentParser) -> None:
    """What `faults` takes."""
    parser.add_argument("--bench", action="append", default=[], type=Path, metavar="FILE", help="yours / 试验台文件")
    parser.add_argument("--json", action="store_true", help="one array / 输出 JSON 数组")


def run(args: argparse.Namespace) -> int:
    """0, or 2 for a bench file that is none."""
    try:
        benches = [bench_file.read(path) for path in (bench_file.PROCESS, *args.bench)]
    except ConfigError as error:
        print(error, file=sys.stderr)
        return 2
    found = rows(benches)
    if args.json:
        print(json.dumps(found, ensure_ascii=False))
    else:
        for row in found:
            print(f"{row['name']:22} {', '.join(row['benches']):16} {row['effect']}")
    return 0


def rows(benches: list[Bench]) -> list[dict[str, object]]:
    """name, effect, benches of each."""
    return [
        {
            "name": name,
            "effect": faults.module(name).EFFECT,
            "benches": [SIM, *(each.name for each in benches if not each.lacks(name))],
        }
        for name in faults.names()
    ]
