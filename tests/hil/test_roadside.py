"""A scenario's roads and its roadside unit: a MAP's lane is a road again, and lights count down as they change."""

import dataclasses
import json
import random
from pathlib import Path

import pytest

from hil import junction, ways
from hil.route import Spot
from hil.scenario import Piece, Revision, Road, Signal, SignalPhase
from obu.codec import json_form, uper
from obu.codec.editions import Edition
from obu.codec.messages import pack
from obu.codec.messages.map import MapData
from obu.codec.messages.spat import SignalLight

BENT = Road(heading_deg=30.0, pieces=(Piece(straight_m=60.0), Piece(turn_deg=-70.0, radius_m=50.0)))
LIGHT = Signal(
    at_m=150.0,
    approach_m=200.0,
    lanes=("left", "straight", "straight+right"),
    ours=2,
    phase=(
        SignalPhase(number=1, moves=("left",), plan=(("red", 20.0), ("green", 10.0))),
        SignalPhase(number=2, moves=("straight", "right"), plan=(("green", 12.0), ("yellow", 3.0), ("red", 15.0))),
    ),
)


def _write_map(folder: Path, nodes) -> Path:
    name, value = pack(MapData(msg_count=0, nodes=nodes))
    frame = uper.decode(uper.encode(name, value, Edition.YDT3709), Edition.YDT3709)  # as it is on the air
    path = folder / "map.json"
    path.write_text(json.dumps(json_form.frame_tree(frame)))
    return path


def test_the_lane_of_a_map_is_the_road_that_it_was_made_of(tmp_path: Path) -> None:
    road = ways.road_of(BENT)
    path = _write_map(tmp_path, junction.nodes(road, (LIGHT,)))
    again = ways.road_of(Road(map=str(path), link=0, lane=2))
    from_m = LIGHT.at_m - LIGHT.approach_m
    for along_m in range(0, 200, 10):
        east_m, north_m = road.frame.to_plane(again.place(along_m))
        true = road.at(from_m + along_m)
        assert (east_m, north_m) == pytest.approx((true.east_m, true.north_m), abs=1.0)  # its points lie 20 m apart
        turn_deg = (again.at(along_m).heading_deg - true.heading_deg + 180.0) % 360.0 - 180.0
        assert abs(turn_deg) < 6.0
    assert again.at(0.0).heading_deg == pytest.approx(road.at(from_m).heading_deg, abs=1.0)


@pytest.mark.parametrize(("link", "lane", "why"), [(9, 1, "links 0 to"), (0, 7, "no lane 7")])
def test_a_lane_that_is_none_is_said(tmp_path: Path, link: int, lane: int, why: str) -> None:
    path = _write_map(tmp_path, junction.nodes(ways.road_of(BENT), (LIGHT,)))
    with pytest.raises(ValueError, match=why):
        ways.road_of(Road(map=str(path), link=link, lane=lane))


def test_a_road_leads_through_the_place_from_which_it_was_laid() -> None:
    road = ways.road_of(BENT)
    way = ways.through(road.frame, Spot(12.0, -7.0, 200.0, 0.0), (Piece(straight_m=10.0),))
    spot = way.at(0.0)
    assert (spot.east_m, spot.north_m, spot.heading_deg) == pytest.approx((12.0, -7.0, 200.0), abs=0.3)


def test_each_lane_leads_where_its_moves_say_under_the_phase_that_rules_them() -> None:
    crossing, *ends = junction.nodes(ways.road_of(BENT), (LIGHT,))
    (approach,) = crossing.links
    ruled = [sorted((way.node.id, way.phase) for way in lane.connections) for lane in approach.lanes]
    straight, left, right = (end.ref.id for end in ends)
    assert ruled == [[(left, 1)], [(straight, 2)], sorted([(straight, 2), (right, 2)])]
    assert {movement.node for movement in approach.movements} == {end.ref for end in ends}


def test_a_revision_has_other_lanes_from_its_second_on_and_the_road_is_another_of_them() -> None:
    later = Revision(from_s=4.0, lanes=("left", "straight"), ours=2)
    light = dataclasses.replace(LIGHT, lanes=("straight",), ours=1, revision=(later,))
    road = ways.road_of(BENT)
    ours = []
    for at_s, count in ((3.9, 1), (4.0, 2)):
        (approach,) = junction.nodes(road, (junction.revised(light, at_s),))[0].links
        assert len(approach.lanes) == count
        ours.append(approach.lanes[-1].points)
    assert ours[0] == ours[1], "we drive where we drove"


def test_lights_count_down_to_what_they_then_show() -> None:
    dice = random.Random(1)
    for _ in range(200):
        at_s, later_s = dice.uniform(0.0, 100.0), dice.uniform(0.0, 40.0)
        for now, then in zip(_phases(at_s), _phases(at_s + later_s), strict=True):
            running = next(state for state in then.states if state.timing.start_s == 0.0)
            foretold = [
                state.light for state in now.states if state.timing.start_s <= later_s < state.timing.likely_end_s
            ]
            if foretold:
                assert foretold == [running.light]
            assert sum(state.timing.start_s == 0.0 for state in now.states) == 1


def _phases(at_s: float):
    (crossing,) = junction.lights((LIGHT,), at_s, 0, 0)
    return crossing.phases


def test_a_plan_begins_with_the_scenario() -> None:
    shown = [phase.states[0].light for phase in _phases(0.0)]
    assert shown == [SignalLight.RED, SignalLight.PROTECTED_GREEN]
