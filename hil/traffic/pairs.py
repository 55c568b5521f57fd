"""What one of our units knows of itself and of somebody around it, as numbers a learner can be given.

Its one rule: the unit's own view and nothing else, so that no rule of the unit has more to go by.
"""

import math
from array import array
from collections import deque
from dataclasses import dataclass, field

from hil.traffic.knowing import Knower
from obu.core.vehicle import Event, Light
from obu.core.world import Course, Kind, Neighbour, Signal, Turn, View, Zone

LOOK_APART_S, BEFORE_S = 0.19, 0.9
SLOWEST_MPS = 1.0
NEAR_M, NEAR_ON_FOOT_M, BESIDE_M, BEHIND_M = 110.0, 60.0, 30.0, 15.0  # who is further cannot matter within 8 s
UNKNOWN, NEVER_S = math.nan, 99.0
CHANGING = ("own_mps", "own_mps2", "along_m", "right_m", "gap_m", "diff_deg", "mps", "mps2", "nears_mps", "passes_m",
            "own_to_m", "to_m", "first_s")  # fmt: skip


@dataclass(slots=True)
class Pairs:
    """Looks at pairs of road users. who: (ours, the other, which application it would be about, seconds) of each.

    numbers: `width` of each, one after another; NaN where the unit knows none.
    """

    who: list[tuple[str, str, str, float]] = field(default_factory=list)
    numbers: "array[float]" = field(default_factory=lambda: array("f"))

    @property
    def width(self) -> int:
        """How many numbers one look has."""
        return len(self.numbers) // len(self.who) if self.who else 0

    def extend(self, more: "Pairs") -> None:
        """Theirs after ours."""
        self.who.extend(more.who)
        self.numbers.extend(more.numbers)


class Looked:
    """What one of ours sees, five times a second. look() at each turn; the outcome is in pairs."""

    def __init__(self, knower: Knower) -> None:
        self.pairs = Pairs()
        self._knower = knower
        self._at_s = -LOOK_APART_S
        self._before: dict[str, deque[tuple[float, dict[str, float]]]] = {}

    def look(self, at_s: float, view: View | None) -> None:
        """view: the unit's, of now."""
        if view is None or at_s - self._at_s < LOOK_APART_S or (view.own.speed_mps or 0.0) < SLOWEST_MPS:
            return
        self._at_s = at_s
        for other in view.neighbours:
            foe = self._knower.name(other.subject)
            if foe is not None and is_near(other):
                now = numbers(view, other)
                self.pairs.who.append((self._knower.host, foe, about(view, other), at_s))
                self.pairs.numbers.extend((*now.values(), *self._changes(foe, at_s, now)))

    def _changes(self, foe: str, at_s: float, now: dict[str, float]) -> list[float]:
        """Of the CHANGING, against a second ago."""
        known = self._before.setdefault(foe, deque(maxlen=8))
        known.append((at_s, now))
        while len(known) > 1 and at_s - known[1][0] >= BEFORE_S:
            known.popleft()
        then_s, then = known[0]
        is_a_second = BEFORE_S <= at_s - then_s < 2.0 * BEFORE_S
        return [now[name] - then[name] if is_a_second else UNKNOWN for name in CHANGING]


def is_near(other: Neighbour) -> bool:
    """Whether somebody could come to matter within a few seconds."""
    away_m = math.hypot(other.offset.ahead_m, other.offset.right_m)
    if away_m > (NEAR_M if other.kind is Kind.VEHICLE else NEAR_ON_FOOT_M):
        return False
    if other.course is Course.SAME and other.zone is Zone.SAME and other.along_m < 0.0:
        return False  # who follows us
    return other.conflict is not None or away_m < BESIDE_M or (other.zone is not Zone.FAR and other.along_m > -BEHIND_M)


def about(view: View, other: Neighbour) -> str:
    """Whose it would be, by the same questions as hil/traffic/truth.py asks of the courses."""
    if other.kind is not Kind.VEHICLE:
        return "VRUCW"
    if other.course is Course.SAME and other.zone is Zone.SAME:
        return "FCW"
    if other.course is Course.SAME or other.is_beside:
        return "LCW"
    is_opposite = other.is_opposite or other.course is Course.ONCOMING
    return "LTA" if is_opposite and view.turn is Turn.LEFT else "ICW"


def numbers(view: View, other: Neighbour) -> dict[str, float]:
    """Of one pair, by name."""
    own, vehicle = view.own, view.own.vehicle
    own_mps = own.speed_mps or 0.0
    ahead_m, right_m = other.offset.ahead_m, other.offset.right_m
    turned = math.radians(other.heading_diff_deg)
    ahead_mps, right_mps = other.speed_mps * math.cos(turned) - own_mps, other.speed_mps * math.sin(turned)
    away_m, square = math.hypot(ahead_m, right_m), ahead_mps**2 + right_mps**2
    towards = -(ahead_m * ahead_mps + right_m * right_mps)
    nearest_s = min(max(towards / square, 0.0), 15.0) if square > 0.01 else 15.0
    closing_mps = own_mps - other.speed_mps
    ahead_of_him = sum(each.zone is Zone.SAME and 0.0 < each.along_m < other.along_m - 1.0 for each in view.neighbours)
    return {
        "class": list(type(view.vehicle)).index(view.vehicle),
        "own_mps": own_mps,
        "own_mps2": _known(vehicle.accel_long_mps2),
        "own_left": Light.LEFT_TURN in own.lights,
        "own_right": Light.RIGHT_TURN in own.lights,
        "own_turn": _turn(view.turn),
        "drift_mps": _known(view.drift_mps),
        "lanes": _known(view.lanes),
        "limit_mps": _known(view.limit_mps),
        "bus_stop_m": _known(view.stop_m),
        "is_departing": view.is_departing,
        **_signal("own_light", view.signal),
        "kind": list(Kind).index(other.kind),
        "zone": list(Zone).index(other.zone),
        "course": list(Course).index(other.course),
        "along_m": other.along_m,
        "right_m": other.right_m,
        "gap_m": other.gap_m,
        "diff_deg": other.heading_diff_deg,
        "askew_deg": other.askew_deg,
        "mps": other.speed_mps,
        "mps2": _known(other.accel_long_mps2),
        "brakes_hard": Event.HARD_BRAKING in other.events,
        "left": Light.LEFT_TURN in other.lights,
        "right": Light.RIGHT_TURN in other.lights,
        "turn": _turn(other.turn),
        **_signal("light", other.signal),
        "length_m": other.length_m,
        "width_m": other.width_m,
        "age_s": other.age_s,
        "sigma_m": other.sigma_m,
        "is_opposite": other.is_opposite,
        "is_beside": other.is_beside,
        "swept_s": _known(other.swept_s),
        "ahead_m": ahead_m,
        "to_right_m": right_m,
        "away_m": away_m,
        "nears_mps": towards / max(away_m, 0.1),
        "nearest_s": nearest_s,
        "passes_m": math.hypot(ahead_m + ahead_mps * nearest_s, right_m + right_mps * nearest_s),
        "closing_mps": closing_mps,
        "ttc_s": other.gap_m / closing_mps if closing_mps > 0.3 else NEVER_S,
        "needed_mps2": closing_mps**2 / (2.0 * max(other.gap_m, 0.3)) if closing_mps > 0.0 else 0.0,
        "ahead_of_him": ahead_of_him,
        **_meeting(own_mps, other),
    }


def _meeting(own_mps: float, other: Neighbour) -> dict[str, float]:
    """Of where the two ways meet."""
    meets = other.conflict
    names = ("own_to_m", "to_m", "own_in_s", "own_out_s", "in_s", "out_s", "angle_deg", "is_on_map", "apart_s",
             "first_s", "own_stops_mps2", "stops_mps2", "even_s")  # fmt: skip
    if meets is None:
        return dict.fromkeys(names, UNKNOWN)
    times = (meets.own_in_s, meets.own_out_s, meets.other_in_s, meets.other_out_s)
    values = (
        meets.own_m,
        meets.other_m,
        *map(_soon, times),
        meets.angle_deg,
        meets.is_on_map,
        _soon(meets.apart_s),
        _soon(meets.own_in_s) - _soon(meets.other_in_s),
        own_mps**2 / (2.0 * max(meets.own_m, 0.5)),
        other.speed_mps**2 / (2.0 * max(meets.other_m, 0.5)),
        meets.own_m / max(own_mps, 0.5) - meets.other_m / max(other.speed_mps, 0.5),
    )
    return dict(zip(names, values, strict=True))


def _signal(name: str, signal: Signal | None) -> dict[str, float]:
    if signal is None:
        return dict.fromkeys((name, f"{name}_m", f"{name}_left_s", f"{name}_green_s"), UNKNOWN)
    return {
        name: list(type(signal.lamp)).index(signal.lamp),
        f"{name}_m": signal.stop_m,
        f"{name}_left_s": _known(signal.left_s),
        f"{name}_green_s": UNKNOWN if signal.green is None else signal.green[0],
    }


def _turn(turn: Turn | None) -> float:
    return UNKNOWN if turn is None else list(Turn).index(turn)


def _soon(time_s: float) -> float:
    return min(time_s, NEVER_S)


def _known(value: float | None) -> float:
    return UNKNOWN if value is None else value
