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
    from obu.runtime.config import Config
    from obu.runtime.flash_report import Attempt
    from obu.runtime.flashing import Flasher

SUMMARY = Text("协处理器：查看、刷写", "the co-processor: see what it is, flash it")
TRUST = Path("/opt/obu/update-keys.txt")
UNIT = Path("/opt/obu/unit.toml")
REPORTS = Path("flash-reports")
LOOK_S, PROBE_S = 6.0, 2.0
DONE, FAILED, REFUSED, TAKEN_BACK, INTERRUPTED = 0, 1, 2, 3, 130
STATUS = {"installed": DONE, "already_installed": DONE, "failed": FAILED, "taken_back": TAKEN_BACK}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """[BUNDLE], --port, --config, --trust, --vehicle-parked, --technician, --report, --dry-run, --base [BOARD]."""
    parser.add_argument("bundle", nargs="?", type=Path, metavar="BUNDLE",
                        help="without it the board is only looked at / 升级包；不给则只查看")  # fmt: skip
    parser.add_argument("--port", metavar="DEVICE", help="the board's; else it is looked for / 板卡端口")
    parser.add_argument("--baud", type=int, metavar="N", help="(921600)")
    parser.add_argument(
        "--config", type=Path, metavar="FILE", help=f"the unit's TOML: port, and whether it moves / 配置 ({UNIT})"
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
        flasher = _found(args)
        try:
            state = flasher.link.state
            assert state
            _board(args, flasher)
            return _base(args, state.board, flasher.device) if args.base is not None else DONE
        finally:
            flasher.close()
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
    from obu.link.parcel import judge
    from obu.runtime import bundle, flash_words, flashing

    opened = bundle.read(args.bundle, bundle.trusted_keys(args.trust))
    attempt.manifest = opened.manifest
    attempt.sha256 = hashlib.sha256(args.bundle.read_bytes()).hexdigest()
    parcel = flashing.parcel(opened)
    stands = _stands(args)  # before the port: a unit that runs holds it
    flasher = _found(args)
    try:
        state = flasher.link.state
        assert state
        attempt.port, attempt.before = flasher.device, state
        _board(args, flasher)
        outcome = None if state.is_on_trial() else judge(parcel, state)
        if outcome is None and args.dry_run:
            what = flash_words.named(parcel.slot())
            _say(args, Text(f"可以刷写 {what.zh}；--dry-run：未写入",
                            f"would flash {what.en}; --dry-run: nothing was written"))  # fmt: skip
            return DONE
        if outcome is None:
            _parked(args, stands, flasher)
            outcome = _installed(args, flasher, parcel)
        task = flasher.link.task
        attempt.after = task.state if task else state
        attempt.is_resumed = bool(task and task.is_resumed)
        attempt.result, attempt.says = outcome.result.value, outcome.says
        _say(args, outcome.says)
        return STATUS.get(attempt.result, REFUSED)
    except KeyboardInterrupt:
        attempt.says = flash_words.left(flasher.link.task)
        print()
        _say(args, attempt.says)
        raise
    finally:
        flasher.close()


def _board(args: argparse.Namespace, flasher: "Flasher") -> None:
    from obu.runtime import flash_words

    assert flasher.link.state
    for line in flash_words.board(flasher.device, flasher.link.state, flasher.link.ignition_on):
        _say(args, line)


def _found(args: argparse.Namespace) -> "Flasher":
    """The board: on --port, else where the configuration has it, else on the one port where one answers."""
    from obu.drivers import serial_line
    from obu.runtime import flashing
    from obu.runtime.flashing import Flasher

    unit = _unit(args)
    named: dict[str, object] = unit.coprocessor if unit else {}
    device, baud = args.port or named.get("device"), int(args.baud or str(named.get("baud", flashing.BAUD)))
    if device:
        flasher = Flasher(str(device), baud)
        if flasher.look(LOOK_S) is not None:
            return flasher
        fault = flasher.link.fault()
        flasher.close()
        raise LocalError(fault.en, fault.zh) if fault else _silent(str(device))
    boards, tried = [], []
    for port in serial_line.ports():
        tried.append(port.device)
        try:
            flasher = Flasher(port.device, baud)
        except LocalError as error:
            tried[-1] = error.zh if args.lang == "zh" else error.text
            continue
        if flasher.look(PROBE_S) is not None:
            boards.append(flasher)
        else:
            flasher.close()
    if len(boards) == 1:
        return boards[0]
    for flasher in boards:
        _board(args, flasher)
        flasher.close()
    if boards:
        raise LocalError("more than one board: name one with --port", "发现多块板卡：请用 --port 指定其中一块")
    raise _silent("; ".join(tried) or "-")


def _silent(where: str) -> LocalError:
    return LocalError(
        f"no board answers ({where}); check power and cable, or name its --port; a new board: obu flash --base BOARD",
        f"没有板卡应答（{where}）；请检查供电和线路，或用 --port 指定端口；新板卡请先看 obu flash --base 板卡名",
    )


def _unit(args: argparse.Namespace) -> "Config | None":
    """The configuration that was named, else that of the unit of this machine, if it has one that holds."""
    from obu.runtime import config

    if args.config:
        return config.read(args.config)
    try:
        return config.read(UNIT) if UNIT.exists() else None
    except (LocalError, OSError):
        return None


def _stands(args: argparse.Namespace) -> bool | None:
    """What a running unit knows; raises LocalError for a vehicle that moves, whatever the technician says."""
    from obu.runtime import parked

    unit = _unit(args)
    stands = parked.by_unit(Path(unit.hmi.socket)) if unit else None
    if stands is False:
        raise LocalError("the vehicle moves: park it, then again", "车辆正在行驶：请停车后重试")
    return stands


def _parked(args: argparse.Namespace, stands: bool | None, flasher: "Flasher") -> None:
    """Raises LocalError for a vehicle of which nobody knows. stands: what its unit says."""
    if stands or args.vehicle_parked or flasher.link.ignition_on is False:
        return
    if sys.stdin.isatty():
        _say(args, Text("车辆已停稳吗？刷写期间不转发总线数据。[y/N] ",
                        "is the vehicle parked? its bus is not passed on meanwhile. [y/N] "))  # fmt: skip
        if sys.stdin.readline().strip().lower() in ("y", "yes", "是"):
            return
    raise LocalError("does the vehicle stand? (ignition on, or not wired): park it and add --vehicle-parked",
                     "无法确认车辆已停稳（点火接通或未接线）：请停车，并加 --vehicle-parked")  # fmt: skip


def _installed(args: argparse.Namespace, flasher: "Flasher", parcel: "Parcel") -> "Outcome":
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
        return flasher.install(parcel, tell)
    finally:
        if sys.stdout.isatty():
            print()
