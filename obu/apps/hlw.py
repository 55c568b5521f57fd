"""HLW, hazardous location warning: a road event of an RSI lies ahead on our road (T/CSAE 53-2020)."""

from collections.abc import Iterator
from dataclasses import dataclass

from obu.apps.base import Need
from obu.core.alert import Alert, Direction, Level, Text
from obu.core.condition import Condition, at_least, at_most, concerned, is_there
from obu.core.world import Hazard, View

NAME = "HLW"
ABOUT = "hazards"
TITLE = Text("道路危险", "Road hazard")
NEEDS = frozenset({Need.SPEED})
JAM = 707  # GB/T 29100-2012 with YD/T 3709 annex A: congestion, which is TJW's
PRIORITY = 4  # below every collision warning (order of the IMT-2020 white paper's vendor lists)


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameters:
    """When to speak.

    lead_s: time to the event at which the driver is told; at least 8 s are needed to slow down calmly, 1.5 s more
    cover message age and reading; what is 10 s away he does not keep in mind, and half a second is what our place and a
    path drawn by a few points err (7 m at 50 km/h). min_distance_m: at crawling speed the event still is announced
    from here. range_m: T/CSAE 53 HLW range. passed_m: over is what the driver, who sits at the front, has passed;
    T/CSAE 53 lets our place err by 5 m, and so long it may be ahead of him still.
    """

    lead_s: float = 9.5
    min_distance_m: float = 30.0
    range_m: float = 300.0
    passed_m: float = 5.0


# The first two digits of the event type: GB/T 29100-2012 classes, with the words a driver reads at a glance.
CLASS_TEXT = {
    1: (Text("前方事故", "Accident ahead"), "hazard_ahead"),
    2: (Text("前方险情", "Disaster ahead"), "hazard_ahead"),
    3: (Text("前方恶劣天气", "Bad weather ahead"), "hazard_ahead"),
    4: (Text("前方路面异常", "Poor road ahead"), "hazard_ahead"),
    5: (Text("前方道路施工", "Road works ahead"), "roadworks"),
    6: (Text("前方有活动", "Public event ahead"), "road_event"),
    7: (Text("前方突发事件", "Incident ahead"), "hazard_ahead"),
    9: (Text("前方注意", "Caution ahead"), "road_event"),
}
# Single codes that deserve their own words (GB/T 29100-2012 with YD/T 3709 annex A).
EVENT_TEXT = {
    407: Text("前方路面积水", "Flooded road ahead"),
    408: Text("前方路面湿滑", "Slippery road"),
    409: Text("前方路面结冰", "Ice ahead"),
    401: Text("前方有抛洒物", "Debris ahead"),
    502: Text("前方道路封闭", "Road closed ahead"),
    305: Text("前方有雾", "Fog ahead"),
    904: Text("前方有车逆行", "Wrong-way driver"),
}


def look(view: View, parameters: Parameters) -> list[Alert]:
    """One alert per hazard ahead within the lead time, nearest first."""
    found = concerned(view, view.hazards, parameters, ours, theirs)
    return [_alert(hazard, view.own_mps) for hazard in sorted(found, key=lambda one: one.ahead_m)]


def ours(view: View, _parameters: Parameters) -> Iterator[Condition]:
    """Of us."""
    yield is_there("own_speed_mps", view.own.speed_mps)


def theirs(view: View, hazard: Hazard, parameters: Parameters) -> Iterator[Condition]:
    """Of what it is about."""
    reach_m = max(view.own_mps * parameters.lead_s, parameters.min_distance_m)
    yield "event_type", hazard.event_type, "!=", JAM, hazard.event_type != JAM
    yield at_least("ahead_m", hazard.ahead_m, -parameters.passed_m)
    yield at_most("ahead_m", hazard.ahead_m, min(reach_m, parameters.range_m))


def _alert(hazard: Hazard, speed_mps: float) -> Alert:
    text, symbol = CLASS_TEXT.get(hazard.event_type // 100, CLASS_TEXT[9])
    rsu, number = hazard.id
    return Alert(
        app=NAME,
        subject=f"{rsu.hex()}/{number}",
        level=Level.CAUTION,
        priority=PRIORITY,
        text=EVENT_TEXT.get(hazard.event_type, text),
        symbol=symbol,
        direction=Direction.AHEAD,
        distance_m=max(hazard.ahead_m, 0.0),
        time_s=max(hazard.ahead_m, 0.0) / speed_mps if speed_mps > 0.5 else None,
        why=(
            ("event_type", float(hazard.event_type)),
            ("ahead_m", round(hazard.ahead_m, 1)),
            ("time_to_s", round(hazard.ahead_m / speed_mps, 1) if speed_mps > 0.5 else "standing"),
            ("age_s", round(hazard.age_s, 2)),
        ),
    )
