"""TJW, traffic jam warning: a jam is announced on our road (T/CSAE 53-2020)."""

from dataclasses import dataclass

from obu.apps.base import Need
from obu.apps.hlw import JAM
from obu.core.alert import Alert, Direction, Level, Text
from obu.core.world import View

NAME = "TJW"
TITLE = Text("拥堵", "Traffic jam")
NEEDS = frozenset({Need.SPEED})
PRIORITY = 5


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
    speed_mps = view.own.speed_mps
    if speed_mps is None or speed_mps < parameters.min_speed_mps:
        return []
    reach_m = min(speed_mps * parameters.lead_s, parameters.range_m)
    jams = [hazard for hazard in view.hazards if hazard.event_type == JAM and 0.0 <= hazard.ahead_m <= reach_m]
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
