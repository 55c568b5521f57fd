"""`obu check`: what on this machine is ready, what is missing, and how to mend it; `obu check sm2` tries vectors."""

import argparse
from pathlib import Path

from obu.core.alert import Text
from obu.core.errors import LocalError

SUMMARY = Text("检查本机：哪些就绪，缺什么，如何修复", "what on this machine is ready, what is missing, how to mend it")
MARK = {True: "ok  ", False: "FAIL", None: "note"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """--config FILE, --json; or sm2 --vectors FILE, which needs no configuration."""
    parser.add_argument("what", nargs="?", choices=("sm2",), help="judge SM2 signatures of a file / 用向量文件检验 SM2")
    parser.add_argument("--vectors", type=Path, metavar="FILE",
                        help="JSON list of {pub, e, r, s, valid} / 向量文件（JSON 列表）")  # fmt: skip
    parser.add_argument("--config", type=Path, metavar="FILE", help="check this configuration too / 同时检查配置")
    parser.add_argument("--json", action="store_true", help="as JSON / 输出 JSON")


def run(args: argparse.Namespace) -> int:
    """Exit status 0 when nothing needed is missing, else 1. A 'note' is something only some set-ups need.

    With sm2: 0 when every vector is judged as it ought to be, 1 when not, 2 for a file that is none.
    """
    if (args.what is None) != (args.vectors is None):
        raise LocalError("sm2 and --vectors FILE go together", "sm2 与 --vectors FILE 须一起使用")
    return _findings(args) if args.what is None else _vectors(args.vectors)


def _vectors(path: Path) -> int:
    from obu.runtime import sm2_vectors

    vectors, right = sm2_vectors.read(path), 0
    for number, vector in enumerate(vectors, 1):
        outcome = sm2_vectors.judge(vector)
        if sm2_vectors.is_as_expected(vector, outcome):
            right += 1
        else:
            print(f"row {number}: valid {str(vector.valid).lower()}, judged {outcome.value}")
    print(f"{right} of {len(vectors)} as expected")
    return 0 if right == len(vectors) else 1


def _findings(args: argparse.Namespace) -> int:
    import json

    from obu.runtime import readiness

    findings = readiness.findings(args.config)
    if args.json:
        rows = [{"name": f.name, "ok": f.is_ready, "says": {"zh": f.says.zh, "en": f.says.en}} for f in findings]
        print(json.dumps(rows, ensure_ascii=False))
    else:
        for finding in findings:
            says = finding.says.zh if args.lang == "zh" else finding.says.en
            print(f"{MARK[finding.is_ready]}  {finding.name:<16} {says}")
    return 1 if any(finding.is_ready is False for finding in findings) else 0
