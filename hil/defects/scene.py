"""Defects of a unit in what it makes of the others, and what the driver is shown of it."""

import dataclasses
from typing import Any

from hil.defects.planting import Defect, constant, result
from obu.core.geo import Offset
from obu.core.world import Course, View, Zone
from obu.scene import view as scene

EVENT_AHEAD_M = 50.0


def _all_ahead(seen: View) -> View:
    return dataclasses.replace(seen, neighbours=tuple(_as_ahead(other) for other in seen.neighbours))


def _as_ahead(other: Any) -> Any:
    offset = Offset(abs(other.offset.ahead_m) + 1.0, 0.0)
    return dataclasses.replace(other, zone=Zone.SAME, course=Course.SAME, offset=offset, gap_m=offset.ahead_m)


DEFECTS: dict[str, Defect] = {
    "startled": result("it takes every neighbour for one ahead in its lane", scene, "build", _all_ahead),
    "roadblind": constant("it takes every event for one of its road", scene, "ahead_m", lambda *_: EVENT_AHEAD_M),
}
