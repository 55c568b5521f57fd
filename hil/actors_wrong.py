"""What is wrong of who moves in a scenario, and of the ways they take: key, and one sentence in both languages."""

from collections.abc import Iterator
from pathlib import Path

from hil import unit
from hil.expected_wrong import Wrong
from hil.people import KIN
from hil.scenario import CLASSES, LEAD_S, VOICES, Act, Actor, Piece, Scenario
from hil.ways import BEFORE_M
from obu.core.errors import ConfigError
from obu.core.vehicle import Event
from obu.runtime import wiring

NEEDED = {
    "accelerate": ("mps2", "to_mps"), "brake": ("mps2",), "stop": ("at_m",), "change_lane": ("right_m",),
    "signal": ("side",), "event": ("event",), "doors": (), "siren": (),
}  # fmt: skip


def of_way(key: str, pieces: tuple[Piece, ...]) -> Iterator[Wrong]:
    """Of a road's or a way's pieces."""
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


def of(found: Scenario) -> Iterator[Wrong]:
    """Of ourselves and of all others."""
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
        yield from of_way(f"{key}.way", actor.way)


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
