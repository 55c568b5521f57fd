"""The report of one attempt to flash a board: who, when, what, result; as JSON, and as one page that loads nothing.

The rule: a report is written for every attempt that began, however it ended.
"""

import datetime
import html
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import obu
from obu.core.alert import Text
from obu.core.errors import LocalError
from obu.link.install_words import BoardState
from obu.link.manifest import Manifest
from obu.link.parcel import MARK
from obu.runtime import durable

FORM = "obu-flash-report-1"
NOTHING = Text("", "")


@dataclass(slots=True, kw_only=True)
class Attempt:
    """What is known so far. *_utc_s: Unix seconds. before, after: the board at the first and at the last look."""

    technician: str
    begin_utc_s: float
    bundle: str
    sha256: str = ""
    manifest: Manifest | None = None
    loader: Manifest | None = None
    port: str = ""
    before: BoardState | None = None
    after: BoardState | None = None
    is_resumed: bool = False
    result: str = "refused"
    says: Text = NOTHING


def body(attempt: Attempt, end_utc_s: float) -> dict[str, Any]:
    """The report for machines."""
    manifest = attempt.manifest
    return {
        "form": FORM,
        "technician": attempt.technician,
        "begin_utc": _utc(attempt.begin_utc_s),
        "end_utc": _utc(end_utc_s),
        "program": f"obu {obu.__version__}",
        "port": attempt.port,
        "bundle": {"file": attempt.bundle, "sha256": attempt.sha256} | (
            {"version": manifest.version, "counter": manifest.counter, "hardware": list(manifest.hardware),
             "key_id": manifest.key_id} if manifest else {}
        ),
        "loader": {"version": attempt.loader.version, "key_id": attempt.loader.key_id} if attempt.loader else None,
        "before": asdict(attempt.before) if attempt.before else None,
        "after": asdict(attempt.after) if attempt.after else None,
        "resumed": attempt.is_resumed,
        "result": attempt.result,
        "says": {"zh": attempt.says.zh, "en": attempt.says.en},
    }  # fmt: skip


def write(folder: Path, attempt: Attempt, end_utc_s: float) -> tuple[Path, Path]:
    """The two files, named by instant and board. Raises LocalError where they cannot be kept."""
    told = body(attempt, end_utc_s)
    instant = told["begin_utc"].replace("-", "").replace(":", "").removesuffix("+0000") + "Z"
    board = attempt.before.unique if attempt.before and attempt.before.unique.isalnum() else "no-board"
    places = tuple(folder / f"flash-{instant}-{board}.{kind}" for kind in ("json", "html"))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        durable.write(places[0], json.dumps(told, indent=1, ensure_ascii=False).encode() + b"\n")
        durable.write(places[1], page(told).encode())
    except OSError as error:
        raise LocalError(f"{folder}: {error.strerror}: no report; name another folder with --report",
                         f"{folder}：{error.strerror}，未能保存报告；请用 --report 指定其他目录") from None  # fmt: skip
    return places[0], places[1]


def page(told: dict[str, Any]) -> str:
    """The same as one HTML page in both languages; it loads nothing."""
    bundle, before, after = told["bundle"], told["before"] or {}, told["after"] or {}
    rows = [
        ("结果 Result", told["result"]),
        ("说明", told["says"]["zh"]),
        ("In words", told["says"]["en"]),
        ("人员 Technician", told["technician"]),
        ("开始 Begin (UTC)", told["begin_utc"]),
        ("结束 End (UTC)", told["end_utc"]),
        ("程序 Program", told["program"]),
        ("端口 Port", told["port"]),
        ("升级包 Bundle", bundle["file"]),
        ("SHA-256", bundle["sha256"]),
        ("版本 Version", f"{bundle['version']} ({bundle['counter']})" if "version" in bundle else ""),
        ("签名密钥 Key", bundle.get("key_id", "")),
        ("引导程序 Loader", told["loader"]["version"] if told["loader"] else ""),
        ("板卡 Board", " ".join(str(before.get(name, "")) for name in ("board", "unique", "base"))),
        ("刷写前 Before", _running(before)),
        ("刷写后 After", _running(after)),
        ("断点续传 Resumed", "是 yes" if told["resumed"] else "否 no"),
    ]
    cells = "\n".join(
        f"<tr><th>{html.escape(name)}</th><td>{html.escape(str(value))}</td></tr>" for name, value in rows
    )
    is_good = told["result"] in ("installed", "already_installed")
    return (
        '<!DOCTYPE html>\n<html lang="zh"><head><meta charset="utf-8"><title>刷写报告 Flash report</title><style>'
        "body{font:15px sans-serif;max-width:50em;margin:2em auto}th{text-align:left;padding-right:1.5em;"
        "vertical-align:top;white-space:nowrap}td{overflow-wrap:anywhere}tr:first-child td{font-weight:bold;"
        f"color:{'#060' if is_good else '#a00'}}}</style></head><body><h1>刷写报告 Flash report</h1>\n"
        f"<table>\n{cells}\n</table></body></html>\n"
    )


def _running(state: dict[str, Any]) -> str:
    if not state:
        return ""
    if state["running"] not in (0, 1):
        return "恢复模式 recovery" if state["is_recovery"] else "无引导程序 no loader"
    slot = state["slots"][state["running"]]
    return f"{slot['version']} ({slot['counter']}, {slot['digest'][:MARK]}), {'AB'[state['running']]}"


def _utc(utc_s: float) -> str:
    return datetime.datetime.fromtimestamp(utc_s, datetime.UTC).isoformat(timespec="seconds")
