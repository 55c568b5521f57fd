"""The window that each `law` of a scenario's [[warning]] is; its one rule: the world's motion decides, no application.

ahead, before, touched: what a driver of the class needs to stop (hil/windows.py) for who is ahead; for a place or the
near side of who steps there, from his first step on; for who will be at our side or rear. notice: who or what is still
far away, by NOTICE_S. acts: another brakes or skids. signals: our driver signals left, and somebody is there already,
or comes nearer than lets us pass. beside: somebody comes into the zone of ISO 17387. comes_up: somebody faster is on
the lane that we want. moves_over: we steer towards somebody. drives_off: somebody comes before us as we stand. faster:
we drive faster than is allowed. slower: as fast as now we are at the light while it is red, slower as it turns green.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from itertools import takewhile
from types import MappingProxyType

from hil import windows
from hil.course import STEP_S
from hil.expected import Warning
from hil.people import KIN, Ourselves
from hil.scenario import LEAD_S, Act, Actor, Scenario
from hil.ways import road_of

# Seconds of driving before it is reached: no earlier, for nobody keeps it in mind, and no later. A calm stop of any
# class from 50 km/h takes 5.9 s of driving (windows.EARLIEST), of a bus from 60 km/h 6.6 s; 8 s for who must look
# for something that he does not see yet. A car that stands is seen: 8 s, and 0.2 s of all places. A sign is read
# at once. For an ambulance a lane is cleared.
NOTICE_S: Mapping[str, tuple[float, float]] = MappingProxyType(
    {"AVW": (8.2, 6.0), "EVW": (30.0, 25.0), "HLW": (10.0, 8.0), "IVS": (11.0, 7.5), "TJW": (25.0, 8.0)}
)
TOLD_S = 0.5  # age of a BSM up to 0.2 s, 0.1 s on its way, a second one, decision and display
ISO_SHOWN_S, MESSAGES_S = 0.3, 0.2  # ISO 17387: in the zone, until it is shown; and two messages
COMES_UP_S = (
    (10.0, 2.5),
    (15.0, 3.0),
    (math.inf, 3.5),
)  # ISO 17387: closing speed up to, seconds until he is there
REACTION_S = windows.LATEST["taxi"][0]  # to steer back; the brakes of a bus are not in it
TOP_KMH = {"taxi": 120.0, "bus12": 70.0, "bus18": 70.0}  # GB 7258-2017 of standees; Implementation Regulations art. 78
ERRS_KMH, ERRS_SHARE = 3.0, 0.05  # what a speedometer errs, the larger of both
STANDS_S = 1.0  # faster for so long is no slip of the foot
ROLLS_MPS = 5.0  # towards a red light nobody rolls slower: those behind him (SUMO, device.glosa.min-speed)
Span = tuple[float, float]


def of(found: Scenario) -> tuple[Warning, ...]:
    """Its warnings, each with the window of its law, if it has one, wider by slack_s each way."""
    return tuple(_by_law(found, each) for each in found.warning)


def _by_law(found: Scenario, each: Warning) -> Warning:
    if each.law is None:
        return each
    if each.law == "ahead":
        lead = _actor(found, each)
        lead_mps = lead.speed_mps if lead.heading_deg == 0.0 else 0.0
        least_m, most_m = windows.ahead_m(found.own.kind, found.own.speed_mps, lead_mps)
        return replace(each, least_m=least_m, most_m=most_m)
    from_s, to_s = SPANS[each.law](found, each)
    return replace(each, from_s=round(from_s - each.slack_s, 2), to_s=round(to_s + each.slack_s, 2))


def _before(found: Scenario, each: Warning) -> Span:
    if each.place_m is not None:
        return windows.between_s(found, each.place_m + each.past_m)
    other = _actor(found, each)
    from_s, to_s = windows.between_s(found, other.at_m - KIN[other.kind].width_m / 2.0)
    return max(from_s, min((act.from_s for act in other.act if act.do == "accelerate"), default=from_s)), to_s


def _notice(found: Scenario, each: Warning) -> Span:
    at_s, (earliest_s, latest_s) = reached_s(found, each), NOTICE_S[found.app or ""]
    return at_s - earliest_s, at_s - latest_s


def _touched(found: Scenario, each: Warning) -> Span:
    own = found.own
    return windows.stop_before_s(own.kind, own.speed_mps, windows.touched_s(found, each.of or ""))


def _acts(found: Scenario, each: Warning) -> Span:
    at_s = min(act.from_s for act in acts_of(_actor(found, each)))
    return at_s, at_s + TOLD_S


def _signals(found: Scenario, _each: Warning) -> Span:
    at_s = own_acts(found, "signal")[0].from_s
    return at_s, at_s + TOLD_S


def _beside(found: Scenario, each: Warning) -> Span:
    at_s = windows.beside_s(found, each.of or "")
    return at_s - ISO_SHOWN_S, at_s + ISO_SHOWN_S + MESSAGES_S


def _comes_up(found: Scenario, each: Warning) -> Span:
    closing_mps = _actor(found, each).speed_mps - found.own.speed_mps
    at_s, latest_s = reached_s(found, each), next(s for most_mps, s in COMES_UP_S if closing_mps <= most_mps)
    return at_s - windows.FAR_S, at_s - latest_s + TOLD_S


def _moves_over(found: Scenario, each: Warning) -> Span:
    """Until our side has used up what lies between it and his, by how our middle moves across the road."""
    own, other, act = found.own, _actor(found, each), own_acts(found, "change_lane")[0]
    apart_m = abs(other.right_m - own.right_m) - (windows.WIDTH_M[own.kind] + KIN[other.kind].width_m) / 2.0
    ours = Ourselves(own, road_of(found.road), found.lasts_s)
    begin = ours.pose(act.from_s)
    turn = math.radians(begin.heading_deg)
    for step in range(round((found.lasts_s - act.from_s) / STEP_S)):
        pose = ours.pose(act.from_s + step * STEP_S)
        east_m, north_m = pose.east_m - begin.east_m, pose.north_m - begin.north_m
        if abs(east_m * math.cos(turn) - north_m * math.sin(turn)) >= apart_m:
            return act.from_s, act.from_s + step * STEP_S - REACTION_S
    return act.from_s, math.inf


def _drives_off(found: Scenario, each: Warning) -> Span:
    """Nobody takes his foot off the brake before he has looked, and he has not looked before he knows."""
    at_s = own_acts(found, "accelerate")[0].from_s
    return windows.across_s(found, each.of or "") - windows.FAR_S, at_s - windows.LATEST[found.own.kind][0]


def _faster(found: Scenario, _each: Warning) -> Span:
    at_s = too_fast_s(found)
    return at_s, at_s + STANDS_S + TOLD_S


def _slower(found: Scenario, _each: Warning) -> Span:
    """From where the MAP tells of the light, until who then brakes to ROLLS_MPS, calmly, still comes too early.

    to_s is -inf, where as fast as now we come when it is green, or are no faster than ROLLS_MPS.
    """
    own, light = found.own, found.signal[0]
    move = light.lanes[light.ours - 1].split("+")[0]
    plan = next((phase.plan for phase in light.phase if move in phase.moves), ())
    red_s = sum(lasts_s for _, lasts_s in takewhile(lambda told: told[0] != "green", plan))
    left_m = light.at_m - own.at_m - KIN[own.kind].length_m / 2.0
    from_s, slower_mps = (left_m - light.approach_m) / own.speed_mps, own.speed_mps - ROLLS_MPS
    if slower_mps <= 0.0 or left_m >= own.speed_mps * red_s:
        return from_s, -math.inf
    reaction_s, mps2 = windows.EARLIEST[own.kind]
    return from_s, (left_m - ROLLS_MPS * red_s) / slower_mps - reaction_s - slower_mps / mps2 / 2.0


SPANS: Mapping[str, Callable[[Scenario, Warning], Span]] = MappingProxyType(
    {
        "before": _before, "notice": _notice, "touched": _touched, "acts": _acts, "signals": _signals,
        "beside": _beside, "comes_up": _comes_up, "moves_over": _moves_over, "drives_off": _drives_off,
        "faster": _faster, "slower": _slower,
    }
)  # fmt: skip


def reached_s(found: Scenario, each: Warning) -> float:
    """When our front is at place_m or at the rear of `of`, or his front at our rear, as both drive at the begin."""
    own, half_m = found.own, KIN[found.own.kind].length_m / 2.0
    if each.place_m is not None:
        return (each.place_m - own.at_m - half_m) / own.speed_mps
    other = _actor(found, each)
    between_m = abs(other.at_m - own.at_m) - half_m - KIN[other.kind].length_m / 2.0
    return between_m / abs(other.speed_mps - own.speed_mps)


def too_fast_s(found: Scenario) -> float:
    """When our front is on an approach and we are faster than its limit, or our class's, by what a speedometer errs."""
    own, half_m = found.own, KIN[found.own.kind].length_m / 2.0
    ours = Ourselves(own, road_of(found.road), found.lasts_s)
    for step in range(round(-LEAD_S / STEP_S), round(found.lasts_s / STEP_S)):
        at_s = step * STEP_S
        front_m = ours.along_m(at_s) + half_m
        for light in found.signal:
            limit_kmh = min(light.limit_mps * 3.6, TOP_KMH[own.kind])
            errs_kmh = max(ERRS_KMH, ERRS_SHARE * limit_kmh)
            is_on_it = light.at_m - light.approach_m <= front_m <= light.at_m
            if is_on_it and ours.pose(at_s).speed_mps * 3.6 > limit_kmh + errs_kmh:
                return at_s
    return math.inf


def _actor(found: Scenario, each: Warning) -> Actor:
    return next(actor for actor in found.actor if actor.name == each.of)


def acts_of(actor: Actor) -> list[Act]:
    """What of his the law `acts` is of."""
    return [act for act in actor.act if act.do in ("brake", "event")]


def own_acts(found: Scenario, do: str) -> list[Act]:
    """Of ours those to the left, if they have a side."""
    return [act for act in found.own.act if act.do == do and act.side in (None, "left")]
