"""`obu provision`: walks a technician through a new terminal, makes a fleet's files from a table, checks a record."""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from obu.core.alert import Text
from obu.core.errors import LocalError, RemoteError

if TYPE_CHECKING:
    from obu.runtime.config import Config
    from obu.runtime.provision_questions import Question
    from obu.runtime.provision_steps import Step

SUMMARY = Text("终端投运：逐步完成安装并留下签名记录；批量生成；核对记录",
               "puts a terminal into service step by step, with a signed record; fleets from a table")  # fmt: skip
NAMES = {
    "bus": Text("车辆总线", "vehicle's bus"), "vehicle": Text("终端与车型", "terminal and vehicle"),
    "dimensions": Text("车身尺寸与天线", "dimensions and antenna"), "trust": Text("信任库", "trust store"),
    "certificates": Text("证书", "certificates"), "coprocessor": Text("协处理器", "co-processor"),
    "checks": Text("安装检查", "check list"), "photos": Text("照片", "photos"), "self_test": Text("自检", "self-test"),
}  # fmt: skip
ENDS = {
    "made": Text("已生成", "made"),
    "skipped": Text("已有，跳过", "there already"),
    "refused": Text("错误", "wrong"),
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """--config FILE --technician NAME, with answers, or --batch FILE --out DIR; or: verify RECORD [--key HEX]."""
    parser.add_argument("what", nargs="?", choices=("verify",), help="check a record's signature / 核对安装记录")
    parser.add_argument("record", nargs="?", type=Path, metavar="RECORD", help="installation.json")
    parser.add_argument("--key", metavar="HEX", help="verify: must be signed by this key (obu key list) / 签名公钥")
    parser.add_argument(
        "--config", type=Path, metavar="FILE", help="the unit's TOML; of a fleet the template / 配置文件"
    )
    parser.add_argument("--technician", metavar="NAME", help="who installs it / 安装人员")
    parser.add_argument("--answers", type=Path, metavar="FILE", help="TOML with answers / 预先写好的回答")
    parser.add_argument("--answer", action="append", default=[], metavar="NAME=VALUE", help="one of them / 单个回答")
    parser.add_argument(
        "--trust-from", type=Path, metavar="DIR", help="the operator's root and CA certificates / 根证书目录"
    )
    parser.add_argument("--again", choices=tuple(NAMES), default="", metavar="STEP",
                        help="begin this step anew / 重做某一步：" + " ".join(NAMES))  # fmt: skip
    parser.add_argument("--leave-open", action="store_true", help="a record also with open steps / 有未完成项也写记录")
    parser.add_argument("--batch", type=Path, metavar="FILE.csv", help="a row a vehicle / 每车一行")
    parser.add_argument("--out", type=Path, metavar="DIR", help="batch: a folder a terminal / 输出目录")


def run(args: argparse.Namespace) -> int:
    """Exit status 0: all is done, or the record holds; 1: something is open or wrong; 130 after Ctrl-C, all kept."""
    if (args.what is None) != (args.record is None):
        raise LocalError("verify needs a RECORD", "verify 后须给出安装记录文件")
    if args.what:
        return _verify(args)
    for name in ("config", "technician"):
        if not getattr(args, name):
            raise LocalError(f"--{name} is missing", f"缺少 --{name}")
    if (args.batch is None) != (args.out is None):
        raise LocalError("--batch and --out go together", "--batch 与 --out 须一起使用")
    try:
        return _batch(args) if args.batch else _walk(args)
    except KeyboardInterrupt:
        print()
        _say(args, "已保存；再次运行从这里继续", "kept; the next run goes on from here")
        return 130


def _say(args: argparse.Namespace, zh: str, en: str) -> None:
    print(zh if args.lang == "zh" else en, flush=True)


def _walk(args: argparse.Namespace) -> int:
    from obu.runtime import config, provision_questions, provisioning

    given = provision_questions.given(args.answers, args.answer)
    _may_write(config.read(args.config))
    done: list[Step] = []

    def ask(question: "Question", proposed: str) -> str | None:
        return _asked(args, question, proposed) if sys.stdin.isatty() else proposed or None

    for step in provisioning.walk(args.config, ask, given, args.trust_from, args.again):
        mark, name = "✓" if step.is_done else "✗", NAMES[step.name]
        _say(args, f"{mark} {name.zh}：{step.says.zh}", f"{mark} {name.en}: {step.says.en}")
        done.append(step)
    left = [NAMES[step.name] for step in done if not step.is_done]
    zh, en = "、".join(name.zh for name in left), ", ".join(name.en for name in left)
    if left and not any(step.is_barred for step in done) and not _may_leave_open(args, zh, en):
        _say(args, f"未完成：{zh}；完成后再次运行即可继续", f"open: {en}; run it again to go on")
        return 1
    place = provisioning.record(args.config, done, args.technician)
    _say(args, f"安装记录：{place}" + (f"（未完成：{zh}）" if left else ""),
         f"record: {place}" + (f" (not done: {en})" if left else ""))  # fmt: skip
    return 1 if left else 0


def _may_write(settings: "Config") -> None:
    """Raises LocalError for the wrong user, whose files the unit could not read, and beside a unit that runs."""
    import os

    from obu.cli import status

    state = Path(settings.unit.state)
    if state.exists() and state.stat().st_uid != os.geteuid():
        raise LocalError(f"{state} belongs to another user: sudo -u {state.owner()} obu provision ...",
                         f"{state} 属于另一个用户：sudo -u {state.owner()} obu provision ...")  # fmt: skip
    if status.is_running(Path(settings.hmi.socket)):
        raise LocalError("the unit is running: stop it first: systemctl stop obu",
                         "单元正在运行，请先停止：systemctl stop obu")  # fmt: skip


def _asked(args: argparse.Namespace, question: "Question", proposed: str) -> str | None:
    """What the technician types; nothing, where nothing is proposed, leaves it open."""
    text = getattr(question.text, args.lang) + (f" [{proposed}]" if proposed else "")
    while True:
        try:
            typed = input(f"  {text}{'：' if args.lang == 'zh' else ': '}").strip() or proposed
        except EOFError:
            print()
            return None
        if not typed:
            return None
        try:
            question.read(typed)
            return typed
        except LocalError as error:
            _say(args, f"  {error.zh}", f"  {error.text}")


def _may_leave_open(args: argparse.Namespace, zh: str, en: str) -> bool:
    if args.leave_open or not sys.stdin.isatty():
        return bool(args.leave_open)
    text = (
        f"未完成：{zh}。仍写入安装记录并注明？(y/N) "
        if args.lang == "zh"
        else f"open: {en}. Write the record so? (y/N) "
    )
    try:
        return input(text).strip().lower() in ("y", "yes", "是")
    except EOFError:
        return False


def _batch(args: argparse.Namespace) -> int:
    from obu.runtime import provision_batch

    counts = dict.fromkeys(ENDS, 0)
    for end in provision_batch.make(args.config, provision_batch.rows(args.batch), args.out, args.technician):
        counts[end.kind] += 1
        serial = end.row.answers.get("serial", "-")
        zh, en = (f"：{end.why.zh}", f": {end.why.en}") if end.why else ("", "")
        _say(args, f"第 {end.row.line} 行 {serial} {ENDS[end.kind].zh}{zh}",
             f"row {end.row.line} {serial} {ENDS[end.kind].en}{en}")  # fmt: skip
    _say(args, "合计：" + "，".join(f"{ENDS[kind].zh} {count}" for kind, count in counts.items()),
         "in all: " + ", ".join(f"{count} {ENDS[kind].en}" for kind, count in counts.items()))  # fmt: skip
    return 1 if counts["refused"] else 0


def _verify(args: argparse.Namespace) -> int:
    from obu.runtime import provision_record

    try:
        content, seal = provision_record.opened(provision_record.read(args.record))
    except RemoteError as error:
        _say(
            args, f"{args.record}：签名或内容不成立（{error.reason}）", f"{args.record}: does not hold ({error.reason})"
        )
        return 1
    if args.key and args.key.lower() != seal.key_hex:
        _say(
            args,
            f"{args.record}：由另一个密钥签名：{seal.key_hex}",
            f"{args.record}: signed by another key: {seal.key_hex}",
        )
        return 1
    for line in _lines(content):
        print(line)
    signer = seal.certificate.digest8.hex() if seal.certificate else "-"
    left = ", ".join(content["open"])
    _say(args, f"签名有效：{seal.curve} {seal.key_hex}，注册证书 {signer}；未完成：{left or '无'}",
         f"holds: {seal.curve} {seal.key_hex}, enrolment certificate {signer}; not done: {left or 'none'}")  # fmt: skip
    return 0


def _lines(content: dict[str, object]) -> Iterator[str]:
    for name in ("technician", "utc", "serial", "vin", "version"):
        yield f"{name}: {content.get(name) or '-'}"
