"""Where the body of a long vehicle is while it turns: each section is drawn behind a point whose course is known.

One rule for every axle that does not steer: psi' = (v / L) sin(course - psi), the tractrix, solved exactly for a course
that is held over a step; L is from the drawn point to the axle. Pure: what is kept from look to look is the Posture.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from obu.core.driving import ARTICULATED_M, BUS_M
from obu.core.geo import wrap_deg
from obu.core.now import NS_PER_S
from obu.core.vehicle import Body
from obu.core.world import Section
from obu.scene.legs import Leg

# Of low-floor city buses: wheelbase 5.85 m on 12 m (Citaro), overhang 2.7 m before and 3.4 m behind the axles. Makers
# do not publish where the joint is: 1.6 m behind the second axle is what drawings show.
JOINT_M, HITCH_M, OVERHANG_M = 10.2, 1.6, 3.4  # from the front, from the second axle, from the rear
BUS_AXLE, CAR_AXLE = 0.22, 0.28  # of the length behind the middle: the rear axle of rigid ones
SHORTEST_M = 0.5  # a point so near an axle moves as the body looks
LEAST_TRAILER_M = 3.0
MOST_BEND_DEG = 54.0  # the joint gives no more (Citaro G)
MOST_GAP_S = 2.0  # nobody knows what was driven meanwhile
TIGHTEST_PER_M = 1 / 8.0
LEAST_BEND_DEG = 3.0  # a line that bends less is straight
STEP_M = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Build:
    """Metres behind the middle of the straight outline: axle_m, of the front body's axle that does not steer; joint_m,
    None for who has none. trailer_m: from there to the rear section's axle."""

    axle_m: float
    joint_m: float | None = None
    trailer_m: float = LEAST_TRAILER_M


@dataclass(frozen=True, slots=True, kw_only=True)
class Posture:
    """course_deg: of the middle. front_deg, rear_deg: where the front and the rear body look; equal without a joint."""

    at_ns: int
    course_deg: float
    front_deg: float
    rear_deg: float

    @property
    def bend_deg(self) -> float:
        """Of the joint: the front body looks so far to the right of the rear one."""
        return wrap_deg(self.front_deg - self.rear_deg)


def build_of(body: Body) -> Build:
    """By length: a car, a rigid bus, an articulated one, whose joint is where it was measured."""
    length_m = body.length_m
    if length_m < ARTICULATED_M:
        return Build(axle_m=length_m * (BUS_AXLE if length_m >= BUS_M else CAR_AXLE))
    half_m, joint_m, last_axle_m = length_m / 2.0, body.joint_m, body.last_axle_m
    if joint_m is None or last_axle_m is None:
        joint_m, last_axle_m = JOINT_M, length_m - OVERHANG_M
    trailer_m = max(LEAST_TRAILER_M, last_axle_m - joint_m)
    return Build(axle_m=joint_m - HITCH_M - half_m, joint_m=joint_m - half_m, trailer_m=trailer_m)


def drawn_deg(behind_deg: float, course_deg: float, way_m: float, length_m: float) -> float:
    """Where a body looks after its drawn point has gone way_m along course_deg. behind_deg: where it looked before."""
    lag_deg = max(-179.0, min(179.0, wrap_deg(course_deg - behind_deg)))
    left = math.tan(math.radians(lag_deg) / 2.0) * math.exp(-way_m / length_m)
    return (course_deg - math.degrees(2.0 * math.atan(left))) % 360.0


def straight(at_ns: int, course_deg: float) -> Posture:
    """As it is taken to be of whom nothing is known yet."""
    return Posture(at_ns=at_ns, course_deg=course_deg, front_deg=course_deg, rear_deg=course_deg)


def advanced(before: Posture, build: Build, at_ns: int, course_deg: float, way_m: float) -> Posture:
    """After the middle has gone way_m and its course has turned evenly to course_deg."""
    half_deg = wrap_deg(course_deg - before.course_deg) / 2.0
    middle_deg = before.course_deg + half_deg
    if build.axle_m >= SHORTEST_M:
        front_deg = drawn_deg(before.front_deg, middle_deg, way_m, build.axle_m)
    else:
        front_deg = course_deg - math.degrees(build.axle_m * _bent(2.0 * half_deg, way_m))
    return _with_rear(before, build, at_ns, course_deg, front_deg, way_m)


def steered(before: Posture, build: Build, turn_deg: float, way_m: float) -> Posture:
    """After the front body's axle has gone way_m, and that body has turned by turn_deg; told from where it looks."""
    front_deg = (before.front_deg + turn_deg) % 360.0
    return _with_rear(before, build, before.at_ns, front_deg, front_deg, way_m)


def _with_rear(before: Posture, build: Build, at_ns: int, course_deg: float, front_deg: float, way_m: float) -> Posture:
    """The rear body is drawn by the joint, which swings out behind the second axle."""
    if build.joint_m is None:
        return Posture(at_ns=at_ns, course_deg=course_deg, front_deg=front_deg, rear_deg=front_deg)
    turn_deg = wrap_deg(front_deg - before.front_deg)
    aside = math.atan((build.joint_m - build.axle_m) * _bent(turn_deg, way_m))
    joint_deg = before.front_deg + turn_deg / 2.0 - math.degrees(aside)
    rear_deg = drawn_deg(before.rear_deg, joint_deg, way_m / math.cos(aside), build.trailer_m)
    bend_deg = max(-MOST_BEND_DEG, min(MOST_BEND_DEG, wrap_deg(front_deg - rear_deg)))
    return Posture(at_ns=at_ns, course_deg=course_deg, front_deg=front_deg, rear_deg=(front_deg - bend_deg) % 360.0)


def kept(before: Posture | None, build: Build, at_ns: int, course_deg: float, speed_mps: float | None) -> Posture:
    """The own vehicle's from look to look: straight where it was not seen for MOST_GAP_S, or has no known speed."""
    if before is None or speed_mps is None or not 0 <= at_ns - before.at_ns <= MOST_GAP_S * NS_PER_S:
        return straight(at_ns, course_deg)
    return advanced(before, build, at_ns, course_deg, speed_mps * (at_ns - before.at_ns) / NS_PER_S)


def of_path(points: Sequence[tuple[float, float]], course_deg: float, build: Build) -> Posture | None:
    """The posture of somebody whose middle went along these points, oldest first, and has this course at the last.

    None where they reach back less than two lengths of the drawn section, in which any bend straightens.
    """
    chords = [(math.dist(a, b), _course_deg(a, b)) for a, b in pairwise(points) if math.dist(a, b) > 0.1]
    if sum(length_m for length_m, _ in chords) < 2.0 * build.trailer_m:
        return None
    found = straight(0, chords[0][1])
    for way_m, to_deg in _turns(chords, course_deg):
        count = max(1, math.ceil(way_m / STEP_M))
        from_deg, turn_deg = found.course_deg, wrap_deg(to_deg - found.course_deg)
        for step in range(1, count + 1):
            found = advanced(found, build, 0, from_deg + turn_deg * step / count, way_m / count)
    return found


def sections(posture: Posture, build: Build, body: Body) -> tuple[Section, ...]:
    """The bodies as rectangles, the front one first, seen from the middle along its course."""
    front_rad = math.radians(wrap_deg(posture.front_deg - posture.course_deg))
    half_m, turn_deg = body.length_m / 2.0, math.degrees(front_rad)
    if build.joint_m is None:
        return (Section(0.0, 0.0, turn_deg, body.length_m, body.width_m),)
    rear_rad = math.radians(wrap_deg(posture.rear_deg - posture.course_deg))
    middle_m, rear_m = (half_m - build.joint_m) / 2.0, half_m - build.joint_m
    back_m = rear_m / 2.0
    return (
        Section(
            middle_m * math.cos(front_rad), middle_m * math.sin(front_rad), turn_deg,
            half_m + build.joint_m, body.width_m,
        ),
        Section(
            -build.joint_m * math.cos(front_rad) - back_m * math.cos(rear_rad),
            -build.joint_m * math.sin(front_rad) - back_m * math.sin(rear_rad),
            math.degrees(rear_rad), rear_m, body.width_m,
        ),
    )  # fmt: skip


def behind(posture: Posture, build: Build, body: Body, x: float, y: float) -> tuple[Leg, ...]:
    """The line of a bent body from its rear to its middle at (x, y), its lengths negative; empty for a straight one."""
    if build.joint_m is None or abs(posture.bend_deg) < LEAST_BEND_DEG:
        return ()
    front, rear = math.radians(posture.front_deg), math.radians(posture.rear_deg)
    back_m = body.length_m / 2.0 - build.joint_m
    joint = x - build.joint_m * math.sin(front), y - build.joint_m * math.cos(front)
    end = joint[0] - back_m * math.sin(rear), joint[1] - back_m * math.cos(rear)
    return (
        Leg(*end, math.sin(rear), math.cos(rear), back_m, -back_m - build.joint_m, posture.rear_deg),
        Leg(*joint, math.sin(front), math.cos(front), build.joint_m, -build.joint_m, posture.front_deg),
    )


def _bent(turn_deg: float, way_m: float) -> float:
    """The curvature of a way; a body that turns while it hardly moves is a measurement."""
    curvature = math.radians(turn_deg) / way_m if way_m > 0.01 else 0.0
    return max(-TIGHTEST_PER_M, min(TIGHTEST_PER_M, curvature))


def _course_deg(a: tuple[float, float], b: tuple[float, float]) -> float:
    return math.degrees(math.atan2(b[0] - a[0], b[1] - a[1])) % 360.0


def _turns(chords: Sequence[tuple[float, float]], course_deg: float) -> Iterable[tuple[float, float]]:
    """(way, course at its end): a chord has its own course in its middle, and the turn between two is even."""
    yield chords[0][0] / 2.0, chords[0][1]
    for (before_m, _), (after_m, after_deg) in pairwise(chords):
        yield (before_m + after_m) / 2.0, after_deg
    yield chords[-1][0] / 2.0, course_deg
