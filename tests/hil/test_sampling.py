"""What a report shows of a situation: distance and time to collision along the road, in a bend too."""

from types import SimpleNamespace
from typing import Any

import pytest

from hil.people import Ourselves, Person
from hil.sampling import Sampler
from hil.scenario import Actor, Own, Piece, Road, Scenario
from hil.ways import road_of

BEND = Road(pieces=(Piece(turn_deg=150.0, radius_m=40.0), Piece(straight_m=80.0)))


def sampler(*actors: Actor, speed_mps: float = 10.0) -> Sampler:
    road, stage = road_of(BEND), SimpleNamespace()
    stage.road, stage.ourselves = road, Ourselves(Own(at_m=12.0, speed_mps=speed_mps), road, 5.0)
    stage.people = [Person(each, number, road, 5.0) for number, each in enumerate(actors)]
    nothing: Any = stage
    return Sampler(Scenario(title="x", kind="rule", defect="deaf", lasts_s=5.0, road=BEND, own=Own()), nothing)


def test_who_drives_before_us_in_a_bend_is_before_us_along_the_road() -> None:
    ahead = Actor(name="car", at_m=52.0, speed_mps=6.0)
    found = sampler(ahead, Actor(name="beside", at_m=40.0, right_m=3.5, speed_mps=6.0))
    bus_m, car_m = 12.0, found._stage.people[0].kin.length_m
    for at_s in (0.0, 2.0):
        sample = found.sample(at_s)
        gap_m = 40.0 - 4.0 * at_s - (bus_m + car_m) / 2
        assert sample.gap_m == pytest.approx(gap_m, abs=0.1)
        assert sample.ttc_s == pytest.approx(gap_m / 4.0, rel=0.05)


def test_who_crosses_our_road_is_seen_straight_ahead() -> None:
    crossing = Actor(name="car", at_m=22.0, heading_deg=90.0)
    assert sampler(crossing).sample(0.0).gap_m is not None
    assert sampler(Actor(name="car", at_m=60.0, heading_deg=90.0)).sample(0.0).gap_m is None  # the bend leads there
