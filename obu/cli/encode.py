"""`obu encode`: the JSON that `obu decode` prints as hex; a value that does not fit is named by its path."""

import argparse
import sys
from pathlib import Path
from typing import Any

from obu.core.alert import Text
from obu.core.errors import LocalError

SUMMARY = Text("把 JSON 编码为十六进制报文", "encode JSON to a message in hex")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """FILE.json, or - for standard input."""
    parser.add_argument(
        "file", metavar="FILE.json", help="what `obu decode` printed; - reads standard input / 标准输入"
    )


def run(args: argparse.Namespace) -> int:
    """Exit status 0. Raises LocalError that names the path of what does not fit."""
    from obu.codec import json_form
    from obu.stack import json_form as packets

    tree: Any = json_form.loads(_read(args.file))
    print(packets.encode(tree).hex())
    return 0


def _read(name: str) -> bytes:
    if name == "-":
        return sys.stdin.buffer.read()
    try:
        return Path(name).read_bytes()
    except OSError as error:
        reason = error.strerror or "cannot be read"
        raise LocalError(f"{name}: {reason}", f"{name}：无法读取（{reason}）") from None
