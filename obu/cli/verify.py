"""`obu verify`: judges signed packets as the unit would, one hex line after another, each alone."""

import argparse
import datetime
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from obu.core.alert import Text
from obu.core.errors import LocalError, RemoteError
from obu.runtime import hex_lines

if TYPE_CHECKING:
    from obu.runtime.judging import Said

SUMMARY = Text("逐行验证已签名的报文（SPDU）", "judge signed packets (SPDU), one a line")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """--lines --root FILE... [--ca FILE...] --now ISO8601 [--time-scale utc|tai]."""
    parser.add_argument("--lines", action="store_true", required=True, help="hex per line on standard input / 逐行读取")
    parser.add_argument(
        "--root", type=Path, nargs="+", action="extend", required=True, metavar="FILE", help="roots, COER / 根证书"
    )
    parser.add_argument(
        "--ca", type=Path, nargs="+", action="extend", default=[], metavar="FILE",
        help="authorities, and signers known by digest / CA 证书，及以摘要引用的签名证书",
    )  # fmt: skip
    parser.add_argument("--now", type=_instant, required=True, metavar="ISO8601", help="UTC if not said / 当前时刻")
    parser.add_argument("--time-scale", choices=("utc", "tai"), default="utc", help="of the packets / 报文时标 (utc)")


def _instant(word: str) -> int:
    """Unix nanoseconds."""
    try:
        instant = datetime.datetime.fromisoformat(word)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{word!r} is no ISO 8601 instant / 不是 ISO 8601 时刻") from None
    if instant.tzinfo is None:
        instant = instant.replace(tzinfo=datetime.UTC)
    epoch = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
    return (instant - epoch) // datetime.timedelta(microseconds=1) * 1000


def run(args: argparse.Namespace) -> int:
    """Exit status 0 when every line was judged; 2 for files that are no certificates."""
    from obu.core.now import Now
    from obu.core.time_scale import TimeScale
    from obu.runtime import judging
    from obu.security.verifier import Options

    options = Options(time_scale=TimeScale(args.time_scale))
    believed = judging.believe(_read(args.root), _read(args.ca), options.time_scale)
    for error in believed.left_out:
        print(f"未采用 {error.zh}" if args.lang == "zh" else f"left out: {error.text}", file=sys.stderr)
    now = Now(0, args.now)
    for line in hex_lines.read(sys.stdin.buffer):
        try:
            said = judging.judge(believed, options, now, hex_lines.octets(line))
        except RemoteError as error:
            said = judging.refused(error.reason)
        print(json.dumps(as_json(said)), flush=True)
    return 0


def _read(paths: Sequence[Path]) -> dict[str, bytes]:
    files = {}
    for path in paths:
        try:
            files[str(path)] = path.read_bytes()
        except OSError as error:
            raise LocalError(f"{path}: {error.strerror}", f"{path}：{error.strerror}") from None
    return files


def as_json(said: "Said") -> dict[str, Any]:
    """One line's answer; null where the packet does not say it."""
    return {
        "verdict": said.verdict,
        "reason": said.reason,
        "aid": said.aid,
        "signer": said.signer.hex() if said.signer else None,
        "generation_time": None if said.generation_ns is None else _iso(said.generation_ns),
    }


def _iso(utc_ns: int) -> str | None:
    """ISO 8601 in UTC to the microsecond; None beyond the year 9999."""
    try:
        instant = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC) + datetime.timedelta(microseconds=utc_ns // 1000)
    except OverflowError:
        return None
    return instant.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
