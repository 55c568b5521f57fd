"""Whether a terminal may go into service: each step that a technician must have done, and the record of it.

Its one rule: what a bench may do, a fleet may not - an anchor of the bench, whose keys everybody has, ends it.
"""

import dataclasses
import datetime
import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import obu
from obu.core.alert import Text
from obu.core.errors import LocalError
from obu.core.vehicle import Body
from obu.runtime import config, devices, durable, made_from, own_certificates, trust_store, wiring
from obu.runtime.config import Config
from obu.security import book as books
from obu.security import keys

RECORD = "installation.json"  # in the folder of [unit] state
MEASURED = ("width_m", "length_m", "height_m", "antenna_ahead_m", "antenna_right_m")


@dataclasses.dataclass(frozen=True, slots=True)
class Step:
    """One step. is_done: False with what is to be done in `says`."""

    name: str
    is_done: bool
    says: Text


def steps(path: Path) -> Iterator[Step]:
    """The steps in the order in which they are done; those that need the configuration end with it when it is wrong."""
    try:
        settings = config.read(path)
        wiring.check(settings)
    except LocalError as error:
        yield Step("configuration", False, Text(error.zh, error.text))
        return
    yield Step("configuration", True, Text("正确", "right"))
    for step in (_trust, _certificates, _body, _vehicle):
        yield step(settings)


def _trust(settings: Config) -> Step:
    book, _ = trust_store.load(Path(settings.security.trust), wiring.tools(settings))
    trusted = books.snapshot_of(book, wiring.tools(settings))
    if trusted.is_bench:
        names = ", ".join(sorted(root.name for root in trusted.roots.values()))
        return Step("trust", False, Text(
            f"{names} 是测试信任锚，其私钥人人可得：请删除，并用 obu trust add 加入运营方的根证书",
            f"{names}: an anchor of the bench, whose key everybody has: remove it, add the operator's: obu trust add",
        ))  # fmt: skip
    files = trust_store.anchors(Path(settings.security.trust))
    named = ", ".join(f"{name} {keys.sm3(raw).hex()[:16]}" for name, raw in sorted(files.items()))
    return Step("trust", True, Text(named, named))


def _certificates(settings: Config) -> Step:
    store = devices.key_store(settings)
    try:
        material = made_from.gather(settings, store.points())
    finally:
        store.close()
    outlook = own_certificates.identities(settings, material).outlook(time.time_ns())
    if outlook.usable == 0 or outlook.low_from_ns is not None:
        return Step("certificates", False, Text(
            f"当前有效假名证书 {outlook.usable} 张，即将不足：obu cert refill --config 文件",
            f"{outlook.usable} pseudonyms are valid, too few or soon to be: obu cert refill --config FILE",
        ))  # fmt: skip
    return Step(
        "certificates", True, Text(f"有效假名证书 {outlook.usable} 张", f"{outlook.usable} pseudonyms are valid")
    )


def _body(settings: Config) -> Step:
    open_ones = [name for name in MEASURED if getattr(settings.vehicle, name) is None]
    if open_ones:
        names = ", ".join(open_ones)
        return Step("dimensions", False, Text(f"请实测并写入 [vehicle]：{names}",
                                              f"measure on the vehicle and write in [vehicle]: {names}"))  # fmt: skip
    return Step("dimensions", True, Text("已实测", "measured"))


def _vehicle(settings: Config) -> Step:
    if not settings.vehicle.vin:
        return Step("vehicle", False, Text("请在 [vehicle] 中写 vin，使终端移装后能被发现",
                                           "write vin in [vehicle]: a moved terminal then says so"))  # fmt: skip
    return Step("vehicle", True, Text(settings.vehicle.vin, settings.vehicle.vin))


def record(path: Path, done: list[Step], technician: str, now: Callable[[], float] = time.time) -> Path:
    """Writes who put the terminal into service, when, and what it is. Raises LocalError where that cannot be kept."""
    settings = config.read(path)
    place = Path(settings.unit.state) / RECORD
    body = {
        "technician": technician,
        "utc": datetime.datetime.fromtimestamp(now(), datetime.UTC).isoformat(timespec="seconds"),
        "unit": settings.unit.name,
        "version": obu.__version__,
        "profile": settings.vehicle.profile,
        "body": {field.name: getattr(settings.vehicle, field.name) for field in dataclasses.fields(Body)},
        "steps": {step.name: step.says.en for step in done},
    }
    try:
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        durable.write(place, json.dumps(body, indent=1, ensure_ascii=False).encode("utf-8") + b"\n")
    except OSError as error:
        raise LocalError(f"{place}: {error.strerror}", f"{place}：{error.strerror}") from None
    return place
