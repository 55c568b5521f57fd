"""Where everybody really drove in a trace, by metres gone and by time, and where two of those courses meet; pure.

On one plane, metres east and north. Its one rule: nothing here is predicted; past its end a course goes straight on.
"""

import bisect
import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from hil.traffic.net import Net
from hil.traffic.trace import STEP_S, Mover, Trace
from obu.core.geo import LatLon, LocalFrame, wrap_deg
from obu.core.world import Turn

EVERY_M = 1.0  # between two places where courses are held against each other
CELL_M = 4.0
NEAR_M = 1 / 3  # of both widths: lines so near are of one place
AT_ONCE_M = 3.0  # who is on our course so near before himself, or we on his, follows
FLAT_DEG = 30.0
LINE_M = 4.0  # between two points of a way
CROSSING_M = 24.0  # of a crossing's node; its stop lines are within
TURNS_DEG, BACK_DEG = 30.0, 150.0

Place = tuple[float, float, float]  # east, north, heading


@dataclass(frozen=True, slots=True)
class Met:
    """Where two courses meet first: metres from each one's middle, and the sine between them."""

    own_m: float
    other_m: float
    sin: float


class Course:
    """What one road user drove. places: one each step from begin_s on."""

    def __init__(self, begin_s: float, places: Sequence[Place], speeds_mps: Sequence[float]) -> None:
        self._begin_s, self._places, self._speeds_mps = begin_s, places, speeds_mps
        self._gone_m = [0.0]
        for (x0, y0, _), (x1, y1, _) in itertools.pairwise(places):
            self._gone_m.append(self._gone_m[-1] + math.hypot(x1 - x0, y1 - y0))
        self.length_m = self._gone_m[-1]

    def gone_m(self, at_s: float) -> float:
        """How far it had come; at its begin before that, at its end after it."""
        steps = (at_s - self._begin_s) / STEP_S
        return _between(self._gone_m, min(max(steps, 0.0), len(self._gone_m) - 1.0))

    def speed_mps(self, at_s: float) -> float:
        """As gone_m()."""
        steps = (at_s - self._begin_s) / STEP_S
        return _between(self._speeds_mps, min(max(steps, 0.0), len(self._gone_m) - 1.0))

    def when_s(self, gone_m: float) -> float:
        """When it had come so far; infinite where it never did."""
        if gone_m > self.length_m:
            return math.inf
        index = bisect.bisect_left(self._gone_m, gone_m)
        if index == 0:
            return self._begin_s
        before_m, after_m = self._gone_m[index - 1], self._gone_m[index]
        return self._begin_s + STEP_S * (index - 1 + (gone_m - before_m) / (after_m - before_m))

    def at(self, gone_m: float) -> Place:
        """The place there; straight on before its begin and past its end."""
        if not 0.0 <= gone_m <= self.length_m:
            x, y, heading_deg = self._places[0 if gone_m < 0.0 else -1]
            beyond_m = gone_m if gone_m < 0.0 else gone_m - self.length_m
            heading = math.radians(heading_deg)
            return x + beyond_m * math.sin(heading), y + beyond_m * math.cos(heading), heading_deg
        index = bisect.bisect_left(self._gone_m, gone_m)
        if index == 0:
            return self._places[0]
        before_m, after_m = self._gone_m[index - 1], self._gone_m[index]
        share = (gone_m - before_m) / (after_m - before_m)
        (x0, y0, heading_deg), (x1, y1, then_deg) = self._places[index - 1], self._places[index]
        turned_deg = share * wrap_deg(then_deg - heading_deg)
        return x0 + share * (x1 - x0), y0 + share * (y1 - y0), (heading_deg + turned_deg) % 360.0


class Courses:
    """of() somebody by name; meeting() of two from an instant on. Both are worked out once."""

    def __init__(self, net: Net, trace: Trace) -> None:
        self.frame = LocalFrame(net.plane.place(0.0, 0.0))
        self.kinds = trace.kinds
        self._net, self._steps = net, trace.steps
        self._begin_s = trace.steps[0].at_s
        self._courses: dict[str, Course] = {}
        self._meetings: dict[tuple[str, str], list[tuple[float, float, float]]] = {}
        self._turns: dict[str, list[tuple[float, float, Turn]]] = {}
        self._nodes = [self.frame.to_plane(net.plane.place(*net.nodes[light])) for light in net.programs]

    def mover(self, name: str, at_s: float) -> Mover | None:
        """Whoever was there in the steps before and after."""
        index = int((at_s - self._begin_s) / STEP_S + 1e-6)
        return self._steps[index].movers.get(name) if 0 <= index < len(self._steps) else None

    def of(self, name: str) -> Course:
        """The course of somebody who was there at all."""
        if name not in self._courses:
            there = [(step.at_s, step.movers[name]) for step in self._steps if name in step.movers]
            places = [(*self._plane(mover), mover.heading_deg) for _, mover in there]
            self._courses[name] = Course(there[0][0], places, [mover.speed_mps for _, mover in there])
        return self._courses[name]

    def place(self, name: str, at_s: float) -> LatLon:
        """Where on the earth somebody's middle was."""
        course = self.of(name)
        return self.frame.to_place(*course.at(course.gone_m(at_s))[:2])

    def meeting(self, host: str, foe: str, at_s: float, reach_m: tuple[float, float]) -> Met | None:
        """Where the rest of two courses first come to one place, our reach and the other's ahead.

        None where they do not, and where the one is on the other's course already and goes its way: he follows.
        """
        ours, theirs = self.of(host), self.of(foe)
        own_m, other_m = ours.gone_m(at_s), theirs.gone_m(at_s)
        near = [
            (there_m - own_m, then_m - other_m, away_m)
            for there_m, then_m, away_m in self._near(host, foe)
            if 0.0 <= there_m - own_m <= reach_m[0] and 0.0 <= then_m - other_m <= reach_m[1]
        ]
        if not near:
            return None
        first_m = near[0][0]
        width_m = self.kinds[host].width_m + self.kinds[foe].width_m
        own_at_m, other_at_m, _ = min((one for one in near if one[0] <= first_m + width_m), key=lambda one: one[2])
        turned_deg = abs(wrap_deg(ours.at(own_m + own_at_m)[2] - theirs.at(other_m + other_at_m)[2]))
        if turned_deg < FLAT_DEG and min(near[0][0], near[0][1]) <= AT_ONCE_M:
            return None
        return Met(own_at_m, other_at_m, math.sin(math.radians(turned_deg)))

    def turn(self, name: str, at_s: float, reach_m: float) -> Turn | None:
        """Where somebody goes at the next crossing, or the one he is on; None where he comes over none to its end."""
        gone_m = self.of(name).gone_m(at_s)
        for in_m, out_m, turn in self._turned(name):
            if in_m - reach_m <= gone_m <= out_m:
                return turn
        return None

    def line(self, name: str, at_s: float, behind_m: float, ahead_m: float) -> list[tuple[float, float]]:
        """The course from so far behind somebody to so far ahead."""
        course = self.of(name)
        gone_m = course.gone_m(at_s)
        steps = math.ceil((behind_m + ahead_m) / LINE_M)
        return [course.at(gone_m - behind_m + step * LINE_M)[:2] for step in range(steps + 1)]

    def _plane(self, mover: Mover) -> tuple[float, float]:
        return self.frame.to_plane(self._net.plane.place(mover.x, mover.y))

    def _near(self, host: str, foe: str) -> list[tuple[float, float, float]]:
        """(our metres, the other's, metres between) wherever both courses lead through one place."""
        if (host, foe) not in self._meetings:
            near_m = NEAR_M * (self.kinds[host].width_m + self.kinds[foe].width_m)
            self._meetings[host, foe] = list(_places_of_both(self.of(host), self.of(foe), near_m))
        return self._meetings[host, foe]

    def _turned(self, name: str) -> list[tuple[float, float, Turn]]:
        if name not in self._turns:
            self._turns[name] = list(self._crossed(self.of(name)))
        return self._turns[name]

    def _crossed(self, course: Course) -> Iterator[tuple[float, float, Turn]]:
        entered_m = None
        for step in range(int(course.length_m / EVERY_M) + 1):
            x, y, _ = course.at(step * EVERY_M)
            is_within = any(math.hypot(x - nx, y - ny) <= CROSSING_M for nx, ny in self._nodes)
            if is_within and entered_m is None:
                entered_m = step * EVERY_M
            elif entered_m is not None and not is_within:
                out_m = step * EVERY_M
                yield entered_m, out_m, _turn(course.at(entered_m)[2], course.at(out_m)[2])
                entered_m = None


def _places_of_both(ours: Course, theirs: Course, near_m: float) -> Iterator[tuple[float, float, float]]:
    cells: dict[tuple[int, int], list[tuple[float, float, float]]] = {}
    for step in range(int(theirs.length_m / EVERY_M) + 1):
        x, y, _ = theirs.at(step * EVERY_M)
        cells.setdefault((int(x // CELL_M), int(y // CELL_M)), []).append((x, y, step * EVERY_M))
    for step in range(int(ours.length_m / EVERY_M) + 1):
        x, y, _ = ours.at(step * EVERY_M)
        column, row = int(x // CELL_M), int(y // CELL_M)
        around = [one for dx in (-1, 0, 1) for dy in (-1, 0, 1) for one in cells.get((column + dx, row + dy), ())]
        away = [(math.hypot(x - there_x, y - there_y), then_m) for there_x, there_y, then_m in around]
        if away and min(away)[0] <= near_m:
            yield step * EVERY_M, min(away)[1], min(away)[0]


def _turn(before_deg: float, after_deg: float) -> Turn:
    turned_deg = wrap_deg(after_deg - before_deg)
    if abs(turned_deg) <= TURNS_DEG:
        return Turn.STRAIGHT
    if abs(turned_deg) >= BACK_DEG:
        return Turn.BACK
    return Turn.RIGHT if turned_deg > 0.0 else Turn.LEFT


def _between(values: Sequence[float], index: float) -> float:
    before = int(index)
    if before + 1 >= len(values):
        return values[-1]
    return values[before] + (index - before) * (values[before + 1] - values[before])
