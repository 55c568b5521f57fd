"""`obu support-bundle`: one file for a helper far away: status, versions, checks and the last journal, without keys."""

import argparse
import datetime
import os
from pathlib import Path

from obu.core.alert import Text
from obu.core.errors import LocalError

SUMMARY = Text("打包诊断信息（不含密钥，位置已粗化）", "pack what a helper needs: no keys, places coarsened")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """--config FILE, --journal DIR, --out FILE, --exact."""
    parser.add_argument("--config", type=Path, required=True, metavar="FILE", help="the unit's TOML / 配置文件")
    parser.add_argument("--journal", type=Path, metavar="DIR", help="default: [journal] folder / 记录目录")
    parser.add_argument("--out", type=Path, metavar="FILE", help="default: obu-support-TIME.tar.gz / 输出文件")
    parser.add_argument(
        "--exact", action="store_true", help="with the journal as it is, places too / 附带含精确位置的原始记录"
    )


def run(args: argparse.Namespace) -> int:
    """Exit status 0 with a bundle, also where a part is missing (it says which); 2 when none could be written."""
    from obu.cli import status
    from obu.drivers.clock import SystemClock
    from obu.runtime import config, support

    settings = config.read(args.config)
    journal = args.journal or (Path(settings.journal.folder) if settings.journal.folder else None)
    utc_s = (SystemClock(0).now().utc_ns or 0) // 10**9
    name = datetime.datetime.fromtimestamp(utc_s, datetime.UTC).strftime("obu-support-%Y%m%d-%H%M%S")
    files = support.gather(
        args.config, settings, lambda: next(status.states(Path(settings.hmi.socket))), journal, args.exact
    )
    path = args.out or Path(f"{name}.tar.gz")
    try:
        with os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
            file.write(support.packed(files, name, utc_s))
    except OSError as error:
        raise LocalError(f"{path}: {error.strerror}; name another file with --out",
                         f"{path}：{error.strerror}；请用 --out 指定其他文件") from None  # fmt: skip
    print(f"{path}: {', '.join(sorted(files))}")
    return 0
