"""`obu can detect`: what bus is this, and which vehicle? Listens, finds bit rate and profile, and sends nothing."""

import argparse
import json
import sys
from typing import TYPE_CHECKING, Any

from obu.core.alert import Text
from obu.core.errors import LocalError

if TYPE_CHECKING:
    from obu.can_input.detect import Census, Fit
    from obu.drivers.can_options import Options
    from obu.runtime.detecting import Attempt

SUMMARY = Text(
    "侦听车辆总线：比特率、车型配置、实时数值", "listen to the vehicle's bus: bit rate, profile, live values"
)

NAMES = {
    "speed_mps": Text("车速", "speed"), "steering_wheel_deg": Text("方向盘转角", "steering wheel"),
    "yaw_rate_deg_s": Text("横摆角速度", "yaw rate"), "accel_long_mps2": Text("纵向加速度", "acceleration ahead"),
    "accel_lat_mps2": Text("横向加速度", "acceleration to the right"),
    "accel_vert_mps2": Text("垂直加速度", "acceleration down"), "gear": Text("挡位", "gear"),
    "brake_applied": Text("制动", "brake"), "parking_brake": Text("驻车制动", "parking brake"),
    "left_turn": Text("左转灯", "left turn signal"), "right_turn": Text("右转灯", "right turn signal"),
    "hazard_lights": Text("危险警报灯", "hazard lights"), "low_beam": Text("近光灯", "low beam"),
    "high_beam": Text("远光灯", "high beam"), "abs": Text("ABS", "ABS"),
    "traction_control": Text("牵引力控制", "traction control"),
    "stability_control": Text("车身稳定控制", "stability control"), "door_open": Text("车门打开", "door open"),
    "flat_tire": Text("爆胎", "flat tyre"), "disabled": Text("车辆失效", "disabled"),
    "airbag_deployed": Text("安全气囊弹出", "airbag deployed"), "ignition_on": Text("点火开关", "ignition"),
    "siren": Text("警笛", "siren"), "light_bar": Text("警灯", "light bar"),
}  # fmt: skip
STATES = {
    "neutral": Text("空挡", "neutral"), "park": Text("驻车挡", "park"), "forward": Text("前进挡", "forward"),
    "reverse": Text("倒挡", "reverse"), "off": Text("关闭", "off"), "on": Text("待命", "ready"),
    "engaged": Text("介入", "engaged"),
}  # fmt: skip
MOST_SIGNALS = 3  # named in a line
UNITS = {"mps2": "m/s²", "mps": "m/s", "deg_s": "°/s", "deg": "°"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """--channel (--interface, --bitrate) or --config (--section), --set-link, --profile, --seconds, --watch, --json."""
    parser.add_argument("what", choices=("detect",), help="listens only / 只听，不发送")
    parser.add_argument("--channel", metavar="NAME", help="can0, or the adapter's /dev/ttyACM0 / 通道")
    parser.add_argument("--interface", metavar="NAME", help="socketcan, slcan, ... / 接口（默认按通道判断）")
    parser.add_argument("--bitrate", type=int, metavar="N", help="only this rate / 只试此比特率")
    parser.add_argument("--set-link", action="store_true",
                        help="set can0 to each rate by ip link, listen-only (root) / 逐个设置比特率")  # fmt: skip
    parser.add_argument("--config", metavar="FILE", help="take the channel from here / 从配置文件取通道")
    parser.add_argument("--section", metavar="NAME", help="which [can.NAME] of it / 配置中的通道名")
    parser.add_argument("--profile", action="append", default=[], metavar="NAME",
                        help="only this vehicle, a name or a .toml / 只试此车型")  # fmt: skip
    parser.add_argument("--seconds", type=float, default=5.0, metavar="S", help="how long to listen (5) / 侦听时长")
    parser.add_argument("--watch", action="store_true", help="show values until Ctrl-C / 持续显示数值")
    parser.add_argument("--json", action="store_true", help="as JSON / 输出 JSON")


def run(args: argparse.Namespace) -> int:
    """Exit status 0: a profile fits and gives all that a BSM needs; 1: not so; 2: the command or the channel."""
    from obu.runtime import detecting

    options = _options(args)
    if args.set_link and options.interface != "socketcan":
        raise LocalError("--set-link: is for socketcan", "--set-link：仅用于 socketcan")
    vehicles = detecting.candidates(tuple(args.profile))
    tell = _silent if args.json else lambda attempt: print(tried(attempt, args.lang), flush=True)
    attempts, ear = detecting.find_rate(options, detecting.rates_of(options, args.set_link), tell, args.set_link)
    if ear is None:
        return _nothing(args, attempts)
    bitrate = attempts[-1].bitrate or detecting.kernel_rate(options)
    at_ns, census, fits = 0, None, []
    try:
        shown_ns = 0
        for at_ns, census in detecting.study(ear, 1e9 if args.watch else args.seconds, vehicles):
            if args.watch and at_ns - shown_ns >= 1_000_000_000:
                shown_ns = at_ns
                print("\033[H\033[J" + "\n".join(lines(bitrate, census, _ranked(vehicles, at_ns), args.lang)))
    except KeyboardInterrupt:
        pass
    finally:
        ear.close()
    assert census is not None
    fits = _ranked(vehicles, at_ns)
    if args.json:
        print(json.dumps(as_json(bitrate, attempts, census, fits), ensure_ascii=False))
    elif not args.watch:
        print("\n".join(lines(bitrate, census, fits, args.lang)))
    return 0 if fits and not needed(fits[0]) else 1


def _options(args: argparse.Namespace) -> "Options":
    from obu.drivers.can_options import Options

    if (args.channel is None) == (args.config is None):
        raise LocalError("give --channel or --config", "请给出 --channel 或 --config 之一")
    if args.seconds <= 0:
        raise LocalError("--seconds: must be above 0", "--seconds：必须大于 0")
    if args.channel is not None:
        interface = args.interface or ("slcan" if args.channel.startswith("/") else "socketcan")
        return Options(interface=interface, channel=args.channel, bitrate=args.bitrate)
    return _configured(args)


def _configured(args: argparse.Namespace) -> "Options":
    import dataclasses
    from pathlib import Path

    from obu.drivers.can_options import Options
    from obu.runtime import config, strict

    sections = config.read(Path(args.config)).can
    name = args.section or next(iter(sections))
    if name not in sections:
        known = ", ".join(sections)
        raise LocalError(f"--section: no [can.{name}]; there are: {known}",
                         f"--section：没有 [can.{name}]；可用：{known}")  # fmt: skip
    return dataclasses.replace(strict.convert(sections[name], Options, f"can.{name}"), bitrate=args.bitrate)


def _silent(attempt: "Attempt") -> None:
    """With --json nothing is said on the way."""


def _ranked(vehicles: list[Any], at_ns: int) -> "list[Fit]":
    from obu.can_input import detect

    return detect.ranked(vehicles, at_ns)


def _nothing(args: argparse.Namespace, attempts: "list[Attempt]") -> int:
    """Nothing was heard: why, so far as it can be told."""
    if args.json:
        print(json.dumps(as_json(None, attempts, None, []), ensure_ascii=False))
        return 1
    zh, en = (
        "没有听到报文：接通点火开关，检查 CAN-H、CAN-L 接线",
        "no frame was heard: switch the ignition on, check CAN-H and CAN-L",
    )
    if any(attempt.errors for attempt in attempts):
        zh, en = (
            "总线上只有错误：检查接线，或用 --bitrate 试其他比特率",
            "only errors: check the wiring, or try another --bitrate",
        )
    elif attempts[-1].why:
        zh, en = (
            "通道无法使用，原因见上；socketcan 可由 root 加 --set-link 自动设置",
            "the channel is of no use, see above; on socketcan, root may add --set-link",
        )
    print(zh if args.lang == "zh" else en, file=sys.stderr)
    return 1


def tried(attempt: "Attempt", lang: str) -> str:
    """One line for a bit rate that was tried."""
    zh = lang == "zh"
    rate = f"{attempt.bitrate:>8} bit/s" if attempt.bitrate else f"{'接口自身' if zh else 'own rate':>10}"
    counts = (
        f"{attempt.frames} 帧，{attempt.errors} 个错误" if zh else f"{attempt.frames} frames, {attempt.errors} errors"
    )
    why = f"  {attempt.why.zh if zh else attempt.why.en}" if attempt.why else ""
    return f"{rate}  {counts}{why}"


def needed(fit: "Fit") -> list[str]:
    """What the bus does not give and a BSM cannot be without."""
    from obu.can_input.detect import NEEDED

    return [name for name in fit.missing if name in NEEDED]


def lines(bitrate: int | None, census: "Census", fits: "list[Fit]", lang: str) -> list[str]:
    """The whole finding for people."""
    zh = lang == "zh"
    rate = f"{bitrate} bit/s" if bitrate else "-"
    found = len(census.seen)
    shown = [f"比特率 {rate}；{census.frames} 帧，{found} 个标识符" if zh else
             f"bit rate {rate}; {census.frames} frames, {found} identifiers"]  # fmt: skip
    if not fits:
        return [*shown, "没有配置适合此总线：需要本车型的 dbc/*.dbc 和 *.toml" if zh else
                "no profile fits this bus: it needs a .dbc and a .toml of its own in dbc/"]  # fmt: skip
    for fit in fits:
        shown.append(f"  {fit.score:4.2f}  {fit.name}  {fit.title}  " +
                     (f"报文 {fit.seen}/{fit.of}" if zh else f"messages {fit.seen} of {fit.of}"))  # fmt: skip
    best = fits[0]
    if [fit.score for fit in fits].count(best.score) > 1:
        shown.append("得分相同的配置：按车型选择（总线不报告车长）" if zh else
                     "alike in score: choose by the vehicle (a bus does not tell its length)")  # fmt: skip
    shown.append(f"{best.name}：" if zh else f"{best.name}:")
    for reading in best.readings:
        name = NAMES[reading.name].zh if zh else NAMES[reading.name].en
        shown.append(f"  {name}  {value(reading.name, reading.value, lang)}  {reading.age_ns // 1_000_000} ms  "
                     f"{_signals(reading.signals)}")  # fmt: skip
    return shown + _missing(best, zh)


def _signals(names: tuple[str, ...]) -> str:
    return ", ".join(names[:MOST_SIGNALS]) + (f", +{len(names) - MOST_SIGNALS}" if len(names) > MOST_SIGNALS else "")


def _missing(best: "Fit", zh: bool) -> list[str]:
    def words(names: list[str]) -> str:
        return "、".join(NAMES[name].zh for name in names) if zh else ", ".join(NAMES[name].en for name in names)

    stops = needed(best)
    rest = [name for name in best.missing if name not in stops]
    said = []
    if stops:
        said.append(f"缺少（没有就不发 BSM，除非定位能给出）：{words(stops)}" if zh else
                    f"missing (no BSM without it, unless positioning gives it): {words(stops)}")  # fmt: skip
    if rest:
        said.append(f"没有（BSM 中填“不可用”）：{words(rest)}" if zh else
                    f"not given (said to be unavailable): {words(rest)}")  # fmt: skip
    if not stops:
        said.append("BSM 所需的总线数值齐全；使用前请右转一次，核对方向盘、横摆、横向加速度为正" if zh else
                    "the bus gives all that a BSM needs; before use drive a right turn: steering, yaw rate and "
                    "acceleration to the right must be positive")  # fmt: skip
    return said


def value(name: str, reading: Any, lang: str) -> str:
    """A value for people."""
    if isinstance(reading, bool):
        return {"zh": ("否", "是"), "en": ("no", "yes")}[lang][reading]
    if not isinstance(reading, float):
        return STATES[reading.value].zh if lang == "zh" else STATES[reading.value].en
    return f"{round(reading, 1) + 0.0:.1f} {next(sign for unit, sign in UNITS.items() if name.endswith(unit))}"


def as_json(
    bitrate: int | None, attempts: "list[Attempt]", census: "Census | None", fits: "list[Fit]"
) -> dict[str, Any]:
    """The whole finding for machines: units are in the names, ages in ms."""
    seen = census.seen.items() if census else ()
    return {
        "bitrate": bitrate,
        "tried": [
            {"bitrate": each.bitrate, "frames": each.frames, "errors": each.errors,
             "why": {"zh": each.why.zh, "en": each.why.en} if each.why else None}
            for each in attempts
        ],
        "frames": census.frames if census else 0,
        "identifiers": [
            {"id": f"{can_id:08X}" if is_extended else f"{can_id:03X}", "extended": is_extended, "count": each.count,
             "period_ms": None if each.period_ms() is None else round(each.period_ms() or 0.0, 1)}
            for (is_extended, can_id), each in sorted(seen)
        ],
        "candidates": [_candidate(fit) for fit in fits],
    }  # fmt: skip


def _candidate(fit: "Fit") -> dict[str, Any]:
    return {
        "name": fit.name, "title": fit.title, "score": fit.score, "messages": [fit.seen, fit.of],
        "measured": round(fit.measured, 3), "sane": round(fit.sane, 3),
        "values": [
            {"name": each.name, "value": each.value if isinstance(each.value, float | bool) else each.value.value,
             "age_ms": round(each.age_ns / 1e6, 1), "signals": list(each.signals)}
            for each in fit.readings
        ],
        "needed": needed(fit), "unavailable": [name for name in fit.missing if name not in needed(fit)],
    }  # fmt: skip
