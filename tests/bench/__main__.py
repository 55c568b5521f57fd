"""`make bench`: runs every benchmark of this folder, prints the ratios and writes bench.json.

A benchmark is a file here with `results(rounds)`; what ends in _side is run by another process.
"""

import argparse
import importlib
import json
import pkgutil
import sys
from collections.abc import Iterator
from pathlib import Path

from tests import bench
from tests.bench.codec import Result

OUTPUT = Path("bench.json")


def names() -> list[str]:
    """The modules of this folder that may be benchmarks."""
    found = (info.name for info in pkgutil.iter_modules(bench.__path__))
    return sorted(name for name in found if not name.startswith("_") and not name.endswith("_side"))


def every(rounds: int) -> Iterator[Result]:
    """The results of all of them, file by file."""
    for name in names():
        module = importlib.import_module(f"tests.bench.{name}")
        if hasattr(module, "results"):
            yield from module.results(rounds)


def main(arguments: list[str]) -> int:
    """0, or 1 where a ratio is below its aim."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description="Runs every benchmark, for minutes.")
    parser.add_argument("--quick", action="store_true", help="3 rounds of each instead of 9")
    found = []
    rounds = 3 if parser.parse_args(arguments).quick else 9
    for result in every(rounds):
        aim = (
            "" if result.aim is None else f"  aim {result.aim:g}x" + ("" if result.ratio >= result.aim else "  MISSED")
        )
        print(f"{result.name:38} {result.ours:10.3f} {result.reference:11.3f} {result.ratio:7.2f}x{aim}", flush=True)
        found.append(result)
    rows = [{"name": each.name, "ours": each.ours, "reference": each.reference, "ratio": each.ratio} for each in found]
    OUTPUT.write_text(json.dumps(rows, indent=1) + "\n", "utf-8")
    return int(any(each.aim is not None and each.ratio < each.aim for each in found))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
