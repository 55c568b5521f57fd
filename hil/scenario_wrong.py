"""What is wrong of a scenario's values: key, and one sentence in both languages; nothing is read here."""

import itertools
from collections.abc import Iterator, Sequence

from hil import actors_wrong, defects, expected_wrong, faults, junction, recorded
from hil.expected_wrong import Wrong
from hil.scenario import Remapped, Revision, Scenario
from hil.ways import road_of
from obu.codec import json_form
from obu.codec.messages import unpack
from obu.core.errors import LocalError, RemoteError

SPANS = {
    "loss": (0, 1), "latency_ms": (0, 5000), "sigma_m": (0, 100), "white_m": (0, 100),
    "clock_off_ms": (-10_000, 10_000), "others_sigma_m": (0, 12),  # BSM: 12.65 m is the most that it can tell
}  # fmt: skip
EXPECTED = {"warn": ("app", "warning"), "no_warn": (), "no_sound": ("app",), "fault": ("fault",), "rule": ()}


def of(found: Scenario) -> Iterator[Wrong]:
    """Of all of it."""
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
    yield from actors_wrong.of(found)
    yield from expected_wrong.of(found)
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
    yield from actors_wrong.of_way("road.pieces", found.road.pieces)
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
