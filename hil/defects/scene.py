"""Defects of a unit in what it makes of the others, and what the driver is shown of it."""

import dataclasses
from typing import Any

from hil.defects.planting import Defect, Patch, changed, constant, result
from obu.codec.messages.map import MapData
from obu.core.geo import Offset
from obu.core.now import NS_PER_S
from obu.core.world import Course, View, Zone
from obu.hmi.arbiter import Arbiter, ArbiterState
from obu.scene import facts, movers, relevance, ways
from obu.scene import view as scene
from obu.scene.facts import Facts
from obu.scene.lanes import Roads
from obu.scene.view import Look, Scene
from obu.station import unavailable, warn
from obu.station.health import Health
from obu.station.warn import Warn

EVENT_AHEAD_M = 50.0


def _all_ahead(seen: View) -> View:
    return dataclasses.replace(seen, neighbours=tuple(_as_ahead(other) for other in seen.neighbours))


def _as_ahead(other: Any) -> Any:
    offset = Offset(abs(other.offset.ahead_m) + 1.0, 0.0)
    return dataclasses.replace(
        other,
        zone=Zone.SAME,
        course=Course.SAME,
        offset=offset,
        gap_m=offset.ahead_m,
        along_m=offset.ahead_m,
        right_m=0.0,
    )


def _ours(zone: Zone) -> Zone:
    return Zone.SAME if zone is not Zone.FAR else zone


def _twice_as_wide(right: Any) -> Any:
    return lambda right_m: right(right_m / 2.0)


def but(*kinds: str) -> Any:
    """Nothing of these kinds is taken in."""

    def without(right: Any) -> Any:
        def heard(self: Any, message: Any, *rest: Any) -> None:
            if type(message).__name__ not in kinds:
                right(self, message, *rest)

        return heard

    return without


def _first_lanes(right: Any) -> Any:
    """Whoever was met in a lane is believed to stay there."""
    kept: dict[bytes, Zone] = {}

    def neighbour(self: Any, mover: Any) -> Any:
        found = right(self, mover)
        return dataclasses.replace(found, zone=kept.setdefault(mover.id, found.zone))

    return neighbour


def _first_heard(right: Any) -> Any:
    kept: list[Roads] = []

    def known(*words: Any) -> Any:
        found = right(*words)
        if found.lanes and not kept:
            kept.append(found)
        return kept[0] if kept else found

    return known


def _heard_twice(right: Any) -> Any:
    last: list[Any] = [None, True]  # what was said at the last look, whether it was new then

    def known(self: Any, told: Facts, place: Any, apart: Any) -> Any:
        now = [fact.message for fact in told.of_kind(MapData)]
        if last[0] is None or [id(one) for one in now] != [id(one) for one in last[0]]:
            last[:] = now, last[0] is None or [one.nodes for one in now] != [one.nodes for one in last[0]]
        return Roads((), place) if last[1] else right(self, told, place, apart)

    return known


def _begun_anew(right: Any) -> Any:
    def look(self: Any, *words: Any) -> None:
        before = self.scene.roads
        right(self, *words)
        if self.scene.roads is not before:
            self.arbiter.state = ArbiterState(last_number=self.arbiter.state.last_number)

    return look


def _both_sides() -> tuple[Patch, ...]:
    right = relevance.ahead_m

    def ahead_m(*words: Any) -> float | None:
        found = right(*words)
        return None if found is None else abs(found)

    return Patch(relevance, "HEADING_LIMIT_DEG", 181.0), Patch(relevance, "ahead_m", ahead_m)


def _without_patience() -> tuple[Patch, ...]:
    return Patch(Arbiter, "_latch", lambda *_: 0), Patch(Arbiter, "_is_quiet", lambda *_: False)


def _seldom() -> tuple[Patch, ...]:
    return Patch(warn, "LOOK_APART_NS", NS_PER_S), Patch(warn, "LOOK_AGAIN_NS", NS_PER_S)


def _exact(seen: View) -> View:
    there = tuple(dataclasses.replace(other, sigma_m=0.0) for other in seen.neighbours)
    return dataclasses.replace(seen, neighbours=there)


DEFECTS: dict[str, Defect] = {
    "startled": result("it takes every neighbour for one ahead in its lane", Scene, "build", _all_ahead),
    "double": constant("it takes who is heard and seen for two", movers, "_is_known", lambda *_: False),
    "crosseyed": result("it takes the next lane for ours", scene, "zone", _ours),
    "broad_laned": changed("it takes lanes for twice as wide", scene, "zone", _twice_as_wide),
    "straightforward": constant("it believes to drive straight on", ways, "curvature_per_m", lambda *_: 0.0),
    "roadblind": constant("it takes every event for one of its road", relevance, "ahead_m", lambda *_: EVENT_AHEAD_M),
    "directionless": Defect("it takes what is said to the others' side for itself", _both_sides),
    "calendarless": constant("an event holds always", relevance, "is_active", lambda *_: True),
    "nostalgic": constant("nobody is ever forgotten", Facts, "expire", lambda *_: None),
    "fleeting": constant(
        "a neighbour is forgotten after a tenth of a second", facts, "LIFE_S", dict.fromkeys(facts.LIFE_S, 0.12)
    ),
    "nameless": constant("it takes another name for another car", Facts, "_succeed", lambda *_: None),
    "mistaken": constant("it takes whoever appears within 6 m for somebody who is silent", facts, "SAME_M", 6.0),
    "conservative": changed("it keeps the lanes of the first MAP that it heard", Scene, "_known", _first_heard),
    "wary": changed("it uses a MAP when it has heard it twice", Scene, "_known", _heard_twice),
    "rebuilding": changed("a new MAP ends what it warns of, to be told anew", Warn, "look", _begun_anew),
    "fixed_in_lane": changed("nobody ever changes lanes", Look, "_neighbour", _first_lanes),
    "fickle": Defect("a warning goes and comes with each message", _without_patience),
    "reticent": constant("it does not say what it cannot warn of", unavailable, "lacks", lambda *_: []),
    "insistent": constant("a warning that is over stays on the screen", Health, "_clear", lambda _: []),
    "overwhelmed_by_a_dozen": constant("it knows twelve others at most", facts, "MOST", dict.fromkeys(facts.MOST, 12)),
    "certain": result("it takes every place for exact", Scene, "build", _exact),
    "sluggish": Defect("it looks at the road once a second", _seldom),
    "carblind": changed("it makes nothing of BSMs", Facts, "heard", but("Bsm")),
}
