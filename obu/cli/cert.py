"""`obu cert`: asks for certificates and takes them in, lists and shows them; makes a PKI for tests."""

import argparse
import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from obu.core.alert import Text
from obu.core.errors import LocalError, RemoteError

if TYPE_CHECKING:
    from obu.security.certificate import Certificate

SUMMARY = Text("证书：申请、导入、列出、查看；生成测试用证书",
               "certificates: ask for them, take them in, list and show them; make a set for tests")  # fmt: skip

_KIND = {
    "root": Text("根证书", "root"),
    "authority": Text("CA 证书", "authority"),
    "end": Text("消息签名证书", "end entity"),
    "other": Text("其他（注册证书）", "other (enrolment)"),
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """make-test DIR [--pool N] [--days D] [--neighbours N] [--profile sm2|p256] [--force]; show FILE."""
    verbs = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    make = verbs.add_parser("make-test", help="a bench PKI: root, PCA, unit, RSU, neighbours / 生成测试证书")
    make.add_argument("directory", type=Path, metavar="DIR")
    make.add_argument("--pool", type=_count, default=20, metavar="N", help="pseudonym certificates / 假名证书数量 (20)")
    make.add_argument("--days", type=_count, default=30, metavar="D", help="validity in days / 有效天数 (30)")
    make.add_argument("--neighbours", type=_count, default=6, metavar="N", help="other vehicles / 周围车辆数 (6)")
    make.add_argument("--profile", choices=("sm2", "p256"), default="sm2", help="how they sign / 签名算法 (sm2)")
    make.add_argument("--force", action="store_true", help="replace an older set / 覆盖旧的测试证书")
    ask = verbs.add_parser("request", help="new keys, and a request for their certificates / 生成密钥与证书申请")
    ask.add_argument("kind", choices=("enrolment", "pseudonym", "identity"), metavar="KIND",
                     help="enrolment, pseudonym, identity / 注册、假名、身份")  # fmt: skip
    ask.add_argument("--count", type=_count, metavar="N", help="certificates / 证书数量 ([enrolment] count; 1)")
    ask.add_argument("--days", type=_days, metavar="D", help="validity / 有效天数 ([enrolment] days)")
    take = verbs.add_parser("import", help="an authority's answer / 导入 CA 的答复")
    take.add_argument("file", type=Path, metavar="FILE")
    refill = verbs.add_parser("refill", help="take answers in, ask for more when the pool is low / 自动补充证书池")
    refill.add_argument("--tries", type=_count, default=5, metavar="N", help="of a transport that fails / 重试次数 (5)")
    table = verbs.add_parser("list", help="whose, until when, what for / 列出证书及剩余天数")
    for verb in (ask, take, refill, table):
        verb.add_argument("--config", type=Path, required=True, metavar="FILE", help="the unit's TOML / 配置文件")
    show = verbs.add_parser("show", help="what a certificate says / 查看证书")
    show.add_argument("file", type=Path, metavar="FILE")


def _count(word: str) -> int:
    number = int(word)
    if not 1 <= number <= 100:
        raise argparse.ArgumentTypeError("1..100")
    return number


def run(args: argparse.Namespace) -> int:
    """Exit status 0; what is wrong is said in one sentence."""
    if args.action == "make-test":
        return _make_test(args)
    if args.action == "show":
        return _show(args.file, args.lang)
    return {"request": _request, "import": _import, "refill": _refill, "list": _list}[args.action](args)


def _days(word: str) -> int:
    number = int(word)
    if not 1 <= number <= 3650:
        raise argparse.ArgumentTypeError("1..3650")
    return number


def _request(args: argparse.Namespace) -> int:
    from obu.runtime import config, renewal
    from obu.security.enrolment import Kind

    settings, kind = config.read(args.config), Kind(args.kind)
    count = args.count or (settings.enrolment.count if kind is Kind.PSEUDONYM else 1)
    path = renewal.request(settings, kind, count, args.days or settings.enrolment.days, _utc_ns())
    print(f"{path}：请交给 CA，答复用 obu cert import 导入" if args.lang == "zh"
          else f"{path}: bring it to the authority; take the answer in with obu cert import")  # fmt: skip
    return 0


def _import(args: argparse.Namespace) -> int:
    from obu.runtime import config, renewal

    try:
        written = renewal.take(config.read(args.config), args.file.read_bytes())
    except OSError as error:
        raise LocalError(f"{args.file}: {error.strerror}", f"{args.file}：{error.strerror}") from None
    except RemoteError as error:
        raise LocalError(f"{args.file}: does not hold, nothing was kept: {error.reason}",
                         f"{args.file}：不成立，未导入：{error.reason}") from None  # fmt: skip
    print(f"已导入 {len(written)} 张证书：{written[0].parent}" if args.lang == "zh"
          else f"{len(written)} certificates taken into {written[0].parent}")  # fmt: skip
    return 0


def _refill(args: argparse.Namespace) -> int:
    from obu.runtime import config, renewal

    said = {"enough": "证书充足", "asked": "已申请", "waiting": "等待答复", "taken": "已导入"}
    try:
        for line in renewal.refill(config.read(args.config), _utc_ns(), args.tries):
            word, _, rest = line.partition(" ")
            print(f"{said[word]} {rest}".rstrip() if args.lang == "zh" else line, flush=True)
    except RemoteError as error:
        raise LocalError(f"the answer does not hold, nothing was kept: {error.reason}",
                         f"答复不成立，未导入：{error.reason}") from None  # fmt: skip
    return 0


_PLACE = {
    "pool": Text("证书池", "pool"), "identity": Text("身份", "identity"),
    "enrolment": Text("注册", "enrolment"), "trust": Text("信任", "trust"),
}  # fmt: skip


def _list(args: argparse.Namespace) -> int:
    from obu.runtime import config, renewal

    now_ns = _utc_ns()
    for held in renewal.holdings(config.read(args.config)):
        certificate = held.certificate
        days = (certificate.end_ns - now_ns) // (86_400 * 10**9)
        left = {
            "zh": f"剩余 {days} 天" if days >= 0 else "已过期",
            "en": f"{days} days left" if days >= 0 else "expired",
        }
        aids = ",".join(str(permission.aid) for permission in certificate.app) or "-"
        print(f"{getattr(_PLACE[held.place], args.lang)}  {held.file}  {certificate.digest8.hex()}  "
              f"{certificate.name or '-'}  AID {aids}  {_date(certificate.end_ns)}  {left[args.lang]}")  # fmt: skip
    return 0


def _utc_ns() -> int:
    from obu.drivers.clock import SystemClock

    utc_ns = SystemClock(0).now().utc_ns
    assert utc_ns is not None
    return utc_ns


def _make_test(args: argparse.Namespace) -> int:
    from obu.runtime import bench_pki
    from obu.security import profile

    try:
        way = profile.BY_CURVE[args.profile]
        bench_pki.make_test(args.directory, _utc_ns(), args.days, args.pool, args.neighbours, args.force, way)
    except OSError as error:
        raise LocalError(f"{args.directory}: {error.strerror}", f"{args.directory}：{error.strerror}") from None
    print(
        f"{args.directory}：测试证书已生成（仅限测试，有效 {args.days} 天）"
        if args.lang == "zh"
        else f"{args.directory}: a bench PKI (tests only, valid {args.days} days)"
    )
    return 0


def _show(path: Path, lang: str) -> int:
    from obu.security import certificate as certificates

    try:
        certificate = certificates.parse(path.read_bytes())
    except OSError as error:
        raise LocalError(f"{path}: {error.strerror}", f"{path}：{error.strerror}") from None
    except RemoteError as error:
        raise LocalError(f"{path}: not a usable certificate: {error.reason}",
                         f"{path}：不是可用的证书：{error.reason}") from None  # fmt: skip
    for label, value in rows(certificate):
        print(f"{getattr(label, lang)}: {value if isinstance(value, str) else getattr(value, lang)}")
    return 0


def rows(certificate: "Certificate") -> list[tuple[Text, str | Text]]:
    """What people want to know of a certificate, line by line."""
    kind = "root" if certificate.issuer is None else "authority" if certificate.is_authority else "other"
    if certificate.is_end_entity:
        kind = "end"
    issues = ["*" if permission.aid is None else str(permission.aid) for permission in certificate.issues]
    return [
        (Text("类型", "kind"), _KIND[kind]),
        (Text("名称", "name"), certificate.name or "-"),
        (Text("HashedId8", "HashedId8"), certificate.digest8.hex()),
        (Text("摘要", "digest"), f"{certificate.profile.hash_id} {certificate.digest.hex()}"),
        (Text("签发者", "issuer"), certificate.issuer.hex() if certificate.issuer else Text("自签", "self")),
        (Text("生效", "valid from"), _date(certificate.start_ns)),
        (Text("失效", "valid until"), _date(certificate.end_ns)),
        (Text("保证等级", "assurance"), str(certificate.assurance)),
        (Text("应用 AID", "AIDs"), ", ".join(str(permission.aid) for permission in certificate.app) or "-"),
        (Text("可签发 AID", "may issue"), ", ".join(issues) or "-"),
        (Text("公钥", "public key"), f"{certificate.curve} {certificate.point.hex()}"),
    ]


def _date(utc_ns: int) -> str:
    return datetime.datetime.fromtimestamp(utc_ns // 10**9, datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
