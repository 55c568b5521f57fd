"""The steps by which a terminal goes into service; its one rule: each says whether it holds now, or what to do.

A step that needs something which is not here, as the vehicle's bus at a workshop's table, stays open; the walk goes on.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from obu.can_input.profile import Profile
from obu.core.alert import Text
from obu.core.errors import LocalError, RemoteError
from obu.runtime import (
    body,
    config_edit,
    devices,
    made_from,
    own_certificates,
    places,
    provision_bus,
    readiness,
    renewal,
    store,
    strict,
    trust_store,
    wiring,
)
from obu.runtime import provision_questions as questions
from obu.runtime.config import Config
from obu.security import book as books
from obu.security import certificate as certificates
from obu.security import keys
from obu.security.enrolment import Kind
from obu.security.trust import BENCH_ROOT_PREFIX, Snapshot
from obu.station import installation

MEASURED = ("width_m", "length_m", "height_m", "antenna_ahead_m", "antenna_right_m")
ROUNDS = 3  # an enrolment certificate, then pseudonyms, then nothing more


@dataclass(frozen=True, slots=True)
class Step:
    """One step. is_done: False with what is to be done in `says`. facts: for the record.

    is_barred: not to be left open; no record is written with it.
    """

    name: str
    is_done: bool
    says: Text
    facts: dict[str, Any] = field(default_factory=dict)
    is_barred: bool = False


@dataclass(frozen=True, slots=True)
class Look:
    """What a step looks at. bus: what was heard; the step of the bus fills it in. trust_from: a folder of anchors."""

    path: Path
    settings: Config
    answers: dict[str, str]
    bus: dict[str, Any]
    trust_from: Path | None


def _open(name: str, zh: str, en: str) -> Step:
    return Step(name, False, Text(zh, en))


def _profile(settings: Config) -> Profile:
    return strict.read_toml(places.vehicle(settings.vehicle.profile, "vehicle.profile"), Profile)


def _bus(look: Look) -> Step:
    if _profile(look.settings).family == "obd":
        return Step("bus", True, Text("问答式车型，无需侦听", "a car that is asked: there is nothing to hear"))
    if not look.bus:
        look.bus.update(_learnt(look.settings) or _heard(look))
    said = look.bus.get("profile") or "-"
    return Step("bus", True, Text(f"总线指纹 {look.bus['fingerprint']}，最符合 {said}",
                                  f"fingerprint {look.bus['fingerprint']}, fits {said} best"))  # fmt: skip


def _heard(look: Look) -> dict[str, Any]:
    """Listens; an adapter's bit rate that was found goes into the configuration."""
    heard = provision_bus.listen(look.settings)
    section = look.settings.can[heard.channel]
    if section["interface"] == "slcan" and heard.bitrate != section.get("bitrate"):
        config_edit.put(look.path, f"can.{heard.channel}", {"bitrate": heard.bitrate})
    return heard.as_json()


def _learnt(settings: Config) -> dict[str, Any] | None:
    """The bus that the unit has learnt in an earlier run."""
    try:
        own = installation.unpack(store.kept(Path(settings.unit.state), "vehicle"))
    except ValueError:
        return None
    if not own.marks:
        return None
    identifiers = {(is_extended, can_id) for can_id, is_extended, _ in own.marks}
    heard = provision_bus.Heard("", None, "", 0.0, len(identifiers), provision_bus.fingerprint(identifiers))
    return heard.as_json()


def _vehicle(look: Look) -> Step:
    vehicle = look.settings.vehicle
    missing = [name for name in ("serial", "profile") if name not in look.answers]
    missing += [] if vehicle.vin or look.answers.get("vin") == questions.NO_VIN else ["vin"]
    if missing:
        return _lacking("vehicle", missing)
    vin = wiring.vin(look.settings) or "-"
    serial = look.answers["serial"]
    return Step("vehicle", True, Text(f"终端 {serial}，车型 {vehicle.profile}，VIN {vin}",
                                      f"terminal {serial}, profile {vehicle.profile}, VIN {vin}"))  # fmt: skip


def _lacking(step: str, names: list[str]) -> Step:
    texts = [questions.BY_NAME[name].text for name in names]
    return _open(step, f"尚未回答：{'；'.join(text.zh for text in texts)}",
                 f"not answered: {'; '.join(text.en for text in texts)}")  # fmt: skip


def _dimensions(look: Look) -> Step:
    vehicle = look.settings.vehicle
    values = {name: getattr(vehicle, name) for name in MEASURED}
    missing = [name for name, value in values.items() if value is None]
    if missing:
        return _lacking("dimensions", missing)
    body.of(vehicle, _profile(look.settings).body)
    if fault := questions.outside({name: float(value) for name, value in values.items()}):
        name, why = fault
        return _open("dimensions", f"{name}：{why.zh}；请重新测量：--again dimensions",
                     f"{name}: {why.text}; measure again: --again dimensions")  # fmt: skip
    said = f"{vehicle.length_m} × {vehicle.width_m} × {vehicle.height_m} m"
    return Step("dimensions", True, Text(said, said))


def _trust(look: Look) -> Step:
    settings, folder = look.settings, Path(look.settings.security.trust)
    tools = wiring.tools(settings)
    if look.trust_from:
        _bring_anchors(look.trust_from, folder, tools)
    if not has_anchors(settings):
        return _open("trust", f"{folder} 中没有证书：用 --trust-from 目录 导入运营方的根证书和 CA 证书",
                     f"no certificate in {folder}: bring the operator's root and CAs: --trust-from DIR")  # fmt: skip
    trusted = _trusted(settings)
    if trusted.is_bench:
        names = ", ".join(sorted(root.name for root in trusted.roots.values()))
        return Step("trust", False, Text(
            f"{names} 是测试信任锚，其私钥人人可得：请删除，并用 obu trust add 加入运营方的根证书",
            f"{names}: an anchor of the bench, whose key everybody has: remove it, add the operator's: obu trust add",
        ), is_barred=True)  # fmt: skip
    files = trust_store.anchors(folder)
    named = ", ".join(f"{name} {keys.sm3(raw).hex()[:16]}" for name, raw in sorted(files.items()))
    facts = {"version": made_from.trust_hash(files, store.kept(folder, made_from.LISTS))}
    return Step("trust", True, Text(named, named), facts)


def _trusted(settings: Config) -> Snapshot:
    tools = wiring.tools(settings)
    book, _ = trust_store.load(Path(settings.security.trust), tools)
    return books.snapshot_of(book, tools)


def _bring_anchors(source: Path, folder: Path, tools: books.Tools) -> None:
    """The certificates of a folder that are not in the store yet, roots first. Raises LocalError that names one."""
    found = made_from.certificates("--trust-from", source)
    try:
        parsed = {name: certificates.parse(raw) for name, raw in found.items()}
    except RemoteError as error:
        raise LocalError(f"--trust-from: {source}: not a usable certificate: {error.reason}",
                         f"--trust-from：{source}：不是可用的证书：{error.reason}") from None  # fmt: skip
    for name, certificate in sorted(parsed.items(), key=lambda pair: (pair[1].issuer is not None, pair[0])):
        if certificate.name.startswith(BENCH_ROOT_PREFIX):
            raise LocalError(f"--trust-from: {name} is an anchor of the bench, whose key everybody has; not taken",
                             f"--trust-from：{name} 是测试信任锚，其私钥人人可得；未导入")  # fmt: skip
        if not (folder / name).exists():
            folder.mkdir(mode=0o755, parents=True, exist_ok=True)
            trust_store.add(folder, name, found[name], tools)


def has_anchors(settings: Config) -> bool:
    """Whether the trust store holds anything."""
    return any(Path(settings.security.trust).glob(f"*{made_from.CERTIFICATE_SUFFIX}"))


def _certificates(look: Look) -> Step:
    settings = look.settings
    if not has_anchors(settings):
        return _open("certificates", "先完成信任库", "the trust store comes first")
    is_bench = _trusted(settings).is_bench
    wiring.must_be_encrypted(settings, is_bench)
    for folder in (settings.security.keys, settings.security.certificates):
        Path(folder).mkdir(mode=0o700, parents=True, exist_ok=True)
    waiting = ""
    if not is_bench and renewal.is_low(settings, time.time_ns()):
        waiting = _ask_for_certificates(settings)
    if waiting:
        place, back = Path(settings.enrolment.folder), "put its answer into responses beside it and come back"
        return _open("certificates",
                     f"{place}/requests/{waiting} 等待 CA 答复：把答复放入旁边的 responses 后再次运行",
                     f"{place}/requests/{waiting} waits for the authority: {back}")  # fmt: skip
    key_store = devices.key_store(settings)
    try:
        material = made_from.gather(settings, key_store.points())
    finally:
        key_store.close()
    outlook = own_certificates.identities(settings, material).outlook(time.time_ns())
    if outlook.usable == 0 or outlook.low_from_ns is not None:
        return _open("certificates", f"当前有效假名证书 {outlook.usable} 张，即将不足：obu cert refill",
                     f"{outlook.usable} pseudonyms are valid, too few or soon to be: obu cert refill")  # fmt: skip
    said = Text(f"有效假名证书 {outlook.usable} 张", f"{outlook.usable} pseudonyms are valid")
    return Step("certificates", True, said, {"store": settings.keys.get("type", "file")})


def _ask_for_certificates(settings: Config) -> str:
    """Takes waiting answers in and asks for what is lacking; the request that waits, or empty."""
    utc_ns, folder = time.time_ns(), Path(settings.enrolment.folder)
    if not (folder / renewal.OWN).is_file() and not any((folder / "requests").glob("*.request")):
        renewal.request(settings, Kind.ENROLMENT, 1, settings.enrolment.days, utc_ns)
    try:
        for _ in range(ROUNDS):
            said = [line.partition(" ")[::2] for line in renewal.refill(settings, utc_ns, 1)]
            waiting = [name for word, name in said if word == "waiting"]
            if waiting:
                return waiting[0]
    except RemoteError as error:
        raise LocalError(f"the authority's answer does not hold, nothing was kept: {error.reason}",
                         f"CA 的答复不成立，未导入：{error.reason}") from None  # fmt: skip
    return ""


def _coprocessor(look: Look) -> Step:
    if not look.settings.coprocessor:
        return Step("coprocessor", True, Text("未配置协处理器", "none is configured"), {"board": None})
    board = provision_bus.meet(look.settings)
    return Step("coprocessor", True, Text(board, board), {"board": board})


def _confirmed(step: str, what: dict[str, Text]) -> Callable[[Look], Step]:
    """Everything of a list was answered with yes."""

    def look_at(look: Look) -> Step:
        prefix = {"checks": "check", "photos": "photo"}[step]
        is_yes = {name: look.answers.get(f"{prefix}.{name}", "").strip().lower() in questions.YES for name in what}
        left = [text for name, text in what.items() if not is_yes[name]]
        if left:
            said = Text(
                f"未完成：{'；'.join(each.zh for each in left)}", f"not yet: {'; '.join(each.en for each in left)}"
            )
            return Step(step, False, said, {"items": is_yes})
        return Step(step, True, Text(f"{len(what)} 项完成", f"all {len(what)} done"), {"items": is_yes})

    return look_at


def _self_test(look: Look) -> Step:
    found = readiness.findings(look.path)
    facts = {"items": {each.name: each.is_ready for each in found}}
    wrong = next((each for each in found if each.is_ready is False), None)
    if wrong:
        return Step("self_test", False, wrong.says, facts)
    return Step("self_test", True, Text(f"{len(found)} 项通过", f"{len(found)} findings, none against it"), facts)


STEPS: dict[str, Callable[[Look], Step]] = {
    "bus": _bus,
    "vehicle": _vehicle,
    "dimensions": _dimensions,
    "trust": _trust,
    "certificates": _certificates,
    "coprocessor": _coprocessor,
    "checks": _confirmed("checks", questions.CHECKS),
    "photos": _confirmed("photos", questions.PHOTOS),
    "self_test": _self_test,
}
