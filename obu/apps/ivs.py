"""IVS, in-vehicle signage: what a sign on our road says, on the screen (T/CSAE 53-2020)."""

from collections.abc import Iterator
from dataclasses import dataclass

from obu.apps.base import Need
from obu.core.alert import Alert, Direction, Level, Text
from obu.core.condition import Condition, at_least, at_most, concerned, is_there
from obu.core.signs import NAMES
from obu.core.world import Sign, View

NAME = "IVS"
TITLE = Text("交通标志", "Road signs")
NEEDS = frozenset({Need.SPEED})
PRIORITY = 6
ABOUT = "signs"
SPEED_LIMITS = (85, 86)  # their number is in the MAP, and SLW's
LONGEST_WORDS = 12
UNNAMED = Text("前方有道路标志", "Road sign ahead")


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameters:
    """When to show. lead_s: time to read it before it is there. least_m, range_m: at a crawl, and T/CSAE 53."""

    lead_s: float = 10.0
    least_m: float = 30.0
    range_m: float = 150.0
    passed_m: float = 10.0


def look(view: View, parameters: Parameters) -> list[Alert]:
    """One alert per sign ahead, the nearest first."""
    found = concerned(view, view.signs, parameters, ours, theirs)
    return [_alert(sign, view.own.speed_mps or 0.0) for sign in found]


def ours(view: View, _parameters: Parameters) -> Iterator[Condition]:
    """Of us."""
    yield is_there("own_speed_mps", view.own.speed_mps)


def theirs(view: View, sign: Sign, parameters: Parameters) -> Iterator[Condition]:
    """Of what it is about."""
    reach_m = max((view.own.speed_mps or 0.0) * parameters.lead_s, parameters.least_m)
    yield "sign_type", sign.sign_type, "not in", SPEED_LIMITS, sign.sign_type not in SPEED_LIMITS
    yield at_least("ahead_m", sign.ahead_m, -parameters.passed_m)
    yield at_most("ahead_m", sign.ahead_m, min(reach_m, parameters.range_m))


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
    words = (sign.description or "")[:LONGEST_WORDS]
    return NAMES.get(sign.sign_type) or (Text(words, words) if words else UNNAMED)
