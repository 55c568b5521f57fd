"""`obu run`: the main job, until Ctrl-C or SIGTERM."""

import argparse
from pathlib import Path

from obu.core.alert import Text

POWER_OFF = 10  # exit status that asks whoever started us to cut the power (docs/power.md)
SUMMARY = Text("运行车载单元：CAN 与定位输入，签名 BSM 输出，预警", "run the unit: CAN in, signed BSMs out, warnings")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """--config FILE, --check, --journal DIR, --verbose."""
    parser.add_argument("--config", type=Path, required=True, metavar="FILE", help="the unit's TOML / 配置文件")
    parser.add_argument("--check", action="store_true", help="only validate / 只检查配置")
    parser.add_argument("--journal", type=Path, metavar="DIR", help="keep every input / 保存全部输入以便重放")
    parser.add_argument("--verbose", action="store_true", help="more lines in the log / 更详细的日志")


def run(args: argparse.Namespace) -> int:
    """Exit status 0 after a clean end by a signal, POWER_OFF after one of the unit's own.

    Configuration errors are found before anything is opened.
    """
    from obu.runtime import config, logs, wiring

    settings = config.read(args.config)
    if args.check:
        wiring.check(settings)
        print(f"{args.config}: 配置正确" if args.lang == "zh" else f"{args.config}: ok")
        return 0
    journal = args.journal or (Path(settings.journal.folder) if settings.journal.folder else None)
    ended = wiring.run(settings, journal, logs.start(args.verbose))
    return POWER_OFF if ended else 0
