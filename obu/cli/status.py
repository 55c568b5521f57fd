"""`obu status`: what a running unit says of itself, asked over its local socket."""

import argparse
import datetime
import itertools
import json
import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from obu.core.alert import Text
from obu.core.errors import LocalError

SUMMARY = Text("显示正在运行的单元的状态", "show the state of a running unit")
WAIT_S = 3.0
CLEAR = "\x1b[H\x1b[J"  # a terminal's: to the upper left, and forget what was there (ECMA-48)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """--config FILE, --json, --watch."""
    parser.add_argument("--config", type=Path, required=True, metavar="FILE", help="the unit's TOML / 配置文件")
    parser.add_argument("--json", action="store_true", help="the status line as it is / 原样输出 JSON")
    parser.add_argument("--watch", action="store_true", help="again each second, until Ctrl-C / 每秒刷新")


def run(args: argparse.Namespace) -> int:
    """Exit status 0 when the unit answered and sends BSMs, 1 when it answered and does not, 2 without an answer."""
    from obu.runtime import config

    told = states(Path(config.read(args.config).hmi.socket))
    for body in told if args.watch else itertools.islice(told, 1):
        if args.json:
            print(json.dumps(body, ensure_ascii=False), flush=True)
        else:
            wipe = CLEAR if args.watch and sys.stdout.isatty() else ""
            print(wipe + "\n".join(lines(body, args.lang)), flush=True)
    return 0 if body["bsm"]["state"] == "sending" else 1


def states(path: Path) -> Iterator[dict[str, Any]]:
    """The unit's status, each second anew. Raises LocalError when nobody answers, or the unit goes."""
    from obu import feed

    is_told = False
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as link:
            link.settimeout(WAIT_S)
            link.connect(str(path))
            link.sendall(b'{"kind":"status"}\n')
            for line in link.makefile("rb"):
                kind, body = feed.decode_event(line)
                if kind == "status":
                    is_told = True
                    yield body
    except OSError as error:
        if is_told:
            raise _closed(path) from None
        reason = error.strerror or "no answer"
        raise LocalError(f"no unit answers at {path} ({reason}); start it with: obu run --config FILE",
                         f"{path} 没有单元应答（{reason}）；请先启动：obu run --config 文件") from None  # fmt: skip
    raise _closed(path)


def _closed(path: Path) -> LocalError:
    return LocalError(f"the unit at {path} closed the connection", f"{path} 的单元关闭了连接")


def is_running(path: Path) -> bool:
    """Whether a unit answers at this socket."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as link:
        link.settimeout(WAIT_S)
        return link.connect_ex(str(path)) == 0


STATES = {
    "sending": Text("发送中", "sending"), "stopped": Text("已停止", "stopped"),
    "fix": Text("已定位", "fix"), "none": Text("无定位", "no fix"),
    "degraded": Text("降级", "degraded"), "unsure": Text("误差过大，不发送", "too unsure to send"),
    "ok": Text("正常", "ok"), "fault": Text("故障", "fault"), "absent": Text("未连接", "absent"),
    "no_time": Text("没有时间", "no time"), "no_certificate": Text("没有有效证书", "no certificate"),
    "auto": Text("自动判别", "automatic"), "ydt3709": Text("固定为 YD/T 3709", "fixed to YD/T 3709"),
    "csae53": Text("固定为 T/CSAE 53", "fixed to T/CSAE 53"),
    "used_up": Text("证书使用次数已满", "certificates used up"),
    "no_random": Text("等待随机数", "waiting for randomness"), "bad_random": Text("随机数源故障", "bad random source"),
    "key_failed": Text("密钥库故障", "key store failed"),
    "off": Text("点火关闭", "ignition off"), "warm_up": Text("预热", "warming up"), "on": Text("运行", "on"),
    "boarding": Text("上下客", "boarding"), "shutting_down": Text("即将关机", "shutting down"),
    "unknown": Text("核对中", "checking"), "learning": Text("登记中", "learning"),
    "own": Text("与登记的车辆一致", "the unit's own"),
    "other": Text("不是登记的车辆，不发送 BSM；如已移装：obu vehicle adopt",
                  "not the unit's own, no BSM is sent; if it was moved: obu vehicle adopt"),
}  # fmt: skip
RADIO = {
    "up": Text("已连接", "up"), "down": Text("未连接，不发送 BSM", "down, no BSM is sent"),
    "unknown": Text("未知", "not known"),
}  # fmt: skip
SOURCES = {
    "system": Text("系统时钟", "the machine's clock"), "chrony": Text("chrony", "chrony"),
    "gnss": Text("等待接收机", "waiting for the receiver"),
    "pulse": Text("接收机秒脉冲", "the receiver's pulse"),
    "sentences": Text("仅有接收机语句", "the receiver's sentences alone"),
}  # fmt: skip
FORMS = {
    "zh": (
        "BSM   {bsm}  已发 {sent} 条，周期 p50 {p50} ms、p99 {p99} ms{pace}  {why}",
        "空口  收到 {received}，验证通过 {verified}，丢弃：{dropped}{clocks_off}",
        "CAN   {frames} 帧，有效 {used}，最近 {can_age} ms 前，未用：{can_dropped}{can_faults}",
        "定位  {gnss}  卫星 {satellites}，{gnss_age} ms 前，精度 {accuracy} m{datum}",
        "安全  {security}  证书 {certificate}，可用 {pool} 张{pool_low}{duty}{bench}",
        "信任  {trust}",
        "举报  {reports} 份{last_report}",
        "显示  {display}  {display_why}",
        "版本  {edition}  YD/T 3709 {ydt3709} 个，T/CSAE 53 {csae53} 个，存疑 {doubted} 个，改变 {rebound} 次",
        "宽容  {habits}",
        "电源  {power}{supply}{ends}；第 {run} 次运行，{woke}，上次结束：{last_end}",
        "车辆  {match}{vin}",
        "应用  {apps}",
        "健康  CPU {cpu} %，内存 {memory} MiB，磁盘可用 {free} MiB，温度 {heat} °C；写入（每天）：{writes}{not_done}",
        "时间  {clock}  {clock_source}，误差不超过 {clock_error} ms{clock_apart}",
        "电台  {radio}，未发出或未理解：{radio_counts}",
        "接口  {drivers}",
    ),
    "en": (
        "BSM       {bsm}  {sent} sent, period p50 {p50} ms, p99 {p99} ms{pace}  {why}",
        "air       {received} heard, {verified} verified, dropped: {dropped}{clocks_off}",
        "CAN       {frames} frames, {used} of use, the last {can_age} ms ago, unused: {can_dropped}{can_faults}",
        "position  {gnss}  {satellites} satellites, {gnss_age} ms ago, accuracy {accuracy} m{datum}",
        "security  {security}  certificate {certificate}, {pool} usable{pool_low}{duty}{bench}",
        "trust     {trust}",
        "reports   {reports} kept about others{last_report}",
        "display   {display}  {display_why}",
        "editions  {edition}  senders: YD/T 3709 {ydt3709}, T/CSAE 53 {csae53}, doubted {doubted}; changed {rebound}",
        "tolerated {habits}",
        "power     {power}{supply}{ends}; run {run}, woken by {woke}, the last run's end: {last_end}",
        "vehicle   {match}{vin}",
        "apps      {apps}",
        "health    CPU {cpu} %, memory {memory} MiB, disk free {free} MiB, heat {heat} deg C; written a day: {writes}"
        "{not_done}",
        "time      {clock}  {clock_source}, off by {clock_error} ms at most{clock_apart}",
        "radio     {radio}, not sent or not understood: {radio_counts}",
        "drivers   {drivers}",
    ),
}


def lines(body: dict[str, Any], lang: str) -> list[str]:
    """The status as lines for people, in 'zh' or 'en'; what is not known is a dash."""
    bsm, air, can, gnss, security = body["bsm"], body["air"], body["can"], body["gnss"], body["security"]
    editions = air["editions"]
    why = "why_zh" if lang == "zh" else "why"
    down = [f"{name}: {driver[why]}" for name, driver in sorted(body["drivers"].items()) if not driver["up"]]
    display_why = body["display"]["why"]
    fields = {
        "bsm": _state(bsm["state"], lang),
        "sent": bsm["sent"],
        "p50": bsm["period_ms"]["p50"],
        "p99": bsm["period_ms"]["p99"],
        "pace": _pace(bsm["congestion"], lang),
        "why": "；".join(reason[lang] for reason in bsm["why"]),
        "received": air["received"],
        "verified": air["verified"],
        "dropped": _counts(air["dropped"]),
        "habits": _counts(air["habits"]),
        "clocks_off": _clocks_off(air["clocks_off"], lang),
        "frames": can["frames"],
        "used": can["used"],
        "can_age": can["age_ms"],
        "can_dropped": _counts(can["dropped"]),
        "can_faults": _can_faults(can["channels"], lang),
        "gnss": _state(gnss["state"], lang),
        "satellites": gnss["satellites"],
        "gnss_age": gnss["age_ms"],
        "accuracy": gnss["accuracy_m"],
        "datum": _datum(body["maps"], lang),
        "clock": _state(body["clock"]["state"], lang),
        "clock_source": getattr(SOURCES[body["clock"]["source"]], lang),
        "clock_error": body["clock"]["error_ms"],
        "clock_apart": _clock_apart(body["clock"]["apart"], lang),
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
        "radio": getattr(RADIO[body["radio"]["state"]], lang),
        "radio_counts": _counts(body["radio"]["counts"]),
        **_power(body["power"], lang),
        "match": _state(body["vehicle"]["match"], lang),
        "vin": f"  VIN {body['vehicle']['vin']}" if body["vehicle"]["vin"] else "",
        "apps": "; ".join(_app(name, app, lang) for name, app in body["apps"].items()),
        **_host(body["host"], lang),
    }
    shown = {name: "-" if value is None else value for name, value in fields.items()}
    return [form.format(**shown).rstrip() for form in FORMS[lang]]


RUNS = {
    "first": Text("首次启动", "the first start"), "supply": Text("供电恢复或程序被终止", "the supply, or a kill"),
    "restart": Text("重新启动", "a restart"), "ignition": Text("点火唤醒", "ignition"),
    "unknown": Text("原因不明", "?"),
    "ignition_off": Text("点火关闭后", "after ignition off"), "no_ignition": Text("唤醒后未点火", "no ignition came"),
    "low_supply": Text("供电电压过低", "low supply"), "asked": Text("按指令", "as asked"),
    "cut": Text("中断", "cut off"),
}  # fmt: skip


def _datum(maps: dict[str, int], lang: str) -> str:
    """What contradicts what, where a datum is wrong."""
    own, theirs = maps["own_gcj02"], maps["map_gcj02"]
    said = []
    if own:
        said.append(f"本机位置疑为 GCJ-02（与 {own} 份地图相比）" if lang == "zh" else
                    f"the own position seems to be in GCJ-02 (by {own} MAPs)")  # fmt: skip
    if theirs:
        said.append(f"{theirs} 份路侧地图疑为 GCJ-02" if lang == "zh" else
                    f"MAPs of roadside units that seem to be in GCJ-02: {theirs}")  # fmt: skip
    return "".join(f"  {each}" for each in said)


def _power(power: dict[str, Any], lang: str) -> dict[str, Any]:
    """The power line. What a co-processor calls its reason is shown as it is."""
    supply, ends, last = power["supply_v"], power["ends_in_s"], power["last_run"]

    def word(name: str) -> str:
        known = RUNS.get(name)
        return name if known is None else known.zh if lang == "zh" else known.en

    return {
        "power": _state(power["state"], lang),
        "supply": "" if supply is None else f"  {supply} V",
        "ends": "" if ends is None else f"，{ends} 秒后结束" if lang == "zh" else f", ends in {ends} s",
        "run": power["run"],
        "woke": word(power["woke"]),
        "last_end": word(last["how"]) if last else "-",
    }


def _app(name: str, app: dict[str, Any], lang: str) -> str:
    """How often it has warned, and when last (UTC)."""
    if app["last_utc_s"] is None:
        return f"{name} {app['warnings']}"
    at = datetime.datetime.fromtimestamp(app["last_utc_s"], datetime.UTC).strftime("%H:%M:%S UTC")
    return f"{name} {app['warnings']}（最近 {at}）" if lang == "zh" else f"{name} {app['warnings']} (last {at})"


def _host(host: dict[str, Any], lang: str) -> dict[str, Any]:
    names = {"journal": Text("记录", "journal"), "state": Text("状态", "state")}
    writes = [
        f"{getattr(names[name], lang) if name in names else name} {mib:g} MiB"
        for name, mib in host["writes_mib_per_day"].items()
    ]
    return {
        "cpu": host["cpu_percent"],
        "memory": host["memory_mib"],
        "free": host["free_mib"],
        "heat": host["heat_deg"],
        "writes": ("，" if lang == "zh" else ", ").join(writes) or None,
        "not_done": _not_done(host["not_done"], lang),
    }


def _not_done(steps: list[str] | None, lang: str) -> str:
    """What the installation's record leaves open; nothing where it is whole, or there is none."""
    if not steps:
        return ""
    names = ", ".join(steps)
    return (
        f"；安装未完成：{names}（obu provision）"
        if lang == "zh"
        else f"; installation not done: {names} (obu provision)"
    )


def _pace(congestion: dict[str, Any], lang: str) -> str:
    """Why BSMs go rarer, if they do. congestion: as in docs/local-socket.md."""
    if congestion["period_ms"] <= 100:
        return ""
    form = {
        ("channel", "zh"): "，信道繁忙 {busy_percent} %：每 {period_ms} ms",
        ("channel", "en"): ", channel {busy_percent} % busy: each {period_ms} ms",
        ("density", "zh"): "，附近 {vehicles} 辆车：最长 {period_ms} ms",
        ("density", "en"): ", {vehicles} vehicles near: {period_ms} ms at most",
    }[congestion["by"], lang]
    return form.format(**congestion).replace("None", "-")


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


def _clock_apart(apart: dict[str, Any] | None, lang: str) -> str:
    """apart: as in docs/local-socket.md."""
    if apart is None:
        return ""
    off_ms, senders = abs(apart["slow_ms"]), apart["senders"]
    if lang == "zh":
        return f"；本机时钟{'慢' if apart['slow_ms'] > 0 else '快'} {off_ms} ms 以上（与 {senders} 个发送方相比）"
    return f"; own clock {'slow' if apart['slow_ms'] > 0 else 'fast'} by {off_ms} ms or more, against {senders} senders"


def _can_faults(channels: dict[str, dict[str, Any]], lang: str) -> str:
    """What is wrong with each channel: torn frames, errors on the bus, frames the controller lost."""
    said = {"zh": "；{}：残缺 {bad}，总线错误 {errors}，溢出 {overruns}",
            "en": "; {}: {bad} torn, {errors} bus errors, {overruns} lost by the controller"}[lang]  # fmt: skip
    return "".join(
        said.format(name, **counts)
        for name, counts in channels.items()
        if counts["bad"] or counts["errors"] or counts["overruns"]
    )


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
