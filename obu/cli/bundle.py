"""`obu bundle`: makes signed updates for the co-processor and for the unit itself, and says whether one holds."""

import argparse
import platform
import sys
from pathlib import Path

from obu.core.alert import Text
from obu.core.errors import LocalError

SUMMARY = Text("升级包：制作、签名、验证", "update bundles: build and sign, verify")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """build FOLDER, with what its manifest says, --signer FILE and --out FILE; verify FILE --trust FILE."""
    verbs = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    build = verbs.add_parser("build", help="make and sign one of a folder / 制作并签名")
    build.add_argument("folder", type=Path, metavar="FOLDER", help="its files, as they are to be installed / 文件目录")
    build.add_argument("--product", choices=("firmware", "loader", "host"), required=True, help="whom it is for / 用于")
    build.add_argument("--hardware", type=_words, required=True, metavar="NAME[,NAME]", help="boards / 适用硬件")
    build.add_argument("--version", required=True, metavar="N.N.N")
    build.add_argument("--counter", type=int, required=True, metavar="N", help="never lower than the last / 只增不减")
    build.add_argument("--minimum-base", default="", metavar="N.N",
                       help="oldest MicroPython, or Python (1.25, or that of now) / 最低基础版本")  # fmt: skip
    build.add_argument("--signer", type=Path, required=True, metavar="FILE",
                       help="TOML: folder, key, [keys] (docs/update.md) / 签名密钥的配置")  # fmt: skip
    build.add_argument("--out", type=Path, required=True, metavar="FILE")
    verify = verbs.add_parser("verify", help="whether it is whole and signed by a trusted key / 验证完整性与签名")
    verify.add_argument("file", type=Path, metavar="FILE")
    verify.add_argument("--trust", type=Path, required=True, metavar="FILE", help="public keys of signers / 签名者公钥")


def _words(text: str) -> tuple[str, ...]:
    return tuple(word for word in text.split(",") if word)


def run(args: argparse.Namespace) -> int:
    """Exit status 0; what is wrong is said in one sentence."""
    return _build(args) if args.action == "build" else _verify(args)


def _build(args: argparse.Namespace) -> int:
    from obu.runtime import bundle_build
    from obu.runtime.bundle_build import HOST, Order

    python = platform.python_version_tuple()[:2]
    order = Order(
        product=args.product,
        hardware=args.hardware,
        version=args.version,
        counter=args.counter,
        minimum_base=args.minimum_base or (".".join(python) if args.product == HOST else "1.25"),
        abi=f"{sys.implementation.cache_tag.replace('cpython-', 'cp')}",
    )
    octets = bundle_build.build(args.folder, order, args.signer)
    try:
        args.out.write_bytes(octets)
    except OSError as error:
        raise LocalError(f"{args.out}: {error.strerror}; name another file with --out",
                         f"{args.out}：{error.strerror}；请用 --out 换一个文件") from None  # fmt: skip
    text = Text(
        f"{args.out}：{order.product} {order.version}（计数 {order.counter}），{len(octets)} 字节",
        f"{args.out}: {order.product} {order.version} (counter {order.counter}), {len(octets)} octets",
    )
    print(text.zh if args.lang == "zh" else text.en)
    return 0


def _verify(args: argparse.Namespace) -> int:
    from obu.runtime import bundle

    found = bundle.read(args.file, bundle.trusted_keys(args.trust)).manifest
    size = sum(each.size for each in found.files)
    boards = ", ".join(found.hardware)
    text = Text(
        f"签名有效：{found.product} {found.version}，计数 {found.counter}，适用 {boards}，{found.abi}，"
        f"基础版本 ≥ {found.minimum_base}，{len(found.files)} 个文件 {size} 字节，签名密钥 {found.key_id}",
        f"holds: {found.product} {found.version}, counter {found.counter}, for {boards}, {found.abi}, "
        f"base >= {found.minimum_base}, {len(found.files)} files of {size} octets, signed by {found.key_id}",
    )
    print(text.zh if args.lang == "zh" else text.en)
    return 0
