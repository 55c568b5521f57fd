"""Two who came to a crossing on one road do not meet in it as if from two: one follows the other through his turn."""

import math
from dataclasses import replace

import pytest

from hil.traffic import net as nets
from hil.traffic import roads
from obu.codec.messages.lanes import Maneuver
from obu.core.geo import wrap_deg
from obu.core.now import NS_PER_MS, Now
from obu.scene.facts import Facts
from obu.scene.lanes import Roads
from obu.scene.view import Scene
from tests.scene.around import LEFT, SIGNER, UTC_NS, car, own

SAID = roads.Roads(nets.load())
MAPS = [message for light in SAID.lights for message in SAID.maps(light, 1, UTC_NS)]
ROADS = Roads(MAPS, MAPS[0].nodes[0].place)
TURNS = [way for way in ROADS.all() if way.maneuver is Maneuver.LEFT]


def _at(way, along_m, right_m=0.0):
    """(place, heading) so far along a way, from its line on; before it on the lane that leads there."""
    leg = next((leg for leg in reversed(way.legs) if along_m >= leg.start_m), None)
    leg, past_m = (ROADS.lanes[way.ref].legs[-1], 0.0) if leg is None else (leg, along_m - leg.start_m)
    x, y = leg.x + past_m * leg.ux, leg.y + past_m * leg.uy
    if along_m < 0.0:
        x, y = way.points[0][0] + along_m * leg.ux, way.points[0][1] + along_m * leg.uy
    heading = math.radians(leg.heading_deg)
    x, y = x + right_m * math.cos(heading), y - right_m * math.sin(heading)
    return ROADS.frame.to_place(x, y), leg.heading_deg


def _lights(way, along_m):
    """The signal goes off as the wheel is turned back."""
    return frozenset({LEFT}) if along_m < way.length_m * 0.7 else frozenset()


@pytest.mark.parametrize("way", TURNS, ids=lambda way: "-".join(map(str, way.ref)))
@pytest.mark.parametrize("right_m", [-3.0, 0.0, 3.0])
def test_a_queue_that_turns_left_remains_one(way, right_m):
    scene, facts = Scene(), Facts()
    for message in MAPS:
        if message.nodes[0].ref.id != way.node[1]:
            continue  # the next crossing is out of reach: nobody tells of the lane that the turn leads to
        facts.heard(message, 111, UTC_NS, SIGNER)
    for step in range(45):
        at_ns = step * 200 * NS_PER_MS
        ours, theirs = -10.0 + step, -18.0 + step
        if ours > way.length_m + 8.0:
            break
        place, heading_deg = _at(way, theirs, right_m)
        bsm = replace(car(place, heading_deg, 5.0), sec_mark_ms=at_ns // NS_PER_MS, lights=_lights(way, theirs))
        facts.heard(bsm, 111, UTC_NS + at_ns, SIGNER)
        place, heading_deg = _at(way, ours, right_m)
        view = scene.build(
            Now(at_ns, UTC_NS + at_ns), own(5.0, 0.0, heading_deg, place, lights=_lights(way, ours)), facts
        )
        (other,) = view.neighbours
        assert other.is_beside or other.conflict is None, f"{ours} m past the line"


@pytest.mark.parametrize("share", [0.0, 0.3, 0.6])
def test_who_came_towards_us_is_opposite_however_far_he_has_turned(share):
    way = next(way for way in TURNS if way.length_m > 20.0)
    line = ROADS.lanes[way.ref].legs[-1]
    here = [lane for lane in ROADS.lanes.values() if ROADS.ways(lane) and lane.ref[:2] == way.ref[:2]]
    (towards, *_) = (lane for lane in here if abs(wrap_deg(lane.legs[-1].heading_deg - line.heading_deg)) > 150.0)
    scene, facts = Scene(), Facts()
    for message in MAPS:
        facts.heard(message, 111, UTC_NS, SIGNER)
    place, heading_deg = _at(way, way.length_m * share)
    facts.heard(replace(car(place, heading_deg, 5.0), lights=frozenset({LEFT})), 111, UTC_NS, SIGNER)
    x, y = towards.points[-1][0] - 20.0 * towards.legs[-1].ux, towards.points[-1][1] - 20.0 * towards.legs[-1].uy
    ours = own(10.0, 0.0, towards.legs[-1].heading_deg, ROADS.frame.to_place(x, y))
    (other,) = scene.build(Now(0, UTC_NS), ours, facts).neighbours
    assert other.is_opposite
