"""`obu update`: a new release of the unit beside the running one; confirmed when it holds, taken back when not."""

import argparse
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from obu.core.alert import Text
from obu.core.errors import LocalError

if TYPE_CHECKING:
    from obu.runtime.slots import Record

SUMMARY = Text("本机软件升级：查看，安装，确认，回退", "the unit's own release: show, install, confirm, take back")
ROOT = Path("/opt/obu")
STEADY_S = 10.0  # ours: a unit that has answered well for so long has read its configuration and opened its devices


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """show, install FILE, confirm [--within S], rollback, adopt FOLDER --first FILE; each with --root DIR."""
    verbs = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    show = verbs.add_parser("show", help="installed versions / 查看已安装版本")
    install = verbs.add_parser("install", help="install a bundle; it starts next time / 安装升级包，下次启动生效")
    install.add_argument("file", type=Path, metavar="FILE")
    confirm = verbs.add_parser("confirm", help="wait until the new version is well, then keep it / 运行正常后确认")
    confirm.add_argument("--within", type=float, default=180.0, metavar="SECONDS", help="(180)")
    rollback = verbs.add_parser("rollback", help="take an unconfirmed version back / 回退未确认的版本")
    adopt = verbs.add_parser("adopt", help="what a package brought; its own script calls this / 由软件包脚本调用")
    adopt.add_argument("folder", type=Path, metavar="FOLDER")
    adopt.add_argument("--first", type=Path, required=True, metavar="FILE", help="a new terminal's TOML / 初始配置")
    for verb in (show, install, confirm, rollback, adopt):
        verb.add_argument("--root", type=Path, default=ROOT, metavar="DIR", help="(/opt/obu)")


def run(args: argparse.Namespace) -> int:
    """Exit status 0; 1 when confirm waited in vain. What is wrong is said in one sentence."""
    actions = {"show": _show, "install": _install, "confirm": _confirm, "rollback": _rollback, "adopt": _adopt}
    try:
        return actions[args.action](args)
    except PermissionError as error:
        raise LocalError(f"{error.filename}: no permission; run it as the user that owns {args.root}",
                         f"{error.filename}：没有权限；请以 {args.root} 的所有者身份运行") from None  # fmt: skip


def _say(args: argparse.Namespace, zh: str, en: str) -> None:
    print(zh if args.lang == "zh" else en, flush=True)


def _show(args: argparse.Namespace) -> int:
    from obu.runtime import update

    record = update.record_of(args.root)
    _say(
        args,
        f"当前版本 {record.current}（计数 {record.counter}）",
        f"current {record.current} (counter {record.counter})",
    )
    if not record.is_confirmed:
        _say(args, f"尚未确认，剩余启动次数 {record.tries}，否则回退到 {record.previous}",
             f"not confirmed: {record.tries} starts left, then back to {record.previous}")  # fmt: skip
    if record.failed:
        _say(args, f"已回退的版本 {record.failed}", f"taken back: {record.failed}")
    return 0


def _install(args: argparse.Namespace) -> int:
    from obu.runtime import update

    return _installed(args, update.install(args.root, args.file, _bar))


def _installed(args: argparse.Namespace, record: "Record") -> int:
    _say(args, f"已安装 {record.current}；重启后生效：systemctl restart obu；"
         f"{record.tries} 次启动内未确认将回退到 {record.previous}",
         f"installed {record.current}; it starts with: systemctl restart obu; "
         f"if it is not confirmed in {record.tries} starts, {record.previous} returns")  # fmt: skip
    return 0


def _adopt(args: argparse.Namespace) -> int:
    import obu
    from obu.runtime import update

    record = update.adopt(args.root, args.folder, obu.__version__, args.first, _bar)
    if record is None:
        _say(args, f"版本 {obu.__version__} 已在本机", f"version {obu.__version__} is here already")
    elif record.is_confirmed:
        _say(args, f"已安装 {record.current}；下一步：sudo -u obu obu provision",
             f"installed {record.current}; next: sudo -u obu obu provision")  # fmt: skip
    else:
        return _installed(args, record)
    return 0


def _bar(done: int, of: int) -> None:
    if sys.stderr.isatty():
        print(
            f"\r{'█' * (done * 40 // of):40} {done}/{of}", end="\n" if done == of else "", file=sys.stderr, flush=True
        )


def _confirm(args: argparse.Namespace) -> int:
    from obu.runtime import slots, update

    record = update.record_of(args.root)
    if record.is_confirmed:
        _say(args, f"{record.current} 已确认", f"{record.current} is confirmed")
        return 0
    if not _is_well(slots.configuration(args.root, record.current), args.within):
        _say(
            args,
            f"{record.current} 未能正常运行，不确认；原因见 obu status，也可 obu update rollback",
            f"{record.current} did not become well: not confirmed; obu status says why, obu update rollback goes back",
        )
        return 1
    slots.write(args.root, slots.confirmed(record))
    _say(args, f"{record.current} 已确认", f"{record.current} is confirmed")
    return 0


def _is_well(config_file: Path, within_s: float) -> bool:
    """Whether the unit answers for STEADY_S on end with its keys tested, its state kept and every device open."""
    from obu.cli import status
    from obu.runtime import config

    socket = Path(config.read(config_file).hmi.socket)
    end_s, since_s = time.monotonic() + within_s, None
    while (now_s := time.monotonic()) < end_s:
        try:
            body: dict[str, Any] | None = next(status.states(socket))
        except LocalError:
            body = None
        is_well = body is not None and all(driver["up"] for driver in body["drivers"].values())
        since_s = (now_s if since_s is None else since_s) if is_well else None
        if since_s is not None and now_s - since_s >= STEADY_S:
            return True
        time.sleep(1.0)
    return False


def _is_running(config_file: Path) -> bool:
    """Whether a unit answers; one whose configuration cannot be read does not run."""
    from obu.cli import status
    from obu.runtime import config

    try:
        return status.is_running(Path(config.read(config_file).hmi.socket))
    except LocalError:
        return False


def _rollback(args: argparse.Namespace) -> int:
    from obu.runtime import slots, update

    record = update.record_of(args.root)
    if record.is_confirmed or not record.previous:
        raise LocalError(f"{record.current} is confirmed: there is no way back; install a newer bundle",
                         f"{record.current} 已确认，不能回退；请安装更新的升级包")  # fmt: skip
    if _is_running(
        slots.configuration(args.root, record.current)
    ):  # it would go on using pseudonyms, unseen by the other
        raise LocalError("the unit is running: stop it first: systemctl stop obu",
                         "单元正在运行，请先停止：systemctl stop obu")  # fmt: skip
    back = slots.take_back(args.root, record)
    _say(args, f"已回退到 {back.current}；请启动：systemctl start obu",
         f"back to {back.current}; start it with: systemctl start obu")  # fmt: skip
    return 0
