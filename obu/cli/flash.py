"""`obu flash`: what a technician does to a co-processor: see what it is, and install a bundle that cannot brick it."""

import argparse
import getpass
import hashlib
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from obu.core.alert import Text
from obu.core.errors import LocalError

if TYPE_CHECKING:
    from obu.link.install import Installing
    from obu.link.parcel import Outcome, Parcel
    from obu.runtime.bundle import Bundle
    from obu.runtime.flash_finding import Hand
    from obu.runtime.flash_report import Attempt

SUMMARY = Text("协处理器：查看、刷写", "the co-processor: see what it is, flash it")
TRUST = Path("/opt/obu/update-keys.txt")
REPORTS = Path("flash-reports")
DONE, FAILED, REFUSED, TAKEN_BACK, INTERRUPTED = 0, 1, 2, 3, 130
STATUS = {"installed": DONE, "already_installed": DONE, "failed": FAILED, "taken_back": TAKEN_BACK}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """[BUNDLE]; --port, --link, --config: which board; --loader; what else is in docs/flashing.md."""
    parser.add_argument("bundle", nargs="?", type=Path, metavar="BUNDLE",
                        help="without it the board is only looked at / 升级包；不给则只查看")  # fmt: skip
    parser.add_argument("--port", metavar="DEVICE", help="the board's; else it is looked for / 板卡端口")
    parser.add_argument("--link", metavar="DEVICE", help="the link's, where --port is a prompt / 链路端口")
    parser.add_argument("--loader", type=Path, metavar="BUNDLE",
                        help="for a board that has MicroPython alone / 新板卡的引导程序")  # fmt: skip
    parser.add_argument("--baud", type=int, metavar="N", help="(921600)")
    parser.add_argument(
        "--config",
        type=Path,
        metavar="FILE",
        help="the unit's TOML: port, and whether it moves / 配置 (/opt/obu/unit.toml)",
    )
    parser.add_argument(
        "--trust", type=Path, default=TRUST, metavar="FILE", help=f"signers' keys / 签名者公钥 ({TRUST})"
    )
    parser.add_argument("--vehicle-parked", action="store_true",
                        help="I see that the vehicle is parked / 我已确认车辆停稳")  # fmt: skip
    parser.add_argument("--technician", metavar="NAME", help="for the report / 人员姓名")
    parser.add_argument("--report", type=Path, default=REPORTS, metavar="DIR", help=f"/ 报告目录 ({REPORTS})")
    parser.add_argument("--dry-run", action="store_true", help="say what would happen / 只检查，不写入")
    parser.add_argument("--base", nargs="?", const="", metavar="BOARD",
                        help="print how the base interpreter is put on / 打印基础系统的刷写命令")  # fmt: skip


def run(args: argparse.Namespace) -> int:
    """Exit status 0: installed, or nothing to do; 1: failed, try again; 2: refused; 3: taken back; 130: Ctrl-C."""
    if args.base:
        return _base(args, args.base, args.port or "PORT")
    if args.bundle is None or args.base is not None:
        hand = _found(args)
        try:
            _board(args, hand)
            return _base(args, hand.state.board, hand.device) if args.base is not None and hand.state else DONE
        finally:
            hand.close()
    return _reported(args)


def _say(args: argparse.Namespace, text: Text) -> None:
    print(text.zh if args.lang == "zh" else text.en, flush=True)


def _base(args: argparse.Namespace, board: str, port: str) -> int:
    from obu.runtime import base_commands

    lines = base_commands.commands(board, port)
    if lines is None:
        known = ", ".join(base_commands.FAMILIES)
        raise LocalError(f"--base {board}: not known; it begins with one of {known}",
                         f"--base {board}：未知板卡；应以 {known} 之一开头")  # fmt: skip
    for line in lines:
        _say(args, line)
    return DONE


def _reported(args: argparse.Namespace) -> int:
    """An attempt and its report, however it ends."""
    from obu.runtime import flash_report
    from obu.runtime.flash_report import Attempt

    attempt = Attempt(technician=args.technician or getpass.getuser(), begin_utc_s=time.time(), bundle=str(args.bundle))
    status = REFUSED
    try:
        status = _attempted(args, attempt)
    except LocalError as error:
        attempt.says = Text(error.zh, error.text)
        raise
    except KeyboardInterrupt:
        attempt.result, status = "interrupted", INTERRUPTED
    finally:
        if not args.dry_run:
            place, page = flash_report.write(args.report, attempt, time.time())
            _say(args, Text(f"报告：{page}，{place}", f"report: {page}, {place}"))
    return status


def _attempted(args: argparse.Namespace, attempt: "Attempt") -> int:
    from obu.runtime import bundle, flash_words, flashing

    trusted = bundle.trusted_keys(args.trust)
    opened = bundle.read(args.bundle, trusted)
    attempt.manifest = opened.manifest
    attempt.sha256 = hashlib.sha256(args.bundle.read_bytes()).hexdigest()
    loader = bundle.read(args.loader, trusted) if args.loader else None
    attempt.loader = loader.manifest if loader else None
    parcel = flashing.parcel(opened)
    stands = _stands(args)  # before the port: a unit that runs holds it
    hand = _found(args, loader)
    try:
        attempt.port, attempt.before = hand.device, hand.state
        _board(args, hand)
        outcome = hand.refusal(parcel)
        if outcome is None and args.dry_run:
            what = flash_words.named(parcel.slot())
            _say(args, Text(f"可以刷写 {what.zh}；--dry-run：未写入",
                            f"would flash {what.en}; --dry-run: nothing was written"))  # fmt: skip
            return DONE
        if outcome is None:
            _parked(args, stands, hand)
            outcome = _installed(args, hand, parcel)
        attempt.after = hand.task.state if hand.task else hand.state
        attempt.is_resumed = bool(hand.task and hand.task.is_resumed)
        attempt.result, attempt.says = outcome.result.value, outcome.says
        _say(args, outcome.says)
        return STATUS.get(attempt.result, REFUSED)
    except KeyboardInterrupt:
        attempt.says = flash_words.left(hand.task)
        print()
        _say(args, attempt.says)
        raise
    finally:
        hand.close()


def _board(args: argparse.Namespace, hand: "Hand") -> None:
    for line in hand.about():
        _say(args, line)


def _found(args: argparse.Namespace, loader: "Bundle | None" = None) -> "Hand":
    from obu.runtime import flash_finding
    from obu.runtime.flash_finding import Place

    return flash_finding.board(Place(args.port, args.link, args.baud, args.config, loader))


def _stands(args: argparse.Namespace) -> bool | None:
    """What a running unit knows. Raises LocalError for a vehicle that moves, and for a unit that holds the board."""
    from obu.runtime import flash_finding, parked

    unit = flash_finding.unit(args.config)
    if unit is None:
        return None
    answer, own = parked.by_unit(Path(unit.hmi.socket)), unit.coprocessor.get("device")
    if answer.stands is False:
        raise LocalError("the vehicle moves: park it, then again", "车辆正在行驶：请停车后重试")
    if answer.runs and own is not None and args.port in (None, own):
        raise LocalError(
            f"{own}: the unit runs and holds it: systemctl stop obu (or end obu run), then again",
            f"{own}：车载单元正在运行并占用该端口：请先 systemctl stop obu（或结束 obu run），然后重试",
        )
    return answer.stands


def _parked(args: argparse.Namespace, stands: bool | None, hand: "Hand") -> None:
    """Raises LocalError for a vehicle of which nobody knows. stands: what its unit says."""
    if stands or args.vehicle_parked or hand.ignition_on is False:
        return
    if sys.stdin.isatty():
        _say(args, Text("车辆已停稳吗？刷写期间不转发总线数据。[y/N] ",
                        "is the vehicle parked? its bus is not passed on meanwhile. [y/N] "))  # fmt: skip
        if sys.stdin.readline().strip().lower() in ("y", "yes", "是"):
            return
    raise LocalError("does the vehicle stand? (ignition on, or not wired): park it and add --vehicle-parked",
                     "无法确认车辆已停稳（点火接通或未接线）：请停车，并加 --vehicle-parked")  # fmt: skip


def _installed(args: argparse.Namespace, hand: "Hand", parcel: "Parcel") -> "Outcome":
    """Tells of the progress: a bar on a terminal, else a line for each tenth."""
    from obu.runtime import flash_words

    said = ""

    def tell(task: "Installing") -> None:
        nonlocal said
        text = flash_words.progress(task)
        line = text.zh if args.lang == "zh" else text.en
        if sys.stdout.isatty():
            if line != said:
                print(f"\r\x1b[K{flash_words.bar(task)} {line}", end="", flush=True)
                said = line
            return
        key = f"{task.phase}{10 * task.done_bytes // max(task.size_bytes, 1)}"
        if key != said:
            print(line, flush=True)
            said = key

    try:
        return hand.install(parcel, tell)
    finally:
        if sys.stdout.isatty():
            print()
