"""The situation as a report shows it: speed, distance and time to collision over time, and who stood where when.

Made of the world's truth, never of what the unit believes.
"""

from dataclasses import dataclass
from typing import Any

from hil.course import Pose
from hil.people import Person
from hil.scenario import Scenario
from hil.staging import Stage
from obu.core.geo import turn_to_view

SIDE_M = 2.0  # so far beside our middle is somebody still before us
STEP_S = 0.1
MOST_STEP_M = 10.0  # more in a step, and somebody else has become the nearest
LONGEST_S = 30.0  # of a time to collision that a driver would care for
AROUND_M = 160.0  # of the road that a scene shows
ROAD_STEP_M = 8.0


@dataclass(frozen=True, slots=True)
class Sample:
    """gap_m: from our front to the nearest edge of whom or what the scenario is about; None when nobody is ahead.

    ttc_s: time to collision at the present speeds, None while it does not shrink.
    """

    at_s: float
    speed_mps: float
    gap_m: float | None = None
    ttc_s: float | None = None


class Sampler:
    """sample() and scene() of any instant of a stage."""

    def __init__(self, scenario: Scenario, stage: Stage) -> None:
        self._stage = stage
        self._about = next((each.of for each in scenario.warning if each.of), None)
        notices = (*scenario.event, *scenario.sign)
        self._spots = [stage.road.at(each.at_m, each.right_m) for each in notices]
        self._spots += [stage.road.at(each.at_m) for each in scenario.signal]

    def sample(self, at_s: float) -> Sample:
        """The figures of an instant."""
        speed_mps = self._stage.ourselves.pose(at_s).speed_mps
        gap_m, before_m = self._gap_m(at_s), self._gap_m(at_s - STEP_S)
        ttc_s = None
        if gap_m is not None and before_m is not None and gap_m > 0 and gap_m < before_m < gap_m + MOST_STEP_M:
            ttc_s = round(gap_m * STEP_S / (before_m - gap_m), 2)
        return Sample(round(at_s, 2), round(speed_mps, 2), gap_m, ttc_s if ttc_s is None or ttc_s < LONGEST_S else None)

    def scene(self, at_s: float) -> dict[str, Any]:
        """Who is where, metres east and north of us; road: a line along our lane; others with name and outline."""
        own = self._stage.ourselves.pose(at_s)

        def seen(east_m: float, north_m: float) -> list[float]:
            return [round(east_m - own.east_m, 1), round(north_m - own.north_m, 1)]

        others = []
        for person in self._stage.people:
            pose = person.pose(at_s)
            place = seen(pose.east_m, pose.north_m)
            if max(map(abs, place)) <= AROUND_M:
                outline = [person.kin.length_m, person.kin.width_m]
                others.append({"name": person.name, "at": place, "heading_deg": round(pose.heading_deg, 1),
                               "speed_mps": round(pose.speed_mps, 1), "outline": outline})  # fmt: skip
        here_m = self._stage.ourselves.along_m(at_s)
        count = int(2 * AROUND_M / ROAD_STEP_M)
        line = [self._stage.road.at(here_m - AROUND_M + step * ROAD_STEP_M) for step in range(count + 1)]
        kin = self._stage.ourselves.kin
        return {
            "at_s": at_s, "heading_deg": round(own.heading_deg, 1), "speed_mps": round(own.speed_mps, 1),
            "outline": [kin.length_m, kin.width_m], "others": others,
            "marks": [seen(spot.east_m, spot.north_m) for spot in self._spots],
            "road": [seen(spot.east_m, spot.north_m) for spot in line],
        }  # fmt: skip

    def _seen(self, person: Person, at_s: float) -> tuple[float, float]:
        """(ahead, to the right) of the middle of somebody: along our road while he is on it, else along our heading."""
        own, pose = self._stage.ourselves.pose(at_s), person.pose(at_s)
        along_m = person.along_m(at_s)
        if along_m is None:
            offset = turn_to_view(pose.east_m - own.east_m, pose.north_m - own.north_m, own.heading_deg)
            return offset.ahead_m, offset.right_m
        here_m = self._stage.ourselves.along_m(at_s)
        return along_m - here_m, self._beside_m(pose, along_m) - self._beside_m(own, here_m)

    def _beside_m(self, pose: Pose, along_m: float) -> float:
        """How far to the right of our lane's middle."""
        spot = self._stage.road.at(along_m)
        return turn_to_view(pose.east_m - spot.east_m, pose.north_m - spot.north_m, spot.heading_deg).right_m

    def _gap_m(self, at_s: float) -> float | None:
        """To the actor that the expectations name, else to the nearest thing ahead in our way."""
        stage = self._stage
        if self._about is not None and self._about in (gaps := stage.gaps_m(at_s)):
            return gaps[self._about]
        own, half_m = stage.ourselves.pose(at_s), stage.ourselves.kin.length_m / 2
        found = []
        for person in stage.people:
            ahead_m, right_m = self._seen(person, at_s)
            if abs(right_m) <= SIDE_M:
                found.append(ahead_m - half_m - person.kin.length_m / 2)
        for spot in self._spots:
            found.append(
                turn_to_view(spot.east_m - own.east_m, spot.north_m - own.north_m, own.heading_deg).ahead_m - half_m
            )
        return min((round(each, 2) for each in found if each > 0), default=None)
