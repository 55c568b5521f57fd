"""`obu vehicle`: which vehicle a unit belongs to; after a terminal was moved on purpose, makes the next bus its own."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from obu.core.alert import Text
from obu.core.errors import LocalError

if TYPE_CHECKING:
    from obu.runtime.config import Config

SUMMARY = Text("查看或重新登记终端所属的车辆", "show the vehicle a unit belongs to, or give it to another one")
RECORD = "vehicle"  # the name under which the station keeps it


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """show | adopt, --config FILE, --vin VIN."""
    parser.add_argument("what", choices=("show", "adopt"), help="adopt: learn the next bus as its own / 重新登记")
    parser.add_argument("--config", type=Path, required=True, metavar="FILE", help="the unit's TOML / 配置文件")
    parser.add_argument(
        "--vin", default="", metavar="VIN", help="of the new vehicle, if known / 新车辆的 VIN（可省略）"
    )


def run(args: argparse.Namespace) -> int:
    """Exit status 0; 2 with one sentence for a VIN that is none, a unit that runs, a folder that cannot be written."""
    from obu.runtime import config

    settings = config.read(args.config)
    return _show(settings, args.lang) if args.what == "show" else _adopt(settings, args.vin, args.lang)


def _show(settings: "Config", lang: str) -> int:
    from obu.runtime import store
    from obu.station import installation

    try:
        own = installation.unpack(store.kept(Path(settings.unit.state), RECORD))
    except ValueError:  # nothing there, or nothing that this version understands: the unit takes it for nothing too
        own = installation.Provisioned()
    vin = settings.vehicle.vin or own.vin or "-"
    print(
        f"VIN {vin}；总线标识 {len(own.marks)} 个" if lang == "zh" else f"VIN {vin}; {len(own.marks)} bus identifiers"
    )
    return 0


def _adopt(settings: "Config", vin: str, lang: str) -> int:
    import os

    from obu.cli import status
    from obu.runtime import durable, store
    from obu.station import installation

    if vin and not installation.is_vin(vin):
        raise LocalError(f"--vin: {vin!r} is no VIN: 17 letters and digits without I, O, Q (ISO 3779)",
                         f"--vin：{vin!r} 不是 VIN：应为 17 位字母数字，不含 I、O、Q（ISO 3779）")  # fmt: skip
    if status.is_running(Path(settings.hmi.socket)):
        raise LocalError("the unit is running and would write its own record over this one: stop it first",
                         "单元正在运行，会覆盖新的登记：请先停止单元")  # fmt: skip
    folder = Path(settings.unit.state)
    store.check(folder)
    durable.make_folder(folder)
    store.write(folder, RECORD, installation.pack(installation.Provisioned(vin)))
    if os.geteuid() == 0:  # the unit, which may be another user, must be able to read what root writes
        about = folder.stat()
        os.chown(folder / f"{RECORD}{store.SUFFIX}", about.st_uid, about.st_gid)
    print(
        "已清除登记：下次启动将登记所接车辆" if lang == "zh" else "forgotten: the next run learns the vehicle it is in"
    )
    return 0
