"""Whom the side or the rear of our body reaches while we turn: the inside is cut, and what overhangs behind swings out.

We are taken to turn as we do now, or as our way over the crossing does; a cyclist to ride on; somebody on foot who
walks against the side of a bus to stop before it. Whom the front reaches is not meant here, nor a car.
"""

import dataclasses
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from obu.core.driving import BUS_M
from obu.core.geo import wrap_deg
from obu.core.quick import quick
from obu.core.vehicle import Body
from obu.core.world import Kind
from obu.scene import bodies
from obu.scene.bodies import Build, Posture
from obu.scene.legs import Leg
from obu.scene.movers import Mover

NEAR_M = 25.0
AHEAD_S, STEP_S = 4.5, 0.15  # an 18 m bus at 25 km/h stands within that
# At a corner a bus goes round 12 to 20 m; a wider bend is the road's, which who is beside us follows too, unless the
# turn signal says that it is none. TURNING_DEG_S: four times what GB/T 45315-2025 lets a yaw rate err.
TURNING_PER_M, SIGNALLED_PER_M, TURNING_DEG_S = 1 / 25.0, 1 / 60.0, 2.0
LEAST_MPS = 0.5
LEAST_TURN_DEG = 20.0  # less is a change of lane
MOST_TURN_DEG = 60.0  # nobody is taken to keep the wheel turned for longer
FRONT_M = 1.0  # of our side counts as the front
TIGHTEST_PER_M = 1 / 8.0
BESIDE_M = 0.2  # so near is touching: a step, a wobble, and what the receiver errs by at its best
SIDE_M = 2.55  # GB 1589: the sides of a bus are no further apart, whatever its mirrors are


@dataclass(frozen=True, slots=True, kw_only=True)
class Motion:
    """Ours now: where the middle is on the plane, and how it moves. yaw_deg_s: None where nobody tells it.

    signalled: 1 to the right, -1 to the left, 0 not at all.
    """

    x: float
    y: float
    speed_mps: float
    accel_mps2: float
    yaw_deg_s: float | None
    signalled: int = 0


@quick
class _Stretch:
    """Where one body is in_s from now: its middle, along which it looks, half its length and width."""

    in_s: float
    x: float
    y: float
    ux: float
    uy: float
    half_m: float
    wide_m: float
    front_m: float  # whoever is further before its middle is before the front


class Sweep:
    """reached_s() of each. legs: the way that turns off, which we are to take."""

    def __init__(self, motion: Motion, posture: Posture, build: Build, body: Body, legs: Sequence[Leg]) -> None:
        self._motion, self._posture, self._build, self._legs = motion, posture, build, legs
        self._body = dataclasses.replace(body, width_m=min(body.width_m, SIDE_M))
        self._laid: list[_Stretch] | None = None

    def reached_s(self, mover: Mover) -> float | None:
        """In how many seconds our side or rear is where this one is then; None where it is not, or we do not turn."""
        motion = self._motion
        if motion.speed_mps < LEAST_MPS or self._body.length_m < BUS_M:
            return None
        if math.hypot(mover.x - motion.x, mover.y - motion.y) > NEAR_M:
            return None
        if self._laid is None:
            self._laid = self._lay()
        half_m = min(mover.length_m, mover.width_m) / 2.0 + BESIDE_M
        heading, yaw = math.radians(mover.heading_deg), math.radians(mover.yaw_rate_deg_s or 0.0)
        speed_mps = mover.speed_mps if mover.kind is Kind.CYCLIST else 0.0
        vx, vy = speed_mps * math.sin(heading), speed_mps * math.cos(heading)
        for there in self._laid:
            in_s = there.in_s
            if yaw:
                vx = speed_mps * math.sin(heading + yaw * in_s / 2.0)
                vy = speed_mps * math.cos(heading + yaw * in_s / 2.0)
            dx, dy = mover.x + vx * in_s - there.x, mover.y + vy * in_s - there.y
            ahead_m = dx * there.ux + dy * there.uy
            if abs(ahead_m) <= there.half_m + half_m and abs(dx * there.uy - dy * there.ux) <= there.wide_m + half_m:
                return None if ahead_m > there.front_m else in_s
        return None

    def _lay(self) -> list[_Stretch]:
        """Our body at each step; empty where it does not turn."""
        motion, yaw_deg_s = self._motion, self._motion.yaw_deg_s or 0.0
        curvature = math.radians(yaw_deg_s) / motion.speed_mps
        least_per_m = SIGNALLED_PER_M if curvature * motion.signalled > 0.0 else TURNING_PER_M
        if abs(yaw_deg_s) >= TURNING_DEG_S and abs(curvature) >= least_per_m:
            return self._steered(max(-TIGHTEST_PER_M, min(TIGHTEST_PER_M, curvature)))
        return self._along() if self._legs else []

    def _ways_m(self) -> Iterator[tuple[float, float]]:
        """(seconds from now, way in the step before it)."""
        motion = self._motion
        for step in range(1, round(AHEAD_S / STEP_S) + 1):
            speed_mps = motion.speed_mps + motion.accel_mps2 * (step - 0.5) * STEP_S
            yield step * STEP_S, max(0.0, speed_mps) * STEP_S

    def _bodies(self, in_s: float, x: float, y: float, posture: Posture) -> Iterator[_Stretch]:
        course = math.radians(posture.course_deg)
        sin, cos = math.sin(course), math.cos(course)
        for index, part in enumerate(bodies.sections(posture, self._build, self._body)):
            looks, half_m = course + math.radians(part.turn_deg), part.length_m / 2.0
            yield _Stretch(
                in_s, x + part.ahead_m * sin + part.right_m * cos, y + part.ahead_m * cos - part.right_m * sin,
                math.sin(looks), math.cos(looks), half_m, part.width_m / 2.0,
                half_m - FRONT_M if index == 0 else math.inf,
            )  # fmt: skip

    def _steered(self, curvature: float) -> list[_Stretch]:
        """The front body turns about its axle, as the wheel is turned now."""
        posture, axle_m = self._posture, self._build.axle_m
        found = [*self._bodies(0.0, self._motion.x, self._motion.y, posture)]
        front, turned_deg = math.radians(posture.front_deg), 0.0
        x, y = self._motion.x - axle_m * math.sin(front), self._motion.y - axle_m * math.cos(front)
        for in_s, way_m in self._ways_m():
            turn_deg = math.degrees(curvature * way_m) if abs(turned_deg) < MOST_TURN_DEG else 0.0
            turned_deg += turn_deg
            middle = math.radians(posture.front_deg + turn_deg / 2.0)
            x, y = x + way_m * math.sin(middle), y + way_m * math.cos(middle)
            posture = bodies.steered(posture, self._build, turn_deg, way_m)
            front = math.radians(posture.front_deg)
            found += self._bodies(in_s, x + axle_m * math.sin(front), y + axle_m * math.cos(front), posture)
        return found if abs(turned_deg) >= LEAST_TURN_DEG else []

    def _along(self) -> list[_Stretch]:
        """Our middle goes the way that turns off."""
        posture, x, y, gone_m = self._posture, self._motion.x, self._motion.y, 0.0
        now_deg, first_deg = posture.course_deg, self._legs[0].heading_deg
        found, turned_deg = [*self._bodies(0.0, x, y, posture)], 0.0
        for in_s, way_m in self._ways_m():
            gone_m += way_m
            leg = next((leg for leg in self._legs if gone_m < leg.start_m + leg.length_m), self._legs[-1])
            course_deg = now_deg + wrap_deg(leg.heading_deg - first_deg)
            middle = math.radians(posture.course_deg + wrap_deg(course_deg - posture.course_deg) / 2.0)
            x, y = x + way_m * math.sin(middle), y + way_m * math.cos(middle)
            posture = bodies.advanced(posture, self._build, posture.at_ns, course_deg, way_m)
            turned_deg = max(turned_deg, abs(wrap_deg(course_deg - now_deg)))
            found += self._bodies(in_s, x, y, posture)
        return found if turned_deg >= LEAST_TURN_DEG else []
