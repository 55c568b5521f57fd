"""Defects of a unit in what it knows and tells of itself."""

import dataclasses
from typing import Any

from hil.defects.planting import Defect, changed, constant
from obu.can_input.assembler import Assembler
from obu.core.now import NS_PER_MS
from obu.positioning import gate
from obu.station import events, schedule


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


DEFECTS: dict[str, Defect] = {
    "believing": constant("it takes any fix for true", gate, "_jump", lambda *_: None),
    "holding": changed("it keeps a lost signal's last value", Assembler, "vehicle", _held),
    "slow": constant("event BSMs go each 300 ms", schedule, "PERIOD_NS", 300 * NS_PER_MS),
    "blunt": constant("braking is hard from 6 m/s2 on", events, "HARD_BRAKING_MPS2", 6.0),
}
