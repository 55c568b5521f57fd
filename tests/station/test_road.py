"""The lanes that the screen is told of: of real MAPs, bounded, told again only when they or our anchor change."""

import json
import math

import pytest

from obu import feed
from obu.core.geo import LocalFrame, move
from obu.core.now import NS_PER_S, Now
from obu.scene.lanes import Roads
from obu.station.road import FURTHEST_M, MOST_LANES, MOST_POINTS, RoadPicture
from tests.scene.test_lanes import MAPS, ROADS

PLACE = ROADS.frame.origin


def at(second: float) -> Now:
    return Now(round(second * NS_PER_S), None)


def test_what_is_told_is_of_the_map_near_us_and_bounded() -> None:
    (event,) = RoadPicture().look(at(0), PLACE, ROADS)
    lanes = json.loads(feed.encode_event(event))["lanes"]
    assert len(feed.encode_event(event)) < 20_000
    assert 8 <= len(lanes) <= MOST_LANES
    known = {(round(x, 1), round(y, 1)) for lane in ROADS.all() for x, y in lane.points}
    for lane in lanes:
        assert 2 <= len(lane["points"]) <= MOST_POINTS
        assert {tuple(point) for point in lane["points"]} <= known, "a place of the plane about our own place"
    assert math.hypot(*lanes[-1]["points"][0]) < math.hypot(*lanes[0]["points"][0]), "the nearest last"


def test_it_is_told_once_and_again_when_we_are_far_from_its_anchor_or_the_map_changes() -> None:
    picture = RoadPicture()
    assert picture.at(PLACE) is None
    assert [event.body["number"] for event in picture.look(at(0), PLACE, ROADS)] == [1]
    near, far = move(PLACE, 90.0, FURTHEST_M - 1.0), move(PLACE, 90.0, FURTHEST_M + 1.0)
    assert picture.look(at(1), near, ROADS) == []
    assert picture.at(near) == {"road": 1, "east_m": 59.0, "north_m": 0.0}
    assert picture.look(at(1.5), far, ROADS) == [], "once a second at most"
    assert [event.body["number"] for event in picture.look(at(2), far, ROADS)] == [2]
    assert picture.at(far) == {"road": 2, "east_m": 0.0, "north_m": 0.0}
    assert picture.look(at(3), far, Roads(MAPS, PLACE)) == [], "the same lanes, read again"
    (event,) = picture.look(at(4), far, Roads((), far))
    assert event.body == {"number": 3, "lanes": []}


@pytest.mark.parametrize("missing", ["place", "roads"])
def test_without_a_place_or_a_look_nothing_is_told(missing: str) -> None:
    assert RoadPicture().look(at(0), None if missing == "place" else PLACE, None if missing == "roads" else ROADS) == []


def test_a_road_of_another_plane_is_told_in_ours() -> None:
    """The same lanes, their plane beginning 100 m north: what is told stays."""
    other = Roads(MAPS, LocalFrame(PLACE).to_place(0.0, 100.0))
    (one,), (two,) = RoadPicture().look(at(0), PLACE, ROADS), RoadPicture().look(at(0), PLACE, other)
    for ours, theirs in zip(one.body["lanes"], two.body["lanes"], strict=True):
        for a, b in zip(ours["points"], theirs["points"], strict=True):
            assert math.dist(a, b) < 0.25, "0.1 m steps, and two planes a hundred metres apart"
