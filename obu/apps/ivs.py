"""IVS, in-vehicle signage: what a sign on our road says, on the screen (T/CSAE 53-2020)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from obu.apps.base import Need
from obu.core.alert import Alert, Direction, Level, Text
from obu.core.condition import Condition, at_least, at_most, concerned, is_there
from obu.core.signs import FIGURED, NAMES, SYMBOLS
from obu.core.world import Sign, View

NAME = "IVS"
TITLE = Text("交通标志", "Road signs")
NEEDS = frozenset({Need.SPEED})
PRIORITY = 6
ABOUT = "signs"
SPEED_LIMITS = (85, 86)  # of those that the MAP tells, SLW speaks
CODE = re.compile("^[0-9A-Za-z]{16}")  # GB/T 30699-2014, with which T/CSAE 159-2020 has the words begin
FIGURE = re.compile(r"(?<![\d.])\d{1,3}(?:\.\d)?(?![\d.])")
LONGEST_WORDS = 12
UNNAMED = Text("前方有道路标志", "Road sign ahead")


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameters:
    """When to show. lead_s: time to read it before it is there. least_m, range_m: at a crawl, and T/CSAE 53.

    passed_m: as HLW's, behind our front.
    """

    lead_s: float = 10.0
    least_m: float = 30.0
    range_m: float = 150.0
    passed_m: float = 5.0


def look(view: View, parameters: Parameters) -> list[Alert]:
    """One alert per sign ahead, the nearest first."""
    found = concerned(view, view.signs, parameters, ours, theirs)
    return [_alert(sign, view.own_mps) for sign in found]


def ours(view: View, _parameters: Parameters) -> Iterator[Condition]:
    """Of us."""
    yield is_there("own_speed_mps", view.own.speed_mps)


def theirs(view: View, sign: Sign, parameters: Parameters) -> Iterator[Condition]:
    """Of what it is about."""
    reach_m = max(view.own_mps * parameters.lead_s, parameters.least_m)
    told = () if view.limit_mps is None else SPEED_LIMITS
    yield "sign_type", sign.sign_type, "not in", told, sign.sign_type not in told
    yield at_least("ahead_m", sign.ahead_m, -parameters.passed_m)
    yield at_most("ahead_m", sign.ahead_m, min(reach_m, parameters.range_m))


def _alert(sign: Sign, speed_mps: float) -> Alert:
    return Alert(
        app=NAME,
        subject=f"{sign.id[0].hex()}/sign {sign.id[1]}",
        level=Level.INFORMATION,
        priority=PRIORITY,
        text=text_of(sign),
        symbol=SYMBOLS.get(sign.sign_type, "sign_ahead"),
        direction=Direction.AHEAD,
        distance_m=max(0.0, sign.ahead_m),
        time_s=max(0.0, sign.ahead_m) / speed_mps if speed_mps > 0.5 else None,
        why=(
            ("sign_type", float(sign.sign_type)),
            *((("figure", figure),) if (figure := figure_of(sign)) else ()),
            ("ahead_m", round(sign.ahead_m, 1)),
            ("age_s", round(sign.age_s, 2)),
        ),
    )


def text_of(sign: Sign) -> Text:
    """Its name and figure; a sign that is text has its own words, which come from afar and are cut."""
    name, figure, words = NAMES.get(sign.sign_type), figure_of(sign), _words(sign)[:LONGEST_WORDS]
    if name:
        return Text(f"{name.zh} {figure}", f"{name.en} {figure}") if figure else name
    return Text(words, words) if words else UNNAMED


def figure_of(sign: Sign) -> str:
    """The only figure in its words, if it is a sign that bears one; else ""."""
    found = FIGURE.findall(_words(sign)) if sign.sign_type in FIGURED else []
    return found[0] if len(found) == 1 else ""


def _words(sign: Sign) -> str:
    return CODE.sub("", sign.description or "")
