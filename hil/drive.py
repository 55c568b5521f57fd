"""How one vehicle drives a lap: from rest, within limits, through a script, to rest; made once, then looked up."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from hil.route import Route

STEP_S = 0.02


@dataclass(frozen=True, slots=True)
class Limit:
    """No faster than speed_mps between from_m and to_m of the lap."""

    from_m: float
    to_m: float
    speed_mps: float


@dataclass(frozen=True, slots=True)
class Act:
    """A scripted manoeuvre: accel_mps2 from from_s on, until speed_mps is reached, then held until to_s."""

    from_s: float
    to_s: float
    accel_mps2: float
    speed_mps: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """delay_s: from green to the first movement. lateral_mps2: what its passengers accept in a bend."""

    delay_s: float
    accel_mps2: float
    brake_mps2: float
    cruise_mps: float
    lateral_mps2: float


@dataclass(frozen=True, slots=True)
class Motion:
    """along_m: driven since the lap's begin. accel_mps2: forward positive."""

    along_m: float
    speed_mps: float
    accel_mps2: float


class Drive:
    """One lap of lap_m as motion over time; after moving_s the vehicle stands at the lap's end."""

    def __init__(self, lap_m: float, style: Style, limits: Sequence[Limit], script: Sequence[Act] = ()) -> None:
        self.lap_m = lap_m
        self._table = _plan(lap_m, style, limits, script)
        self.moving_s = (len(self._table) - 1) * STEP_S

    def at(self, lap_s: float) -> Motion:
        """The motion at lap_s seconds after the lap's begin."""
        index, rest = divmod(max(0.0, lap_s) / STEP_S, 1.0)
        if index >= len(self._table) - 1:
            return Motion(self.lap_m, 0.0, 0.0)
        before, after = self._table[int(index)], self._table[int(index) + 1]
        return Motion(
            before.along_m + rest * (after.along_m - before.along_m),
            before.speed_mps + rest * (after.speed_mps - before.speed_mps),
            before.accel_mps2,
        )


def limits_of(route: Route, from_m: float, lateral_mps2: float, is_forward: bool = True) -> list[Limit]:
    """The bends of a lap that begins at from_m, in its own lengths; is_forward False drives the road the other way."""
    found = []
    for begin_m, end_m, curvature in route.curves():
        first, last = (begin_m - from_m, end_m - from_m) if is_forward else (from_m - end_m, from_m - begin_m)
        low_m = first % route.length_m
        found.append(Limit(low_m, low_m + last - first, math.sqrt(lateral_mps2 / abs(curvature))))
    return found


def _plan(lap_m: float, style: Style, limits: Sequence[Limit], script: Sequence[Act]) -> list[Motion]:
    along_m, speed_mps, at_s = 0.0, 0.0, 0.0
    table: list[Motion] = []
    while lap_m - along_m > 0.01:
        accel_mps2 = 0.0 if at_s < style.delay_s else _wish(lap_m, style, limits, along_m, speed_mps)
        for act in script:
            if act.from_s <= at_s < act.to_s:
                accel_mps2 = _act(act, speed_mps, accel_mps2)
        table.append(Motion(along_m, speed_mps, accel_mps2))
        next_mps = max(0.0, speed_mps + accel_mps2 * STEP_S)
        along_m += (speed_mps + next_mps) / 2 * STEP_S
        speed_mps, at_s = next_mps, at_s + STEP_S
        if at_s > style.delay_s + 1.0 and speed_mps < 0.05 and lap_m - along_m < 1.0:
            break
    table.append(Motion(lap_m, 0.0, 0.0))
    return table


def _wish(lap_m: float, style: Style, limits: Sequence[Limit], along_m: float, speed_mps: float) -> float:
    allowed = min(style.cruise_mps, math.sqrt(2 * style.brake_mps2 * max(0.0, lap_m - along_m)))
    for limit in limits:
        if along_m < limit.to_m:
            before_m = max(0.0, limit.from_m - along_m)
            allowed = min(allowed, math.sqrt(limit.speed_mps**2 + 2 * style.brake_mps2 * before_m))
    return max(-1.2 * style.brake_mps2, min(style.accel_mps2, (allowed - speed_mps) / STEP_S))


def _act(act: Act, speed_mps: float, wish_mps2: float) -> float:
    left_mps = act.speed_mps - speed_mps
    if act.accel_mps2 * left_mps <= 0:
        return min(0.0, wish_mps2)
    needed_mps2 = left_mps / STEP_S
    return max(act.accel_mps2, needed_mps2) if act.accel_mps2 < 0 else min(act.accel_mps2, needed_mps2)
