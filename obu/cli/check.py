"""`obu check`: what on this machine is ready, what is missing, and how to mend it."""

import argparse
from pathlib import Path

from obu.core.alert import Text

SUMMARY = Text("检查本机：哪些就绪，缺什么，如何修复", "what on this machine is ready, what is missing, how to mend it")
MARK = {True: "ok  ", False: "FAIL", None: "note"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """--config FILE, --json."""
    parser.add_argument("--config", type=Path, metavar="FILE", help="check this configuration too / 同时检查配置")
    parser.add_argument("--json", action="store_true", help="as JSON / 输出 JSON")


def run(args: argparse.Namespace) -> int:
    """Exit status 0 when nothing needed is missing, else 1. A 'note' is something only some set-ups need."""
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
