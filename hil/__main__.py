"""The bench's commands: demo (all), run, replay, list, faults, new, speed, city, city-report (SUMO), tell."""

import argparse
import json
import os
import signal
import sys
from pathlib import Path

from hil import attack, compare, control, fault_table, from_log, replay, run, screens, script, workers
from hil.traffic import report as city_report
from hil.traffic.command import arguments as city_arguments


def main() -> int:
    """Exit status of the command; 2 for bad usage."""
    for stream in (sys.stdout, sys.stderr):
        getattr(stream, "reconfigure", lambda **_: None)(encoding="utf-8", errors="replace")
    parser = argparse.ArgumentParser(prog="python -m hil", description="The bench around the unit / 试验台")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _demo(commands.add_parser("demo", help="the unit, a small city and the driver's screen / 完整演示"))
    _demo_city(commands.add_parser("demo-city", help="the demonstration's city alone / 仅演示城市"))
    traffic = commands.add_parser("city", help="SUMO's traffic, our warnings scored in it / SUMO 交通中的预警评分")
    city_arguments(traffic)
    report = commands.add_parser("city-report", help="the figures that are kept in docs / 存入 docs 的评分报告")
    city_report.arguments(report)
    tell = commands.add_parser("tell", help="a command to a running city: truth, gnss off, attack forged / 控制城市")
    tell.add_argument("run_folder", type=Path, metavar="DIR")
    tell.add_argument("words", nargs="+", metavar="WORD")
    ca = commands.add_parser("authority", help="a certificate authority behind a local socket / 测试 CA")
    ca.add_argument("socket", type=Path, metavar="SOCKET")
    ca.add_argument("--trust", type=Path, required=True, metavar="DIR", help="where its anchors are put / 信任库目录")
    run.arguments(commands.add_parser("run", help="scenarios on virtual time, with a report / 运行场景并生成报告"))
    replay.arguments(commands.add_parser("replay", help="kept runs once more, compared / 重放并比较已保存的运行"))
    compare.arguments(commands.add_parser("compare", help="two runs: what became of each scenario / 比较两次结果"))
    from_log.arguments(commands.add_parser("from-log", help="a recorded drive as a scenario / 由行车记录生成场景"))
    screens.arguments(commands.add_parser("screens", help="every warning on the driver's screen / 全部预警画面"))
    listing = commands.add_parser("list", help="the scenarios there are / 列出场景")
    listing.add_argument("--json", action="store_true", help="one array / 输出 JSON 数组")
    fault_table.arguments(commands.add_parser("faults", help="the faults, and which bench can make them / 列出故障"))
    commands.add_parser("speed", help="of the bench sim with 6, 50 and 200 neighbours / 仿真速度")
    new = commands.add_parser("new", help="writes NAME.toml, a scenario to begin with / 新建场景文件")
    new.add_argument("name", metavar="NAME")
    args = parser.parse_args()
    folder = args.summary.absolute().parent if args.command == "demo" and args.summary else Path()
    if not folder.is_dir():  # said now, not after the run
        parser.error(f"--summary: no such folder: {folder} / 目录不存在")
    doing = {"demo": _run_demo, "demo-city": _run_demo_city, "tell": _run_tell, "authority": _run_authority}
    doing |= {"city": _run_city, "run": run.run, "list": run.show, "new": run.new, "speed": _run_speed}
    doing |= {"replay": replay.run, "compare": compare.run, "from-log": from_log.run, "screens": screens.run}
    doing |= {"faults": fault_table.run, "city-report": city_report.run}
    try:
        return doing[args.command](args)
    except BrokenPipeError:  # who read our output has gone, as `head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except KeyboardInterrupt:
        print("\nstopped / 已停止", file=sys.stderr)
        return workers.STOPPED


def _run_speed(args: argparse.Namespace) -> int:
    from hil import speed

    return speed.run(args)


def _run_authority(args: argparse.Namespace) -> int:
    from hil import authority

    authority.run(args.socket, args.trust)
    return 0


def _world(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="of everything that is random / 随机种子")
    parser.add_argument("--can", choices=("multicast", "slcan"), default="multicast", help="slcan: over a pty")
    parser.add_argument(
        "--without", action="append", default=[], choices=script.TRIGGERS, help="leave a trigger out / 去掉触发条件"
    )
    parser.add_argument(
        "--attack", action="append", default=[], choices=sorted(attack.REASONS), help="every few seconds / 攻击报文"
    )
    parser.add_argument("--pcap", type=Path, metavar="FILE", help="everything on the air / 保存空口报文")


def _demo(parser: argparse.ArgumentParser) -> None:
    _world(parser)
    parser.add_argument("--for", dest="for_s", type=_seconds, metavar="SECONDS", help="from the first BSM / 运行时长")
    parser.add_argument("--summary", type=Path, metavar="FILE", help="what came of it, as JSON / 结果文件")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="the run's folder, kept / 保留运行目录")
    parser.add_argument("--listen", default="127.0.0.1:0", metavar="HOST:PORT", help="of the screen / 显示页面地址")
    parser.add_argument("--journal", type=Path, metavar="DIR", help="the unit keeps a journal / 保存日志以便重放")
    parser.add_argument("--lang", choices=("zh", "en"), help="输出语言 / language of the output")


def _seconds(word: str) -> float:
    seconds = float(word)
    if not 0 < seconds < float("inf"):
        raise argparse.ArgumentTypeError("must be above 0")
    return seconds


def _demo_city(parser: argparse.ArgumentParser) -> None:
    _world(parser)
    parser.add_argument("--run", type=Path, required=True, metavar="DIR", help="the run's folder / 运行目录")


def _run_demo(args: argparse.Namespace) -> int:
    from hil import demo

    options = demo.Options(
        for_s=args.for_s,
        summary=args.summary,
        folder=args.keep,
        listen=args.listen,
        lang=args.lang or demo.language(),
        seed=args.seed,
        without=tuple(args.without),
        attacks=tuple(args.attack),
        can=args.can,
        capture=args.pcap,
        journal=args.journal,
    )
    return demo.run(options)


def _run_city(args: argparse.Namespace) -> int:
    from hil.traffic import command

    return command.run(args)


def _run_demo_city(args: argparse.Namespace) -> int:
    from hil import city

    args.run.mkdir(mode=0o700, parents=True, exist_ok=True)
    options = city.Options(
        folder=args.run.absolute(),
        seed=args.seed,
        without=frozenset(args.without),
        attacks=tuple(args.attack),
        can=args.can,
        capture=args.pcap,
    )
    city.City(options).run()
    return 0


def _run_tell(args: argparse.Namespace) -> int:
    try:
        answer = control.ask(args.run_folder / "city.sock", *args.words)
    except OSError as error:
        print(f"no city answers at {args.run_folder}: {error}", file=sys.stderr)
        return 2
    print(json.dumps(answer, ensure_ascii=False))
    return 0 if answer["ok"] else 1


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # as if Ctrl-C had been pressed
    sys.exit(main())
