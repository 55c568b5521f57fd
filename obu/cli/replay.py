"""`obu replay`: steps the station of today through a journal, and tells the first difference."""

import argparse
from pathlib import Path

from obu.core.alert import Text

SUMMARY = Text("重放记录并报告第一处差异", "replay a journal and report the first difference")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """DIR, --segment N."""
    parser.add_argument("directory", type=Path, metavar="DIR", help="what `obu run --journal` kept / 记录目录")
    parser.add_argument("--segment", type=int, metavar="N", help="only this segment / 只重放第 N 段")


def run(args: argparse.Namespace) -> int:
    """Exit status 0 without a difference, 1 with one, 2 when it cannot be replayed."""
    from obu.runtime import replay, wiring

    paths, empty = replay.segments(args.directory, args.segment)
    zh, total = args.lang == "zh", 0
    for path in empty:
        print(f"{path.name}: {'没有完整的记录' if zh else 'no whole record in it'}")
    for path in paths:
        head = replay.head(path)
        station, made_from = wiring.station_of_journal(head, path)
        for name in replay.changes(head, made_from):
            print(f"{path.name}: 与记录时不同：{name}" if zh else f"{path.name}: not as it was then: {name}")
        turns, difference = replay.replay(path, station)
        total += turns
        if difference:
            fields = ", ".join(difference.fields)
            turn, at_ns = difference.turn, difference.at_ns
            print(
                f"{path.name}: 第 {turn} 步不同（{at_ns} ns）：{fields}"
                if zh
                else f"{path.name}: turn {turn} at {at_ns} ns differs in: {fields}"
            )
            return 1
    print(f"{total} 步，无差异" if zh else f"{total} turns, no difference")
    return 0
