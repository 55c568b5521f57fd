"""`obu status`: what a running unit says of itself, asked over its local socket."""

import argparse
import json
import socket
from pathlib import Path
from typing import Any

from obu.core.alert import Text
from obu.core.errors import LocalError

SUMMARY = Text("显示正在运行的单元的状态", "show the state of a running unit")
WAIT_S = 3.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """--config FILE, --json."""
    parser.add_argument("--config", type=Path, required=True, metavar="FILE", help="the unit's TOML / 配置文件")
    parser.add_argument("--json", action="store_true", help="the status line as it is / 原样输出 JSON")


def run(args: argparse.Namespace) -> int:
    """Exit status 0 when the unit answered and sends BSMs, 1 when it answered and does not, 2 without an answer."""
    from obu.runtime import config

    body = ask(Path(config.read(args.config).hmi.socket))
    if args.json:
        print(json.dumps(body, ensure_ascii=False))
    else:
        print("\n".join(lines(body, args.lang)))
    return 0 if body["bsm"]["state"] == "sending" else 1


def ask(path: Path) -> dict[str, Any]:
    """The unit's next status. Raises LocalError when nobody answers."""
    from obu import feed

    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as link:
            link.settimeout(WAIT_S)
            link.connect(str(path))
            link.sendall(b'{"kind":"status"}\n')
            for line in link.makefile("rb"):
                kind, body = feed.decode_event(line)
                if kind == "status":
                    return body
    except OSError as error:
        reason = error.strerror or "no answer"
        raise LocalError(f"no unit answers at {path} ({reason}); start it with: obu run --config FILE",
                         f"{path} 没有单元应答（{reason}）；请先启动：obu run --config 文件") from None  # fmt: skip
    raise LocalError(f"the unit at {path} closed the connection", f"{path} 的单元关闭了连接")


def lines(body: dict[str, Any], lang: str) -> list[str]:
    """The status as lines for people."""
    zh = lang == "zh"
    bsm, air, can, gnss, security = body["bsm"], body["air"], body["can"], body["gnss"], body["security"]
    display = body["display"]
    state = {"sending": "发送中", "stopped": "已停止"}[bsm["state"]] if zh else bsm["state"]
    why = "；".join(reason[lang] for reason in bsm["why"])
    period = bsm["period_ms"]
    label = {
        "bsm": "BSM     ", "air": "空口    " if zh else "air     ", "can": "CAN     ",
        "gnss": "定位    " if zh else "gnss    ", "security": "安全    " if zh else "security",
        "display": "显示    " if zh else "display ", "drivers": "接口    " if zh else "drivers ",
    }  # fmt: skip
    drops = ", ".join(f"{reason} {count}" for reason, count in sorted(air["dropped"].items())) or "-"
    down = [f"{name}: {driver['why']}" for name, driver in sorted(body["drivers"].items()) if not driver["up"]]
    return [
        f"{label['bsm']} {state}  {bsm['sent']}  p50 {period['p50']} ms  p99 {period['p99']} ms  {why}",
        f"{label['air']} rx {air['received']}  ok {air['verified']}  drop {drops}",
        f"{label['can']} {can['frames']}  ok {can['used']}  age {can['age_ms']} ms",
        f"{label['gnss']} {gnss['state']}  {gnss['kind']}  sat {gnss['satellites']}  age {gnss['age_ms']} ms  "
        f"accuracy {gnss['accuracy_m']} m",
        f"{label['security']} {security['state']}  {security['certificate']}  pool {security['pool']}"
        + ("  BENCH KEYS" if security["bench_keys"] else ""),
        f"{label['display']} {display['state']}  {display['why'][lang] if display['why'] else ''}",
        f"{label['drivers']} {'; '.join(down) if down else 'ok'}",
    ]
