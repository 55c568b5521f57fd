"""`obu trust`: whom a unit believes; takes certificates and signed lists into its trust store, or says why not."""

import argparse
import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from obu.core.alert import Text
from obu.core.errors import LocalError, RemoteError

if TYPE_CHECKING:
    from obu.security.book import Kind, Tools

SUMMARY = Text("信任库：查看，添加根证书和 CA 证书，更新信任列表和撤销列表",
               "the trust store: show it, add a root or authority, take over a trust or revocation list")  # fmt: skip
LIST_NAMES = {
    "trcl": Text("可信根证书列表", "trusted roots"),
    "ctl": Text("可信域 CA 列表", "authorities of a domain"),
    "crl": Text("证书撤销列表", "revocations"),
}
WHY = {
    "list_issuer_unknown": Text("签发者不是信任库中的根证书", "its issuer is no root of the trust store"),
    "list_signature": Text("签名错误", "its signature is wrong"),
    "list_expired": Text("已过期", "it has expired"),
    "list_from_the_future": Text(
        "签发时间在将来，请检查本机时间", "it is from the future: is this machine's clock right?"
    ),
    "list_rolled_back": Text("比现有列表旧", "it is older than the one in force"),
    "list_known": Text("现有列表即为此列表", "it is the one in force already"),
    "list_certificate": Text("其中的证书不成立", "a certificate in it does not hold"),
    "list_too_long": Text("文件过大", "it is too long"),
    "crl_scope": Text("签发者无权撤销这些证书", "its signer may not revoke what it names"),
    "crl_aid": Text("不是撤销列表（AID 3628）", "it is no packet of AID 3628"),
    "crl_signer_unknown": Text("未附签发者证书", "it has its signer's digest only, not the certificate"),
    "crl_too_many": Text("撤销列表过多", "there are too many lists in force"),
    "aid_not_permitted": Text("签发者证书不含 AID 3628", "its signer's certificate does not permit AID 3628"),
    "certificate_issuer_unknown": Text(
        "签发者证书不在信任链中", "its signer's certificate has no chain to a root here"
    ),
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """(--config FILE | --store DIR) show | add FILE | update FILE."""
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("--config", type=Path, metavar="FILE", help="the unit's configuration / 单元配置文件")
    where.add_argument("--store", type=Path, metavar="DIR", help="the trust store itself / 信任库目录")
    verbs = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    verbs.add_parser("show", help="roots, authorities, lists / 查看")
    add = verbs.add_parser("add", help="a root or authority (COER) / 添加根证书或 CA 证书")
    add.add_argument("file", type=Path, metavar="FILE")
    update = verbs.add_parser("update", help="a list: .trcl, .ctl or .crl (COER) / 更新列表")
    update.add_argument("file", type=Path, metavar="FILE")


def run(args: argparse.Namespace) -> int:
    """Exit status 0; 1 for a list that is refused, with its reason; 2 for our own faults."""
    from obu.core.time_scale import TimeScale
    from obu.runtime import config, trust_store

    grace_days, scale, folder = config.LIST_GRACE_DAYS, TimeScale.UTC, args.store
    if args.config:
        settings = config.read(args.config).security
        grace_days, scale, folder = settings.list_grace_days, TimeScale(settings.time_scale), Path(settings.trust)
    tools = trust_store.tools(grace_days, scale)
    if args.action == "show":
        return _show(folder, tools, args.lang)
    if args.action == "add":
        trust_store.add(folder, f"{args.file.stem}.cert", _read(args.file), tools)
        print(f"{args.file}：已加入 {folder}" if args.lang == "zh" else f"{args.file}: added to {folder}")
        return 0
    return _update(folder, args.file, tools, args.lang)


def _update(folder: Path, path: Path, tools: "Tools", lang: str) -> int:
    from obu.runtime import trust_store

    kind, raw = _kind(path), _read(path)
    try:
        trust_store.adopt(folder, kind, raw, _utc_ns(), tools)
    except RemoteError as error:
        why = WHY.get(error.reason, Text(error.reason, error.reason))
        print(f"{path}：未采用：{why.zh}" if lang == "zh" else f"{path}: not taken over: {why.en}")
        return 1
    except OSError as error:
        raise LocalError(f"{folder}: {error.strerror}", f"{folder}：{error.strerror}") from None
    name = LIST_NAMES[kind.value]
    print(f"{path}：已采用（{name.zh}）" if lang == "zh" else f"{path}: taken over ({name.en})")
    return 0


def _kind(path: Path) -> "Kind":
    from obu.security.book import Kind

    known = {kind.value: kind for kind in Kind}
    suffix = path.suffix.removeprefix(".").lower()
    if suffix not in known:
        raise LocalError(f"{path}: its name must end in {', '.join('.' + name for name in known)}",
                         f"{path}：文件名须以 {'、'.join('.' + name for name in known)} 结尾")  # fmt: skip
    return known[suffix]


def _show(folder: Path, tools: "Tools", lang: str) -> int:
    from obu.runtime import trust_store
    from obu.security import book as books

    book, left_out = trust_store.load(folder, tools)
    snapshot, utc_ns = books.snapshot_of(book, tools), _utc_ns()
    zh = lang == "zh"
    for certificate in snapshot.roots.values():
        until_ns = snapshot.until_ns.get(certificate.digest8)
        foreign = (
            "" if until_ns is None else (f"，互认至 {_day(until_ns)}" if zh else f", recognised until {_day(until_ns)}")
        )
        print(f"{'根证书' if zh else 'root'}  {certificate.digest8.hex()}  {certificate.name or '-'}  "
              f"{'有效至' if zh else 'valid until'} {_day(certificate.end_ns)}{foreign}")  # fmt: skip
    for certificate in snapshot.authorities.values():
        print(f"{'CA 证书' if zh else 'authority'}  {certificate.digest8.hex()}  {certificate.name or '-'}  "
              f"{'有效至' if zh else 'valid until'} {_day(certificate.end_ns)}")  # fmt: skip
    for due in snapshot.due:
        name = LIST_NAMES[due.kind]
        late = "" if utc_ns < due.next_ns else ("（已过期，请更新）" if zh else " (overdue: update it)")
        print(f"{name.zh if zh else name.en}  {due.issuer.hex()}  "
              f"{'下次更新' if zh else 'next by'} {_day(due.next_ns)}{late}")  # fmt: skip
    count = len(snapshot.revoked.keys)
    print(f"撤销条目  {count}" if zh else f"revocations  {count}")
    for fault in left_out:
        print(f"未采用  {fault}" if zh else f"left out  {fault}")
    return 0


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise LocalError(f"{path}: {error.strerror}", f"{path}：{error.strerror}") from None


def _utc_ns() -> int:
    from obu.drivers.clock import SystemClock

    utc_ns = SystemClock(0).now().utc_ns
    assert utc_ns is not None
    return utc_ns


def _day(utc_ns: int) -> str:
    return datetime.datetime.fromtimestamp(utc_ns // 10**9, datetime.UTC).strftime("%Y-%m-%d")
