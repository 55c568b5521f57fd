"""IVS, in-vehicle signage: what a sign on our road says, on the screen (T/CSAE 53-2020)."""

from dataclasses import dataclass

from obu.apps.base import Need
from obu.core.alert import Alert, Direction, Level, Text
from obu.core.signs import NAMES, PROHIBITION, WARNING
from obu.core.world import Sign, View

NAME = "IVS"
TITLE = Text("交通标志", "Road signs")
NEEDS = frozenset({Need.SPEED})
PRIORITY = 6
SPEED_LIMITS = (85, 86)  # their number is in the MAP, and SLW's


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameters:
    """When to show. lead_s: time to read it before it is there. least_m, range_m: at a crawl, and T/CSAE 53."""

    lead_s: float = 10.0
    least_m: float = 30.0
    range_m: float = 150.0
    passed_m: float = 10.0


def look(view: View, parameters: Parameters) -> list[Alert]:
    """One alert per sign ahead, the nearest first."""
    speed_mps = view.own.speed_mps
    if speed_mps is None:
        return []
    reach_m = min(max(speed_mps * parameters.lead_s, parameters.least_m), parameters.range_m)
    return [
        _alert(sign, speed_mps)
        for sign in view.signs
        if sign.sign_type not in SPEED_LIMITS and -parameters.passed_m <= sign.ahead_m <= reach_m
    ]


def _alert(sign: Sign, speed_mps: float) -> Alert:
    return Alert(
        app=NAME,
        subject=f"{sign.id[0].hex()}/sign {sign.id[1]}",
        level=Level.INFORMATION,
        priority=PRIORITY,
        text=text_of(sign),
        symbol="sign_ahead",
        direction=Direction.AHEAD,
        distance_m=max(0.0, sign.ahead_m),
        time_s=max(0.0, sign.ahead_m) / speed_mps if speed_mps > 0.5 else None,
        why=(
            ("sign_type", float(sign.sign_type)),
            ("ahead_m", round(sign.ahead_m, 1)),
            ("age_s", round(sign.age_s, 2)),
        ),
    )


def text_of(sign: Sign) -> Text:
    """Its name; a sign that is text has its own words, which come from afar and are cut."""
    zh = NAMES.get(sign.sign_type) or (sign.description or "")[:12] or "道路标志"
    kind = "Warning" if sign.sign_type in WARNING else "Prohibition" if sign.sign_type in PROHIBITION else "Road"
    return Text(zh, f"{kind} sign {sign.sign_type}")
