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


STATES = {
    "sending": Text("发送中", "sending"), "stopped": Text("已停止", "stopped"),
    "fix": Text("已定位", "fix"), "none": Text("无定位", "no fix"),
    "ok": Text("正常", "ok"), "fault": Text("故障", "fault"), "absent": Text("未连接", "absent"),
    "no_time": Text("没有时间", "no time"), "no_certificate": Text("没有有效证书", "no certificate"),
    "no_random": Text("等待随机数", "waiting for randomness"), "bad_random": Text("随机数源故障", "bad random source"),
    "key_failed": Text("密钥库故障", "key store failed"),
}  # fmt: skip
FORMS = {
    "zh": (
        "BSM   {bsm}  已发 {sent} 条，周期 p50 {p50} ms、p99 {p99} ms  {why}",
        "空口  收到 {received}，验证通过 {verified}，丢弃：{dropped}",
        "CAN   {frames} 帧，有效 {used}，最近 {can_age} ms 前",
        "定位  {gnss}  卫星 {satellites}，{gnss_age} ms 前，精度 {accuracy} m",
        "安全  {security}  证书 {certificate}，可用 {pool} 张{bench}",
        "显示  {display}  {display_why}",
        "接口  {drivers}",
    ),
    "en": (
        "BSM       {bsm}  {sent} sent, period p50 {p50} ms, p99 {p99} ms  {why}",
        "air       {received} heard, {verified} verified, dropped: {dropped}",
        "CAN       {frames} frames, {used} of use, the last {can_age} ms ago",
        "position  {gnss}  {satellites} satellites, {gnss_age} ms ago, accuracy {accuracy} m",
        "security  {security}  certificate {certificate}, {pool} usable{bench}",
        "display   {display}  {display_why}",
        "drivers   {drivers}",
    ),
}


def lines(body: dict[str, Any], lang: str) -> list[str]:
    """The status as lines for people, in 'zh' or 'en'; what is not known is a dash."""
    bsm, air, can, gnss, security = body["bsm"], body["air"], body["can"], body["gnss"], body["security"]
    down = [f"{name}: {driver['why']}" for name, driver in sorted(body["drivers"].items()) if not driver["up"]]
    display_why = body["display"]["why"]
    fields = {
        "bsm": _state(bsm["state"], lang),
        "sent": bsm["sent"],
        "p50": bsm["period_ms"]["p50"],
        "p99": bsm["period_ms"]["p99"],
        "why": "；".join(reason[lang] for reason in bsm["why"]),
        "received": air["received"],
        "verified": air["verified"],
        "dropped": ", ".join(f"{reason} {count}" for reason, count in sorted(air["dropped"].items())) or None,
        "frames": can["frames"],
        "used": can["used"],
        "can_age": can["age_ms"],
        "gnss": _state(gnss["state"], lang),
        "satellites": gnss["satellites"],
        "gnss_age": gnss["age_ms"],
        "accuracy": gnss["accuracy_m"],
        "security": _state(security["state"], lang),
        "certificate": security["certificate"],
        "pool": security["pool"],
        "bench": {"zh": "  测试密钥", "en": "  BENCH KEYS"}[lang] if security["bench_keys"] else "",
        "display": _state(body["display"]["state"], lang),
        "display_why": display_why[lang] if display_why else "",
        "drivers": "; ".join(down) or _state("ok", lang),
    }
    shown = {name: "-" if value is None else value for name, value in fields.items()}
    return [form.format(**shown).rstrip() for form in FORMS[lang]]


def _state(name: str, lang: str) -> str:
    words = STATES[name]
    return words.zh if lang == "zh" else words.en
