"""`obu provision`: is this terminal fit to go into service? Names what is still to be done, then keeps a record."""

import argparse
from pathlib import Path

from obu.core.alert import Text

SUMMARY = Text("终端投运检查：逐项核对，全部完成后留下安装记录",
               "may this terminal go into service? names what is still to be done, then keeps a record")  # fmt: skip
NAMES = {
    "configuration": Text("配置", "configuration"),
    "trust": Text("信任库", "trust store"),
    "certificates": Text("证书", "certificates"),
    "dimensions": Text("车身尺寸与天线", "dimensions and antenna"),
    "vehicle": Text("车辆", "vehicle"),
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """--config FILE, --technician NAME."""
    parser.add_argument("--config", type=Path, required=True, metavar="FILE", help="the unit's TOML / 配置文件")
    parser.add_argument("--technician", required=True, metavar="NAME", help="who installs it / 安装人员")


def run(args: argparse.Namespace) -> int:
    """Exit status 0 when every step is done and the record is written, 1 when one is open."""
    from obu.runtime import provisioning

    done = []
    for step in provisioning.steps(args.config):
        mark, name = "✓" if step.is_done else "✗", NAMES[step.name]
        print(
            f"{mark} {name.zh if args.lang == 'zh' else name.en}: {step.says.zh if args.lang == 'zh' else step.says.en}"
        )
        done.append(step)
    if not all(step.is_done for step in done):
        return 1
    place = provisioning.record(args.config, done, args.technician)
    print(f"安装记录：{place}" if args.lang == "zh" else f"record: {place}")
    return 0
