"""`obu cert`: makes a PKI for tests, and shows what is in a certificate."""

import argparse
import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from obu.core.alert import Text
from obu.core.errors import LocalError, RemoteError

if TYPE_CHECKING:
    from obu.security.certificate import Certificate

SUMMARY = Text("证书：生成测试用证书，查看证书内容", "certificates: make a set for tests, show what is in one")

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
    return _show(args.file, args.lang)


def _make_test(args: argparse.Namespace) -> int:
    from obu.drivers.clock import SystemClock
    from obu.runtime import bench_pki
    from obu.security import profile

    now_ns = SystemClock(0).now().utc_ns
    assert now_ns is not None
    try:
        way = profile.BY_CURVE[args.profile]
        bench_pki.make_test(args.directory, now_ns, args.days, args.pool, args.neighbours, args.force, way)
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
