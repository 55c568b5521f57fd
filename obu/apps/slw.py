"""SLW, speed limit warning: we are faster than our lane allows (T/CSAE 53-2020)."""

from collections.abc import Iterator
from dataclasses import dataclass

from obu.apps.base import Need
from obu.core.alert import Alert, Direction, Level, Text
from obu.core.condition import Condition, above, all_hold, is_there
from obu.core.driving import ByClass
from obu.core.units import mps
from obu.core.world import View

NAME = "SLW"
TITLE = Text("限速", "Speed limit")
NEEDS = frozenset({Need.SPEED, Need.LANE})
PRIORITY = 5
ABOUT = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameters:
    """When to speak. over_kph, over_share: the larger of both above the limit is what a speedometer errs.

    top_kph: what a vehicle of the class may do anywhere. A bus with standing room is built for less than 70 km/h
    (GB 7258-2017), a small car may drive 120 (Implementation Regulations of the Road Traffic Safety Law, art. 78). A
    line's own rule is usually lower: set it here.
    """

    over_kph: float = 3.0
    over_share: float = 0.05
    top_kph: ByClass = ByClass(taxi=120.0, bus12=70.0, bus18=70.0)


def look(view: View, parameters: Parameters) -> list[Alert]:
    """One alert, or none. Where no MAP tells a limit nothing is claimed."""
    if not all_hold(ours(view, parameters)):
        return []
    speed_mps, limit_kph = view.own_mps, round(_limit_mps(view, parameters) * 3.6)
    return [
        Alert(
            app=NAME,
            subject=str(limit_kph),
            level=Level.CAUTION,
            priority=PRIORITY,
            text=Text(f"限速 {limit_kph}，您已超速", f"Slow down to {limit_kph}"),
            symbol="speed_limit",
            direction=Direction.AHEAD,
            why=(("limit_kph", float(limit_kph)), ("speed_kph", round(speed_mps * 3.6, 1))),
        )
    ]


def ours(view: View, parameters: Parameters) -> Iterator[Condition]:
    """Of us."""
    yield is_there("limit_mps", view.limit_mps)
    limit_mps = _limit_mps(view, parameters)
    over_mps = max(mps(parameters.over_kph), parameters.over_share * limit_mps)
    yield above("own_speed_mps", view.own.speed_mps, limit_mps + over_mps)


def _limit_mps(view: View, parameters: Parameters) -> float:
    top_mps = mps(parameters.top_kph.of(view.vehicle))
    return top_mps if view.limit_mps is None else min(view.limit_mps, top_mps)
