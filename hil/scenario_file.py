"""Scenario files, strictly: what is wrong is one sentence that names file, line and key."""

import dataclasses
import itertools
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from hil import defects, faults, junction, laws, recorded, sent, unit, variants
from hil.people import KIN
from hil.scenario import CLASSES, LEAD_S, Act, Actor, Piece, Remapped, Revision, Scenario
from hil.toml_lines import located
from hil.ways import BEFORE_M, road_of
from obu.codec import json_form
from obu.codec.messages import unpack
from obu.core.errors import ConfigError, LocalError, RemoteError
from obu.core.vehicle import Event
from obu.runtime import strict, wiring

FOLDER = Path(__file__).parent / "scenarios"
VOICES = 48  # so many of the others can speak for themselves
NEEDED = {
    "accelerate": ("mps2", "to_mps"), "brake": ("mps2",), "stop": ("at_m",), "change_lane": ("right_m",),
    "signal": ("side",), "event": ("event",), "doors": (), "siren": (),
}  # fmt: skip
SPANS = {
    "loss": (0, 1), "latency_ms": (0, 5000), "sigma_m": (0, 100), "white_m": (0, 100),
    "clock_off_ms": (-10_000, 10_000), "others_sigma_m": (0, 12),  # BSM: 12.65 m is the most that it can tell
}  # fmt: skip
EXPECTED = {"warn": ("app", "warning"), "no_warn": (), "no_sound": ("app",), "fault": ("fault",), "rule": ()}
NUMBERED = {
    "within": ("field",), "equal": ("field", "value"), "near_truth": ("field", "most"), "has": ("field", "value"),
    "lacks": ("field", "value"), "counts_up": ("field",), "steady": ("field",), "changes": ("field",),
    "each_ms": ("field", "most"), "absent": ("field",),
}  # fmt: skip


def read(path: Path, variant: str = "") -> Scenario:
    """The scenario of a file, or that variant of it. Raises ConfigError."""
    found = each(path)
    if variant not in found:
        there, asked = ", ".join(found) or "none", f"no variant {variant!r}" if variant else "it has variants"
        raise ConfigError(f"{path}: {asked}; there is {there}", f"{path}：没有变体 {variant!r}；可选：{there}")
    return found[variant]


def each(path: Path) -> dict[str, Scenario]:
    """What a file stands for, by variant; "" where it has none. Raises ConfigError."""
    text = strict.read_text(path)
    try:
        found = strict.parse_toml(text, Scenario, str(path))
        if Path(found.road.map).name != found.road.map:
            raise ConfigError(
                f"{path}: road.map: must lie beside the scenario", f"{path}：road.map：须与场景文件同目录"
            )
        if found.road.map:
            road = dataclasses.replace(found.road, map=str(path.parent / found.road.map))
            found = dataclasses.replace(found, road=road)
        if found.own.recording:
            found = dataclasses.replace(found, own=recorded.beside(found.own, path.parent))
        for key, en, zh in _wrong(found):
            raise ConfigError(f"{path}: {key}: {en}", f"{path}：{key}：{zh}")
        every = variants.each(found)
        for name, one in every.items():
            for key, en, zh in _wrong(one):
                raise ConfigError(f"{path}: {key}: of {name}: {en}", f"{path}：{key}：{name}：{zh}")
    except ConfigError as error:
        raise located(error, path, text) from None
    return every


def files(path: Path) -> tuple[str, ...]:
    """What a scenario's file names beside it."""
    found = strict.parse_toml(strict.read_text(path), Scenario, str(path))
    return (*((found.road.map,) if found.road.map else ()), *recorded.files(found.own))


def paths() -> dict[str, Path]:
    """Every file of the folder by its name."""
    return {path.stem: path for path in sorted(FOLDER.glob("*.toml"))}


def every() -> dict[str, Scenario]:
    """Every scenario of the folder by its name, variants one by one."""
    return {name_of(path, variant): found for path in paths().values() for variant, found in each(path).items()}


def name_of(path: Path, variant: str) -> str:
    """Of a file's variant, as a report and `run` have it."""
    return f"{path.stem}@{variant}" if variant else path.stem


Wrong = tuple[str, str, str]  # key, what is wrong of it in English and in Chinese


def _wrong(found: Scenario) -> Iterator[Wrong]:
    for key in EXPECTED[found.kind]:
        if not getattr(found, key):
            yield key, f"kind {found.kind!r} needs it", f"kind 为 {found.kind!r} 时必填"
    if found.defect not in defects.ALL:
        yield "defect", f"there is no {found.defect!r}; see hil/defects", f"没有 {found.defect!r}，见 hil/defects"
    if not (found.warning or found.bsm or found.figure or found.unavailable):
        yield (
            "figure",
            "nothing is expected: [[warning]], [[bsm]], [[figure]] or [[unavailable]]",
            "没有任何期望：[[warning]]、[[bsm]]、[[figure]] 或 [[unavailable]]",
        )
    if not 0 < found.lasts_s <= 600:
        yield "lasts_s", "must be above 0 and at most 600", "必须大于 0 且不超过 600"
    yield from _variation_wrong(found)
    yield from _variants_wrong(found)
    yield from _road_wrong(found)
    yield from recorded.wrong(found.own, found.lasts_s)
    yield from _roadside_wrong(found)
    yield from _crossroads_wrong(found)
    yield from _actors_wrong(found)
    yield from _expected_wrong(found)
    for index, fault in enumerate(found.fault):
        for key, en, zh in faults.wrong(fault):
            yield f"fault[{index}].{key}", en, zh
        if fault.name in faults.names() and faults.needs_board(fault.name) and not found.own.has_board:
            yield f"fault[{index}].name", "needs own.has_board = true", "需要 own.has_board = true"


def _variation_wrong(found: Scenario) -> Iterator[Wrong]:
    if not 0 < found.least_rate <= 1:
        yield "least_rate", "must be above 0 and at most 1", "必须大于 0 且不超过 1"
    for key, (least, most) in SPANS.items():
        low, high = getattr(found.variation, key)
        if not least <= low <= high <= most:
            span = f"{least}..{most}"
            yield f"variation.{key}", f"is [least, most] within {span}", f"应为 [最小, 最大]，范围 {span}"
    if found.variation.correlation_s <= 0:
        yield "variation.correlation_s", "must be above 0", "必须大于 0"


def _variants_wrong(found: Scenario) -> Iterator[Wrong]:
    axes = found.variants
    for key in ("kind", "speed_kmh"):
        values = getattr(axes, key)
        if len(set(values)) != len(values):
            yield f"variants.{key}", "names one twice", "有重复"
    if axes.speed_kmh and (min(axes.speed_kmh) <= 0 or found.own.speed_mps <= 0):
        yield "variants.speed_kmh", "all speeds must be above 0, own.speed_mps too", "各车速及 own.speed_mps 须大于 0"
    is_bent = found.road.pieces or found.road.map or any(actor.way for actor in found.actor)
    if axes.speed_kmh and (is_bent or any(act.do == "stop" for act in found.own.act)):
        yield (
            "variants.speed_kmh",
            "a bend, a map or a stop of ours cannot be stretched",
            "弯道、地图或本车停车不能按车速拉伸",
        )
    if (axes.kind or axes.speed_kmh) and found.own.recording:
        yield "variants", "a recorded drive has none", "行车记录没有变体"


def _road_wrong(found: Scenario) -> Iterator[Wrong]:
    yield from _pieces_wrong("road.pieces", found.road.pieces)
    if found.road.map:
        try:
            road_of(found.road)
        except (OSError, ValueError, LocalError) as error:
            yield "road.map", str(error), str(error)


def _roadside_wrong(found: Scenario) -> Iterator[Wrong]:
    for index, message in enumerate(found.message):
        try:
            unpack(json_form.frame_of(json_form.loads(message.json.encode())))
        except (LocalError, RemoteError) as error:
            yield f"message[{index}].json", str(error), str(error)
    for index, signal in enumerate(found.signal):
        key = f"signal[{index}]"
        yield from _lanes_wrong(key, signal.lanes, signal.ours)
        yield from _order_wrong(key, signal.revision)
        for number, revision in enumerate(signal.revision):
            yield from _lanes_wrong(f"{key}.revision[{number}]", revision.lanes, revision.ours)
        for number, phase in enumerate(signal.phase):
            if not phase.plan or any(colour not in junction.COLOURS or s <= 0 for colour, s in phase.plan):
                colours = ", ".join(junction.COLOURS)
                yield f"{key}.phase[{number}].plan", f"is [colour, seconds] of {colours}", f"应为 [颜色, 秒]：{colours}"


def _order_wrong(key: str, revisions: Sequence[Revision | Remapped]) -> Iterator[Wrong]:
    for number, (before, after) in enumerate(itertools.pairwise(revisions), start=1):
        if after.from_s <= before.from_s:
            yield f"{key}.revision[{number}].from_s", "must lie after the one before", "必须晚于前一次"


def _lanes_wrong(key: str, lanes: tuple[str, ...], ours: int) -> Iterator[Wrong]:
    if not {way for lane in lanes for way in lane.split("+")} <= {*junction.TURN_DEG, junction.ON_RED}:
        yield (
            f"{key}.lanes",
            f"are of {', '.join((*junction.TURN_DEG, junction.ON_RED))}, joined by +",
            "应由 straight、left、right 以 + 连接",
        )
    if not 1 <= ours <= len(lanes):
        yield f"{key}.ours", f"there are lanes 1 to {len(lanes)}", f"车道为 1 至 {len(lanes)}"


def _crossroads_wrong(found: Scenario) -> Iterator[Wrong]:
    for index, across in enumerate(found.crossroad):
        if not 30.0 <= abs(across.heading_deg) <= 150.0:
            yield f"crossroad[{index}].heading_deg", "must be 30 to 150, or -30 to -150", "应为 30..150 或 -150..-30"
        if not all(20.0 <= each.reach_m <= 1000.0 for each in (across, *across.revision)):
            yield f"crossroad[{index}].reach_m", "must be 20 to 1000", "应为 20..1000"
        yield from _order_wrong(f"crossroad[{index}]", across.revision)
        if found.road.map:
            yield f"crossroad[{index}]", "road.map tells all lanes already", "road.map 已包含全部车道"


def _pieces_wrong(key: str, pieces: tuple[Piece, ...]) -> Iterator[Wrong]:
    for index, piece in enumerate(pieces):
        is_bend = None not in (piece.turn_deg, piece.radius_m)
        if (piece.straight_m is None) != is_bend or (piece.straight_m or 1.0) <= 0:
            yield (
                f"{key}[{index}]",
                "is straight_m, or turn_deg and radius_m",
                "应为 straight_m，或 turn_deg 与 radius_m",
            )
        elif piece.turn_deg is not None and abs(piece.turn_deg) * 0.01745 * (piece.radius_m or 0) <= 12.5:
            yield f"{key}[{index}]", "the bend is shorter than its ramps (12 m)", "弯道短于缓和段（12 m）"


def _actors_wrong(found: Scenario) -> Iterator[Wrong]:
    yield from _acts_wrong("own", found.own.act)
    try:
        wiring.applications(unit.settings(found.own, Path(), ""))
    except ConfigError as error:
        yield "own.settings", str(error).removeprefix("own.settings: "), error.zh.removeprefix("own.settings：")
    names = [actor.name for actor in found.actor]
    speaking = 0
    for index, actor in enumerate(found.actor):
        key = f"actor[{index}]"
        speaking += actor.count * (1 + len(actor.changes_id_s)) if actor.says != "nothing" else 0
        if actor.count < 1 or speaking > VOICES:
            yield (
                f"{key}.count",
                f"must be 1 or more; of all, {VOICES} can speak (a change of id is one more)",
                f"至少为 1；总共最多 {VOICES} 个发送者（每次更换标识另计一个）",
            )
        yield from _names_wrong(f"{key}.changes_id_s", actor)
        if actor.kind not in CLASSES:
            yield f"{key}.kind", f"is none of {', '.join(CLASSES)}", f"应为 {'、'.join(CLASSES)} 之一"
            continue
        if actor.name in names[:index] or actor.name == "roadside":
            yield f"{key}.name", "is taken", "名称已被使用"
        if _first_m(actor) < -BEFORE_M:
            yield (
                f"{key}.at_m",
                f"he would come from before the road, which begins {BEFORE_M:g} m before its origin",
                f"起点早于道路起点（原点前 {BEFORE_M:g} m）",
            )
        yield from _acts_wrong(key, actor.act)
        yield from _pieces_wrong(f"{key}.way", actor.way)


def _first_m(actor: Actor) -> float:
    """Where on the road the last of them is at first."""
    driven_m = LEAD_S * actor.speed_mps if actor.heading_deg == 0.0 else 0.0
    return actor.at_m - (actor.count - 1) * actor.apart_m - driven_m


def _names_wrong(key: str, actor: Actor) -> Iterator[Wrong]:
    if list(actor.changes_id_s) != sorted(set(actor.changes_id_s)):
        yield key, "must rise", "须依次递增"
    if actor.changes_id_s and (
        actor.kind == "ambulance" or (actor.says or KIN[actor.kind].says) not in ("bsm", "both")
    ):
        yield (
            key,
            "is for who says BSMs under pseudonyms, which an ambulance does not",
            "只适用于以假名证书发送 BSM 的参与者，救护车除外",
        )


def _acts_wrong(key: str, acts: tuple[Act, ...]) -> Iterator[Wrong]:
    events = {event.value for event in Event}
    for index, act in enumerate(acts):
        here = f"{key}.act[{index}]"
        for name in NEEDED[act.do]:
            if getattr(act, name) is None:
                yield f"{here}.{name}", f"do = {act.do!r} needs it", f"do 为 {act.do!r} 时必填"
        if act.event is not None and act.event not in events:
            yield f"{here}.event", f"is none of {', '.join(sorted(events))}", f"应为 {'、'.join(sorted(events))} 之一"
        if act.over_s <= 0 or (act.mps2 or 1) <= 0:
            yield f"{here}.do", "over_s and mps2 must be above 0", "over_s 与 mps2 必须大于 0"


def _expected_wrong(found: Scenario) -> Iterator[Wrong]:
    names = {"roadside", *(actor.name for actor in found.actor)}
    spans: list[tuple[str, Any]] = [(f"warning[{index}]", each) for index, each in enumerate(found.warning)]
    spans += [(f"bsm[{index}]", each) for index, each in enumerate(found.bsm)]
    spans += [(f"fault[{index}]", each) for index, each in enumerate(found.fault)]
    for key, span in spans:
        if not span.from_s < span.to_s:
            yield f"{key}.from_s", "must lie before to_s", "必须早于 to_s"
    for index, warning in enumerate(found.warning):
        key = f"warning[{index}]"
        if warning.until_s is not None and not warning.from_s < warning.until_s:
            yield f"{key}.until_s", "must lie after from_s", "必须晚于 from_s"
        if warning.of is not None and warning.of not in names:
            yield f"{key}.of", f"there is no actor {warning.of!r}", f"没有名为 {warning.of!r} 的参与者"
        if lacking := laws.lacking(found, warning):
            yield lacking, f"law = {warning.law!r} needs it", f"law 为 {warning.law!r} 时必填"
        if warning.of is None and (warning.least_m, warning.most_m, warning.within_ms) != (None, None, None):
            yield (
                f"{key}.of",
                "is needed with least_m, most_m and within_ms",
                "使用 least_m、most_m 或 within_ms 时必填",
            )
    for index, bsm in enumerate(found.bsm):
        if bsm.field is not None and not sent.is_field(bsm.field):
            yield f"bsm[{index}].field", f"a BSM has no {bsm.field!r}", f"BSM 没有 {bsm.field!r}"
        needed = NUMBERED[bsm.rule] if bsm.rule else ()
        for name in needed:
            if getattr(bsm, name) is None:
                yield f"bsm[{index}].{name}", f"rule = {bsm.rule!r} needs it", f"rule 为 {bsm.rule!r} 时必填"
        if not (bsm.none or bsm.rule or bsm.most_gap_ms or bsm.least_gap_ms):
            yield f"bsm[{index}]", "expects nothing: none, most_gap_ms, least_gap_ms or rule", "没有任何期望"
    yield from _status_wrong(found)


def _status_wrong(found: Scenario) -> Iterator[Wrong]:
    for index, lack in enumerate(found.unavailable):
        if not (lack.app or found.app):
            yield f"unavailable[{index}].app", "is needed where the scenario has none", "场景没有 app 时必填"
    for index, figure in enumerate(found.figure):
        if (figure.least, figure.most, figure.value) == (None, None, None):
            yield f"figure[{index}]", "needs least, most or value", "须有 least、most 或 value"
