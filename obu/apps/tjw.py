"""TJW, traffic jam warning: a jam is announced on our road (T/CSAE 53-2020)."""

from collections.abc import Iterator
from dataclasses import dataclass

from obu.apps.base import Need
from obu.apps.hlw import JAM
from obu.core.alert import Alert, Direction, Level, Text
from obu.core.condition import Condition, at_least, at_most, concerned
from obu.core.world import Hazard, View

NAME = "TJW"
TITLE = Text("拥堵", "Traffic jam")
NEEDS = frozenset({Need.SPEED})
PRIORITY = 5
ABOUT = "hazards"


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameters:
    """When to speak. lead_s: at least 8 s to slow down calmly; a jam is worth knowing earlier, where one can still turn
    off. range_m: an RSI's reach. min_speed_mps: who stands in it knows it.
    """

    lead_s: float = 20.0
    range_m: float = 500.0
    min_speed_mps: float = 3.0


def look(view: View, parameters: Parameters) -> list[Alert]:
    """One alert, of the nearest jam ahead."""
    jams, speed_mps = concerned(view, view.hazards, parameters, ours, theirs), view.own_mps
    return [
        Alert(
            app=NAME,
            subject=f"{jam.id[0].hex()}/{jam.id[1]}",
            level=Level.CAUTION,
            priority=PRIORITY,
            text=Text("前方拥堵", "Traffic jam ahead"),
            symbol="traffic_jam",
            direction=Direction.AHEAD,
            distance_m=jam.ahead_m,
            time_s=jam.ahead_m / speed_mps,
            why=(
                ("ahead_m", round(jam.ahead_m)),
                ("time_to_s", round(jam.ahead_m / speed_mps, 1)),
                ("age_s", round(jam.age_s, 2)),
            ),
        )
        for jam in jams[:1]
    ]


def ours(view: View, parameters: Parameters) -> Iterator[Condition]:
    """Of us."""
    yield at_least("own_speed_mps", view.own.speed_mps, parameters.min_speed_mps)


def theirs(view: View, jam: Hazard, parameters: Parameters) -> Iterator[Condition]:
    """Of what it is about."""
    yield "event_type", jam.event_type, "=", JAM, jam.event_type == JAM
    yield at_least("ahead_m", jam.ahead_m, 0.0)
    yield at_most("ahead_m", jam.ahead_m, min(view.own_mps * parameters.lead_s, parameters.range_m))
