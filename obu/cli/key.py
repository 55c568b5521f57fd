"""`obu key`: makes and lists the unit's private keys, puts key files under a key-encryption key. It never shows one."""

import argparse
import string
from pathlib import Path
from typing import TYPE_CHECKING

from obu.core.alert import Text
from obu.core.errors import ConfigError, LocalError

if TYPE_CHECKING:
    from obu.runtime.config import Config

SUMMARY = Text("私钥：列出、生成、加密（不显示私钥）", "private keys: list, make, encrypt; none is ever shown")
_NAME_LETTERS = set(string.ascii_letters + string.digits + "-_")
MOST_LETTERS = 64


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """list, create NAME [--curve C], encrypt, find, each with --config FILE; kek FILE [--tpm DEVICE [--pcr N,N]]."""
    verbs = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    show = verbs.add_parser("list", help="names, curves and public points / 列出密钥名、曲线与公钥")
    create = verbs.add_parser("create", help="make a key in the unit's store / 在密钥库中生成密钥")
    create.add_argument("name", type=_name, metavar="NAME")
    create.add_argument("--curve", choices=("sm2", "p256"), default="sm2", help="(sm2)")
    encrypt = verbs.add_parser("encrypt", help="put plain key files under the KEK / 加密现有密钥文件")
    find = verbs.add_parser("find", help="take up keys made on a token by other means / 收录令牌中已有的密钥")
    for verb in (show, create, encrypt, find):
        verb.add_argument("--config", type=Path, required=True, metavar="FILE", help="the unit's TOML / 配置文件")
    kek = verbs.add_parser("kek", help="make a key-encryption key / 生成密钥加密密钥")
    kek.add_argument("file", type=Path, metavar="FILE")
    kek.add_argument("--tpm", type=Path, metavar="DEVICE", help="sealed by this TPM / 由 TPM 封装 (/dev/tpmrm0)")
    kek.add_argument("--pcr", type=_pcrs, default=(), metavar="N,N", help="and bound to these PCRs / 并绑定 PCR")


def _name(word: str) -> str:
    if not 1 <= len(word) <= MOST_LETTERS or not set(word) <= _NAME_LETTERS:
        raise argparse.ArgumentTypeError("A-Z a-z 0-9 - _")
    return word


def _pcrs(word: str) -> tuple[int, ...]:
    from obu.drivers.kek import MOST_PCRS

    numbers = tuple(sorted({int(part) for part in word.split(",")}))
    if not all(0 <= number < MOST_PCRS for number in numbers):
        raise argparse.ArgumentTypeError(f"0..{MOST_PCRS - 1}")
    return numbers


def run(args: argparse.Namespace) -> int:
    """Exit status 0; what is wrong is said in one sentence."""
    if args.action == "kek":
        return _kek(args)
    from obu.runtime import config

    settings = config.read(args.config)
    try:
        if args.action in ("list", "find"):
            return _list(settings, find=args.action == "find")
        return _create(settings, args) if args.action == "create" else _encrypt(settings, args.lang)
    except OSError as error:
        raise LocalError(f"{error.filename}: {error.strerror}", f"{error.filename}：{error.strerror}") from None


def _list(settings: "Config", *, find: bool) -> int:
    """All keys; with find those that were new to the unit."""
    from obu.drivers.key_pkcs11 import Pkcs11Keys
    from obu.runtime import devices

    store = devices.key_store(settings)
    names = list(store.points())
    if find:
        if not isinstance(store, Pkcs11Keys):
            raise ConfigError("keys.type: only a PKCS#11 token has keys made by other means",
                              "keys.type：只有 PKCS#11 令牌会有以其他方式生成的密钥")  # fmt: skip
        names = store.find()
    for name in sorted(names):
        curve, point = store.points()[name]
        print(f"{name}  {curve}  {_compressed(point)}")
    store.close()
    return 0


def _create(settings: "Config", args: argparse.Namespace) -> int:
    from obu.runtime import devices

    Path(settings.security.keys).mkdir(mode=0o700, parents=True, exist_ok=True)
    store = devices.key_store(settings)
    point = store.create(args.name, args.curve)
    store.close()
    print(f"{args.name}  {args.curve}  {_compressed(point)}")
    return 0


def _encrypt(settings: "Config", lang: str) -> int:
    from obu.drivers import key_file
    from obu.runtime import devices

    module, options = devices.driver_module("keys", "key", {"type": "file", **settings.keys})
    if module is not key_file:
        raise ConfigError("keys.type: only key files are encrypted, other stores keep their keys inside",
                          "keys.type：只有密钥文件需要加密，其他密钥库的私钥不出芯片")  # fmt: skip
    done = key_file.encrypt(Path(settings.security.keys), options)
    if lang == "zh":
        print(f"已加密 {len(done)} 个密钥；明文已删除，但闪存可能留有残迹：正式密钥请直接以加密方式生成")
    else:
        print(f"{len(done)} keys encrypted; the plain files are gone, but flash memory may keep traces of them: make "
              "keys of a real PKI encrypted from the first")  # fmt: skip
    return 0


def _kek(args: argparse.Namespace) -> int:
    from obu.drivers import kek

    path: Path = args.file
    if args.tpm is None and args.pcr:
        raise LocalError("--pcr needs --tpm DEVICE", "--pcr 须与 --tpm 设备 一起使用")
    if args.tpm:
        kek.create_sealed(path, args.tpm, args.pcr)
        text = Text(f"{path}：已由 {args.tpm} 封装；请在 [keys] 中写 kek_file 和 kek_device",
                    f"{path}: sealed by {args.tpm}; name both in [keys]: kek_file, kek_device")  # fmt: skip
    else:
        kek.create(path)
        text = Text(f"{path}：密钥加密密钥已生成；请放在与密钥不同的介质上，并在 [keys] 中写 kek_file",
                    f"{path}: made; keep it on another medium than the keys; name it in [keys] kek_file")  # fmt: skip
    print(text.zh if args.lang == "zh" else text.en)
    return 0


def _compressed(point: bytes) -> str:
    return f"{2 + (point[64] & 1):02x}{point[1:33].hex()}"
