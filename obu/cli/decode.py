"""`obu decode`: octets as JSON, one message or one a line; every line gets its own answer and none stops the next."""

import argparse
import json
import sys
from typing import Any

from obu.core.alert import Text
from obu.core.errors import LocalError, RemoteError
from obu.runtime import hex_lines

SUMMARY = Text("把十六进制报文解码为 JSON", "decode a message in hex to JSON")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """HEX or --lines, --layer, --edition, --max-bytes."""
    parser.add_argument("hex", nargs="?", metavar="HEX", help="one message / 一条报文")
    parser.add_argument("--lines", action="store_true", help="hex per line on standard input / 从标准输入逐行读取")
    parser.add_argument("--layer", choices=("frame", "spdu", "dsmp"), default="frame", help="where HEX begins / 起始层")
    parser.add_argument("--edition", choices=("auto", "ydt3709", "csae53"), default="auto", help="message set / 消息集")
    parser.add_argument(
        "--max-bytes", type=int, default=hex_lines.MAX_BYTES, metavar="N", help="refuse longer / 拒绝更长的报文"
    )


def run(args: argparse.Namespace) -> int:
    """Exit status 0; 2 where the one HEX is no message. With --lines always 0."""
    if args.lines:
        for line in hex_lines.read(sys.stdin.buffer, args.max_bytes):
            print(json.dumps(answer(line, args)), flush=True)
        return 0
    if args.hex is None:
        raise LocalError("give HEX, or --lines for standard input", "请给出十六进制报文，或用 --lines 从标准输入读取")
    try:
        print(json.dumps(_decode(args.hex, args), indent=2))
    except RemoteError as refused:
        raise LocalError(f"not a message: {refused}", f"不是有效报文：{refused}") from None
    return 0


def answer(line: str | None, args: argparse.Namespace) -> dict[str, Any]:
    """What is printed for one line; None is a line too long to be held. Never raises for what a line holds."""
    from obu.stack import json_form

    try:
        tree = _decode(line, args)
        printed = json.loads(json.dumps(tree))
        return {"ok": True, **tree, "reencoded": json_form.encode(printed).hex()}
    except (RemoteError, LocalError) as error:
        return {"ok": False, "error": str(error)}


def _decode(text: str | None, args: argparse.Namespace) -> dict[str, Any]:
    from obu.codec.editions import Edition
    from obu.stack import json_form

    data = hex_lines.octets(text)
    edition = None if args.edition == "auto" else Edition(args.edition)
    return json_form.decode(data, json_form.Layer(args.layer), edition, args.max_bytes)
