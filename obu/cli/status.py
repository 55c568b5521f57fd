"""`obu status`: what a running unit says of itself, asked over its local socket."""

import argparse
import datetime
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


def is_running(path: Path) -> bool:
    """Whether a unit answers at this socket."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as link:
        link.settimeout(WAIT_S)
        return link.connect_ex(str(path)) == 0


STATES = {
    "sending": Text("发送中", "sending"), "stopped": Text("已停止", "stopped"),
    "fix": Text("已定位", "fix"), "none": Text("无定位", "no fix"),
    "ok": Text("正常", "ok"), "fault": Text("故障", "fault"), "absent": Text("未连接", "absent"),
    "no_time": Text("没有时间", "no time"), "no_certificate": Text("没有有效证书", "no certificate"),
    "auto": Text("自动判别", "automatic"), "ydt3709": Text("固定为 YD/T 3709", "fixed to YD/T 3709"),
    "csae53": Text("固定为 T/CSAE 53", "fixed to T/CSAE 53"),
    "used_up": Text("证书使用次数已满", "certificates used up"),
    "no_random": Text("等待随机数", "waiting for randomness"), "bad_random": Text("随机数源故障", "bad random source"),
    "key_failed": Text("密钥库故障", "key store failed"),
}  # fmt: skip
FORMS = {
    "zh": (
        "BSM   {bsm}  已发 {sent} 条，周期 p50 {p50} ms、p99 {p99} ms  {why}",
        "空口  收到 {received}，验证通过 {verified}，丢弃：{dropped}{clocks_off}",
        "CAN   {frames} 帧，有效 {used}，最近 {can_age} ms 前",
        "定位  {gnss}  卫星 {satellites}，{gnss_age} ms 前，精度 {accuracy} m",
        "安全  {security}  证书 {certificate}，可用 {pool} 张{pool_low}{duty}{bench}",
        "信任  {trust}",
        "举报  {reports} 份{last_report}",
        "显示  {display}  {display_why}",
        "版本  {edition}  YD/T 3709 {ydt3709} 个，T/CSAE 53 {csae53} 个，存疑 {doubted} 个，改变 {rebound} 次",
        "宽容  {habits}",
        "接口  {drivers}",
    ),
    "en": (
        "BSM       {bsm}  {sent} sent, period p50 {p50} ms, p99 {p99} ms  {why}",
        "air       {received} heard, {verified} verified, dropped: {dropped}{clocks_off}",
        "CAN       {frames} frames, {used} of use, the last {can_age} ms ago",
        "position  {gnss}  {satellites} satellites, {gnss_age} ms ago, accuracy {accuracy} m",
        "security  {security}  certificate {certificate}, {pool} usable{pool_low}{duty}{bench}",
        "trust     {trust}",
        "reports   {reports} kept about others{last_report}",
        "display   {display}  {display_why}",
        "editions  {edition}  senders: YD/T 3709 {ydt3709}, T/CSAE 53 {csae53}, doubted {doubted}; changed {rebound}",
        "tolerated {habits}",
        "drivers   {drivers}",
    ),
}


def lines(body: dict[str, Any], lang: str) -> list[str]:
    """The status as lines for people, in 'zh' or 'en'; what is not known is a dash."""
    bsm, air, can, gnss, security = body["bsm"], body["air"], body["can"], body["gnss"], body["security"]
    editions = air["editions"]
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
        "dropped": _counts(air["dropped"]),
        "habits": _counts(air["habits"]),
        "clocks_off": _clocks_off(air["clocks_off"], lang),
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
        "pool_low": _pool_low(security, lang),
        "duty": _duty(security, lang),
        "trust": _trust(body["trust"], lang),
        "reports": body["misbehaviour"]["reports"],
        "last_report": _last_report(body["misbehaviour"]["last"], lang),
        "bench": {"zh": "  测试密钥", "en": "  BENCH KEYS"}[lang] if security["bench_keys"] else "",
        "display": _state(body["display"]["state"], lang),
        "display_why": display_why[lang] if display_why else "",
        "edition": _state(editions["mode"], lang),
        **editions["bound"],
        "doubted": editions["doubted"],
        "rebound": editions["rebound"],
        "drivers": "; ".join(down) or _state("ok", lang),
    }
    shown = {name: "-" if value is None else value for name, value in fields.items()}
    return [form.format(**shown).rstrip() for form in FORMS[lang]]


def _last_report(last: dict[str, Any] | None, lang: str) -> str:
    """What the last one says. last: as in docs/local-socket.md."""
    if last is None:
        return ""
    return {"zh": "，最近：{signer} {reason}", "en": ", the last: {signer} {reason}"}[lang].format(**last)


def _clocks_off(off: dict[str, Any] | None, lang: str) -> str:
    if off is None:
        return ""
    zh = f"；{off['senders']} 个发送方的时钟恒差 {off['off_s']:+} 秒：对方按另一时标计闰秒，见 security.time_scale"
    en = f"; {off['senders']} senders' clocks are {off['off_s']:+} s off: another time scale, see security.time_scale"
    return zh if lang == "zh" else en


def _pool_low(security: dict[str, Any], lang: str) -> str:
    if security["pool_low_from_utc_s"] is None:
        return ""
    day = _day(security["pool_low_from_utc_s"])
    return {"zh": f"（{day} 起不足，请更新证书池）", "en": f" (too few from {day}: refill the pool)"}[lang]


def _duty(security: dict[str, Any], lang: str) -> str:
    said = {"zh": "  执行任务", "en": "  on duty"}[lang] if security["on_duty"] else ""
    if security["duty_until_utc_s"] is None:
        return said
    if security["duty_until_utc_s"] == 0:
        return said + {"zh": "  身份证书已过期", "en": "  no valid identity certificate"}[lang]
    day = _day(security["duty_until_utc_s"])
    return said + {"zh": f"  身份证书 {day} 到期", "en": f"  identity certificate ends {day}"}[lang]


def _trust(trust: dict[str, Any], lang: str) -> str:
    zh = lang == "zh"
    counts = (trust["roots"], trust["authorities"], trust["revocations"])
    said = ("根证书 {}，CA 证书 {}，撤销 {} 条" if zh else "{} roots, {} authorities, {} revocations").format(*counts)
    stale = sorted({one["kind"].upper() for one in trust["lists"] if one["is_stale"]})
    if stale:
        said += (
            f"  {'、'.join(stale)} 已过期，请更新" if zh else f"  overdue: {', '.join(stale)}; update with obu trust"
        )
    refused = ", ".join(f"{reason} {count}" for reason, count in trust["refused"].items())
    if refused:
        said += f"  未采用：{refused}" if zh else f"  refused: {refused}"
    return said


def _day(utc_s: int) -> str:
    return datetime.datetime.fromtimestamp(utc_s, datetime.UTC).strftime("%Y-%m-%d")


def _counts(counts: dict[str, int]) -> str | None:
    return ", ".join(f"{name} {count}" for name, count in sorted(counts.items())) or None


def _state(name: str, lang: str) -> str:
    words = STATES[name]
    return words.zh if lang == "zh" else words.en
