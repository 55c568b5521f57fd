"""Defects of a unit in what it knows and tells of itself."""

import dataclasses
from typing import Any

from hil.defects.planting import Defect, changed, constant
from obu.can_input.assembler import Assembler
from obu.core.geo import LatLon
from obu.positioning import gate
from obu.positioning.own import OwnTracker


def _held(right: Any) -> Any:
    """The last value of each signal for ever."""
    kept: dict[str, Any] = {}

    def vehicle(self: Any, at_ns: int) -> Any:
        found = right(self, at_ns)
        for field in dataclasses.fields(found):
            if (value := getattr(found, field.name)) is not None:
                kept[field.name] = value
        return dataclasses.replace(found, **kept)

    return vehicle


def _antenna(right: Any) -> Any:
    return lambda self, fix, body: LatLon(fix.lat_deg, fix.lon_deg)


DEFECTS: dict[str, Defect] = {
    "believing": constant("it takes any fix for true", gate, "_jump", lambda *_: None),
    "holding": changed("it keeps a lost signal's last value", Assembler, "vehicle", _held),
    "armless": changed("it takes its antenna for its centre", OwnTracker, "_centre", _antenna),
}
