"""How somebody of a scenario moves: from his place through his manoeuvres, made once, then looked up; no noise."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from hil.route import Route
from hil.scenario import LEAD_S, Act

STEP_S = 0.02
STILL_MPS = 0.01


@dataclass(frozen=True, slots=True)
class Pose:
    """Somebody at one instant; driven_m and along_m grow for ever; right turns are positive."""

    east_m: float
    north_m: float
    heading_deg: float
    speed_mps: float
    accel_mps2: float
    curvature_per_m: float
    driven_m: float


@dataclass(slots=True)
class _Going:
    along_m: float
    right_m: float
    speed_mps: float
    accel_mps2: float = 0.0
    slope: float = 0.0  # of right_m over time, m/s


class Course:
    """at(at_s): the pose at any instant of the scenario, held before and after what was made."""

    def __init__(
        self, road: Route, at_m: float, right_m: float, speed_mps: float, acts: Sequence[Act], lasts_s: float,
        *, is_against: bool = False,
    ) -> None:  # fmt: skip
        """is_against: it drives the road the other way; at_m and right_m still count as the road does."""
        self._road = road
        self._sign = -1.0 if is_against else 1.0
        self._acts = [act for act in acts if act.do in ("accelerate", "brake", "stop", "change_lane")]
        going = _Going(at_m - self._sign * speed_mps * LEAD_S, right_m, speed_mps)
        count = math.ceil((lasts_s + LEAD_S) / STEP_S) + 2
        self._poses = self._made(going, count)

    def at(self, at_s: float) -> Pose:
        """Between two steps everything goes evenly."""
        index, rest = divmod((at_s + LEAD_S) / STEP_S, 1.0)
        last = len(self._poses) - 2
        number = min(max(int(index), 0), last)
        share = rest if 0 <= index <= last else float(index > last)
        before, after = self._poses[number], self._poses[number + 1]
        turn_deg = (after.heading_deg - before.heading_deg + 180.0) % 360.0 - 180.0
        return Pose(
            before.east_m + share * (after.east_m - before.east_m),
            before.north_m + share * (after.north_m - before.north_m),
            (before.heading_deg + share * turn_deg) % 360.0,
            before.speed_mps + share * (after.speed_mps - before.speed_mps),
            before.accel_mps2,
            before.curvature_per_m,
            before.driven_m + share * (after.driven_m - before.driven_m),
        )

    def _made(self, going: _Going, count: int) -> list[Pose]:
        poses: list[Pose] = []
        driven_m = 0.0
        starts: dict[int, float] = {}
        for index in range(count):
            at_s = index * STEP_S - LEAD_S
            going.accel_mps2, going.slope = self._wish(at_s, going), self._sideways(at_s, going, starts)
            poses.append(self._pose(going, driven_m))
            next_mps = max(0.0, going.speed_mps + going.accel_mps2 * STEP_S)
            step_m = (going.speed_mps + next_mps) / 2 * STEP_S
            curvature = self._road.at(going.along_m).curvature_per_m
            # Beside the middle of our lane the way through a bend is longer or shorter.
            going.along_m += self._sign * step_m / (1.0 - curvature * going.right_m)
            going.right_m += going.slope * STEP_S
            going.speed_mps = next_mps
            driven_m += step_m
        return _with_turns(poses)

    def _pose(self, going: _Going, driven_m: float) -> Pose:
        spot = self._road.at(going.along_m, going.right_m)
        heading_deg = spot.heading_deg if self._sign > 0 else spot.heading_deg + 180.0
        drift_deg = math.degrees(math.atan2(self._sign * going.slope, max(going.speed_mps, 1.0)))
        return Pose(
            spot.east_m,
            spot.north_m,
            (heading_deg + drift_deg) % 360.0,
            going.speed_mps,
            going.accel_mps2,
            0.0,
            driven_m,
        )

    def _wish(self, at_s: float, going: _Going) -> float:
        """The acceleration of the manoeuvre that was begun last."""
        begun = [act for act in self._acts if act.do != "change_lane" and act.from_s <= at_s]
        if not begun or (begun[-1].to_s is not None and at_s >= begun[-1].to_s):
            return 0.0
        act, speed_mps = begun[-1], going.speed_mps
        if act.do == "stop":
            left_m = self._sign * ((act.at_m or 0.0) - going.along_m)
            if speed_mps < STILL_MPS or left_m < 0.01:
                return -speed_mps / STEP_S
            return max(-speed_mps * speed_mps / (2 * left_m), -speed_mps / STEP_S)
        mps2 = (act.mps2 or 0.0) * (1.0 if act.do == "accelerate" else -1.0)
        left_mps = (act.to_mps or 0.0) - speed_mps
        if left_mps * mps2 <= 0:
            return 0.0
        return max(mps2, left_mps / STEP_S) if mps2 < 0 else min(mps2, left_mps / STEP_S)

    def _sideways(self, at_s: float, going: _Going, starts: dict[int, float]) -> float:
        """Its speed to the right: smooth from one lane to the next, without a jerk."""
        for number, act in enumerate(self._acts):
            if act.do == "change_lane" and act.from_s <= at_s < act.from_s + act.over_s:
                from_m = starts.setdefault(number, going.right_m)
                share = (at_s - act.from_s) / act.over_s
                return ((act.right_m or 0.0) - from_m) * 30 * share**2 * (1 - share) ** 2 / act.over_s
        return 0.0


def _with_turns(poses: list[Pose]) -> list[Pose]:
    """The curvature of each pose, from how the heading goes on."""
    found = []
    for before, here, after in zip([poses[0], *poses], poses, [*poses[1:], poses[-1]], strict=False):
        turn_deg = (after.heading_deg - before.heading_deg + 180.0) % 360.0 - 180.0
        way_m = after.driven_m - before.driven_m
        curvature = math.radians(turn_deg) / way_m if way_m > 0.01 else 0.0
        found.append(
            Pose(here.east_m, here.north_m, here.heading_deg, here.speed_mps, here.accel_mps2, curvature, here.driven_m)
        )
    return found
