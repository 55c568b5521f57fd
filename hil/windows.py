"""When a driver must be warned at the latest and may be at the earliest: kinematics alone, no application in it.

Latest: after it a driver of this class cannot stop in time; earliest: before it a warning is a nuisance. By class of
our vehicle, seconds until the brakes bite and what they then give (UN R13 for the bus's least, standing passengers for
what is comfortable): taxi 0.8 s and 6.67 m/s2 at the latest, 2.0 s and 3.0 m/s2 at the earliest; bus 1.25 s and 5.0,
2.4 s and 2.0. Nothing is early that is less than 4 s away (ISO 15623: no warning at a longer time to collision).
"""

import math
from collections.abc import Iterator

from hil.people import KIN, Ourselves, Person
from hil.scenario import LEAD_S, Scenario
from hil.ways import road_of

LATEST = {"taxi": (0.8, 6.67), "bus12": (1.25, 5.0), "bus18": (1.25, 5.0)}  # s, m/s2
EARLIEST = {"taxi": (2.0, 3.0), "bus12": (2.4, 2.0), "bus18": (2.4, 2.0)}
FAR_S = 4.0
# From a stop, until whoever comes up is at our rear: with less than the one a bus must not pull out (it reaches 20 km/h
# in 4.6 to 5.6 s, at 1.2 to 1.0 m/s2; the other can brake a little), with more than the other it may.
# A taxi reaches it in 2.2 to 2.8 s, at 2.5 to 2.0 m/s2.
PULL_OUT_S = {"taxi": (2.0, 3.5), "bus12": (4.0, 5.6), "bus18": (4.0, 5.6)}
PASS_MPS2 = {"taxi": (2.0, 1.0), "bus12": (1.0, 0.6), "bus18": (0.9, 0.5)}  # at 40 km/h: full engine, and calmly


def ahead_m(kind: str, own_mps: float, lead_mps: float = 0.0) -> tuple[float, float]:
    """(least, most) bumper to bumper at the warning, of somebody slower ahead who keeps his speed."""
    closing_mps = own_mps - lead_mps
    (late_s, late_mps2), (early_s, early_mps2) = LATEST[kind], EARLIEST[kind]
    least_m = closing_mps * late_s + closing_mps**2 / (2 * late_mps2)
    most_m = max(closing_mps * early_s + closing_mps**2 / (2 * early_mps2), closing_mps * FAR_S)
    return round(least_m, 1), round(most_m, 1)


def before_m(kind: str, own_mps: float) -> tuple[float, float]:
    """(least, most) from our front to a place where we must be able to stop: a line, the way of somebody crossing."""
    return ahead_m(kind, own_mps)


def between_s(scenario: Scenario, place_m: float) -> tuple[float, float]:
    """(from, to) of the warning of a place of our road before which we must be able to stop, as we drive there.

    From when a calm driver brakes for it, if not from the begin; to when the brakes, when they bite, just suffice.
    """
    own, (late_s, late_mps2) = scenario.own, LATEST[scenario.own.kind]
    ours = Ourselves(own, road_of(scenario.road), scenario.lasts_s + late_s)
    left_m, from_s = place_m - KIN[own.kind].length_m / 2.0, math.inf
    for step in range(round(scenario.lasts_s / STEP_S)):
        at_s = step * STEP_S
        bites_s = at_s + late_s
        if from_s == math.inf and left_m - ours.along_m(at_s) <= before_m(own.kind, ours.pose(at_s).speed_mps)[1]:
            from_s = at_s
        if left_m - ours.along_m(bites_s) < ours.pose(bites_s).speed_mps ** 2 / (2 * late_mps2):
            return round(from_s, 2), round(at_s - STEP_S, 2)
    return round(from_s, 2), math.inf


# Of a straight vehicle, from its front: the axle that does not steer, the joint, the rear body's axle, the end; and the
# width (GB 1589: 2.55 m; mirrors are above whoever is beside). Sources as obu/scene/bodies.py names them.
AXLES_M = {"taxi": (3.62, None, None, 4.64), "bus12": (8.64, None, None, 12.0), "bus18": (8.6, 10.2, 14.6, 18.0)}
WIDTH_M = {"taxi": 1.8, "bus12": 2.55, "bus18": 2.55}
EYE_M, BEHIND_M, ASIDE_M = 2.0, 3.0, 3.0  # ISO 17387: the driver's eye behind our front; behind our rear; beside us
STEP_S = 0.005
Point = tuple[float, float]


def touched_s(scenario: Scenario, name: str) -> float:
    """When our side or rear touches the actor of that name, in seconds of the scenario; inf: it never does.

    Each body is pulled by its drawn point as by a rope, in steps of 5 ms: no formula of a tractrix is in it.
    """
    for at_s, sections, other, half_m in _driven(scenario, name):
        if any(_is_within(other, *each, half_m) for each in sections):
            return at_s
    return math.inf


def beside_s(scenario: Scenario, name: str) -> float:
    """When the actor of that name comes into the zone of ISO 17387 beside us; or inf."""
    half_length_m = KIN[next(each.kind for each in scenario.actor if each.name == name)].length_m / 2.0
    for at_s, sections, other, half_m in _driven(scenario, name):
        for front, rear in sections:
            ahead_m, aside_m = _from_rear(other, front, rear)
            first_m = math.dist(front, rear) - (EYE_M if front == sections[0][0] else 0.0)
            last_m = -BEHIND_M if rear == sections[-1][1] else 0.0
            is_along = last_m <= ahead_m + half_length_m and ahead_m - half_length_m <= first_m
            if is_along and half_m <= aside_m <= half_m + ASIDE_M:
                return at_s
    return math.inf


def across_s(scenario: Scenario, name: str) -> float:
    """When the actor of that name is first where our front has its width, ahead or not; or inf."""
    for at_s, sections, other, half_m in _driven(scenario, name):
        if _from_rear(other, *sections[0])[1] <= half_m:
            return at_s
    return math.inf


def _driven(scenario: Scenario, name: str) -> Iterator[tuple[float, list[tuple[Point, Point]], Point, float]]:
    """At each step: when, our bodies from front to rear, the actor's middle, and at what distance sides touch."""
    road = road_of(scenario.road)
    ours = Ourselves(scenario.own, road, scenario.lasts_s)
    actor = next(each for each in scenario.actor if each.name == name)
    other = Person(actor, 0, road, scenario.lasts_s)
    rope, half_m = Rope(scenario.own.kind), WIDTH_M[scenario.own.kind] / 2.0 + other.kin.width_m / 2.0
    for step in range(round(-LEAD_S / STEP_S), round(scenario.lasts_s / STEP_S)):
        at_s = round(step * STEP_S, 3)
        pose, there = ours.pose(at_s), other.pose(at_s)
        sections = rope.pulled((pose.east_m, pose.north_m), math.radians(pose.heading_deg))
        yield at_s, sections, (there.east_m, there.north_m), half_m


class Rope:
    """The bodies of one vehicle, as they were pulled so far."""

    def __init__(self, kind: str) -> None:
        self._axle_m, self._joint_m, self._rear_axle_m, self._length_m = AXLES_M[kind]
        self._axle: Point | None = None
        self._rear_axle: Point | None = None

    def pulled(self, middle: Point, course: float) -> list[tuple[Point, Point]]:
        """(front, rear) of each body after the middle was pulled to here."""
        half_m, look = self._length_m / 2.0, (math.sin(course), math.cos(course))
        behind_m = self._axle_m - half_m
        if behind_m > 0.5:  # an axle beside the middle looks as the middle goes
            look, self._axle = _pulled(middle, self._axle or _from(middle, look, -behind_m), behind_m)
        front = _from(middle, look, half_m)
        if self._joint_m is None or self._rear_axle_m is None:
            return [(front, _from(middle, look, -half_m))]
        joint, trailer_m = _from(front, look, -self._joint_m), self._rear_axle_m - self._joint_m
        away, self._rear_axle = _pulled(joint, self._rear_axle or _from(joint, look, -trailer_m), trailer_m)
        return [(front, joint), (joint, _from(joint, away, self._joint_m - self._length_m))]


def _pulled(by: Point, axle: Point, length_m: float) -> tuple[Point, Point]:
    """(where the body looks, its axle), after its drawn point has come to `by`."""
    dx, dy = by[0] - axle[0], by[1] - axle[1]
    look = (dx / math.hypot(dx, dy), dy / math.hypot(dx, dy))
    return look, _from(by, look, -length_m)


def _from(point: Point, look: Point, ahead_m: float) -> Point:
    return point[0] + ahead_m * look[0], point[1] + ahead_m * look[1]


def _is_within(point: Point, front: Point, rear: Point, half_m: float) -> bool:
    """Whether a point is beside the line from front to rear, not before it, by half_m at most."""
    ahead_m, aside_m = _from_rear(point, front, rear)
    return 0.0 <= ahead_m <= math.dist(front, rear) and aside_m <= half_m


def _from_rear(point: Point, front: Point, rear: Point) -> tuple[float, float]:
    """Along the line from rear to front, and how far beside it."""
    length_m = math.dist(front, rear)
    ux, uy = (front[0] - rear[0]) / length_m, (front[1] - rear[1]) / length_m
    dx, dy = point[0] - rear[0], point[1] - rear[1]
    return dx * ux + dy * uy, abs(dx * uy - dy * ux)


def stop_before_s(kind: str, own_mps: float, touched_at_s: float) -> tuple[float, float]:
    """(from, to) of the warning of something that happens at a second, before which we must stand."""
    (late_s, late_mps2), (early_s, early_mps2) = LATEST[kind], EARLIEST[kind]
    latest_s, earliest_s = late_s + own_mps / late_mps2, max(FAR_S, early_s + own_mps / early_mps2)
    return round(touched_at_s - earliest_s, 2), round(touched_at_s - latest_s, 2)


def oncoming_m(
    kind: str, own_mps: float, behind_m: float, lead: tuple[float, float], other_mps: float
) -> tuple[float, float]:
    """(least, most) from our front to that of somebody oncoming: nearer nobody may begin to pass, further he may.

    behind_m: from our front to the rear of whom we pass; lead: his length and speed. We drive past him with what an
    engine gives at the most and at the least, in steps of 10 ms, until our rear is 5 m, or 15 m, before his front.
    """
    found = []
    for mps2, before_m, reserve_s in zip(PASS_MPS2[kind], (5.0, 15.0), (0.0, 1.5), strict=True):
        left_m, speed_mps, gone_m, at_s = behind_m + lead[0] + AXLES_M[kind][3] + before_m, own_mps, 0.0, 0.0
        while left_m > 0.0:
            at_s, speed_mps = at_s + 0.01, speed_mps + 0.01 * mps2
            gone_m, left_m = gone_m + 0.01 * speed_mps, left_m - 0.01 * (speed_mps - lead[1])
        found.append(round(gone_m + other_mps * (at_s + reserve_s), 1))
    return found[0], found[1]
